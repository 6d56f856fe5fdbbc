"""Le résultat d'une importation : ce qui a été compris, un tableau des débiteurs, et la commande qui suit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import date_courte, montant, pluriel
from generateur.operations.importer import DossierImporte, Import

_ETATS = {"cree": "créé", "complete": "complété", "inchange": "inchangé", "ecarte": "écarté"}
_REFUS_MONTRES = 20


def en_objet(fait: Import) -> dict[str, Any]:
    """Objet du contrat d'interface."""
    return {
        "sources": [
            {
                "fichier": lecture.fichier.as_posix(),
                "format": lecture.format,
                "lignes": lecture.lignes,
                "colonnes": dict(lecture.colonnes),
            }
            for lecture in fait.sources
        ],
        "total": len(fait.dossiers),
        "crees": fait.combien("cree"),
        "completes": fait.combien("complete"),
        "inchanges": fait.combien("inchange"),
        "ecartes": fait.combien("ecarte"),
        "dossiers": [
            {
                "reference": d.reference,
                "chemin": d.chemin.as_posix() if d.chemin else None,
                "debiteur": d.debiteur,
                "siren": d.siren,
                "etat": d.etat,
                "factures": list(d.factures),
                "reste_du": f"{d.reste_du:.2f}",
                "manques": list(d.manques),
                "motif": d.motif,
            }
            for d in fait.dossiers
        ],
        "rapprochements": [
            {
                "date": r.transaction.date.isoformat(),
                "montant": f"{r.transaction.montant:.2f}",
                "libelle": r.transaction.libelle,
                "facture": r.facture,
                "certitude": r.certitude,
            }
            for r in fait.rapprochements
        ],
        "refus": [{"lieu": r.origine, "message": r.raison, "remede": r.remede} for r in fait.refus],
        "constats": [c.en_json() for c in fait.constats],
    }


def presenter_avancee(rang: int, total: int, nom: str) -> str:
    """« [3/11] factures.csv »."""
    return f"[{rang}/{total}] {mettre_en_ligne(nom)}"


def presenter(fait: Import, racine: Path) -> str:
    """Ce que l'utilisateur lit."""
    lignes = [ligne for bloc in (_sources(fait), _dossiers(fait), _suites(fait, racine)) for ligne in bloc]
    return assembler(lignes).strip()


def _sources(fait: Import) -> Iterator[str]:
    for lecture in fait.sources:
        yield f"{lecture.fichier.name} : {lecture.format}, {pluriel(lecture.lignes, 'ligne')}"
        lues = {champ: entete for champ, entete in lecture.colonnes.items() if entete}
        if lues:
            yield "    compris : " + ", ".join(f"{champ} ← « {entete} »" for champ, entete in lues.items())
        absentes = [champ for champ, entete in lecture.colonnes.items() if entete is None]
        if absentes:
            yield "    absents : " + ", ".join(absentes)
        if lecture.non_lus:
            yield "    non lus : " + ", ".join(f"« {entete} »" for entete in lecture.non_lus)


def _dossiers(fait: Import) -> Iterator[str]:
    yield ""
    for dossier in fait.dossiers:
        yield from _decrire(dossier)
    a_un_dossier = {dossier.cle for dossier in fait.dossiers if dossier.reference}
    for rapprochement in fait.rapprochements:
        t = rapprochement.transaction
        suite = "probable : à confirmer, rien n'est écrit"
        if rapprochement.certitude == "certaine":
            est_ecrit = a_un_dossier & set(rapprochement.debiteur[:1])
            suite = "écrit au dossier" if est_ecrit else "certain : ce débiteur n'a pas de dossier, rien n'est écrit"
        yield f"Banque : {montant(t.montant)} le {date_courte(t.date)}, facture {rapprochement.facture} ({suite})"


def _decrire(dossier: DossierImporte) -> Iterator[str]:
    nom = f"{dossier.reference} — {dossier.debiteur}" if dossier.reference else dossier.debiteur
    yield f"{_ETATS[dossier.etat]:>9}  {montant(dossier.reste_du):>14}  {nom}"
    if dossier.motif:
        yield f"{'':>9}  {'':>14}  {dossier.motif}"
    if dossier.conflits:
        yield f"{'':>9}  {'':>14}  {pluriel(dossier.conflits, 'conflit')} à départager, voir plus bas"
    if dossier.manques:
        yield f"{'':>9}  {'':>14}  manque : {', '.join(_nommer(code) for code in dossier.manques)}"


def _nommer(code: str) -> str:
    return code.lower().replace("_manquante", "").replace("_manquant", "").replace("_", " ")


def _suites(fait: Import, racine: Path) -> Iterator[str]:
    for constat in fait.constats:
        yield f"  • {constat.lieu} : {constat.message}"
        if constat.remede:
            yield f"          → {constat.remede}"
    for refus in fait.refus[:_REFUS_MONTRES]:
        yield f"  refusé  {refus.origine} : {refus.raison}"
        if refus.remede:
            yield f"          → {refus.remede}"
    if len(fait.refus) > _REFUS_MONTRES:
        yield f"  et {len(fait.refus) - _REFUS_MONTRES} autres lignes refusées (--json les donne toutes)"
    crees = (
        pluriel(fait.combien("cree"), "à créer", "à créer") if fait.simule else pluriel(fait.combien("cree"), "créé")
    )
    yield ""
    yield (
        f"{pluriel(len(fait.dossiers), 'débiteur')} : {crees}, "
        f"{pluriel(fait.combien('complete'), 'complété')}, {pluriel(fait.combien('inchange'), 'inchangé')}, "
        f"{pluriel(fait.combien('ecarte'), 'écarté')}."
    )
    premier = next((d for d in fait.dossiers if d.reference and d.etat != "inchange"), None)
    if fait.simule:
        yield "Rien n'a été écrit. Ensuite : la même commande sans --simuler."
    elif premier and fait.profil_a_remplir:
        chemin = (racine / str(premier.reference)).as_posix()
        yield (
            f"Ensuite : remplissez {fait.profil_a_remplir.as_posix()} (votre entreprise, une fois pour tous les "
            f"dossiers), puis « generateur verifier {chemin} »."
        )
    elif premier:
        chemin = (racine / str(premier.reference)).as_posix()
        yield f"Ensuite : « generateur verifier {chemin} » dit ce qui manque, et quoi écrire."

"""Le bilan d'un lot : un tableau, ou l'objet du contrat."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.commandes.au_fur import AuFur
from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import montant, pluriel
from generateur.operations.lot import Avancee, Bilan
from generateur.operations.piles import Piles
from generateur.operations.voies import libelle_de_voie
from generateur.publication.magasin import Adresse
from generateur.reglages import Resultat

_CLES = {"reference", "etat", "code", "procedure", "total", "message", "fichier"}
ETATS = {"produit": "produit", "a_jour": "déjà à jour", "refuse": "refusé", "en_echec": "en échec"}


def en_objet(bilan: Bilan, synthese: Path | None = None) -> dict[str, Any]:
    """Objet de « lot » et de « demo » ; un dossier à jour compte parmi les produits."""
    return {
        "total": len(bilan.dossiers),
        "produits": bilan.combien("produit") + bilan.combien("a_jour"),
        "refuses": bilan.refuses,
        "en_echec": bilan.en_echec,
        "duree_s": round(bilan.duree_s, 1),
        "debit": round(len(bilan.dossiers) / bilan.duree_s, 2) if bilan.duree_s else 0.0,
        "executant": bilan.executant,
        "piles": [
            {"nom": p.nom, "dossiers": p.dossiers, "total": f"{p.total:.2f}", "chemin": dire_chemin(p.chemin)}
            for p in bilan.piles.piles
        ],
        **({"synthese": synthese.as_posix()} if synthese else {}),
        "dossiers": AuFur(r.model_dump(include=_CLES) for r in bilan.dossiers),
    }


def presenter_avancee(avancee: Avancee) -> str:
    """« [3/11] 2026-0042 : produit », ou pourquoi il ne l'est pas."""
    resultat = avancee.resultat
    suite = ETATS[resultat.etat] if resultat.fichier else dire_echec(resultat)
    return f"[{avancee.rang}/{avancee.total}] {mettre_en_ligne(resultat.reference)} : {suite}"


def presenter(bilan: Bilan, synthese: Path | None = None) -> str:
    """Tableau du lot : une ligne par dossier, puis le compte et ce qu'il faut ouvrir."""
    largeur = max((len(mettre_en_ligne(r.reference)) for r in bilan.dossiers), default=0)
    lignes = [ligne for resultat in bilan.dossiers for ligne in _decrire(resultat, largeur)]
    lignes += [
        "",
        f"{pluriel(len(bilan.dossiers), 'dossier')} : {pluriel(bilan.combien('produit'), 'produit')}, "
        f"{bilan.combien('a_jour')} déjà à jour, {pluriel(bilan.refuses, 'refusé')}, {bilan.en_echec} en échec.",
    ]
    nouveaux_dabord = sorted(bilan.dossiers, key=lambda resultat: resultat.etat != "produit")
    if ouvrir := next((r.fichier for r in nouveaux_dabord if r.fichier), None):
        lignes.append(f"À ouvrir d'abord : {ouvrir}")
    lignes += [f"La synthèse : {mettre_en_ligne(synthese.as_posix())}"] if synthese else []
    return assembler((*lignes, *_presenter_piles(bilan.piles)))


def _presenter_piles(piles: Piles) -> Iterator[str]:
    """Ce qui est prêt à remettre, et ce qui n'y est pas."""
    largeur = max((len(pile.nom) for pile in piles.piles), default=0)
    if piles.piles:
        yield ""
        yield f"À remettre, dans {dire_chemin(piles.piles[0].chemin).rpartition('/')[0]} :"
    for pile in piles.piles:
        yield f"  {pile.nom:<{largeur}}  {pluriel(pile.dossiers, 'dossier'):>12}  {montant(pile.total):>16}"
    for raison, nombre in piles.laisses.items():
        yield f"  Hors des piles : {pluriel(nombre, 'dossier')} ({raison})."


def _decrire(resultat: Resultat, largeur: int) -> list[str]:
    debut = f"{mettre_en_ligne(resultat.reference):<{largeur}}  "
    if resultat.procedure and resultat.total:
        libelle = libelle_de_voie(resultat.procedure)
        suite = [ligne for ligne in (resultat.message, resultat.fichier) if ligne]
        return [
            f"{debut}{montant(Decimal(resultat.total)):>14}  {libelle}",
            *(f"{'':<{largeur}}  {ligne}" for ligne in suite),
        ]
    return [f"{debut}{dire_echec(resultat)}"]


def dire_chemin(chemin: Path | Adresse) -> str:
    """Où c'est, sur ce disque ou dans un magasin."""
    return chemin.as_posix() if isinstance(chemin, Path) else str(chemin)


def dire_echec(resultat: Resultat) -> str:
    """« refusé (code 4) : la raison → le remède », sur une ligne."""
    remede = f" → {resultat.remede}" if resultat.remede else ""
    return (
        f"{ETATS[resultat.etat]} (code {resultat.code}) : {mettre_en_ligne(resultat.raison)}{mettre_en_ligne(remede)}"
    )

"""Ce que l'utilisateur lit au terminal : constats, choix, décompte, tables, en français, sans couleur imposée."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generateur.calculs.decompte import Decompte, PaiementRecu, SoldeFacture
from generateur.commandes.presentation_gardes import dire_gardes
from generateur.commandes.signes import assembler
from generateur.domaine.bordereau import NOM_DU_COMPLEMENTAIRE
from generateur.domaine.chemins_de_cle import Origines, denommer, situer
from generateur.domaine.constat import Groupe
from generateur.domaine.langue import date_courte, date_longue, majuscule, montant, pluriel, pourcentage
from generateur.operations.constats_ranges import ranger_constats
from generateur.operations.etude import Chiffrage, Etude
from generateur.operations.juridiction_dite import juridiction_saisie
from generateur.operations.verdict_dit import dire_verdict
from generateur.operations.voies import libelle_de_voie
from generateur.publication.communiquees import lister_communiquees
from generateur.publication.journal import SUITE_JOURNAL
from generateur.publication.manifeste import Manifeste, SceauProduit
from generateur.publication.numeros_servis import NOM_REGISTRE

if TYPE_CHECKING:  # charger pypdf coûterait à toutes les commandes ce dont une seule se sert
    from generateur.operations.retenir_numeros import Retenue
    from generateur.publication.preuve import Verification


def presenter_constats(etude: Etude) -> str:
    """Verdict, puis constats par gravité, chacun avec son endroit et son remède, et la commande qui suit."""
    libelle, explication = dire_verdict(etude)
    lignes = [f"{etude.dossier.reference} : {libelle.upper()}. {explication}"]
    ranges = ranger_constats(etude.constats)
    if ranges.dabord and not etude.dossier.cloture:
        lignes.append(f"D'abord : {majuscule(ranges.dabord.message)}")
    for a_faire, groupes in ranges.par_gravite():
        lignes += ["", f"{a_faire} ({_compter(groupes)})"]
        lignes += [ligne for groupe in groupes for ligne in _presenter_groupe(groupe, etude.lu.origines)]
    return assembler([*lignes, "", f"Ensuite : {_dire_suite(etude)}"])


def _dire_suite(etude: Etude) -> str:
    chemin = etude.lu.racine.as_posix()
    if etude.dossier.cloture:
        return "rien, sauf à le rouvrir : retirer alors « clos » de [suivi]."
    if etude.verdict == "pret" and etude.depot:
        return f"« generateur echeances {chemin} » donne les délais à tenir."
    if etude.verdict == "pret":
        return f"lire les points « à vérifier », puis « generateur produire {chemin} »."
    if {c.code for c in etude.constats if c.gravite in {"bloquant", "a_completer"}} == {"MISE_EN_DEMEURE_ABSENTE"}:
        return f"« generateur mettre-en-demeure {chemin} » écrit la lettre à envoyer."
    return f"corriger ou compléter dossier.toml, puis « generateur verifier {chemin} »."


def _compter(groupes: Sequence[Groupe]) -> str:
    """« 7 », ou « 7, en 37 endroits » quand le même constat revient."""
    endroits = sum(len(groupe.constats) for groupe in groupes)
    return str(endroits) if endroits == len(groupes) else f"{len(groupes)}, en {endroits} endroits"


def _presenter_groupe(groupe: Groupe, origines: Origines) -> Iterator[str]:
    """Le constat, son endroit, son remède ; répété, il ne se dit qu'une fois, avec les autres endroits."""
    for constat in groupe.montres:
        fondement = f" ({constat.fondement})" if constat.fondement else ""
        yield f"  • {majuscule(constat.message)}{fondement}"
        if constat.lieu:
            yield f"      où : {situer(denommer(constat.lieu), origines)}"
    if autres := groupe.dire_les_autres([_situer_court(lieu, origines) for lieu in groupe.autres_lieux]):
        yield f"      {autres}"
    for remede in groupe.remedes:
        premiere, *suite = remede.splitlines()
        yield f"      → {premiere}"
        yield from (f"          {ligne}" for ligne in suite)


def _situer_court(lieu: str, origines: Origines) -> str:
    """« factures[2].fichier (ligne 46) » : le nom du fichier est déjà dit."""
    ligne = re.search(r"ligne \d+", situer(denommer(lieu), origines))
    return f"{lieu} ({ligne.group()})" if ligne else lieu


def presenter_choix(etude: Etude) -> str:
    """Procédure retenue, juridiction, puis chaque procédure examinée avec ses motifs."""
    decision, competence = etude.decision, etude.espece.competence
    if decision.retenue:
        imposee = " (imposée)" if decision.est_forcee else ""
        lignes = [f"{etude.dossier.reference} : {decision.retenue.libelle}{imposee}"]
        if juridiction := juridiction_saisie(etude):
            doute = " — à confirmer auprès du greffe" if juridiction.confiance == "a_confirmer" else ""
            lignes.append(f"Juridiction : {juridiction.nom}{doute}")
            if juridiction.adresse:
                lignes.append(f"              {juridiction.adresse}")
        elif competence.cour_appel and not decision.retenue.saisit_juridiction:
            lignes.append(f"Ressort : {competence.cour_appel}")
    else:
        lignes = [f"{etude.dossier.reference} : aucune procédure ne peut être retenue"]
    for examen in decision.examens:
        etat = "possible" if examen.recevable else "écartée"
        if decision.retenue and examen.procedure == decision.retenue.nom:
            etat = "retenue"
        lignes += ["", f"{libelle_de_voie(examen.procedure)} : {etat}"]
        lignes += [f"  • {majuscule(m.message)} ({m.fondement})" for m in examen.motifs]
    return assembler(lignes)


def presenter_chiffrage(chiffrage: Chiffrage) -> str:
    """Le décompte et, à part, celui des créances nées après le jugement d'ouverture."""
    reference = chiffrage.dossier.reference
    if chiffrage.autre is None:
        return presenter_decompte(reference, chiffrage.decompte)
    return "\n\n".join(
        (
            presenter_decompte(f"{reference}, créances à déclarer", chiffrage.decompte),
            presenter_decompte(f"{reference}, créances nées après le jugement, à poursuivre", chiffrage.autre),
        )
    )


def presenter_decompte(reference: str, decompte: Decompte) -> str:
    """Décompte ligne par ligne, puis totaux."""
    lignes = [f"{reference} : décompte arrêté au {date_longue(decompte.arrete_le)}"]
    lignes += [f"  Facture {e.facture} laissée de côté : {e.explication}" for e in decompte.exclues]
    for solde in decompte.soldes:
        lignes += [
            "",
            f"Facture {solde.facture}, {montant(solde.initial)}, {_dire_echeance(solde, decompte.arrete_le)}",
        ]
        if solde.avoirs:
            lignes.append(f"  avoirs {montant(solde.avoirs)}")
        lignes += [
            f"  du {date_courte(ligne.du)} au {date_courte(ligne.au)}  {ligne.jours:>4} j × "
            f"{pourcentage(ligne.taux):>8} sur {montant(ligne.base)} = {montant(ligne.montant)}   {ligne.fondement}"
            for ligne in decompte.lignes
            if ligne.facture == solde.facture
        ]
    if decompte.imputations:
        lignes += ["", "Paiements reçus, puis imputés"]
        lignes += [ligne for recu in decompte.paiements for ligne in _presenter_paiement(recu)]
    totaux = (
        ("Principal", decompte.principal),
        ("Intérêts et pénalités", decompte.interets),
        ("Indemnités forfaitaires", decompte.indemnites),
        ("Clause pénale", decompte.clause_penale),
        ("Frais accessoires", decompte.frais),
        ("Total", decompte.total),
    )
    lignes.append("")
    lignes += [f"{nom:<26}{montant(valeur):>18}" for nom, valeur in totaux if valeur or nom in {"Principal", "Total"}]
    if decompte.compense:
        lignes.append(f"{'Compensé par les avoirs':<26}{montant(decompte.compense):>18}")
    if decompte.trop_percu:
        lignes.append(f"{'Trop-perçu, à restituer':<26}{montant(decompte.trop_percu):>18}")
    lignes.append(f"Par jour de plus : {montant(decompte.interet_journalier)}")
    return assembler(lignes)


def _dire_echeance(solde: SoldeFacture, arrete_le: dt.date) -> str:
    if solde.echeance is None:
        return "échéance à compléter : comptée sans intérêts"
    verbe = "à échoir" if solde.echeance > arrete_le else "échue"
    return f"{verbe} le {date_courte(solde.echeance)}"


def _presenter_paiement(recu: PaiementRecu) -> Iterator[str]:
    """Le paiement tel que reçu, puis où il est allé et pourquoi."""
    paiement = recu.paiement
    details = (paiement.mode, f"référence {paiement.reference}" if paiement.reference else None)
    moyen = ", ".join(detail for detail in details if detail)
    pourquoi = "affecté par le débiteur" if recu.est_affecte else "sans affectation du débiteur"
    suite = f" ; {moyen}" if moyen else ""
    doute = " (date inconnue, au plus tôt l'échéance)" if recu.est_de_date_presumee else ""
    yield f"  le {date_courte(recu.jour)}{doute}  {montant(paiement.montant)}{suite} ; {pourquoi}"
    for i in recu.imputations:
        indemnite = f", indemnité {montant(i.indemnites)}" if i.indemnites else ""
        yield f"      sur {i.facture} : intérêts {montant(i.interets)}, principal {montant(i.principal)}{indemnite}"
    if recu.excedent:
        yield f"      en trop : {montant(recu.excedent)}"


def presenter_manifeste(manifeste: Manifeste, dossier: str) -> str:
    """Ce qui a été produit, et ce qu'il faut ouvrir."""
    procedure = libelle_de_voie(manifeste.procedure)
    lieu = f" — {manifeste.juridiction.nom}" if manifeste.juridiction else ""
    remplissages = [c for c in manifeste.constats if c.code == "FORMULAIRE_REMPLI"]
    alertes = [c.message for c in manifeste.constats if c.code == "PROCEDURE_IMPOSEE"]
    return assembler(
        (
            f"{manifeste.reference} : {procedure}{lieu}",
            f"  Liasse : {dossier}/{manifeste.liasse.fichier} "
            f"({pluriel(manifeste.liasse.pages or 0, 'page')}, {pluriel(len(manifeste.pieces), 'pièce')})",
            *(f"  Scellée par {sceau.signataire}{_horodatage(sceau)}" for sceau in (manifeste.sceau,) if sceau),
            f"  Pour vous seul : {dossier}/{manifeste.reference}_fiche_interne.pdf",
            *(["  PROJET : à ne pas déposer."] if manifeste.projet else []),
            *_dire_complement(manifeste, dossier),
            *(f"  Volume : {dossier}/{volume.fichier}" for volume in manifeste.volumes),
            *(
                f"  Ce qui a changé : {dossier}/{f.fichier}"
                for f in manifeste.autres
                if f.fichier.endswith(SUITE_JOURNAL)
            ),
            *(f"  Attention : {alerte}" for alerte in alertes),
            *(f"  {majuscule(c.message)} : {dossier}/{c.lieu}" for c in remplissages),
            *dire_gardes([f"{dossier}/{fichier}" for fichier in manifeste.gardes_a_part], retrait="  "),
            *(f"  Pas de PDF/A-2b pour la liasse : {obstacle}" for obstacle in manifeste.obstacles_pdfa),
        )
    )


def presenter_retenue(retenue: "Retenue") -> str:
    """Ce que l'utilisateur lit une fois la liasse communiquée retenue : ce qui est gardé, et la suite."""
    registre = retenue.registre
    return assembler(
        (
            f"{registre.reference} : {pluriel(len(registre.pieces), 'numéro retenu', 'numéros retenus')} dans "
            f"{NOM_REGISTRE}, à garder avec le dossier.",
            *(f"  n° {piece.numero} : {piece.titre}" for piece in registre.pieces),
            f"La liasse communiquée est gardée entière, et ne sera jamais refaite : {retenue.gardee.as_posix()}",
            "Une pièce qui arrive maintenant prendra un « bis » ou le numéro suivant ; « generateur produire » en tire "
            "un bordereau complémentaire, et le journal dit ce qui a changé.",
        )
    )


def _dire_complement(manifeste: Manifeste, dossier: str) -> Iterator[str]:
    """Ce qui est déjà parti, et ce qui le complète."""
    for gardee in lister_communiquees(Path(dossier)):
        yield f"  Communiquée le {date_longue(gardee.le)}, gardée telle quelle : {gardee.liasse.as_posix()}"
    for acte in manifeste.actes:
        if acte.nom == NOM_DU_COMPLEMENTAIRE:
            yield f"  À communiquer avec les seules pièces ajoutées : {dossier}/{acte.pdf.fichier}"


def _horodatage(sceau: SceauProduit) -> str:
    return f", horodatée par {sceau.autorite}" if sceau.autorite else ""


_ETATS = {"prouve": "prouvé", "differe": "DIFFÈRE", "non_prouve": "non prouvé"}


def presenter_verification(verification: "Verification") -> str:
    """Ce qui a été prouvé, puis le reste, objet par objet ; puis la conclusion."""
    groupes: dict[tuple[str, str], list[str]] = {}
    for controle in verification.controles:
        groupes.setdefault((controle.objet, controle.etat), []).append(controle.message.removesuffix("."))
    lignes = [
        f"{_ETATS[etat]:>10}  {majuscule(objet)} : {' ; '.join(messages)}"
        for (objet, etat), messages in groupes.items()
    ]
    if verification.conforme is False:
        conclusion = "La liasse et son manifeste ne concordent plus."
    elif verification.entiere:
        conclusion = "La liasse et son manifeste concordent ; tout a été prouvé."
    else:
        conclusion = (
            "Rien ne diffère, mais tout n'a pas pu être prouvé. « Non prouvé » n'est pas une anomalie : il manque "
            "de quoi comparer (« --dossier » dit où sont les sources)."
        )
    return assembler([*lignes, "", conclusion])

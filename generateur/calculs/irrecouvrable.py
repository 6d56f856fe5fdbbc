"""La créance douteuse ou perdue, pour le comptable : base, taxe, ce qui permet de la récupérer, ce qu'il faut produire.

Sources : CGI art. 272, 1 et doctrine, dans la table « recuperation_tva » ; au-delà de son horizon, rien n'est affirmé.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from generateur.calculs.provision import Creance
from generateur.calculs.titre import est_titre
from generateur.domaine.creances import Contrat
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO
from generateur.droit.tables import valeur_au
from generateur.droit.valeurs import Valeur

TABLE = "recuperation_tva"
Etat = Literal["recuperable", "a_justifier", "pas_encore"]
_PAR_SITUATION = {
    "liquidation": "liquidation",
    "cloture_insuffisance_actif": "cloture",
    "sauvegarde": "plan",
    "redressement": "plan",
    "plan_en_cours": "plan",
}
_SERVICES = frozenset({"prestation", "transport", "honoraires_avocat"})


@dataclass(frozen=True)
class Justificatif:
    """Une pièce à réunir ; `est_au_dossier` : le dossier en donne le fichier."""

    libelle: str
    est_au_dossier: bool


@dataclass(frozen=True)
class CreanceAJustifier:
    """Ce que l'annexe dit des créances d'un dossier ; `tva` None : la part de taxe n'est pas connue."""

    dossier: Dossier
    creances: tuple[Creance, ...]
    reste: Decimal
    base_ht: Decimal | None
    tva: Decimal | None
    provision: Decimal
    perte: Decimal  # hors taxe, d'un dossier clos comme irrécouvrable
    etat: Etat
    regle: Valeur
    reserves: tuple[Valeur, ...]
    justificatifs: tuple[Justificatif, ...]


def preparer_annexe(
    dossier: Dossier, creances: Sequence[Creance], au: dt.date, perdues: Sequence[Creance] = ()
) -> CreanceAJustifier | None:
    """Les créances du dossier à provisionner, ou `perdues` à sa clôture ; None s'il n'y en a pas.

    Lève ErreurDroitManquant au-delà de l'horizon de la table.
    """
    douteuses = (c for c in creances if c.taux or dossier.debiteur.situation in _PAR_SITUATION)
    retenues = tuple(perdues or douteuses)
    if not retenues:
        return None
    bases = [c.base_ht for c in retenues if c.base_ht is not None]
    reste = sum((c.reste for c in retenues), ZERO)
    base = sum(bases, ZERO) if len(bases) == len(retenues) else None
    cas, etat = _qualifier(dossier, au, est_perdue=bool(perdues))
    return CreanceAJustifier(
        dossier=dossier,
        creances=retenues,
        reste=reste,
        base_ht=base,
        tva=None if base is None else reste - base,
        provision=sum((c.provision for c in retenues if c.provision is not None), ZERO),
        perte=base if perdues and base is not None else ZERO,
        etat=etat,
        regle=valeur_au(TABLE, au, cas),
        reserves=tuple(_reserver(dossier, au)),
        justificatifs=tuple(_lister_justificatifs(dossier, retenues)),
    )


def _qualifier(dossier: Dossier, au: dt.date, *, est_perdue: bool) -> tuple[str, Etat]:
    """La règle qui s'applique, et où en est le droit de récupérer la taxe."""
    debiteur, suivi = dossier.debiteur, dossier.suivi
    cas = _PAR_SITUATION.get(debiteur.situation)
    if cas == "liquidation":
        collective = debiteur.procedure_collective
        return cas, "recuperable" if collective and collective.jugement else "a_justifier"
    if cas:
        return cas, "recuperable" if cas == "cloture" else "pas_encore"
    if suivi and any(signification.mode == "pv659" for signification in suivi.toutes_significations):
        return "disparition", "a_justifier"
    if suivi and suivi.ordonnance and est_titre(dossier, au):  # signifiée trop tard, elle n'en est pas un
        return "execution", "a_justifier"
    return ("principe", "a_justifier") if est_perdue else ("anciennete", "pas_encore")


def _reserver(dossier: Dossier, au: dt.date) -> Iterator[Valeur]:
    """Ce qui peut encore tout changer : une prestation dont la taxe n'est due qu'au paiement."""
    contrats: tuple[Contrat, ...] = dossier.tous_contrats
    if any(contrat.activite in _SERVICES for contrat in contrats):
        yield valeur_au(TABLE, au, "encaissements")


def _lister_justificatifs(dossier: Dossier, creances: Sequence[Creance]) -> Iterator[Justificatif]:
    factures = [creance.facture for creance in creances]
    lettres, suivi, debiteur = dossier.toutes_mises_en_demeure, dossier.suivi, dossier.debiteur
    natures = {piece.nature for piece in dossier.pieces}
    yield Justificatif("la copie de chaque facture", all(facture.fichier for facture in factures))
    yield Justificatif("la facture rectificative (duplicata et sa mention), avec la preuve de son envoi", False)
    yield Justificatif(
        "la commande ou le contrat, et la preuve de livraison",
        any(contrat.fichier for contrat in dossier.tous_contrats)
        or any(livraison.fichier for facture in factures for livraison in facture.toutes_livraisons),
    )
    yield Justificatif(
        "les relances et la mise en demeure, avec leurs preuves",
        any(lettre.fichier or lettre.preuve_depot or lettre.accuse for lettre in lettres),
    )
    if debiteur.situation in _PAR_SITUATION:
        yield Justificatif("le jugement, ou sa publication au BODACC", "bodacc" in natures)
        yield Justificatif("la déclaration de créance et la preuve de son envoi", False)
        yield Justificatif(_DE_LA_PROCEDURE[_PAR_SITUATION[debiteur.situation]], False)
        return
    ordonnance = suivi.ordonnance if suivi else None
    yield Justificatif("l'ordonnance portant injonction de payer", bool(ordonnance and ordonnance.fichier))
    significations = suivi.toutes_significations if suivi else ()
    yield Justificatif("l'acte de signification", any(signification.fichier for signification in significations))
    yield Justificatif(
        "le procès-verbal de carence, ou le certificat d'irrécouvrabilité du commissaire de justice", False
    )


_DE_LA_PROCEDURE = {
    "liquidation": "le certificat d'irrécouvrabilité du mandataire, s'il est délivré",
    "cloture": "le jugement de clôture pour insuffisance d'actif, ou le certificat du mandataire",
    "plan": "le jugement qui arrête le plan et dit les remises",
}

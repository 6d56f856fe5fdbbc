"""Ce que les lettres d'après l'ordonnance impriment en propre : ses dates, son acte, ce qui reste à recouvrer."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict

from generateur.calculs.calendrier import territoire_de
from generateur.calculs.solde_du_titre import SoldeDuTitre, est_moindre
from generateur.calculs.titre import (
    premier_jour_d_execution,
    terme_d_execution,
    terme_de_signification,
    terme_depasse,
)
from generateur.domaine.apres_depot import Ordonnance, Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer, montant
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import valeur_au
from generateur.redaction.designation import designer
from generateur.redaction.lettre import somme_demandee
from generateur.redaction.mise_en_forme import mettre_en_forme

_MODES = {
    "personne": "à personne",
    "domicile": "à domicile",
    "etude": "à l’étude",
    "pv659": "par procès-verbal de recherches",
    "electronique": "par voie électronique",
}


class ChampsSuite(TypedDict):
    """Ce que les lettres et les conclusions impriment en propre, sous `complement`, en plus de l'injonction."""

    depot: str
    ordonnance_date: str
    ordonnance_numero: str
    ordonnance_montant: str
    ordonnance_partielle: bool
    terme_signification: str
    signification_date: str
    signification_mode: str
    est_a_personne: bool
    executoire_le: str
    titre_jusqu_au: str
    significations: str  # à qui, quand, comment ; vide si aucune n'est notée
    acte_exige_a_l_audience: bool  # le créancier qui ne produit pas l'acte de signification est irrecevable
    opposition: str
    opposition_possible_jusqu_au: str  # vide si l'opposition n'est pas tardive, ou si on ne peut pas le savoir
    solde: str
    solde_detail: str  # « 8 640,00 € en principal et 598,11 € d’intérêts »
    plafond: str  # la limite de l'engagement de la caution, quand le solde la dépasse
    accorde: str  # le principal accordé, quand l'ordonnance n'accorde pas tout
    recus: str  # « 500,00 € le 3 novembre 2026 » ; vide si rien n'a été reçu depuis la demande
    credites: str  # de même, pour les avoirs : le débiteur ne les a pas payés
    joints: list[str]


def champs_de_la_suite(
    dossier: Dossier, ordonnance: Ordonnance, debiteur: Debiteur, solde: SoldeDuTitre, joints: list[str]
) -> ChampsSuite:
    """Les champs, pour ce débiteur, à la date du solde."""
    suivi, territoire, au = dossier.suivi or Suivi(), territoire_de(dossier.debiteur.domicile), solde.au
    recue, somme = suivi.signification_de(debiteur), somme_demandee(debiteur, solde.total)
    exige = valeur_au("regles_procedure", ordonnance.date, "acte_de_signification_a_l_audience")
    return ChampsSuite(
        depot=_dater(suivi.depot),
        ordonnance_date=_dater(ordonnance.date),
        ordonnance_numero=str(mettre_en_forme(ordonnance.numero) or ""),
        ordonnance_montant=montant(ordonnance.montant) if ordonnance.montant else "",
        ordonnance_partielle=est_moindre(dossier, ordonnance),
        terme_signification=_dater(terme_de_signification(ordonnance, territoire)),
        signification_date=_dater(recue.date if recue else None),
        signification_mode=_MODES[recue.mode] if recue else "",
        est_a_personne=recue is not None and recue.mode == "personne",
        executoire_le=_dater(premier_jour_d_execution(ordonnance, recue, territoire) if recue else None),
        titre_jusqu_au=_dater(terme_d_execution(dossier, recue, debiteur, au) if recue else None),
        significations=_dire_significations(dossier, suivi),
        acte_exige_a_l_audience=bool(exige.valeur),
        opposition=_dater(suivi.opposition),
        opposition_possible_jusqu_au=_dater(terme_depasse(dossier)),
        solde=montant(solde.total),
        solde_detail=_detailler(solde),
        plafond=montant(somme) if somme < solde.total else "",
        accorde=montant(solde.accorde) if solde.accorde else "",
        recus=_enumerer_sommes(solde.recus),
        credites=_enumerer_sommes(solde.credites),
        joints=joints,
    )


def _dater(jour: dt.date | None) -> str:
    return date_longue(jour) if jour else ""


def _enumerer_sommes(sommes: Sequence[tuple[dt.date, Decimal]]) -> str:
    return enumerer([f"{montant(somme)} le {date_longue(jour)}" for jour, somme in sommes])


def _dire_significations(dossier: Dossier, suivi: Suivi) -> str:
    """« le 5 octobre 2026 à personne » ; débiteur par débiteur s'ils ne l'ont pas tous reçue ensemble."""
    recues = [(debiteur, suivi.signification_de(debiteur)) for debiteur in dossier.debiteurs_poursuivis]
    dites = [(d, f"le {date_longue(recue.date)} {_MODES[recue.mode]}") for d, recue in recues if recue]
    ensemble = len({dite for _, dite in dites}) == 1 and len(dites) == len(recues)
    if ensemble:
        return dites[0][1]
    return enumerer([f"{designer(debiteur, professionnel=False).a_titre} {dite}" for debiteur, dite in dites])


def _detailler(solde: SoldeDuTitre) -> str:
    postes = [f"{montant(solde.principal)} en principal"]
    postes += [f"{montant(solde.interets)} d’intérêts"] if solde.interets else []
    postes += [f"{montant(solde.autres)} d’indemnités et de frais"] if solde.autres else []
    return enumerer(postes)

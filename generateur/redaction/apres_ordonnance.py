"""Ce que les lettres d'après l'ordonnance impriment en propre : ses dates, son acte, ce qui reste à recouvrer."""

import datetime as dt
from typing import TypedDict

from generateur.calculs.calendrier import territoire_de
from generateur.calculs.solde_du_titre import SoldeDuTitre
from generateur.calculs.titre import premier_jour_d_execution, terme_d_execution, terme_de_signification
from generateur.domaine.apres_depot import Ordonnance, Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue, enumerer, montant
from generateur.domaine.parties import Debiteur
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
    opposition: str
    solde: str
    solde_detail: str  # « 8 640,00 € en principal et 598,11 € d’intérêts »
    accorde: str  # le principal accordé, quand l'ordonnance n'accorde pas tout
    recus: str  # « 500,00 € le 3 novembre 2026 » ; vide si rien n'a été reçu depuis la demande
    joints: list[str]


def champs_de_la_suite(
    dossier: Dossier, ordonnance: Ordonnance, debiteur: Debiteur, solde: SoldeDuTitre, joints: list[str]
) -> ChampsSuite:
    """Les champs, pour ce débiteur, à la date du solde."""
    suivi, territoire, au = dossier.suivi or Suivi(), territoire_de(dossier.debiteur.domicile), solde.au
    recue = suivi.signification_de(debiteur)
    return ChampsSuite(
        depot=_dater(suivi.depot),
        ordonnance_date=_dater(ordonnance.date),
        ordonnance_numero=str(mettre_en_forme(ordonnance.numero) or ""),
        ordonnance_montant=montant(ordonnance.montant) if ordonnance.montant else "",
        ordonnance_partielle=ordonnance.partielle,
        terme_signification=_dater(terme_de_signification(ordonnance, territoire)),
        signification_date=_dater(recue.date if recue else None),
        signification_mode=_MODES[recue.mode] if recue else "",
        est_a_personne=recue is not None and recue.mode == "personne",
        executoire_le=_dater(premier_jour_d_execution(ordonnance, recue, territoire) if recue else None),
        titre_jusqu_au=_dater(terme_d_execution(dossier, recue, debiteur, au) if recue else None),
        opposition=_dater(suivi.opposition),
        solde=montant(solde.total),
        solde_detail=_detailler(solde),
        accorde=montant(solde.accorde) if solde.accorde else "",
        recus=enumerer([f"{montant(somme)} le {date_longue(jour)}" for jour, somme in solde.recus]),
        joints=joints,
    )


def _dater(jour: dt.date | None) -> str:
    return date_longue(jour) if jour else ""


def _detailler(solde: SoldeDuTitre) -> str:
    postes = [f"{montant(solde.principal)} en principal"]
    postes += [f"{montant(solde.interets)} d’intérêts"] if solde.interets else []
    postes += [f"{montant(solde.autres)} d’indemnités et de frais"] if solde.autres else []
    return enumerer(postes)

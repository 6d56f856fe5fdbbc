"""Ce que le protocole d'accord imprime en propre : l'échéancier, l'acompte, la remise, le délai de la déchéance."""

import datetime as dt
from typing import TypedDict

from generateur.calculs.echeancier import Echeancier
from generateur.domaine.langue import date_longue, montant
from generateur.droit.tables import entier_au
from generateur.redaction.typographie import en_lettres, entier_en_lettres, pluriel


class VersementActe(TypedDict):
    """Une échéance : son rang, sa date, sa somme."""

    rang: str
    date: str
    montant: str


class ChampsAccord(TypedDict):
    """Ce que le protocole imprime, sous `complement`."""

    versements: list[VersementActe]
    nombre: str
    a_payer: str
    a_payer_lettres: str
    acompte: str
    remise: str
    remise_pourcent: str
    somme_des_versements: str
    delai: str


def champs_de_l_accord(echeancier: Echeancier, remise_pourcent: str, au: dt.date) -> ChampsAccord:
    """Les champs du protocole ; le délai laissé avant la déchéance est celui d'usage d'une mise en demeure."""
    versements = echeancier.versements
    jours = entier_au("delais_jours", au, "mise_en_demeure_usuel")
    return ChampsAccord(
        versements=[
            VersementActe(rang=str(v.rang), date=date_longue(v.date), montant=montant(v.montant)) for v in versements
        ],
        nombre=pluriel(len(versements), "échéance"),
        a_payer=montant(echeancier.a_payer),
        a_payer_lettres=en_lettres(echeancier.a_payer),
        acompte=montant(echeancier.acompte) if echeancier.acompte else "",
        remise=montant(echeancier.remise) if echeancier.remise else "",
        remise_pourcent=remise_pourcent,
        somme_des_versements=montant(echeancier.a_payer - echeancier.acompte),
        delai=f"{entier_en_lettres(jours)} jours",
    )

"""Ce que la déclaration de créance dit de l'injonction de payer obtenue avant le jugement : un titre, ou une instance.

Sources : C. com. L622-25, al. 3 (un titre dispense de certifier), R622-23 (juridiction saisie) ; CPC 1416, 1422.
"""

import datetime as dt

from generateur.calculs.calendrier import UN_JOUR, territoire_de
from generateur.calculs.naissance import jugement_de
from generateur.calculs.solde_du_titre import est_moindre
from generateur.calculs.titre import est_titre, premier_jour_d_execution
from generateur.domaine.apres_depot import Ordonnance, Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue
from generateur.domaine.parties import Debiteur


def dire_le_titre(dossier: Dossier, debiteur: Debiteur) -> str:
    """L'ordonnance exécutoire au jour du jugement d'ouverture ; vide si elle ne l'était pas, ou n'existe pas.

    Vide aussi si elle n'accorde qu'une partie : le reste de la somme déclarée se certifie sincère.
    """
    suivi, jugement = dossier.suivi or Suivi(), jugement_de(debiteur)
    recue, ordonnance = suivi.signification_de(debiteur), suivi.ordonnance
    if ordonnance is None or recue is None or jugement is None or not est_titre(dossier, jugement - UN_JOUR):
        return ""
    if est_moindre(dossier, ordonnance):
        return ""
    if premier_jour_d_execution(ordonnance, recue, territoire_de(dossier.debiteur.domicile)) > jugement:
        return ""
    return f"{_nommer(ordonnance)}, signifiée le {date_longue(recue.date)}"


def dire_l_instance(dossier: Dossier, au: dt.date) -> str:
    """La juridiction que l'opposition a saisie ; vide si aucune n'est notée."""
    suivi = dossier.suivi or Suivi()
    if suivi.ordonnance is None or suivi.opposition is None or suivi.opposition > au:
        return ""
    opposee = f"frappée d’opposition le {date_longue(suivi.opposition)}"
    return f"celle qui a rendu l’{_nommer(suivi.ordonnance)}, {opposee}"


def _nommer(ordonnance: Ordonnance) -> str:
    numero = f" n°{INSECABLE}{ordonnance.numero}" if ordonnance.numero else ""
    return f"ordonnance portant injonction de payer{numero} du {date_longue(ordonnance.date)}"

"""Ce qu'un projet écrit là où une valeur manque : « à compléter », jamais un blanc ni une valeur supposée."""

import datetime as dt

from generateur.calculs.imputation import PaiementRecu
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Facture
from generateur.domaine.langue import A_COMPLETER, date_longue, date_ou_manque, enumerer


def dire_echeances(facture: Facture) -> str:
    """L'échéance, ou toutes si la facture est payable en plusieurs fois."""
    return enumerer([date_longue(terme.date) for terme in facture.termes]) or date_ou_manque(facture.echeance)


def dire_date_du_paiement(recu: PaiementRecu, au: dt.date) -> str:
    """Un paiement dont la date manque compte depuis l'échéance (à défaut, à l'arrêté `au`), et l'acte le dit."""
    jour = date_longue(recu.jour)
    if not recu.est_de_date_presumee:
        return jour
    compte = "compté à la date d’arrêté" if recu.jour == au else f"compté à l’échéance, le {jour}"
    return f"{A_COMPLETER} ({compte})"


def citer_facture(facture: Facture, bordereau: Bordereau) -> str:
    """La facture et sa commande, par leurs numéros de pièces."""
    if not facture.fichier:
        return f"(pièce {A_COMPLETER})"
    return bordereau.citation(facture.fichier, facture.commande.fichier if facture.commande else None)

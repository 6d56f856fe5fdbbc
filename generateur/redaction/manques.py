"""Ce qu'un projet écrit là où une valeur manque : « à compléter », jamais un blanc ni une valeur supposée."""

from generateur.calculs.imputation import Imputation
from generateur.domaine.bordereau import Bordereau
from generateur.domaine.creances import Facture
from generateur.domaine.langue import A_COMPLETER, date_longue, date_ou_manque, enumerer


def dire_echeances(facture: Facture) -> str:
    """L'échéance, ou toutes si la facture est payable en plusieurs fois."""
    return enumerer([date_longue(terme.date) for terme in facture.termes]) or date_ou_manque(facture.echeance)


def dire_date_du_paiement(imputation: Imputation) -> str:
    """Un paiement dont la date manque est compté à l'échéance, et l'acte le dit."""
    jour = date_longue(imputation.date)
    return f"{A_COMPLETER} (compté à l’échéance, le {jour})" if imputation.date_presumee else jour


def citer_facture(facture: Facture, bordereau: Bordereau) -> str:
    """La facture et sa commande, par leurs numéros de pièces."""
    if not facture.fichier:
        return f"(pièce {A_COMPLETER})"
    return bordereau.citation(facture.fichier, facture.commande.fichier if facture.commande else None)

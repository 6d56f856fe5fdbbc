"""L'arrondi des montants ; seul, pour que qui ne fait qu'écrire un montant ne charge pas les types du dossier."""

from decimal import ROUND_HALF_UP, Decimal

CENTIME = Decimal("0.01")


def arrondir(valeur: Decimal) -> Decimal:
    """Arrondit au centime, demi vers le haut : la seule fonction d'arrondi du programme.

    >>> arrondir(Decimal("10.005")), arrondir(Decimal("10.004"))
    (Decimal('10.01'), Decimal('10.00'))
    """
    return valeur.quantize(CENTIME, rounding=ROUND_HALF_UP)

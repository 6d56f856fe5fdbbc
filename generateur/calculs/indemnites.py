"""Les indemnités forfaitaires, payées en dernier : par ce que les paiements laissent, puis par les avoirs en trop."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from generateur.calculs.imputation import Imputation, PaiementRecu
from generateur.domaine.socle import ZERO


def regler_indemnites(
    numeros: Sequence[str], dues: Sequence[Decimal], recus: Sequence[PaiementRecu]
) -> tuple[list[Decimal], list[PaiementRecu], list[Imputation]]:
    """Impute sur les indemnités ce que les paiements laissent, une fois éteints principal et intérêts.

    Rend les indemnités restant dues, les paiements complétés, et ces seules imputations.
    """
    restes = list(dues)
    completes: list[PaiementRecu] = []
    reglements: list[Imputation] = []
    for recu in recus:
        libre = recu.excedent
        propres: list[Imputation] = []
        for rang, numero in enumerate(numeros):
            regle = min(libre, restes[rang])
            if regle:
                restes[rang] -= regle
                libre -= regle
                propres.append(Imputation(recu.jour, regle, ZERO, ZERO, numero, regle))
        completes.append(replace(recu, imputations=(*recu.imputations, *propres), excedent=libre))
        reglements += propres
    return restes, completes, reglements


def compenser(restes: Sequence[Decimal], credit: Decimal) -> tuple[list[Decimal], Decimal]:
    """Éteint ces sommes par ce qui est dû au débiteur (C. civ. 1347) ; rend celles qui restent, et ce qui a servi."""
    libre, gardees = credit, []
    for reste in restes:
        eteint = min(libre, reste)
        libre -= eteint
        gardees.append(reste - eteint)
    return gardees, credit - libre

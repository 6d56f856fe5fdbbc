"""Lire une table de droit pour un fait ancien : avant la première valeur établie, le contrôle se tait."""

from datetime import date
from decimal import Decimal

from generateur.droit.tables import decimal_au, entier_au, lire_table


def est_connu(table: str, jour: date, cle: str) -> bool:
    """Vrai si la dernière valeur commencée à ce jour, pour cette clé, est établie."""
    commencee = lire_table(table).au(jour, cle)
    return commencee is not None and commencee.valeur is not None


def entier_connu(table: str, jour: date, cle: str) -> int | None:
    """Entier en vigueur, None avant la première valeur établie ; ErreurDroitManquant au-delà de l'horizon."""
    return entier_au(table, jour, cle) if est_connu(table, jour, cle) else None


def decimal_connu(table: str, jour: date, cle: str) -> Decimal | None:
    """Nombre en vigueur, None avant la première valeur établie ; ErreurDroitManquant au-delà de l'horizon."""
    return decimal_au(table, jour, cle) if est_connu(table, jour, cle) else None

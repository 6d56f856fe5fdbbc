"""Lire une table de droit pour un fait ancien : avant la première valeur établie, le contrôle se tait."""

from datetime import date
from decimal import Decimal

from generateur.droit.tables import decimal_au, entier_au, lire_table


def est_connu(table: str, jour: date, cle: str) -> bool:
    """Vrai si la dernière valeur commencée à ce jour, pour cette clé, est établie."""
    commencees = [valeur for valeur in lire_table(table).valeurs if valeur.cle == cle and valeur.depuis <= jour]
    return bool(commencees) and commencees[-1].valeur is not None


def entier_connu(table: str, jour: date, cle: str) -> int | None:
    """Entier en vigueur, None avant la première valeur établie ; ErreurDroitManquant au-delà de l'horizon."""
    return entier_au(table, jour, cle) if est_connu(table, jour, cle) else None


def decimal_connu(table: str, jour: date, cle: str) -> Decimal | None:
    """Nombre en vigueur, None avant la première valeur établie ; ErreurDroitManquant au-delà de l'horizon."""
    return decimal_au(table, jour, cle) if est_connu(table, jour, cle) else None

"""Mettre en forme les valeurs brutes qu'une procédure donne à ses actes : montants, dates, pièces citées."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from generateur.domaine.langue import date_longue, montant
from generateur.procedures.socle import PieceACiter


def mettre_en_forme(valeur: Any, citer: Callable[[str | None], str] = str) -> Any:
    """Montant, date, liste : la valeur prête à imprimer ; une pièce devient sa citation, par `citer`."""
    if isinstance(valeur, PieceACiter):
        return citer(valeur) if valeur else ""
    if isinstance(valeur, Decimal):
        return montant(valeur)
    if isinstance(valeur, dt.date):
        return date_longue(valeur)
    if isinstance(valeur, Mapping):
        return {cle: mettre_en_forme(v, citer) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [mettre_en_forme(v, citer) for v in valeur]
    return "" if valeur is None else valeur

"""Une longue liste se montre page par page : laquelle, et ce qui y est."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request

T = TypeVar("T")
_CHIFFRES = 8  # d'un numéro de page ; au-delà, ce n'en est pas un


@dataclass(frozen=True)
class Feuillet(Generic[T]):
    """Ce qui se montre, et où l'on en est."""

    montres: Sequence[T]
    numero: int
    pages: int


def feuilleter(tout: Sequence[T], demande: Request, par_page: int) -> Feuillet[T]:
    """La page que demande l'adresse, la plus proche si elle n'existe pas."""
    pages = max(1, math.ceil(len(tout) / par_page))
    voulue = demande.query_params.get("page", "1")
    numero = min(max(int(voulue), 1), pages) if voulue.isdecimal() and len(voulue) <= _CHIFFRES else 1
    return Feuillet(tout[(numero - 1) * par_page : numero * par_page], numero, pages)

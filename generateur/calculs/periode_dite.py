"""La période qu'un texte dit : « du 02/05/2026 au 31/08/2026 », « mai à août 2026 », « mai 2026 »."""

import calendar
import datetime as dt
import re

from generateur.domaine.creances import Periode
from generateur.domaine.langue import MOIS, aplatir

_MOIS = tuple(map(aplatir, MOIS))
_NOM = "|".join(_MOIS)
_JOUR = r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})"
_ENTRE_JOURS = re.compile(rf"\b{_JOUR}\s*(?:au|a|-|–)\s*{_JOUR}\b")
_ENTRE_MOIS = re.compile(rf"\b({_NOM})(?:\s+(\d{{4}}))?\s*(?:au|a|-|–)\s*({_NOM})\s+(\d{{4}})\b")
_UN_MOIS = re.compile(rf"\b({_NOM})\s+(\d{{4}})\b")


def lire_periode(texte: str) -> Periode | None:
    """Premier et dernier jour compris de la période dite ; None si le texte n'en dit pas une, et une seule."""
    plat = aplatir(texte)
    if jours := _ENTRE_JOURS.search(plat):
        j1, m1, a1, j2, m2, a2 = map(int, jours.groups())
        return _composer(a1, m1, j1, a2, m2, j2)
    if mois := _ENTRE_MOIS.search(plat):
        premier, annee, dernier, fin = mois.groups()
        return _composer(int(annee or fin), _rang(premier), 1, int(fin), _rang(dernier), None)
    seuls = _UN_MOIS.findall(plat)
    if len(seuls) == 1 and not re.search(rf"\d\s+{seuls[0][0]}", plat):  # « le 3 mai 2026 » est une date
        rang, annee = _rang(seuls[0][0]), int(seuls[0][1])
        return _composer(annee, rang, 1, annee, rang, None)
    return None


def _rang(nom: str) -> int:
    return _MOIS.index(nom) + 1


def _composer(a1: int, m1: int, j1: int, a2: int, m2: int, j2: int | None) -> Periode | None:
    try:
        du, au = dt.date(a1, m1, j1), dt.date(a2, m2, j2 or calendar.monthrange(a2, m2)[1])
    except ValueError:
        return None
    return Periode(du=du, au=au) if du <= au else None

"""Un numéro de facture cité dans un texte ; et, parmi beaucoup de textes, ceux qui le citent sans tout reparcourir."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from generateur.importation.groupement import aplatir_nom

_MOT = re.compile(r"[0-9a-z]+")


def cite_le_numero(texte: str, numero: str) -> bool:
    """Vrai si le texte porte ce numéro entier, ponctuation et blancs mis à part : « F 2026-118 » cite F2026-118."""
    morceaux = _decouper(numero)
    return bool(morceaux) and _porte(_MOT.findall(texte.casefold()), morceaux)


def _decouper(numero: str) -> Sequence[str]:
    """Les suites de chiffres et de lettres du numéro ; rien s'il n'a pas de chiffre : ce serait un mot."""
    morceaux = re.findall(r"[0-9]+|[a-z]+", aplatir_nom(numero))
    return morceaux if any(morceau.isdigit() for morceau in morceaux) else ()


def _porte(mots: Sequence[str], morceaux: Sequence[str]) -> bool:
    """Vrai si des mots qui se suivent font ce numéro, coupé seulement entre ses lettres et ses chiffres."""
    entier, bornes = "".join(morceaux), frozenset(accumulate(map(len, morceaux)))
    departs = (rang for rang, mot in enumerate(mots) if entier.startswith(mot))
    return any(_composent(mots[rang : rang + len(morceaux)], entier, bornes) for rang in departs)


def _composent(mots: Sequence[str], entier: str, bornes: frozenset[int]) -> bool:
    place = 0
    for mot in mots:
        place += len(mot)
        if place not in bornes or not entier[:place].endswith(mot):
            return False
        if place == len(entier):
            return True
    return False


class TextesCitants:
    """Des textes, rangés par leurs mots : celui qui cite un numéro en porte le début et la fin en mots entiers."""

    def __init__(self, textes: Sequence[str]) -> None:
        self._mots = [_MOT.findall(texte.casefold()) for texte in textes]
        self._rangs: dict[str, list[int]] = {}
        for rang, mots in enumerate(self._mots):
            for mot in set(mots):
                self._rangs.setdefault(mot, []).append(rang)

    def chercher(self, numero: str) -> list[int]:
        """Les rangs des textes qui citent ce numéro, dans l'ordre."""
        morceaux = _decouper(numero)
        if not morceaux:
            return []
        coupes = range(1, len(morceaux) + 1)
        debuts = self._lister("".join(morceaux[:coupe]) for coupe in coupes)
        fins = self._lister("".join(morceaux[-coupe:]) for coupe in coupes)
        rares = min(debuts, fins, key=lambda listes: sum(map(len, listes)))  # « F » et « 2026 » sont partout
        return [rang for rang in sorted(set().union(*rares)) if _porte(self._mots[rang], morceaux)]

    def _lister(self, mots: Iterable[str]) -> list[list[int]]:
        return [self._rangs.get(mot, []) for mot in mots]

"""Beaucoup de constats en peu de lignes : le plus coûteux d'abord, un même constat dit une fois avec ses lieux."""

from collections.abc import Iterable

from generateur.controles.catalogue import rang_d_enjeu
from generateur.domaine.constat import ORDRE_GRAVITES, Constat, Gravite, Groupe


def ordonner(constats: Iterable[Constat]) -> tuple[Constat, ...]:
    """Les plus graves d'abord, puis ce qui peut coûter le plus, puis l'ordre d'apparition ; sans doublon."""
    return tuple(sorted(dict.fromkeys(constats), key=lambda c: (ORDRE_GRAVITES.index(c.gravite), rang_d_enjeu(c.code))))


def regrouper(constats: Iterable[Constat]) -> tuple[Groupe, ...]:
    """Les constats ordonnés, réunis par gravité et par code."""
    groupes: dict[tuple[Gravite, str], list[Constat]] = {}
    for constat in ordonner(constats):
        groupes.setdefault((constat.gravite, constat.code), []).append(constat)
    return tuple(Groupe(tuple(memes)) for memes in groupes.values())

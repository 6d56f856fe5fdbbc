"""Beaucoup de constats en peu de lignes : le plus coûteux d'abord, un même constat dit une fois avec ses lieux."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generateur.controles.catalogue import rang_d_enjeu
from generateur.controles.constat import ORDRE_GRAVITES, Constat, Gravite

LIEUX_MONTRES = 4


@dataclass(frozen=True)
class Groupe:
    """Le même constat à un ou plusieurs endroits ; le premier parle pour tous."""

    constats: tuple[Constat, ...]

    @property
    def premier(self) -> Constat:
        """Celui qui est montré en entier."""
        return self.constats[0]

    @property
    def gravite(self) -> Gravite:
        """Leur gravité commune."""
        return self.premier.gravite

    @property
    def autres_lieux(self) -> tuple[str, ...]:
        """Où les autres se trouvent, dans l'ordre, sans répétition."""
        lieux = dict.fromkeys(constat.lieu for constat in self.constats[1:] if constat.lieu)
        return tuple(lieu for lieu in lieux if lieu != self.premier.lieu)

    @property
    def remedes(self) -> tuple[str, ...]:
        """Les remèdes à montrer : le premier, et ceux des autres s'ils sont aussi montrés."""
        return tuple(dict.fromkeys(constat.remede for constat in self.montres if constat.remede))

    @property
    def montres(self) -> tuple[Constat, ...]:
        """Deux constats se disent tous deux ; au-delà, le premier seul, et les lieux des autres."""
        return self.constats if len(self.constats) <= 2 else self.constats[:1]  # noqa: PLR2004 (un et « l'autre »)

    def dire_les_autres(self, lieux: Sequence[str] | None = None) -> str:
        """« De même en factures[2], factures[3] et 12 autres endroits » ; vide quand tout est déjà montré.

        `lieux` : les mêmes endroits, écrits autrement (avec leur ligne).
        """
        reste = len(self.constats) - len(self.montres)
        if not reste:
            return ""
        connus = list(self.autres_lieux if lieux is None else lieux)
        dits = connus[:LIEUX_MONTRES]
        non_dits = reste - len(dits)
        if not dits:
            return f"De même {reste} autres fois."
        suite = f" et {non_dits} autres endroits" if non_dits > 1 else " et un autre endroit" if non_dits == 1 else ""
        return f"De même en {', '.join(dits)}{suite}."


def ordonner(constats: Iterable[Constat]) -> tuple[Constat, ...]:
    """Les plus graves d'abord, puis ce qui peut coûter le plus, puis l'ordre d'apparition ; sans doublon."""
    return tuple(sorted(dict.fromkeys(constats), key=lambda c: (ORDRE_GRAVITES.index(c.gravite), rang_d_enjeu(c.code))))


def regrouper(constats: Iterable[Constat]) -> tuple[Groupe, ...]:
    """Les constats ordonnés, réunis par gravité et par code."""
    groupes: dict[tuple[Gravite, str], list[Constat]] = {}
    for constat in ordonner(constats):
        groupes.setdefault((constat.gravite, constat.code), []).append(constat)
    return tuple(Groupe(tuple(memes)) for memes in groupes.values())

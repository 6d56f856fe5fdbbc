"""Les constats tels qu'une personne les lit : un même constat une fois, par gravité, et par quoi commencer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generateur.controles.groupes import regrouper
from generateur.domaine.constat import LIBELLES_GRAVITES, ORDRE_GRAVITES, Constat, Groupe


@dataclass(frozen=True)
class ConstatsRanges:
    """Des constats réunis, les plus graves d'abord."""

    groupes: tuple[Groupe, ...]

    @property
    def pressants(self) -> tuple[Groupe, ...]:
        """Ceux qui demandent quelque chose."""
        return tuple(groupe for groupe in self.groupes if groupe.gravite != "information")

    @property
    def informations(self) -> tuple[Groupe, ...]:
        """Ceux qu'il suffit de savoir."""
        return tuple(groupe for groupe in self.groupes if groupe.gravite == "information")

    @property
    def dabord(self) -> Constat | None:
        """Par quoi commencer ; None si rien n'est à faire."""
        return self.pressants[0].premier if self.pressants else None

    def par_gravite(self) -> Iterator[tuple[str, tuple[Groupe, ...]]]:
        """Ce qu'il y a à faire, en deux mots, et les groupes qui le demandent."""
        for gravite in ORDRE_GRAVITES:
            if memes := tuple(groupe for groupe in self.groupes if groupe.gravite == gravite):
                yield LIBELLES_GRAVITES[gravite], memes


def ranger_constats(constats: Iterable[Constat]) -> ConstatsRanges:
    """Les constats, chacun une fois, avec ses autres endroits."""
    return ConstatsRanges(regrouper(constats))

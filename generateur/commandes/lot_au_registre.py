"""Le lot tient le registre : ce qu'il produit, ou trouve à jour, y est inscrit par lui seul, au fil de l'eau."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generateur.commandes.options import dire

if TYPE_CHECKING:
    from generateur.operations.inscription import Inscrits
    from generateur.operations.lot import Avancee

AIDE_REGISTRE_DU_LOT = "Inscrit au registre ce qui est produit : sqlite:///chemin ou postgresql://compte@hôte/base."


@dataclass
class Tenue:
    """`avancer` : à donner au lot ; `inscrits` : ce qui l'a été, une fois le lot fini. Sans registre, rien."""

    avancer: Callable[["Avancee"], None]
    inscrits: "Inscrits | None" = field(default=None)

    @property
    def est_incomplete(self) -> bool:
        """Vrai si le registre n'a pas tout pris."""
        return self.inscrits is not None and bool(self.inscrits.ecartes)


@contextlib.contextmanager
def tenir_registre(adresse: str | None, jour: dt.date, avancer: Callable[["Avancee"], None]) -> Iterator[Tenue]:
    """Ouvre le registre avant le lot, y inscrit à mesure, et dit à la fin ce qu'il n'a pas pris.

    Un lot interrompu y laisse ce qu'il a fait.
    """
    tenue = Tenue(avancer)
    if adresse is None:
        yield tenue
        return
    from generateur.commandes import presentation_inscription
    from generateur.operations.inscription import Inscripteur, ouvrir_registre

    with ouvrir_registre(adresse) as base:
        inscripteur = Inscripteur(base, jour)

        def inscrire(avancee: "Avancee") -> None:
            avancer(avancee)
            inscripteur.inscrire_resultat(avancee.source, avancee.resultat)

        tenue.avancer = inscrire
        try:
            yield tenue
        finally:
            tenue.inscrits = inscripteur.finir()
            for ligne in presentation_inscription.resumer(tenue.inscrits):
                dire(ligne)

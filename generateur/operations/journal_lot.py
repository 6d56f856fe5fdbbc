"""Les résultats d'un lot, gardés sur le disque : la mémoire ne suit pas le nombre des dossiers.

Le fichier n'a pas de nom : il disparaît avec le processus, quelle que soit sa fin, et nul autre ne le lit.
"""

import tempfile
import weakref
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Self, overload

from generateur.reglages import Resultat

_EN_MEMOIRE = 1 << 20  # un petit lot n'écrit rien


class JournalLot(Sequence[Resultat]):
    """Une suite de résultats, dans leur ordre, relus un par un ; `etats` en tient le compte."""

    def __init__(self, resultats: Sequence[Resultat] = ()) -> None:
        self._flux = tempfile.SpooledTemporaryFile(max_size=_EN_MEMOIRE)  # noqa: SIM115 (dure autant que le bilan)
        weakref.finalize(self, self._flux.close)
        self._places = array("q")
        self._fin = 0
        self.etats: Counter[str] = Counter()
        self.total = Decimal(0)
        for resultat in resultats:
            self.ajouter(resultat)

    def ajouter(self, resultat: Resultat) -> None:
        """Met ce résultat à la fin."""
        ligne = resultat.model_dump_json().encode()
        self._flux.seek(self._fin)
        self._flux.write(ligne)
        self._fin += len(ligne)
        self._places.append(self._fin)
        self.etats[resultat.etat] += 1
        if resultat.total:
            self.total += Decimal(resultat.total)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, rang: int) -> Resultat: ...
    @overload
    def __getitem__(self, rang: slice) -> Self: ...
    def __getitem__(self, rang: int | slice) -> Resultat | Self:
        if isinstance(rang, slice):
            return type(self)([self[place] for place in range(*rang.indices(len(self)))])
        place = range(len(self))[rang]
        debut = self._places[place - 1] if place else 0
        self._flux.seek(debut)
        return Resultat.model_validate_json(self._flux.read(self._places[place] - debut))

    def __iter__(self) -> Iterator[Resultat]:
        return (self[place] for place in range(len(self)))

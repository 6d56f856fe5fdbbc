"""L'avancement d'une commande longue : une barre au terminal dès deux secondes, une ligne par pas ailleurs."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import click

from generateur.commandes.options import dire

_PATIENCE_S = 2.0
Avancer = Callable[[str, int, int, str], None]


@contextlib.contextmanager
def suivre_avancee(ligne: Callable[[int, int, str], str], etapes_dites: frozenset[str]) -> Iterator[Avancer]:
    """Rend de quoi dire chaque pas : (étape, rang, total, nom).

    Au terminal, rien avant deux secondes, puis une barre par étape. Ailleurs, `ligne` pour les `etapes_dites` seules.
    """
    if not est_un_terminal():
        yield lambda etape, rang, total, nom: dire(ligne(rang, total, nom)) if etape in etapes_dites else None
        return
    barre = _Barre(time.monotonic() + _PATIENCE_S)
    try:
        yield barre.avancer
    finally:
        barre.fermer()


def est_un_terminal() -> bool:
    """Vrai si quelqu'un regarde la sortie d'erreur, et ne l'a pas fait taire."""
    est_muette = click.get_current_context().find_root().obj["silencieux"]
    return not est_muette and sys.stderr is not None and sys.stderr.isatty()


class _Barre:
    """Une barre à la fois : celle de l'étape en cours, ouverte quand la patience est à bout."""

    def __init__(self, attendre_jusqu_a: float) -> None:
        self._attente = attendre_jusqu_a
        self._etape = ""
        self._faits = 0
        self._barre: Any = None

    def avancer(self, etape: str, rang: int, total: int, _nom: str) -> None:
        """Montre ce pas, s'il est temps."""
        if etape != self._etape:
            self.fermer()
            self._etape, self._faits = etape, 0
        if self._barre is None:
            if time.monotonic() < self._attente or rang == total:
                return
            self._barre = click.progressbar(length=total, label=etape, file=sys.stderr, show_eta=True)
            self._barre.__enter__()
        self._barre.update(rang - self._faits)
        self._faits = rang

    def fermer(self) -> None:
        """Finit la ligne de la barre, s'il y en a une."""
        if self._barre is not None:
            self._barre.__exit__(None, None, None)
            self._barre = None

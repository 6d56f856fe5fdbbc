"""Ce qu'une façade reçoit et qui attend une suite : posé à part, effacé en partant, ou quand il y en a trop."""

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from generateur.surveillance.provisoires import repertoire_provisoire

_GARDES = 1_000_000_000  # octets ; au-delà, les plus anciens s'effacent


class Recus:
    """Les répertoires privés d'un lancement, partagés par les fils qui répondent. À fermer en partant."""

    def __init__(self) -> None:
        self._pile, self._verrou = contextlib.ExitStack(), threading.Lock()
        self._atelier: Path | None = None
        self._reserves: list[Path] = []

    def reserver(self) -> Path:
        """Un répertoire vide où poser un envoi."""
        with self._verrou:
            if self._atelier is None:
                self._atelier = self._pile.enter_context(repertoire_provisoire())
            while sum(map(_peser, self._reserves)) > _GARDES:
                shutil.rmtree(self._reserves.pop(0), ignore_errors=True)
            self._reserves.append(Path(tempfile.mkdtemp(dir=self._atelier)))
            return self._reserves[-1]

    @contextlib.contextmanager
    def preter(self) -> Iterator[Path]:
        """Le même, le temps d'une demande."""
        repertoire = self.reserver()
        try:
            yield repertoire
        finally:
            with self._verrou:
                self._reserves = [reserve for reserve in self._reserves if reserve != repertoire]
            shutil.rmtree(repertoire, ignore_errors=True)

    def fermer(self) -> None:
        """Efface ce qui reste."""
        self._pile.close()


def _peser(repertoire: Path) -> int:
    return sum(fichier.stat().st_size for fichier in repertoire.rglob("*") if fichier.is_file())

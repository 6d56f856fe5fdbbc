"""Un dossier temporaire attaché à un moteur : effacé à sa fermeture, sinon à la fin du programme."""

import os
import weakref
from pathlib import Path

from generateur.surveillance.provisoires import creer_provisoire, effacer_provisoire


class DossierPrive:
    """Créé à la première demande, effacé par fermer ; peut resservir ensuite."""

    def __init__(self) -> None:
        self._chemin: Path | None = None
        self._fin: weakref.finalize[..., object] | None = None

    @property
    def chemin(self) -> Path:
        """Le dossier, créé s'il ne l'est pas encore."""
        if self._chemin is None:
            self._chemin = creer_provisoire()
            self._fin = weakref.finalize(self, _effacer, self._chemin, os.getpid())
        return self._chemin

    def fermer(self) -> None:
        """Efface le dossier et ce qu'il contient."""
        if self._fin is not None:
            self._fin()
        self._chemin = self._fin = None


def _effacer(chemin: Path, createur: int) -> None:
    if os.getpid() == createur:  # après un fork, il appartient au parent
        effacer_provisoire(chemin)

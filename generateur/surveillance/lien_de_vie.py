"""Le lien qui fait mourir un enfant avec son parent, même tué d'un coup (kill -9), même au milieu d'un calcul.

Le parent tient seul l'entrée d'un tube dont l'enfant hérite la sortie : à la mort du parent, quelle qu'elle soit, le
tube se rompt et le noyau tue l'enfant, sans que celui-ci ait rien à faire. Ni fil à surveiller, ni code dans l'enfant :
un programme externe et tout son groupe y sont tenus aussi. Propre à Linux ; ailleurs, la fin de leur entrée les arrête.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
import weakref

_OUVERTS: "weakref.WeakSet[LienDeVie]" = weakref.WeakSet()
_FERMETURE = threading.Event()


class LienDeVie:
    """Un tube par enfant : `heritage` se donne à Popen (pass_fds), puis `attacher`, et `rompre` quand il a fini."""

    def __init__(self) -> None:
        self._lecture = self._ecriture = -1
        self._tour = threading.RLock()  # `rompre_tous` peut couper le fil qui le tient
        if _FERMETURE.is_set():
            raise OSError(errno.ECANCELED, "le programme s'arrête")
        _OUVERTS.add(self)
        if sys.platform == "linux":
            self._lecture, self._ecriture = os.pipe()

    @property
    def heritage(self) -> tuple[int, ...]:
        """Ce dont l'enfant hérite."""
        return (self._lecture,) if self._lecture >= 0 else ()

    def attacher(self, pid: int, *, est_groupe: bool) -> None:
        """Lie ce processus, ou tout le groupe qu'il mène ; là où le noyau refuse, rien n'est lié."""
        if sys.platform == "linux" and self._lecture >= 0:
            import fcntl  # noqa: PLC0415 (absent de Windows)

            with contextlib.suppress(OSError):
                fcntl.fcntl(self._lecture, fcntl.F_SETOWN, -pid if est_groupe else pid)
                fcntl.fcntl(self._lecture, fcntl.F_SETSIG, signal.SIGKILL)
                modes = fcntl.fcntl(self._lecture, fcntl.F_GETFL)
                fcntl.fcntl(self._lecture, fcntl.F_SETFL, modes | os.O_ASYNC)
        self._fermer_lecture()

    def rompre(self) -> None:
        """Rend le tube ; ce qui y était encore attaché meurt."""
        self._fermer_lecture()
        with self._tour:  # deux fils peuvent arrêter le même enfant : un descripteur ne se rend qu'une fois
            rendu, self._ecriture = self._ecriture, -1
        if rendu >= 0:
            os.close(rendu)

    @staticmethod
    def rompre_tous() -> None:
        """Arrête tous les enfants ; aucun autre ne se lance ensuite. Le programme s'arrête."""
        _FERMETURE.set()
        for lien in [*_OUVERTS]:
            lien.rompre()

    def _fermer_lecture(self) -> None:
        with self._tour:
            rendu, self._lecture = self._lecture, -1
        if rendu >= 0:
            os.close(rendu)

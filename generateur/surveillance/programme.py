"""Lancer un programme externe, et l'arrêter avec tout ce qu'il a lancé : jamais il ne survit au nôtre."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from generateur.surveillance.depart import d_un_seul_geste
from generateur.surveillance.lien_de_vie import LienDeVie

_MEMOIRE = 8 * 1024**3


class Programme:
    """Un programme externe dans sa propre session : Ctrl-C s'adresse à nous, et le groupe entier s'arrête d'un coup."""

    @d_un_seul_geste
    def __init__(
        self,
        commande: Sequence[str],
        *,
        environnement: Mapping[str, str],
        ou: Path | None = None,
        sortie: int = subprocess.DEVNULL,
    ) -> None:
        """`ou` : son répertoire de travail ; `sortie` : subprocess.PIPE pour la lire. Lève OSError."""
        self._lien = LienDeVie()
        try:
            self.processus = subprocess.Popen(
                commande,
                cwd=ou,
                env=dict(environnement),
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=subprocess.STDOUT if sortie == subprocess.PIPE else subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=self._lien.heritage,
            )
        except BaseException:
            self._lien.rompre()
            raise
        self._lien.attacher(self.processus.pid, est_groupe=True)
        _borner_memoire(self.processus.pid)

    def attendre(self, delai: float) -> int | None:
        """Son code de retour (négatif : le signal qui l'a tué), None s'il dépasse ce délai, en secondes."""
        try:
            return self.processus.wait(delai)
        except subprocess.TimeoutExpired:
            return None

    @d_un_seul_geste
    def abattre(self) -> None:
        """Tue le groupe entier, et attend sa fin."""
        if self.processus.poll() is None or sys.platform != "win32":
            with contextlib.suppress(OSError):
                if sys.platform == "win32":
                    self.processus.kill()
                else:
                    os.killpg(self.processus.pid, signal.SIGKILL)  # il en lance d'autres : soffice.bin, tesseract
        self.processus.wait()
        self._lien.rompre()


def _borner_memoire(pid: int) -> None:
    """Il tombe, et ce qu'il lance avec lui, avant d'avoir pris toute la mémoire de la machine. Propre à Linux."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 (absent de Windows)

        with contextlib.suppress(OSError, ValueError):  # déjà fini, ou borné plus bas
            resource.prlimit(pid, resource.RLIMIT_AS, (_MEMOIRE, _MEMOIRE))


def est_interruption(code: int) -> bool:
    """Vrai si ce code de retour dit un programme tué du dehors, lui ou celui qu'il avait lancé (137 : kill -9)."""
    return code < 0 or code > 128  # noqa: PLR2004 (la convention des interprètes de commandes : 128 + signal)


def interroger(
    commande: Sequence[str], delai: float, *, environnement: Mapping[str, str], ou: Path | None = None
) -> str:
    """Ce que répond une commande brève (sa version, ses langues) ; vide si elle échoue ou dépasse ce délai."""
    try:
        programme = Programme(commande, environnement=environnement, ou=ou, sortie=subprocess.PIPE)
    except OSError:
        return ""
    try:
        reponse, _ = programme.processus.communicate(timeout=delai)
    except subprocess.TimeoutExpired:
        return ""
    finally:
        programme.abattre()
    return reponse.decode(errors="replace") if programme.processus.returncode == 0 else ""

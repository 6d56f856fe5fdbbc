"""Un processus enfant qui répond à une ligne par une ligne, borné en temps, tué s'il le dépasse.

Le parent n'attend jamais plus que le délai, même si l'enfant ne lit plus ce qu'on lui écrit : une sentinelle, un
fil démon par enfant et non par demande, le tue. Rien ici ne retient la fin du programme sur Ctrl-C.
"""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from generateur.surveillance.depart import d_un_seul_geste
from generateur.surveillance.lien_de_vie import LienDeVie


class ErreurEnfant(Exception):
    """L'enfant s'est arrêté sans répondre : de lui-même, tué du dehors, ou parce que son temps était écoulé."""

    def __init__(self, *, trop_long: bool, est_tue: bool = False) -> None:
        super().__init__()
        self.trop_long = trop_long
        self.est_tue = est_tue


class Enfant:
    """Un processus, une demande à la fois : à ses employeurs de ne pas l'appeler de deux fils ensemble."""

    @d_un_seul_geste
    def __init__(self, commande: Sequence[str], environnement: Mapping[str, str]) -> None:
        """Dans sa propre session : Ctrl-C au terminal ne s'adresse qu'au parent, qui sait quoi en faire."""
        self._lien = LienDeVie()
        try:
            self._processus = subprocess.Popen(
                commande,
                env=dict(environnement),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=self._lien.heritage,
            )
        except BaseException:
            self._lien.rompre()
            raise
        self._lien.attacher(self._processus.pid, est_groupe=False)
        self._tour = threading.Condition()
        self._echeance: float | None = None
        self._trop_long = False
        self._sentinelle: threading.Thread | None = None

    @property
    def est_vivant(self) -> bool:
        """Vrai tant que le processus n'est pas mort."""
        return self._processus.poll() is None

    def demander(self, demande: bytes, delai: float) -> bytes:
        """La ligne de réponse, sans sa fin ; `delai` en secondes. Lève ErreurEnfant si elle ne vient pas."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        if entree is None or sortie is None:  # jamais : les deux tubes ont été demandés
            raise ErreurEnfant(trop_long=False)
        self._armer(time.monotonic() + delai)
        try:
            entree.write(demande + b"\n")
            entree.flush()
            reponse = sortie.readline()
        except (OSError, ValueError):  # ValueError : un autre fil vient de l'arrêter
            reponse = b""
        finally:
            self._armer(None)
        if not reponse.endswith(b"\n"):
            raise ErreurEnfant(trop_long=self._trop_long, est_tue=self._est_tue())
        return reponse[:-1]

    def laisser_finir(self, delai: float) -> None:
        """Lui dit que c'est fini et l'attend, `delai` en secondes : il range ce qu'il avait pris. Puis `arreter`."""
        if self._processus.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._processus.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._processus.wait(delai)

    @d_un_seul_geste
    def arreter(self) -> None:
        """Tue le processus et rend ses descripteurs ; il ne garde rien, inutile d'attendre qu'il finisse."""
        with contextlib.suppress(OSError):
            self._processus.kill()
        self._processus.wait()
        self._lien.rompre()
        self._armer(None)
        for flux in (self._processus.stdin, self._processus.stdout):
            if flux is not None:
                with contextlib.suppress(OSError):  # une demande peut être restée dans le tampon
                    flux.close()

    def _est_tue(self) -> bool:
        """Vrai si quelqu'un d'autre l'a tué : une personne, ou le système à court de mémoire."""
        try:
            return self._processus.wait(1) == -signal.SIGKILL and not self._trop_long
        except subprocess.TimeoutExpired:
            return False

    def _armer(self, echeance: float | None) -> None:
        with self._tour:
            self._echeance = echeance
            if echeance is not None and (self._sentinelle is None or not self._sentinelle.is_alive()):
                self._sentinelle = threading.Thread(target=self._veiller, name="sentinelle", daemon=True)
                self._sentinelle.start()
            self._tour.notify()

    def _veiller(self) -> None:
        """Tue l'enfant quand l'échéance passe ; s'arrête avec lui."""
        with self._tour:
            while self._processus.returncode is None:
                if self._echeance is None:
                    self._tour.wait()
                elif (reste := self._echeance - time.monotonic()) > 0:
                    self._tour.wait(reste)
                else:
                    self._trop_long = True
                    self._echeance = None
                    with contextlib.suppress(OSError):
                        self._processus.kill()

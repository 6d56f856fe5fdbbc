"""Un processus enfant où se décodent les pièces : borné en temps et en mémoire, remplacé s'il tombe.

Le parent envoie une ligne JSON par tâche et reçoit une ligne JSON par résultat : un document hostile qui
prendrait la main sur l'enfant ne peut rien faire exécuter au parent. L'enfant (pieces/etabli.py) n'a ni
réseau, ni droit de lancer un programme.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generateur.erreurs import ErreurPiece

_RACINE_PAQUET = Path(__file__).resolve().parents[2]


class Atelier:
    """Exécute une tâche à la fois dans un enfant qui dure ; s'emploie avec « with »."""

    def __init__(self) -> None:
        self._enfant: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()

    def executer(self, tache: str, *, delai: float, memoire: int, **arguments: Any) -> dict[str, Any]:
        """Rend le résultat de la tâche.

        `delai` en secondes, `memoire` en octets d'adressage (appliquée là où le système le permet).
        Lève ErreurPiece si la tâche refuse la pièce, dépasse le délai ou fait tomber l'enfant.
        """
        demande = json.dumps({"tache": tache, "memoire": memoire, "arguments": arguments})
        enfant = self._enfant_vivant()
        depasse = threading.Event()
        minuterie = threading.Timer(delai, self._interrompre, (enfant, depasse))
        minuterie.start()
        try:
            reponse = _echanger(enfant, demande)
        except BaseException:
            self.fermer()
            raise
        finally:
            minuterie.cancel()
        if not reponse:
            self.fermer()
            raise _panne(delai, est_delai=depasse.is_set())
        contenu: dict[str, Any] = json.loads(reponse)
        if "erreur" in contenu:
            erreur = contenu["erreur"]
            raise ErreurPiece(erreur["message"], lieu=erreur["lieu"], remede=erreur["remede"])
        resultat: dict[str, Any] = contenu["resultat"]
        return resultat

    def prechauffer(self) -> None:
        """Démarre l'enfant à l'avance, pendant que le programme se charge."""
        self._enfant_vivant()

    def fermer(self) -> None:
        """Arrête l'enfant ; sans effet s'il n'y en a pas."""
        enfant, self._enfant = self._enfant, None
        if enfant is None:
            return
        enfant.kill()  # il ne garde rien : inutile d'attendre qu'il finisse de lui-même
        enfant.wait()
        if enfant.stdin:
            with contextlib.suppress(OSError):  # une demande peut être restée dans le tampon
                enfant.stdin.close()
        if enfant.stdout:
            enfant.stdout.close()

    def _enfant_vivant(self) -> subprocess.Popen[bytes]:
        if self._enfant is None or self._enfant.poll() is not None:
            self.fermer()
            chemins = [str(_RACINE_PAQUET), os.environ.get("PYTHONPATH", "")]
            self._enfant = subprocess.Popen(
                [sys.executable, "-P", "-m", "generateur.pieces.etabli"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"},
            )
        return self._enfant

    @staticmethod
    def _interrompre(enfant: subprocess.Popen[bytes], depasse: threading.Event) -> None:
        depasse.set()
        enfant.kill()


def _echanger(enfant: subprocess.Popen[bytes], demande: str) -> bytes:
    """Une ligne à l'aller, une au retour ; rien si l'enfant est tombé."""
    if enfant.stdin is None or enfant.stdout is None:
        return b""
    try:
        enfant.stdin.write(demande.encode() + b"\n")
        enfant.stdin.flush()
        return enfant.stdout.readline()
    except OSError:
        return b""


def _panne(delai: float, *, est_delai: bool) -> ErreurPiece:
    remede = "Ouvrez le fichier dans son logiciel, imprimez-le en PDF, et joignez ce PDF."
    if est_delai:
        return ErreurPiece(f"Le fichier demande plus de {delai:.0f} secondes à lire.", remede=remede)
    return ErreurPiece("Le fichier met en échec le logiciel qui le lit (mémoire ou format).", remede=remede)

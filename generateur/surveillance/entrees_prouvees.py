"""Ce qui se garde d'une commande à l'autre, et ne se croit pas sur son nom.

Une entrée ne compte que dans un répertoire fermé aux autres, et si elle porte l'empreinte de ce qu'elle rend sous sa
clé ; abîmée, ou mise à la place d'une autre, elle est ignorée et refaite. GENERATEUR_SANS_CACHE=1 ne garde rien.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from generateur.surveillance.prive import ecrire_prive, lire_prive, ouvrir_prive

_EMPREINTE = 32
_ECRITURES_ENTRE_COMPTES = 100  # compter un grand répertoire à chaque écriture coûterait plus qu'elle


class EntreesProuvees:
    """Les entrées d'un répertoire, au plus tant ; au-delà, on repart de rien : chacune se refait."""

    def __init__(self, dossier: Path, maximum: int) -> None:
        self._dossier = dossier
        self._maximum = maximum
        self._ecrites = 0
        self._actives = os.environ.get("GENERATEUR_SANS_CACHE", "") in {"", "0"}

    def lire(self, cle: str) -> bytes | None:
        """Ce qui est gardé sous cette clé, entier ; None sinon."""
        contenu = lire_prive(self._dossier / cle) if self._actives else None
        if contenu is None or _prouver(cle, contenu[_EMPREINTE:]) != contenu[:_EMPREINTE]:
            return None
        return contenu[_EMPREINTE:]

    def garder(self, cle: str, octets: bytes) -> None:
        """Garde ces octets sous cette clé ; ce qui ne s'écrit pas n'empêche pas de produire."""
        if self._actives and ouvrir_prive(self._dossier):
            with contextlib.suppress(OSError):
                if self._ecrites % _ECRITURES_ENTRE_COMPTES == 0:
                    self._borner()
                self._ecrites += 1
                ecrire_prive(self._dossier / cle, _prouver(cle, octets) + octets)

    def _borner(self) -> None:
        entrees = list(self._dossier.iterdir())
        for entree in entrees if len(entrees) >= self._maximum else ():
            entree.unlink(missing_ok=True)


def _prouver(cle: str, octets: bytes) -> bytes:
    """L'empreinte de ce qui est rendu et de la clé sous laquelle il est rangé."""
    return hashlib.sha256(cle.encode() + b"\n" + octets).digest()

"""Les fichiers que le validateur PDF/A a déjà approuvés, par leur empreinte : les mêmes octets ne se rejugent pas.

Un refus n'est pas gardé : il se redit avec ses raisons. Un autre validateur rejuge tout.
"""

import hashlib
from pathlib import Path

from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

_ENTREES_MAXIMALES = 5000
_APPROUVE = b"approuve"


class Approbations:
    """Ce que le validateur d'ici a approuvé."""

    def __init__(self, niveau: str, dossier: Path | None = None) -> None:
        self._entrees = EntreesProuvees(dossier or dossier_de_cache() / "approbations", _ENTREES_MAXIMALES)
        self._juge = f"{niveau} pikepdf {version_installee('pikepdf')} fonttools {version_installee('fonttools')}"

    def cle(self, fichier: Path) -> str:
        """Les octets du fichier, et qui les juge."""
        somme = hashlib.sha256(f"{self._juge}\n".encode())
        somme.update(fichier.read_bytes())
        return somme.hexdigest()

    def a_approuve(self, cle: str) -> bool:
        """Vrai si ces octets ont déjà été approuvés par ce validateur."""
        return self._entrees.lire(cle) == _APPROUVE

    def retenir(self, cle: str) -> None:
        """Ces octets viennent d'être approuvés."""
        self._entrees.garder(cle, _APPROUVE)

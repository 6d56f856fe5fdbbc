"""Les documents d'un répertoire, retrouvés par le numéro de la facture : dans le nom d'abord, dans le texte sinon."""

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from generateur.importation.numeros_cites import TextesCitants

_EXTENSIONS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".eml", ".docx"})


class Documents:
    """Un répertoire de documents ; `lire_texte` n'est appelé que si aucun nom ne répond."""

    def __init__(self, repertoire: Path | None, lire_texte: Callable[[Path], str] | None = None) -> None:
        self._fichiers = (
            sorted(p for p in repertoire.rglob("*") if p.is_file() and p.suffix.lower() in _EXTENSIONS)
            if repertoire is not None and repertoire.is_dir()
            else []
        )
        self._lire_texte = lire_texte
        self._noms: dict[str, list[Path]] = {}
        for fichier in self._fichiers:
            self._noms.setdefault(fichier.name.casefold(), []).append(fichier)
        self._par_nom = TextesCitants([fichier.stem for fichier in self._fichiers])

    def trouver(self, numero: str, nom: str = "") -> Path | None:
        """Le document que la source nomme, sinon le seul qui porte ce numéro ; None s'il y en a plusieurs."""
        cites = self._noms.get(Path(nom).name.casefold(), []) if nom else []
        if len(cites) == 1:
            return cites[0]
        par_nom = [self._fichiers[rang] for rang in self._par_nom.chercher(numero)]
        if par_nom:
            return par_nom[0] if len(par_nom) == 1 else _facture_parmi(par_nom)
        par_texte = self._par_texte.chercher(numero)
        return self._fichiers[par_texte[0]] if len(par_texte) == 1 else None

    @cached_property
    def _par_texte(self) -> TextesCitants:
        """Lus une seule fois, au premier numéro qu'aucun nom ne porte."""
        lire = self._lire_texte
        return TextesCitants([lire(fichier) for fichier in self._fichiers] if lire else [])


def _facture_parmi(fichiers: list[Path]) -> Path | None:
    """« Facture F12.pdf » plutôt que « BL F12.pdf » ; deux factures ne font pas un choix."""
    factures = [fichier for fichier in fichiers if re.search(r"(?i)fact|invoice", fichier.stem)]
    return factures[0] if len(factures) == 1 else None

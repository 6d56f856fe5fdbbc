"""Les documents d'un répertoire, retrouvés par le numéro de la facture : dans le nom d'abord, dans le texte sinon."""

import re
from collections.abc import Callable
from pathlib import Path

from generateur.importation.rapprochement import cite_le_numero

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
        self._textes: dict[Path, str] = {}

    def trouver(self, numero: str, nom: str = "") -> Path | None:
        """Le document que la source nomme, sinon le seul qui porte ce numéro ; None s'il y en a plusieurs."""
        cites = [fichier for fichier in self._fichiers if nom and fichier.name.casefold() == Path(nom).name.casefold()]
        if len(cites) == 1:
            return cites[0]
        par_nom = [fichier for fichier in self._fichiers if cite_le_numero(fichier.stem, numero)]
        if par_nom:
            return par_nom[0] if len(par_nom) == 1 else _facture_parmi(par_nom)
        par_texte = [fichier for fichier in self._fichiers if cite_le_numero(self._texte(fichier), numero)]
        return par_texte[0] if len(par_texte) == 1 else None

    def _texte(self, fichier: Path) -> str:
        if self._lire_texte is None:
            return ""
        if fichier not in self._textes:
            self._textes[fichier] = self._lire_texte(fichier)
        return self._textes[fichier]


def _facture_parmi(fichiers: list[Path]) -> Path | None:
    """« Facture F12.pdf » plutôt que « BL F12.pdf » ; deux factures ne font pas un choix."""
    factures = [fichier for fichier in fichiers if re.search(r"(?i)fact|invoice", fichier.stem)]
    return factures[0] if len(factures) == 1 else None

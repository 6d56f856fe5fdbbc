"""Les documents d'un répertoire, retrouvés par le numéro de la facture : dans le nom d'abord, dans le texte sinon."""

import re
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

from generateur.importation.indices import Nature, lire_indices
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

    def trouver(self, numero: str, nom: str = "", *, est_avoir: bool = False) -> Path | None:
        """Le document que la source nomme, sinon le seul qui porte ce numéro ; None s'il y en a plusieurs.

        Une relance, un bon de livraison, un relevé qui citent la facture ne sont pas la facture.
        """
        cites = self._noms.get(Path(nom).name.casefold(), []) if nom else []
        if len(cites) == 1:
            return cites[0]
        admises = {"facture", "avoir"} if est_avoir else {"facture"}
        par_nom = [
            fichier
            for rang in self._par_nom.chercher(numero)
            if _est_parmi(lire_indices((fichier := self._fichiers[rang]).stem, "").par_nom, admises)
        ]
        if par_nom:
            return par_nom[0] if len(par_nom) == 1 else _facture_parmi(par_nom)
        par_texte = []
        for rang in self._par_texte.chercher(numero):
            indices = lire_indices(self._fichiers[rang].stem, self._textes[rang])
            if _est_parmi(indices.par_nom, admises) and _est_parmi(indices.par_texte, admises):
                par_texte.append(self._fichiers[rang])
        return par_texte[0] if len(par_texte) == 1 else None

    @cached_property
    def _textes(self) -> list[str]:
        """Lus une seule fois, au premier numéro qu'aucun nom ne porte."""
        lire = self._lire_texte
        return [lire(fichier) for fichier in self._fichiers] if lire else []

    @cached_property
    def _par_texte(self) -> TextesCitants:
        return TextesCitants(self._textes)


def _est_parmi(nature: Nature | None, admises: Collection[str]) -> bool:
    """Vrai si rien ne dit que c'est autre chose."""
    return nature is None or nature.nom in admises


def _facture_parmi(fichiers: list[Path]) -> Path | None:
    """« Facture F12.pdf » plutôt que « BL F12.pdf » ; deux factures ne font pas un choix."""
    factures = [fichier for fichier in fichiers if re.search(r"(?i)fact|invoice", fichier.stem)]
    return factures[0] if len(factures) == 1 else None

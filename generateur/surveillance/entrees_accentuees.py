"""Une entrée d'un répertoire par son nom, que ses accents soient composés ou décomposés."""

import os
import unicodedata
from pathlib import Path, PurePosixPath


def trouver(racine: Path, chemin: str) -> Path | None:
    """L'entrée du dossier que désigne ce chemin, quelle que soit la composition de ses accents, lisible ou non."""
    courant: Path | None = racine
    for partie in PurePosixPath(chemin.replace("\\", "/")).parts:
        courant = trouver_ici(courant, partie) if courant and partie not in {"/", ".."} else None
    return courant


def trouver_ici(dossier: Path, nom: str) -> Path | None:
    """L'entrée de ce nom exact ; à défaut, celle qui ne diffère que par la composition des accents."""
    try:
        noms = sorted(entree.name for entree in os.scandir(dossier))
    except OSError:
        return None
    if nom in noms:
        return dossier / nom
    voulu = unicodedata.normalize("NFC", nom)
    return next((dossier / autre for autre in noms if unicodedata.normalize("NFC", autre) == voulu), None)

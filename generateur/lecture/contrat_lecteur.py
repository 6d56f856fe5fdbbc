"""Ce que doit savoir faire un lecteur : un format de dossier rendu en données, et l'endroit de chacune."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class LectureBrute:
    """Ce qu'un lecteur rend : des données non validées, et où chacune se trouve pour l'utilisateur."""

    donnees: Mapping[str, Any]
    origines: Mapping[tuple[str | int, ...], str]


class Lecteur(Protocol):
    """Lit un format de dossier ; ne construit jamais d'objet du domaine."""

    EXTENSIONS: tuple[str, ...]

    def lire(self, chemin: Path) -> LectureBrute:
        """Lève ErreurLecture avec l'endroit."""
        ...

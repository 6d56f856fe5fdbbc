"""Ce qu'on change à un dossier saisi : une valeur à sa place, un bloc de plus."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pose:
    """Écrit une valeur à un chemin, comme ("factures", 0, "echeance") ; les sections absentes sont créées."""

    chemin: tuple[str | int, ...]
    valeur: Any


@dataclass(frozen=True)
class Ajout:
    """Ajoute un bloc [[section]] à la fin des siens."""

    section: str
    valeurs: Mapping[str, Any]

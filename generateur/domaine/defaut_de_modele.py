"""Ce qu'on reproche à un modèle Word."""

from dataclasses import dataclass
from typing import Literal

Gravite = Literal["bloquant", "fidelite", "avertissement"]


@dataclass(frozen=True)
class Defaut:
    """Un défaut d'un modèle ; la page est celle que Word avait notée, approximative, 0 si inconnue."""

    modele: str
    gravite: Gravite
    construction: str
    extrait: str
    page: int
    remede: str

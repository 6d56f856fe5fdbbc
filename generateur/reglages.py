"""Ce que l'utilisateur choisit pour une production, et les programmes qui la font."""

from dataclasses import dataclass, field
from pathlib import Path

from generateur.contrats import MoteurRendu
from generateur.liasse.plan import Options
from generateur.pieces.atelier import Atelier


@dataclass(frozen=True)
class Reglages:
    """Ce que l'utilisateur choisit pour une production."""

    procedure: str | None = None
    modeles: Path | None = None
    projet: bool = False
    liasse: Options = field(default_factory=Options)


@dataclass(frozen=True)
class OutilsPieces:
    """De quoi lire les pièces : l'atelier où elles se décodent, le moteur des documents bureautiques."""

    atelier: Atelier
    bureautique: MoteurRendu


@dataclass(frozen=True)
class Moteurs:
    """Les programmes qui convertissent : actes Word en PDF, et pièces bureautiques s'il y a de quoi."""

    rendu: MoteurRendu
    pieces: OutilsPieces

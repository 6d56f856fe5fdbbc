"""Ce que l'utilisateur choisit pour une production, et les programmes qui la font."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from generateur.contrats import MoteurRendu
from generateur.liasse.plan import Options
from generateur.liasse.sceau import RESERVE_SCEAU, Scelleur
from generateur.pieces.atelier import Atelier


@dataclass(frozen=True)
class Reglages:
    """Ce que l'utilisateur choisit pour une production."""

    procedure: str | None = None
    modeles: Path | None = None
    projet: bool = False
    liasse: Options = field(default_factory=Options)
    scelleur: Scelleur | None = None
    renumeroter: bool = False
    joindre_manifeste: bool = False
    ocr: bool = False
    alleger_images: bool = False
    intercalaires: bool = False
    sans_couverture: bool = False

    @property
    def assemblage(self) -> Options:
        """Options de la liasse, moins la place que le sceau prendra dans chaque volume."""
        if self.scelleur is None or self.liasse.max_octets is None:
            return self.liasse
        return replace(self.liasse, max_octets=self.liasse.max_octets - RESERVE_SCEAU)


@dataclass(frozen=True)
class OutilsPieces:
    """De quoi lire les pièces : l'atelier où elles se décodent, le moteur des documents bureautiques.

    `reconnaissance` ajoute le texte aux scans ; None sans --ocr.
    """

    atelier: Atelier
    bureautique: MoteurRendu
    reconnaissance: MoteurRendu | None = None


@dataclass(frozen=True)
class Moteurs:
    """Les programmes qui convertissent : actes Word en PDF, et pièces bureautiques s'il y a de quoi."""

    rendu: MoteurRendu
    pieces: OutilsPieces

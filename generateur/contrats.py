"""Le contrat des moteurs : ce que doit savoir faire ce qui convertit en PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Disponibilite:
    """Un moteur est-il utilisable ici ? Si non, pourquoi et que faire."""

    presente: bool
    version: str = ""
    raison: str = ""
    remede: str = ""


@dataclass(frozen=True)
class Conversion:
    """Un document à convertir : chemin du docx (ou autre format bureautique), chemin du PDF à écrire."""

    source: Path
    cible: Path


class MoteurRendu(Protocol):
    """Convertit des documents Word en PDF. Toute panne de l'outil devient une ErreurRendu."""

    nom: str

    @property
    def rend_tout(self) -> bool:
        """Faux pour un moteur qui ne rend fidèlement que les modèles simples."""
        ...

    @property
    def polices_maitrisees(self) -> bool:
        """Faux là où les pages peuvent varier avec les polices du système."""
        ...

    def disponibilite(self) -> Disponibilite:
        """Sonde l'outil sans rien convertir."""
        ...

    def empreinte(self) -> str:
        """Ce qui, moteur et polices, détermine les octets produits."""
        ...

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        """Écrit chaque cible ; lève ErreurRendu en nommant le document fautif."""
        ...

    def prechauffer(self, nombre: int) -> None:
        """Démarre ce qui peut l'être à l'avance, pour tant de documents à la fois."""
        ...

    def fermer(self) -> None:
        """Arrête les processus que le moteur a démarrés."""
        ...

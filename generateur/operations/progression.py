"""Où en est une production : ses étapes, dans l'ordre, et le rappel à qui veut les suivre."""

from collections.abc import Callable
from enum import StrEnum


class Etape(StrEnum):
    """Les étapes d'une liasse, dans leur ordre ; la valeur est ce qu'on en dit à l'utilisateur."""

    ETUDE = "Étude du dossier"
    PIECES = "Préparation des pièces"
    ACTES = "Rédaction des actes"
    ASSEMBLAGE = "Assemblage de la liasse"
    JUGEMENT = "Contrôle de la liasse"
    PUBLICATION = "Publication"


Avancer = Callable[[Etape], None]
"""Appelé au début de chaque étape, une fois chacune, dans l'ordre."""


def taire(_etape: Etape) -> None:
    """Personne ne suit."""

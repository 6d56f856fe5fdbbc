"""Ce qui pèse sur la décision de poursuivre : un fait dit à la fiche interne seule."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Signal:
    """Un fait, sa valeur, et d'où on le tient."""

    libelle: str
    valeur: str
    source: str

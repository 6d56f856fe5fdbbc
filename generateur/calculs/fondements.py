"""Le texte qui fonde une ligne d'intérêts, d'après la table « textes_demande »."""

from dataclasses import dataclass
from datetime import date

from generateur.droit.tables import valeur_au

PRECISIONS = {"suppletif": "à défaut de taux convenu", "plancher": "au plancher légal"}


@dataclass(frozen=True)
class Fondement:
    """Un texte, et ce qui y désigne le taux retenu ; vide pour le taux légal, qui n'a pas de variante."""

    texte: str
    precision: str = ""

    def __str__(self) -> str:
        """« art. L441-10 II C. com. (à défaut de taux convenu) »."""
        return f"{self.texte} ({self.precision})" if self.precision else self.texte


def fonder(regime: str, jour: date, *, entre_professionnels: bool) -> Fondement:
    """Texte en vigueur le dernier jour de la période. Lève ErreurDroitManquant.

    Entre professionnels, L441-10 ; un taux convenu hors commerce tient du contrat ; le taux légal, du code civil.
    """
    if regime == "legal":
        return Fondement(_texte("interets_legaux", jour))
    poste = "penalites" if entre_professionnels else "principal"
    return Fondement(_texte(poste, jour), PRECISIONS.get(regime, "taux convenu"))


def _texte(poste: str, jour: date) -> str:
    return str(valeur_au("textes_demande", jour, poste).valeur)

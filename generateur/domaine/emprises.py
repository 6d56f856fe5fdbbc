"""Où une page porte quelque chose : une grille grossière, toujours plus large que l'encre, jamais plus étroite.

Elle dit sans dessiner la page qu'une place y est vide ; ce qu'elle ne dit pas vide reste à mesurer.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

COLONNES, RANGEES = 32, 64  # sur une page A4, des cases de 19 points sur 13
_CHIFFRES = COLONNES // 4

Rectangle = tuple[float, float, float, float]  # gauche, bas, droite, haut, en points du repère de la page


@dataclass(frozen=True)
class Emprise:
    """La partie visible de la page, et ses rangées de cases du bas vers le haut : un bit par case occupée."""

    boite: Rectangle
    rangees: tuple[int, ...]

    def est_vide(self, zone: Rectangle) -> bool:
        """Vrai si la zone est dans la page et n'en touche aucune case occupée."""
        gauche, bas, droite, haut = self.boite
        if zone[0] < gauche or zone[1] < bas or zone[2] > droite or zone[3] > haut:
            return False
        masque, premiere, derniere = _situer(self.boite, zone)
        return not any(rangee & masque for rangee in self.rangees[premiere : derniere + 1])

    def ecrire(self) -> str:
        """La même en une ligne de texte (voir `lire_emprise`)."""
        cotes = " ".join(f"{cote:.3f}" for cote in self.boite)
        return f"{cotes} {''.join(f'{rangee:0{_CHIFFRES}x}' for rangee in self.rangees)}"


def dresser_emprise(boite: Rectangle, occupes: Iterable[Rectangle]) -> Emprise:
    """La grille de ce que ces rectangles couvrent, même en partie. Lève ValueError pour un nombre qui n'en est pas."""
    if not all(map(math.isfinite, boite)) or boite[2] - boite[0] < 1 or boite[3] - boite[1] < 1:
        raise ValueError(boite)
    rangees = [0] * RANGEES
    for occupe in occupes:
        if not all(map(math.isfinite, occupe)):
            raise ValueError(occupe)
        if occupe[2] < boite[0] or occupe[0] > boite[2] or occupe[3] < boite[1] or occupe[1] > boite[3]:
            continue
        masque, premiere, derniere = _situer(boite, occupe)
        for rang in range(premiere, derniere + 1):
            rangees[rang] |= masque
    return Emprise(boite, tuple(rangees))


def lire_emprise(texte: str) -> Emprise | None:
    """L'emprise écrite ainsi ; None si ce n'en est pas une : la page reste à mesurer."""
    try:
        gauche, bas, droite, haut, cases = texte.split()
        boite = (float(gauche), float(bas), float(droite), float(haut))
        rangees = tuple(int(cases[rang : rang + _CHIFFRES], 16) for rang in range(0, len(cases), _CHIFFRES))
    except ValueError:
        return None
    return Emprise(boite, rangees) if len(rangees) == RANGEES else None


def _situer(boite: Rectangle, zone: Rectangle) -> tuple[int, int, int]:
    """Les colonnes touchées (un bit chacune), la première et la dernière rangée, ramenées dans la page."""
    gauche, bas, droite, haut = boite
    largeur, hauteur = (droite - gauche) / COLONNES, (haut - bas) / RANGEES
    debut, fin = (min(COLONNES - 1, max(0, int((x - gauche) / largeur))) for x in (zone[0], zone[2]))
    premiere, derniere = (min(RANGEES - 1, max(0, int((y - bas) / hauteur))) for y in (zone[1], zone[3]))
    return (1 << (fin + 1)) - (1 << debut), premiere, derniere

"""Une case ou un bouton radio sans apparence : son cadre et sa marque, tracés sans police."""

from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.pieces.dessin_des_textes import Rectangle

_COURBE = 0.5523  # poignée de Bézier d'un quart de cercle
_MARGE = 0.18  # part du petit côté laissée autour de la marque
_COULEURS = {1: ("g", "G"), 3: ("rg", "RG"), 4: ("k", "K")}
# Les six marques qu'un éditeur propose (/MK/CA, codes de ZapfDingbats), dans un carré d'un de côté.
_MARQUES = {
    "4": "0 0.42 m 0.16 0.58 l 0.36 0.36 l 0.86 1 l 1 0.88 l 0.38 0.02 l h f",
    "8": "0.12 0 m 0 0.12 l 0.88 1 l 1 0.88 l h f 0 0.88 m 0.12 1 l 1 0.12 l 0.88 0 l h f",
    "u": "0.5 0 m 1 0.5 l 0.5 1 l 0 0.5 l h f",
    "n": "0 0 1 1 re f",
    "H": "0.5 1 m 0.61 0.65 l 0.98 0.65 l 0.69 0.43 l 0.79 0.08 l 0.5 0.29 l "
    "0.21 0.08 l 0.31 0.43 l 0.02 0.65 l 0.39 0.65 l h f",
}


@dataclass(frozen=True)
class Bouton:
    """Une case ou un bouton radio ; `habit` : son /MK ; `apparence` : son /DA."""

    rectangle: Rectangle
    habit: Any
    apparence: str
    est_radio: bool
    est_coche: bool


def dessiner_bouton(pdf: pikepdf.Pdf, bouton: Bouton) -> Stream | None:
    """L'apparence du bouton ; None s'il ne montre rien."""
    x0, y0, x1, y1 = bouton.rectangle
    largeur, hauteur = x1 - x0, y1 - y0
    habit = bouton.habit if isinstance(bouton.habit, Dictionary) else Dictionary()
    signe = str(habit.get(Name.CA, "") or "") or ("l" if bouton.est_radio else "4")
    est_rond = bouton.est_radio and signe == "l"
    traits = []
    fond, bord = _couleur(habit.get(Name.BG), 0), _couleur(habit.get(Name.BC), 1)
    if fond or bord:
        peinture = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(fond), bool(bord)]
        contour = (
            _cercle(largeur / 2, hauteur / 2, min(largeur, hauteur) / 2 - 0.5)
            if est_rond
            else f"0.5 0.5 {largeur - 1:.3f} {hauteur - 1:.3f} re"
        )
        traits.append(f"q {fond} {bord} 1 w {contour} {peinture} Q")
    if bouton.est_coche:
        cote = min(largeur, hauteur) * (1 - 2 * _MARGE)
        place = f"{cote:.3f} 0 0 {cote:.3f} {(largeur - cote) / 2:.3f} {(hauteur - cote) / 2:.3f} cm"
        marque = _cercle(0.5, 0.5, 0.42) + " f" if signe == "l" else _MARQUES.get(signe, _MARQUES["4"])
        traits.append(f"q {_encre(bouton.apparence)} {place} {marque} Q")
    if not traits:
        return None
    dessin = Stream(pdf, " ".join(traits).encode("ascii"))
    dessin[Name.Type], dessin[Name.Subtype] = Name.XObject, Name.Form
    dessin[Name.BBox] = Array([0, 0, round(largeur, 4), round(hauteur, 4)])
    return pdf.make_indirect(dessin)


def _couleur(composantes: Any, place: int) -> str:
    if not isinstance(composantes, Array) or len(composantes) not in _COULEURS:
        return ""
    return f"{' '.join(f'{float(c):g}' for c in composantes)} {_COULEURS[len(composantes)][place]}"


def _encre(apparence: str) -> str:
    """La couleur que donne /DA (« 0 0 1 rg »), le noir à défaut."""
    mots = apparence.split()
    for nombre, (operateur, _) in _COULEURS.items():
        rang = mots.index(operateur) if operateur in mots else -1
        if rang >= nombre:
            composantes = mots[rang - nombre : rang]
            if all(c.replace(".", "", 1).isascii() and c.replace(".", "", 1).isdigit() for c in composantes):
                return " ".join([*composantes, operateur])
    return "0 g"


def _cercle(x: float, y: float, rayon: float) -> str:
    k = rayon * _COURBE
    points = (
        (x + rayon, y + k, x + k, y + rayon, x, y + rayon),
        (x - k, y + rayon, x - rayon, y + k, x - rayon, y),
        (x - rayon, y - k, x - k, y - rayon, x, y - rayon),
        (x + k, y - rayon, x + rayon, y - k, x + rayon, y),
    )
    courbes = " ".join(" ".join(f"{p:.4f}" for p in quart) + " c" for quart in points)
    return f"{x + rayon:.4f} {y:.4f} m {courbes} h"

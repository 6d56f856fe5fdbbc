"""Des barres horizontales en SVG : sans script ni style en ligne, un titre et une description pour qui ne voit pas."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

_LARGEUR, _HAUTEUR_BARRE, _PAS, _MARGE = 640, 16, 26, 8
_GAUCHE, _DROITE = 230, 110  # la place des libellés, celle des valeurs
_LONGUEUR_LIBELLE = 34


@dataclass(frozen=True)
class Barre:
    """Une barre : son libellé, sa longueur, ce qu'on écrit au bout ; `classe` : son rang dans la légende."""

    libelle: str
    valeur: Decimal
    dite: str
    classe: str = "barre"


def dessiner_barres(cle: str, titre: str, description: str, barres: Sequence[Barre]) -> Element:
    """Le dessin, à l'échelle de la plus longue ; `cle` : ce qui rend ses identifiants uniques dans la page."""
    hauteur = _MARGE * 2 + _PAS * len(barres)
    dessin = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_LARGEUR} {hauteur}",
            "role": "img",
            "aria-labelledby": f"{cle}-titre {cle}-description",
        },
    )
    SubElement(dessin, "title", {"id": f"{cle}-titre"}).text = titre
    SubElement(dessin, "desc", {"id": f"{cle}-description"}).text = description
    plus_longue = max((barre.valeur for barre in barres), default=Decimal(0))
    for rang, barre in enumerate(barres):
        _dessiner(dessin, barre, plus_longue, _MARGE + _PAS * rang)
    return dessin


def _dessiner(dessin: Element, barre: Barre, plus_longue: Decimal, haut: int) -> None:
    place = _LARGEUR - _GAUCHE - _DROITE
    longueur = place * barre.valeur / plus_longue if plus_longue > 0 else Decimal(0)
    pied = haut + _HAUTEUR_BARRE - 3
    libelle = SubElement(dessin, "text", {"x": str(_GAUCHE - _MARGE), "y": str(pied), "class": "libelle"})
    libelle.text = barre.libelle if len(barre.libelle) <= _LONGUEUR_LIBELLE else f"{barre.libelle[:_LONGUEUR_LIBELLE]}…"
    SubElement(
        dessin,
        "rect",
        {
            "x": str(_GAUCHE),
            "y": str(haut),
            "width": f"{max(longueur, Decimal(1)):.1f}",
            "height": str(_HAUTEUR_BARRE),
            "class": barre.classe,
        },
    )
    bout = SubElement(dessin, "text", {"x": f"{_GAUCHE + longueur + _MARGE:.1f}", "y": str(pied), "class": "valeur"})
    bout.text = barre.dite

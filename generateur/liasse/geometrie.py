"""La page telle qu'on la voit : boîtes, rotation, unité, et passage entre ce repère et celui du PDF.

Repère visible : origine au coin bas gauche de la page redressée, en points réels (1/72 de pouce).
Une matrice (a, b, c, d, e, f) transforme (x, y) en (a·x + c·y + e, b·x + d·y + f), comme l'opérateur cm.
"""

import math
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

Cle = tuple[int, int]  # un objet PDF : numéro et génération
Matrice = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]

IDENTITE: Matrice = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
FEUILLE_PAR_DEFAUT: Rectangle = (0.0, 0.0, 612.0, 792.0)  # celle que prennent les lecteurs sans MediaBox
PROFONDEUR_ARBRE = 64  # garde-fou : un arbre de pages plus profond est un cycle
COTE_MAXIMAL = 1_000_000.0


def composer(premiere: Matrice, seconde: Matrice) -> Matrice:
    """Applique la première, puis la seconde."""
    a, b, c, d, e, f = premiere
    g, h, i, j, k, m = seconde
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def inverser(matrice: Matrice) -> Matrice:
    """Inverse d'une matrice de repère (jamais dégénérée ici : rotations d'équerre et échelles)."""
    a, b, c, d, e, f = matrice
    det = a * d - b * c
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)


def transformer(matrice: Matrice, x: float, y: float) -> tuple[float, float]:
    """Image d'un point."""
    a, b, c, d, e, f = matrice
    return a * x + c * y + e, b * x + d * y + f


def transformer_rectangle(matrice: Matrice, rectangle: Rectangle) -> Rectangle:
    """Plus petit rectangle droit contenant l'image du rectangle."""
    x0, y0, x1, y1 = rectangle
    coins = [transformer(matrice, x, y) for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    abscisses, ordonnees = [x for x, _ in coins], [y for _, y in coins]
    return min(abscisses), min(ordonnees), max(abscisses), max(ordonnees)


def ecrire_nombre(valeur: float) -> str:
    """Nombre PDF court et stable : quatre décimales au plus, jamais d'exposant."""
    texte = f"{valeur:.4f}".rstrip("0").rstrip(".")
    return "0" if texte in {"-0", ""} else texte


def ecrire_matrice(matrice: Matrice) -> str:
    """Les six nombres d'une matrice, échelles à six décimales pour ne pas dériver sur une grande page."""
    echelles = " ".join(f"{valeur:.6f}".rstrip("0").rstrip(".") for valeur in matrice[:4])
    return f"{echelles} {ecrire_nombre(matrice[4])} {ecrire_nombre(matrice[5])}"


def lire_nombre(objet: Any) -> float | None:
    """Nombre fini, ou None pour tout ce qui n'en est pas un."""
    try:
        nombre = float(objet)
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return None
    return nombre if math.isfinite(nombre) and abs(nombre) <= COTE_MAXIMAL else None


def lire_rectangle(objet: Any) -> Rectangle | None:
    """Rectangle remis dans l'ordre, ou None s'il manque, se lit mal ou n'a pas de surface."""
    if not isinstance(objet, Array) or len(objet) != 4:  # noqa: PLR2004 — un rectangle PDF a quatre nombres
        return None
    valeurs = [lire_nombre(valeur) for valeur in objet]
    if any(valeur is None for valeur in valeurs):
        return None
    x0, y0, x1, y1 = (valeur or 0.0 for valeur in valeurs)
    if abs(x1 - x0) < 1 or abs(y1 - y0) < 1:
        return None
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def attribut_herite(page: pikepdf.Object, nom: Name) -> Any:
    """Attribut de la page ou, à défaut, de l'arbre au-dessus ; None s'il n'est nulle part."""
    noeud: Any = page
    for _ in range(PROFONDEUR_ARBRE):
        if not isinstance(noeud, Dictionary):
            return None
        valeur = noeud.get(nom)
        if valeur is not None:
            return valeur
        noeud = noeud.get(Name.Parent)
    return None


@dataclass(frozen=True)
class Cadre:
    """La partie visible d'une page : boîte (repère PDF), rotation (0, 90, 180, 270), points par unité."""

    boite: Rectangle
    rotation: int
    unite: float

    @property
    def dimensions(self) -> tuple[float, float]:
        """Largeur et hauteur visibles, page redressée, en points réels."""
        x0, y0, x1, y1 = self.boite
        largeur, hauteur = (x1 - x0) * self.unite, (y1 - y0) * self.unite
        return (hauteur, largeur) if self.rotation in {90, 270} else (largeur, hauteur)

    @property
    def vers_pdf(self) -> Matrice:
        """Du repère visible au repère du PDF."""
        x0, y0, x1, y1 = self.boite
        pas = 1 / self.unite
        return {
            0: (pas, 0.0, 0.0, pas, x0, y0),
            90: (0.0, pas, -pas, 0.0, x1, y0),
            180: (-pas, 0.0, 0.0, -pas, x1, y1),
            270: (0.0, -pas, pas, 0.0, x0, y1),
        }[self.rotation]

    def placer(self, matrice: Matrice) -> Matrice:
        """Traduit dans le repère du PDF une transformation pensée dans le repère visible."""
        return composer(composer(inverser(self.vers_pdf), matrice), self.vers_pdf)

    def agrandir(self, gauche: float, bas: float, droite: float, haut: float) -> "Cadre":
        """La même page sur une feuille plus grande (marges ajoutées, repère visible, points réels)."""
        largeur, hauteur = self.dimensions
        feuille = (-gauche, -bas, largeur + droite, hauteur + haut)
        return Cadre(transformer_rectangle(self.vers_pdf, feuille), self.rotation, self.unite)


def lire_cadre(page: pikepdf.Object) -> Cadre:
    """Cadre visible d'une page : CropBox bornée par MediaBox, rotation ramenée à un quart de tour.

    Les boîtes absentes, renversées ou vides et les rotations de travers sont lues comme le font les lecteurs.
    """
    media = lire_rectangle(attribut_herite(page, Name.MediaBox)) or FEUILLE_PAR_DEFAUT
    rognage = lire_rectangle(attribut_herite(page, Name.CropBox)) or media
    boite = (
        max(media[0], rognage[0]),
        max(media[1], rognage[1]),
        min(media[2], rognage[2]),
        min(media[3], rognage[3]),
    )
    if boite[2] - boite[0] < 1 or boite[3] - boite[1] < 1:
        boite = media
    angle = lire_nombre(attribut_herite(page, Name.Rotate)) or 0.0
    rotation = int(angle) % 360 if angle % 90 == 0 else 0
    unite = lire_nombre(page.get(Name.UserUnit)) or 1.0
    return Cadre(boite, rotation, unite if unite > 0 else 1.0)

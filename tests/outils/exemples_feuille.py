"""La feuille sur laquelle les pièces d'exemple sont dessinées : textes, cadres, tableaux, signatures.

Toutes les positions sont en millimètres depuis le coin haut gauche de la page.
"""

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, Paragraph

from tests.outils.exemples_style import Style, preparer_polices, soigner

MM = 72 / 25.4
ENCRE_BLEUE = "#23408e"


@dataclass(frozen=True)
class Colonne:
    """Une colonne de tableau : titre, largeur en millimètres, alignement."""

    titre: str
    largeur: float
    alinea: str = "g"


@dataclass(frozen=True)
class HabitTableau:
    """L'allure d'un tableau : fond du titre, couleur de ses lettres, traits."""

    style: Style
    fond_titre: str | None = None
    lettres_titre: str = "#1d1d1f"
    traits: str = "lignes"  # lignes | grille | aucun
    couleur_trait: str = "#c9c9c9"
    zebre: str | None = None
    marge: float = 1.6


class Feuille:
    """Un PDF en cours de dessin, reproductible à l'octet près."""

    def __init__(self, titre: str, auteur: str, *, paysage: bool = False) -> None:
        preparer_polices()
        self._tampon = io.BytesIO()
        taille = landscape(A4) if paysage else A4
        self.largeur, self.hauteur = taille[0] / MM, taille[1] / MM
        self.toile = Canvas(
            self._tampon, pagesize=taille, invariant=1, pageCompression=1, lang="fr-FR", initialFontName="Sans"
        )
        self.toile.setTitle(titre)
        self.toile.setAuthor(auteur)
        self.toile.setCreator("Exemple fictif")
        self.page = 1

    def _y(self, y: float) -> float:
        return float((self.hauteur - y) * MM)

    def ecrire(self, x: float, y: float, texte: str, style: Style) -> float:
        """Écrit une ligne (posée sur y) ; rend y augmenté d'un interligne."""
        self.toile.setFont(style.police, style.corps)
        self.toile.setFillColor(HexColor(style.couleur))
        poser = {
            "g": self.toile.drawString,
            "j": self.toile.drawString,
            "c": self.toile.drawCentredString,
            "d": self.toile.drawRightString,
        }
        poser[style.alinea](x * MM, self._y(y), soigner(texte))
        return y + style.corps * style.interligne / MM

    def empiler(self, x: float, y: float, lignes: Sequence[str], style: Style) -> float:
        """Écrit des lignes l'une sous l'autre ; la première en gras."""
        for rang, ligne in enumerate(lignes):
            y = self.ecrire(x, y, ligne, style if rang else style.gras)
        return y

    def composer(self, x: float, y: float, largeur: float, texte: str | Paragraph, style: Style) -> float:
        """Compose un paragraphe dont le haut est à y ; rend le bas."""
        paragraphe = style.paragraphe(texte) if isinstance(texte, str) else texte
        haut: float = paragraphe.wrap(largeur * MM, 10000)[1]
        paragraphe.drawOn(self.toile, x * MM, self._y(y) - haut)
        return y + haut / MM

    def tracer(
        self,
        depart: tuple[float, float],
        arrivee: tuple[float, float],
        couleur: str = "#1d1d1f",
        epaisseur: float = 0.5,
    ) -> None:
        """Trait droit."""
        self.toile.setStrokeColor(HexColor(couleur))
        self.toile.setLineWidth(epaisseur)
        self.toile.line(depart[0] * MM, self._y(depart[1]), arrivee[0] * MM, self._y(arrivee[1]))

    def encadrer(
        self,
        coin: tuple[float, float],
        taille: tuple[float, float],
        *,
        fond: str | None = None,
        trait: str | None = "#1d1d1f",
        rayon: float = 0,
        epaisseur: float = 0.6,
    ) -> None:
        """Rectangle, plein ou vide, aux angles vifs ou arrondis."""
        if fond:
            self.toile.setFillColor(HexColor(fond))
        if trait:
            self.toile.setStrokeColor(HexColor(trait))
            self.toile.setLineWidth(epaisseur)
        self.toile.roundRect(
            coin[0] * MM,
            self._y(coin[1] + taille[1]),
            taille[0] * MM,
            taille[1] * MM,
            rayon * MM,
            stroke=int(bool(trait)),
            fill=int(bool(fond)),
        )

    def dresser(
        self,
        coin: tuple[float, float],
        colonnes: Sequence[Colonne],
        lignes: Sequence[Sequence[str]],
        habit: HabitTableau,
    ) -> float:
        """Tableau à lignes de hauteur variable ; rend le bas."""
        x, y = coin
        largeur = sum(colonne.largeur for colonne in colonnes)
        haut = y
        titre = habit.style.gras.varier(couleur=habit.lettres_titre)
        hauteur_titre = self._mesurer([c.titre for c in colonnes], colonnes, titre, habit.marge)
        if habit.fond_titre:
            self.encadrer((x, y), (largeur, hauteur_titre), fond=habit.fond_titre, trait=None)
        self._remplir((x, y), [c.titre for c in colonnes], colonnes, titre, habit.marge)
        y += hauteur_titre
        self.tracer((x, y), (x + largeur, y), habit.couleur_trait, 0.8)
        for rang, ligne in enumerate(lignes):
            hauteur = self._mesurer(ligne, colonnes, habit.style, habit.marge)
            if habit.zebre and rang % 2:
                self.encadrer((x, y), (largeur, hauteur), fond=habit.zebre, trait=None)
            self._remplir((x, y), ligne, colonnes, habit.style, habit.marge)
            y += hauteur
            if habit.traits != "aucun":
                self.tracer((x, y), (x + largeur, y), habit.couleur_trait, 0.4)
        if habit.traits == "grille":
            self.encadrer((x, haut), (largeur, y - haut), trait=habit.couleur_trait, epaisseur=0.8)
            for colonne in colonnes[:-1]:
                x += colonne.largeur
                self.tracer((x, haut), (x, y), habit.couleur_trait, 0.4)
        return y

    def _mesurer(self, cellules: Sequence[str], colonnes: Sequence[Colonne], style: Style, marge: float) -> float:
        hauteurs = [
            style.paragraphe(texte).wrap((colonne.largeur - 2 * marge) * MM, 10000)[1] / MM
            for texte, colonne in zip(cellules, colonnes, strict=True)
        ]
        return float(max(hauteurs) + 2 * marge * 0.8)

    def _remplir(self, coin: tuple[float, float], cellules: Sequence[str], colonnes: Sequence[Colonne],
                 style: Style, marge: float) -> None:  # fmt: skip
        x, y = coin
        for texte, colonne in zip(cellules, colonnes, strict=True):
            style_cellule = style.varier(alinea=colonne.alinea)
            self.composer(x + marge, y + marge * 0.7, colonne.largeur - 2 * marge, texte, style_cellule)
            x += colonne.largeur

    def couler(self, recit: list[Paragraph], cadres: Callable[[int], Sequence[tuple[float, float, float, float]]],
               habiller: Callable[[int], None] | None = None) -> float:  # fmt: skip
        """Coule un texte de cadre en cadre (x, y, largeur, hauteur), page après page ; rend le bas atteint."""
        bas, debut = 0.0, True
        while recit:
            if not debut:
                self.tourner()
            debut = False
            if habiller:
                habiller(self.page)
            for x, y, largeur, hauteur in cadres(self.page):
                cadre = Frame(
                    x * MM,
                    self._y(y + hauteur),
                    largeur * MM,
                    hauteur * MM,
                    leftPadding=0,
                    rightPadding=0,
                    topPadding=0,
                    bottomPadding=0,
                )
                self._emplir(cadre, recit)
                bas = self.hauteur - cadre._y / MM
                if not recit:
                    break
        return bas

    def _emplir(self, cadre: Frame, recit: list[Paragraph]) -> None:
        """Emplit un cadre sans laisser un intertitre seul en bas."""
        while recit:
            tete = recit[0]
            restant = cadre._y - cadre._y1p
            if tete.style.keepWithNext and restant < 5 * tete.style.leading:
                return
            if cadre.add(tete, self.toile):
                del recit[0]
                continue
            parts = cadre.split(tete, self.toile)
            if parts:
                cadre.add(parts[0], self.toile)
                recit[:1] = parts[1:]
            return

    def signer(self, x: float, y: float, nom: str, couleur: str = ENCRE_BLEUE) -> None:
        """Signature manuscrite : une suite de courbes propre à chaque nom."""
        hasard = random.Random(nom)  # noqa: S311 — un dessin, pas un secret
        tirer = hasard.uniform
        self.toile.saveState()
        self.toile.translate(x * MM, self._y(y))
        self.toile.rotate(tirer(-4, 12))
        self.toile.skew(0, tirer(-5, 25))
        self.toile.scale(tirer(0.85, 1.25), tirer(0.8, 1.3))
        chemin = self.toile.beginPath()
        haut, creux = tirer(14, 30), tirer(-14, -3)
        chemin.moveTo(tirer(-4, 6), tirer(-6, 10))
        chemin.curveTo(tirer(-12, 6), haut, tirer(12, 30), haut * tirer(0.7, 1.2), tirer(4, 16), creux)
        px = tirer(10, 20)
        chemin.curveTo(px - 8, creux - 8, px - 4, tirer(6, 20), px, tirer(0, 6))
        for _ in range(hasard.randint(2, 6)):
            pas, bosse = tirer(4, 15), hasard.choice((tirer(2, 9), tirer(2, 9), tirer(12, 24)))
            chemin.curveTo(
                px + pas * tirer(0.2, 1.4),
                bosse,
                px + pas * tirer(-0.4, 0.6),
                bosse * tirer(0.7, 1.2),
                px + pas,
                tirer(-3, 3),
            )
            px += pas
        fin = hasard.randint(0, 2)
        if fin == 0:
            chemin.curveTo(px + 25, tirer(4, 16), px + 12, tirer(-18, -8), px - tirer(30, 60), tirer(-12, -5))
        elif fin == 1:
            chemin.curveTo(px + 14, tirer(-12, 12), px + 30, tirer(-8, 8), px + tirer(34, 60), tirer(0, 12))
        else:
            chemin.curveTo(px + 10, tirer(16, 28), px + 22, tirer(8, 20), px + 6, tirer(-16, -8))
            chemin.moveTo(tirer(-6, 4), tirer(-10, -6))
            chemin.lineTo(px + tirer(10, 24), tirer(-8, -2))
        self.toile.setStrokeColor(HexColor(couleur))
        self.toile.setLineWidth(1.1)
        self.toile.setLineCap(1)
        self.toile.drawPath(chemin, stroke=1, fill=0)
        self.toile.restoreState()

    def tamponner(self, x: float, y: float, lignes: Sequence[str], couleur: str = ENCRE_BLEUE) -> None:
        """Cachet commercial, légèrement penché."""
        self.toile.saveState()
        self.toile.translate(x * MM, self._y(y))
        self.toile.rotate(4)
        self.toile.setStrokeColor(HexColor(couleur))
        self.toile.setFillColor(HexColor(couleur))
        self.toile.setLineWidth(1)
        largeur = max(pdfmetrics.stringWidth(ligne, "Sans-Gras", 8) for ligne in lignes) + 14
        self.toile.roundRect(0, 0, largeur, 11 * len(lignes) + 8, 3)
        for rang, ligne in enumerate(reversed(lignes)):
            self.toile.setFont("Sans-Gras" if rang == len(lignes) - 1 else "Sans", 8)
            self.toile.drawCentredString(largeur / 2, 7 + 11 * rang, soigner(ligne))
        self.toile.restoreState()

    def manuscrire(self, x: float, y: float, texte: str, corps: float = 13) -> None:
        """Mention portée à la main."""
        self.toile.saveState()
        self.toile.translate(x * MM, self._y(y))
        self.toile.rotate(2.5)
        self.toile.skew(0, 6)
        self.toile.setFont("Serif-Italique", corps)
        self.toile.setFillColor(HexColor(ENCRE_BLEUE))
        self.toile.drawString(0, 0, soigner(texte))
        self.toile.restoreState()

    def dateriser(self, centre: tuple[float, float], lignes: Sequence[str], couleur: str = "#444444") -> None:
        """Timbre à date rond, penché."""
        self.toile.saveState()
        self.toile.translate(centre[0] * MM, self._y(centre[1]))
        self.toile.rotate(-12)
        self.toile.setStrokeColor(HexColor(couleur))
        self.toile.setFillColor(HexColor(couleur))
        self.toile.setLineWidth(1.1)
        for rayon in (11.5, 8.3):
            self.toile.circle(0, 0, rayon * MM)
        for rang, ligne in enumerate(lignes):
            self.toile.setFont("Sans-Gras", 8 if len(ligne) < 12 else 80 / (len(ligne) + 3))
            self.toile.drawCentredString(0, 6 - 9 * rang, ligne)
        for angle in range(0, 360, 30):
            self.toile.circle(9.9 * MM * math.cos(angle), 9.9 * MM * math.sin(angle), 0.7, fill=1)
        self.toile.restoreState()

    def _avertir(self) -> None:
        """Rappelle dans la marge que la pièce est inventée."""
        self.toile.saveState()
        self.toile.translate(5.5 * MM, self.hauteur / 2 * MM)
        self.toile.rotate(90)
        self.toile.setFont("Sans", 6)
        self.toile.setFillColor(HexColor("#9a9a9a"))
        self.toile.drawCentredString(0, 0, "Document fictif, établi pour l’exemple")
        self.toile.restoreState()

    def tourner(self) -> None:
        """Passe à la page suivante."""
        self._avertir()
        self.toile.showPage()
        self.page += 1

    def fermer(self) -> bytes:
        """Termine la dernière page et rend le PDF."""
        self._avertir()
        self.toile.showPage()
        self.toile.save()
        return self._tampon.getvalue()

"""Le texte des actes et sa place sur la page, lus par pypdfium2."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from generateur.erreurs import ErreurLiasse
from generateur.liasse.encre import ERREURS_PDFIUM
from generateur.liasse.geometrie import Rectangle

_LIGNES_D_UNE_PAGE_PRESQUE_VIDE = 12  # en-tête de tableau et signature comprises
_HAUT_DU_CORPS, _BAS_DU_CORPS = 60.0, 70.0  # points, depuis chaque bord : au-delà, titre courant et pied
RECOUVREMENT = 0.4  # part de hauteur commune à partir de laquelle deux signes sont sur la même ligne


class PageTexte:
    """Texte d'une page, un caractère par signe mesurable : le rang dans le texte vaut rang de boîte."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self._page = page
        nombre = page.count_chars()
        texte = page.get_text_range() if nombre else ""
        if len(texte) != nombre:  # signes que pdfium ajoute ou saute : on les prend alors un par un
            texte = "".join(chr(pdfium.FPDFText_GetUnicode(page, rang) & 0xFFFF or 0x20) for rang in range(nombre))
        self.texte = texte

    def boite(self, rang: int) -> Rectangle | None:
        """Boîte d'un signe (repère du PDF), ou None pour un blanc."""
        if self.texte[rang].isspace():
            return None
        gauche, bas, droite, haut = self._page.get_charbox(rang, loose=True)
        return (gauche, bas, droite, haut) if droite > gauche and haut > bas else None

    def lignes(self, debut: int, fin: int) -> list[Rectangle]:
        """Rectangles couvrant le passage [debut, fin[, un par ligne de texte, dans l'ordre de lecture."""
        lignes: list[Rectangle] = []
        for rang in range(debut, fin):
            boite = self.boite(rang)
            if boite is None:
                continue
            if lignes and sont_alignes(lignes[-1], boite):
                lignes[-1] = reunir(lignes[-1], boite)
            else:
                lignes.append(boite)
        return lignes


def sont_alignes(un: Rectangle, autre: Rectangle) -> bool:
    """Vrai si les deux rectangles partagent assez de hauteur pour être sur la même ligne."""
    commun = min(un[3], autre[3]) - max(un[1], autre[1])
    return commun > RECOUVREMENT * min(un[3] - un[1], autre[3] - autre[1])


def reunir(un: Rectangle, autre: Rectangle) -> Rectangle:
    """Plus petit rectangle contenant les deux."""
    return min(un[0], autre[0]), min(un[1], autre[1]), max(un[2], autre[2]), max(un[3], autre[3])


@contextmanager
def lire_texte(pdf: Path) -> Iterator[Iterator[PageTexte]]:
    """Pages de texte d'un acte, l'une après l'autre ; chacune n'est valable que jusqu'à la suivante."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except ERREURS_PDFIUM as erreur:
        raise ErreurLiasse(
            f"Le texte de l'acte « {pdf.name} » ne se lit pas.",
            lieu=pdf.name,
            remede="Rendre de nouveau l'acte en PDF.",
        ) from erreur
    try:
        yield _parcourir(document)
    finally:
        document.close()


def _parcourir(document: pypdfium2.PdfDocument) -> Iterator[PageTexte]:
    for rang in range(len(document)):
        page = document[rang]
        texte = page.get_textpage()
        try:
            yield PageTexte(texte)
        finally:
            texte.close()
            page.close()


def finit_presque_vide(pdf: Path) -> bool:
    """Vrai si l'acte a plusieurs pages et que la dernière n'a que quelques lignes, hors titre courant et pied."""
    with pypdfium2.PdfDocument(pdf) as document:
        if len(document) == 1:
            return False
        page = document[len(document) - 1]
        plafond = page.get_height() - _HAUT_DU_CORPS
        texte = page.get_textpage()
        rectangles = [texte.get_rect(rang) for rang in range(texte.count_rects())]
        lignes: list[Rectangle] = []
        for boite in sorted((r for r in rectangles if r[1] > _BAS_DU_CORPS and r[3] < plafond), key=lambda r: -r[3]):
            if not (lignes and sont_alignes(lignes[-1], boite)):
                lignes.append(boite)
        return len(lignes) <= _LIGNES_D_UNE_PAGE_PRESQUE_VIDE

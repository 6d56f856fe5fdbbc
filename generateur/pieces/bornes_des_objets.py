"""Où chaque page d'un PDF porte quelque chose, d'après ses objets, sans la dessiner.

S'exécute dans l'enfant de l'atelier. Au moindre doute (objet sans bornes, police dessinée, page trop chargée) rien
n'est dit, et la page sera mesurée à l'assemblage.
"""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from generateur.domaine.emprises import Rectangle, dresser_emprise
from generateur.pieces.objets_page import lire_visible

_OBJETS_MAXIMAUX = 2000  # au-delà, dessiner la page coûte moins


class _Doute(Exception):
    """Ce que la page porte ne se borne pas à coup sûr."""


def relever_emprise(page: pypdfium2.PdfPage) -> str:
    """L'emprise de la page, écrite (voir domaine/emprises) ; vide si on ne peut pas la dire."""
    visible = lire_visible(page)
    boite = (visible.gauche, visible.bas, visible.droite, visible.haut)
    try:
        return dresser_emprise(boite, (*_objets(page), *_annotations(page))).ecrire()
    except (_Doute, ValueError):
        return ""


def _objets(page: pypdfium2.PdfPage) -> Iterator[Rectangle]:
    combien = pdfium.FPDFPage_CountObjects(page)
    if not 0 <= combien <= _OBJETS_MAXIMAUX:
        raise _Doute
    for rang in range(combien):
        objet = pdfium.FPDFPage_GetObject(page, rang)
        if pdfium.FPDFPageObj_GetType(objet) == pdfium.FPDF_PAGEOBJ_TEXT and _est_dessine(objet):
            raise _Doute
        bords = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(objet, *bords):
            raise _Doute
        gauche, bas, droite, haut = (bord.value for bord in bords)
        yield gauche, bas, droite, haut


def _est_dessine(texte: pdfium.FPDF_PAGEOBJECT) -> bool:
    """Vrai si les signes sont des dessins (police Type 3, sans nom), dont les bornes annoncées peuvent mentir."""
    police = pdfium.FPDFTextObj_GetFont(texte)
    return not police or pdfium.FPDFFont_GetBaseFontName(police, None, 0) <= 1


def _annotations(page: pypdfium2.PdfPage) -> Iterator[Rectangle]:
    combien = pdfium.FPDFPage_GetAnnotCount(page)
    if not 0 <= combien <= _OBJETS_MAXIMAUX:
        raise _Doute
    for rang in range(combien):
        annotation, cadre = pdfium.FPDFPage_GetAnnot(page, rang), pdfium.FS_RECTF()
        est_lu = annotation and pdfium.FPDFAnnot_GetRect(annotation, cadre)
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if not est_lu:
            raise _Doute
        gauche, droite = sorted((cadre.left, cadre.right))
        bas, haut = sorted((cadre.bottom, cadre.top))
        yield gauche, bas, droite, haut

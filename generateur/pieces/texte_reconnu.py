"""Le texte des scans, page par page : quelles pages lire, ce que vaut ce qui y a été lu, et où le poser.

S'exécute dans l'enfant de l'atelier. Le moteur de reconnaissance ne voit que les pages à lire, recopiées à part ; de
son travail, seule la couche de texte invisible revient, posée sous le dessin de la page d'origine. Rien d'autre du
document ne change, ni ne dépend de l'instant ou du hasard.
"""

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Dictionary, Name, Stream

from generateur.erreurs import ErreurPiece
from generateur.pieces.lecture_pdf import est_papier_nu

_COUCHE = "/OCR-"  # le nom qu'OCRmyPDF donne à la couche de texte, suivi de caractères tirés au sort
_LIGNE_D_EN_TETE = 200  # caractères : un scan peut porter la ligne d'un télécopieur ou d'un numériseur
_PART_DE_SCAN = 0.6  # d'une page qu'une image couvre
_INVISIBLE = 3
_PROFONDEUR = 5  # formes imbriquées
_MOT = re.compile(r"[«\"“(\['’]*[^\W\d_]+(?:['’-][^\W\d_]+)*[.,;:!?»\"”)\]'’]*")
_NOMBRE = re.compile(r"[(+-]?[€$]?\d[\d.,/:-]*[€%)°]?[.,;:]?")
_REFERENCE = re.compile(r"[A-Z]{1,4}[-/]?\d[\d/-]*[.,;:]?")
_VOYELLES = re.compile("[aeiouyàâäéèêëîïôöùûüœæ]")
_CONSONNES = re.compile("[bcdfghjklmnpqrstvwxz]{5}")
_MOTS_COURTS = frozenset({"a", "à", "y", "l", "d", "n", "m", "kg", "ht", "nb", "cm", "mm", "km", "dr"})
_LONGUEUR_SIGLE = 4
_PANNES = (pypdfium2.PdfiumError, ValueError, OSError, RuntimeError, ctypes.ArgumentError)


def choisir(source: str, premieres: int | None) -> dict[str, Any]:
    """Les numéros des `pages` à lire (du dessin, sans texte ou presque), et des `blanches`, où il n'y a rien à lire."""
    pages, blanches = [], []
    with pypdfium2.PdfDocument(source) as document:
        total = len(document)
        for rang in range(total if premieres is None else min(total, premieres)):
            try:
                page = document[rang]
                if not page.get_textpage().get_text_bounded().strip() and est_papier_nu(page):
                    blanches.append(rang + 1)
                elif _est_a_lire(page):
                    pages.append(rang + 1)
            except _PANNES:
                continue
    return {"pages": pages, "blanches": blanches}


def _est_a_lire(page: pypdfium2.PdfPage) -> bool:
    texte: str = page.get_textpage().get_text_bounded().strip()
    if not texte:
        return True
    if len(texte) > _LIGNE_D_EN_TETE or _porte_texte_invisible(page):
        return False
    largeur, hauteur = page.get_size()
    images = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_PROFONDEUR)
    aires = ((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (image.get_bounds() for image in images))
    return bool(max(aires, default=0.0) >= _PART_DE_SCAN * largeur * hauteur)


def _porte_texte_invisible(page: pypdfium2.PdfPage) -> bool:
    """Vrai pour un scan dont le texte a déjà été reconnu ailleurs."""
    textes = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=_PROFONDEUR)
    return any(pdfium.FPDFTextObj_GetTextRenderMode(texte.raw) == _INVISIBLE for texte in textes)


def extraire(source: str, cible: str, pages: list[int], tour: int) -> dict[str, Any]:
    """Recopie ces pages à part, tournées d'un angle (0, 90, 180 ou 270 degrés) pour être lues."""
    with pikepdf.open(source) as pdf, pikepdf.new() as extrait:
        for numero in pages:
            extrait.pages.append(pdf.pages[numero - 1])
            if tour:
                extrait.pages[-1].rotate(tour, relative=True)
        extrait.save(cible, static_id=True)
    return {}


def juger(source: str, pages: int) -> dict[str, Any]:
    """Par page : `signes` lus, et `qualite`, la part (0 à 1) de ceux qui forment des mots ou des nombres."""
    with pypdfium2.PdfDocument(source) as document:
        if len(document) != pages:
            raise ErreurPiece("La reconnaissance de texte a changé le nombre de pages.", remede="Relancer sans --ocr.")
        return {"lectures": [_juger_texte(page.get_textpage().get_text_bounded()) for page in document]}


def _juger_texte(texte: str) -> dict[str, float]:
    mots = texte.split()
    signes = sum(map(len, mots))
    lisibles = sum(len(mot) for mot in mots if _est_lisible(mot))
    return {"signes": signes, "qualite": lisibles / signes if signes else 0.0}


def _est_lisible(mot: str) -> bool:
    """Vrai d'un mot à la casse et aux lettres vraisemblables, d'un nombre, d'une date, d'une référence."""
    if _NOMBRE.fullmatch(mot) or _REFERENCE.fullmatch(mot):
        return True
    if not _MOT.fullmatch(mot):
        return False
    lettres = "".join(signe for signe in mot if signe.isalpha())
    bas = lettres.lower()
    if bas in _MOTS_COURTS:
        return True
    if len(lettres) == 1 or not (lettres.islower() or lettres.isupper() or lettres[1:].islower()):
        return False
    if not _VOYELLES.search(bas):
        return lettres.isupper() and len(lettres) <= _LONGUEUR_SIGLE
    return not _CONSONNES.search(bas)


def greffer(source: str, cible: str, couches: list[dict[str, Any]]) -> dict[str, Any]:
    """Pose sous le dessin de chaque page dite la couche de texte lue ailleurs ; rend les pages qui en ont reçu une."""
    greffees = []
    try:
        with pikepdf.open(source) as pdf:
            for couche in couches:
                with pikepdf.open(couche["fichier"]) as lu:
                    if _greffer_page(pdf, pdf.pages[couche["page"] - 1], lu.pages[couche["rang"]], couche["page"]):
                        greffees.append(couche["page"])
            pdf.save(cible, static_id=True)
    except pikepdf.PdfError as erreur:
        raise ErreurPiece("La reconnaissance de texte a abîmé ce document.", remede="Relancer sans --ocr.") from erreur
    return {"pages": greffees}


def _greffer_page(pdf: pikepdf.Pdf, page: pikepdf.Page, lue: pikepdf.Page, numero: int) -> bool:
    dessins = []
    for rang, (forme, matrice) in enumerate(_lister_couches(lue), 1):
        nom = Name(f"/TexteReconnu{numero}_{rang}")
        page.add_resource(pdf.copy_foreign(forme), Name.XObject, name=nom)
        dessins.append(f"q {' '.join(f'{nombre:.6f}' for nombre in matrice)} cm {nom} Do Q")
    if dessins:
        page.contents_add("\n".join(dessins).encode("ascii"), prepend=True)
    return bool(dessins)


def _lister_couches(page: pikepdf.Page) -> Iterator[tuple[Any, tuple[float, ...]]]:
    """Les couches de texte de la page, et la matrice sous laquelle chacune est dessinée."""
    ressources = page.obj.get(Name.Resources)
    objets: Any = ressources.get(Name.XObject) if isinstance(ressources, Dictionary) else None
    if not isinstance(objets, Dictionary):
        return
    matrice = pikepdf.Matrix()
    pile = []
    for instruction in pikepdf.parse_content_stream(page, "q Q cm Do"):
        operandes: Any = instruction.operands
        operateur = str(instruction.operator)
        if operateur == "q":
            pile.append(matrice)
        elif operateur == "Q" and pile:
            matrice = pile.pop()
        elif operateur == "cm":
            matrice = pikepdf.Matrix(*(float(nombre) for nombre in operandes)) @ matrice
        elif operateur == "Do" and str(operandes[0]).startswith(_COUCHE):
            forme = objets.get(operandes[0])
            if isinstance(forme, Stream):
                yield forme, matrice.shorthand

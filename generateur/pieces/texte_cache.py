"""Le texte et les images qu'une page porte sans les montrer : rognés, recouverts, invisibles ou de la couleur du fond.

S'exécute dans l'enfant de l'atelier. Un premier passage lit les objets de la page et retient des suspects ; la page
n'est dessinée que s'il y en a, avec puis sans eux : ce dont l'absence ne se voit pas est caché. Le texte d'un scan
reconnu, posé sur l'encre de l'image, n'est pas tenu pour caché.
"""

import contextlib
import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

from generateur.domaine.fichiers import ContenuCache
from generateur.pieces.bornes_des_objets import relever_emprise
from generateur.pieces.objets_page import Boite, ObjetPage, lire_objets, lire_visible

_PANNES = (pypdfium2.PdfiumError, ValueError, TypeError, OSError, ctypes.ArgumentError)
_PAGES_PARCOURUES = 600
_PAGES_DESSINEES = 100
_SUSPECTS_MAXIMAUX = 20_000
_COUVERCLES_MAXIMAUX = 400
_ECHELLE = 1.5  # 108 points par pouce
_COTE_MAXIMAL = 2000  # pixels
_ECART_VISIBLE = 24  # sur 255 : au-dessous, l'œil ne voit rien
_ECART_DE_COULEUR = 30
_CONTRASTE_DE_L_ENCRE = 60
_DERIVE_DU_TEXTE_RECONNU = 100  # pixels
_SIGNES_MINIMAUX = 3
_GRANDE_IMAGE = 0.4  # de la page : un scan
_PART_ROGNEE = 0.25
_COUVERCLE_MINIMAL = 24.0  # points carrés
_TEXTE_RENDU = 300  # caractères


@dataclass
class _Page:
    """Une page ouverte, ses objets dans l'ordre où ils se peignent, et ce qu'elle montre."""

    page: pypdfium2.PdfPage
    objets: list[ObjetPage]
    visible: Boite
    annotations: list[Boite]


def relever_pages(
    document: pypdfium2.PdfDocument, ouvertes: dict[int, pypdfium2.PdfPage]
) -> tuple[list[ContenuCache], list[str]]:
    """Ce que cachent les pages, dans l'ordre ; dit aussi les pages au-delà de ce qu'on regarde. Puis leurs emprises.

    `ouvertes` : celles qui le sont déjà, par rang ; elles sont refermées. Emprises : voir pieces/bornes_des_objets.
    """
    trouves: list[ContenuCache] = []
    emprises = [""] * min(len(document), _PAGES_PARCOURUES)
    dessinees, total = 0, len(document)
    for rang in range(min(total, _PAGES_PARCOURUES)):
        if dessinees == _PAGES_DESSINEES:
            return [*trouves, _dire_le_reste(rang + 1, total)], emprises
        with contextlib.suppress(*_PANNES):  # une page que PDFium ne dessine pas ne montre rien à comparer
            page = ouvertes.pop(rang, None) or document[rang]
            try:
                emprises[rang] = relever_emprise(page)
                caches, est_dessinee = _relever_page(_ouvrir(page), rang + 1)
            finally:
                page.close()
            trouves += caches
            dessinees += est_dessinee
    if total > _PAGES_PARCOURUES:
        trouves.append(_dire_le_reste(_PAGES_PARCOURUES + 1, total))
    return trouves, emprises


def _relever_page(feuille: _Page, numero: int) -> tuple[list[ContenuCache], bool]:
    """Ce que cache la page, et s'il a fallu la dessiner pour le savoir."""
    trouves = [ContenuCache("image rognée", numero)] if any(_images_rognees(feuille)) else []
    suspects, voiles = _suspecter(feuille), _couvercles_d_image(feuille)
    trouves += [ContenuCache(nature, numero, texte) for nature, texte in _confirmer(feuille, suspects)]
    if any(_voiles_confirmes(feuille, voiles)):
        trouves.append(ContenuCache("image recouverte", numero))
    return trouves, bool(suspects or voiles)


def _dire_le_reste(premiere: int, total: int) -> ContenuCache:
    return ContenuCache("pages non examinées", premiere, f"pages {premiere} à {total}", "montre")


def _ouvrir(page: pypdfium2.PdfPage) -> _Page:
    return _Page(page, lire_objets(page), lire_visible(page), list(_annotations_opaques(page)))


def _annotations_opaques(page: pypdfium2.PdfPage) -> Iterator[Boite]:
    """Où des annotations peuvent recouvrir la page."""
    natures = {pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_INK}
    natures |= {pdfium.FPDF_ANNOT_REDACT, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_LINE}
    natures |= {pdfium.FPDF_ANNOT_HIGHLIGHT}
    for rang in range(min(pdfium.FPDFPage_GetAnnotCount(page), _COUVERCLES_MAXIMAUX)):
        annotation = pdfium.FPDFPage_GetAnnot(page, rang)
        if not annotation:
            continue
        cadre = pdfium.FS_RECTF()
        if pdfium.FPDFAnnot_GetSubtype(annotation) in natures and pdfium.FPDFAnnot_GetRect(annotation, cadre):
            yield Boite(cadre.left, cadre.bottom, cadre.right, cadre.top)
        pdfium.FPDFPage_CloseAnnot(annotation)


def _suspecter(feuille: _Page) -> dict[int, tuple[ObjetPage, str]]:
    """Les textes qui pourraient ne pas se voir : adresse de l'objet vers l'objet et la nature du soupçon."""
    suspects: dict[int, tuple[ObjetPage, str]] = {}
    couvercles = [objet for objet in feuille.objets if objet.est_couvrant][-_COUVERCLES_MAXIMAUX:]
    for objet in feuille.objets:
        if not objet.est_texte or len(suspects) >= _SUSPECTS_MAXIMAUX:
            continue
        if nature := _soupconner(objet, feuille, couvercles):
            suspects[objet.adresse] = (objet, nature)
    return suspects


def _soupconner(objet: ObjetPage, feuille: _Page, couvercles: Sequence[ObjetPage]) -> str:
    centre = objet.boite.centre
    if not objet.boite.touche(feuille.visible) or (objet.coupe and not objet.boite.touche(objet.coupe)):
        return "texte rogné"
    if objet.est_invisible or objet.est_minuscule:
        return "texte invisible"
    if any(boite.contient(centre) for boite in feuille.annotations):
        return "texte recouvert"
    dessous: ObjetPage | None = None
    for couvercle in couvercles:
        if couvercle.rang > objet.rang and couvercle.boite.touche(objet.boite):
            return "texte recouvert"
        if couvercle.rang < objet.rang and couvercle.boite.contient(centre):
            dessous = couvercle
    if objet.couleur is None:
        return ""
    fond = dessous.couleur if dessous else (255, 255, 255, 255)
    se_confond = fond is None or _se_confondent(objet.couleur, fond) or objet.couleur[3] < _ECART_VISIBLE
    return "texte de la couleur du fond" if se_confond else ""


def _se_confondent(une: tuple[int, ...], autre: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(une[:3], autre[:3], strict=True)) < _ECART_DE_COULEUR


def _confirmer(feuille: _Page, suspects: dict[int, tuple[ObjetPage, str]]) -> Iterator[tuple[str, str]]:
    """(nature, texte) de chaque suite de caractères dont l'absence ne change rien à ce que montre la page."""
    if not suspects:
        return
    avec = _dessiner(feuille)
    sans = _dessiner_sans(feuille, [objet for objet, _ in suspects.values()])
    ecart = ImageChops.difference(avec, sans)
    nature_en_cours = ""
    morceaux: list[str] = []
    for caractere, nature in _caracteres(feuille, suspects, avec, ecart):
        if nature != nature_en_cours:
            yield from _rendre(nature_en_cours, morceaux)
            nature_en_cours, morceaux = nature, []
        morceaux.append(caractere)
    yield from _rendre(nature_en_cours, morceaux)


def _rendre(nature: str, morceaux: list[str]) -> Iterator[tuple[str, str]]:
    texte = " ".join("".join(morceaux).split())
    if nature and sum(signe.isalnum() for signe in texte) >= _SIGNES_MINIMAUX:
        yield nature, texte[:_TEXTE_RENDU]


def _caracteres(
    feuille: _Page, suspects: dict[int, tuple[ObjetPage, str]], avec: Image.Image, ecart: Image.Image
) -> Iterator[tuple[str, str]]:
    """Chaque caractère de la page, et la nature de ce qui le cache ; vide s'il se voit."""
    textes = feuille.page.get_textpage()
    vers_pixels = _Projection(feuille, avec.size)
    nature = ""
    for rang in range(textes.count_chars()):
        signe = chr(pdfium.FPDFText_GetUnicode(textes, rang))
        if signe.isspace() or not signe.isprintable():
            yield " ", nature
            continue
        trouve = suspects.get(ctypes.cast(pdfium.FPDFText_GetTextObject(textes, rang), ctypes.c_void_p).value or 0)
        nature = ""
        if trouve is not None:
            zones = [vers_pixels.zone(boite) for boite in (_boite_du_caractere(textes, rang), trouve[0].boite)]
            nature = trouve[1] if _est_cache(*trouve, zones, feuille, avec, ecart) else ""
        yield signe, nature
    textes.close()


def _boite_du_caractere(textes: Any, rang: int) -> Boite:
    bords = [ctypes.c_double() for _ in range(4)]
    pdfium.FPDFText_GetCharBox(textes, rang, *bords)
    gauche, droite, bas, haut = (bord.value for bord in bords)
    return Boite(gauche, bas, droite, haut)


def _est_cache(
    objet: ObjetPage,
    nature: str,
    zones: Sequence[tuple[int, int, int, int] | None],
    feuille: _Page,
    avec: Image.Image,
    ecart: Image.Image,
) -> bool:
    zone, ensemble = zones  # le caractère, et tout le morceau de texte où il est
    if zone is None or ensemble is None:
        return nature == "texte rogné"  # hors de la page
    if not objet.est_minuscule and _contraste(ecart.crop(zone)) >= _ECART_VISIBLE:
        return False
    est_sur_scan = any(
        image.est_image
        and image.boite.aire >= _GRANDE_IMAGE * feuille.visible.aire
        and image.boite.contient(objet.boite.centre)
        for image in feuille.objets
    )
    if not est_sur_scan and not objet.est_invisible:
        return True
    # un texte reconnu double l'encre du scan et dérive le long de sa ligne : sans encre alentour, il ne double rien
    alentour = _elargir(ensemble, avec.size) if est_sur_scan else zone
    return _etendue(avec.crop(alentour)) < _CONTRASTE_DE_L_ENCRE


def _contraste(image: Image.Image) -> int:
    return max(haut for _, haut in _extremes(image))


def _etendue(image: Image.Image) -> int:
    return max(haut - bas for bas, haut in _extremes(image))


def _extremes(image: Image.Image) -> list[tuple[int, int]]:
    extremes: Any = image.getextrema()
    return list(extremes)


def _elargir(zone: tuple[int, int, int, int], taille: tuple[int, int]) -> tuple[int, int, int, int]:
    gauche, haut, droite, bas = zone
    derive = _DERIVE_DU_TEXTE_RECONNU
    return (max(0, gauche - derive), max(0, haut - 3), min(taille[0], droite + derive), min(taille[1], bas + 3))


class _Projection:
    """Du repère de la page aux pixels du dessin."""

    def __init__(self, feuille: _Page, taille: tuple[int, int]) -> None:
        self._page, self._taille = feuille.page, taille

    def zone(self, boite: Boite) -> tuple[int, int, int, int] | None:
        """Le rectangle de pixels, resserré d'un rien ; None s'il est hors du dessin."""
        coins = [self._point(boite.gauche, boite.bas), self._point(boite.droite, boite.haut)]
        gauche, droite = sorted(x for x, _ in coins)
        haut, bas = sorted(y for _, y in coins)
        zone = (max(0, gauche), max(0, haut), min(self._taille[0], droite + 1), min(self._taille[1], bas + 1))
        return zone if zone[0] < zone[2] and zone[1] < zone[3] else None

    def _point(self, x: float, y: float) -> tuple[int, int]:
        horizontal, vertical = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(self._page, 0, 0, *self._taille, 0, x, y, horizontal, vertical)
        return horizontal.value, vertical.value


def _dessiner(feuille: _Page, *, avec_annotations: bool = True) -> Image.Image:
    cote = max(1.0, *feuille.page.get_size())
    echelle = min(_ECHELLE, _COTE_MAXIMAL / cote)
    dessin: Image.Image = feuille.page.render(scale=echelle, draw_annots=avec_annotations).to_pil()
    return dessin.convert("RGB")


def _dessiner_sans(feuille: _Page, objets: Sequence[ObjetPage], *, avec_annotations: bool = True) -> Image.Image:
    for objet in objets:
        pdfium.FPDFPageObj_SetIsActive(objet.brut, False)
    try:
        return _dessiner(feuille, avec_annotations=avec_annotations)
    finally:
        for objet in objets:
            pdfium.FPDFPageObj_SetIsActive(objet.brut, True)


def _images_rognees(feuille: _Page) -> Iterator[ObjetPage]:
    """Les images dont une bonne part tombe hors de la page ou de leur découpe."""
    for objet in feuille.objets:
        if not objet.est_image or not objet.boite.aire:
            continue
        cadre = feuille.visible.croiser(objet.coupe) if objet.coupe else feuille.visible
        if objet.boite.croiser(cadre).aire < (1 - _PART_ROGNEE) * objet.boite.aire:
            yield objet


def _couvercles_d_image(feuille: _Page) -> list[Boite]:
    """Les aplats noirs ou blancs, et les annotations, posés sur une partie d'une image."""
    images = [objet for objet in feuille.objets if objet.est_image]
    poses = [
        objet.boite
        for objet in feuille.objets
        if objet.est_aplat_uni and any(i.rang < objet.rang and i.boite.contient(objet.boite.centre) for i in images)
    ]
    poses += [boite for boite in feuille.annotations if any(i.boite.contient(boite.centre) for i in images)]
    return [boite for boite in poses if boite.aire >= _COUVERCLE_MINIMAL][:_COUVERCLES_MAXIMAUX]


def _voiles_confirmes(feuille: _Page, voiles: Sequence[Boite]) -> Iterator[Boite]:
    """Ceux sous lesquels l'image montre quelque chose, et qui ne laissent rien voir."""
    if not voiles:
        return
    avec = _dessiner(feuille)
    aplats = [objet for objet in feuille.objets if objet.est_aplat_uni]
    sans = _dessiner_sans(feuille, aplats, avec_annotations=False)
    vers_pixels = _Projection(feuille, avec.size)
    for voile in voiles:
        zone = vers_pixels.zone(voile.resserrer())
        if zone and _etendue(avec.crop(zone)) < _ECART_VISIBLE and _etendue(sans.crop(zone)) >= _CONTRASTE_DE_L_ENCRE:
            yield voile

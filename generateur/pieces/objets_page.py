"""Les objets peints d'une page, selon PDFium : textes, images, aplats, dans l'ordre, formes imbriquées comprises."""

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_OBJETS_MAXIMAUX = 20_000
_PROFONDEUR = 5
_SEGMENTS_LUS = 40
_COULEUR_OPAQUE = 250
_NOIR = 60
_BLANC = 245
_HAUTEUR_LISIBLE = 0.8  # point : un tiret seul est écarté par le nombre de signes
_TRAIT_QUI_MASQUE = 4.0  # points
# ni remplis ni tracés ; le second sert de découpe à ce qui suit, qui seul peut alors se voir
_TRAITS_INVISIBLES = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})

Matrice = tuple[float, float, float, float, float, float]
IDENTITE: Matrice = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Boite:
    """Un rectangle du repère de la page, en points."""

    gauche: float
    bas: float
    droite: float
    haut: float

    @property
    def centre(self) -> tuple[float, float]:
        """Le point du milieu."""
        return (self.gauche + self.droite) / 2, (self.bas + self.haut) / 2

    @property
    def aire(self) -> float:
        """En points carrés ; zéro s'il est vide."""
        return max(0.0, self.droite - self.gauche) * max(0.0, self.haut - self.bas)

    def contient(self, point: tuple[float, float]) -> bool:
        """Vrai si le point est dedans, bords compris."""
        return self.gauche <= point[0] <= self.droite and self.bas <= point[1] <= self.haut

    def touche(self, autre: "Boite") -> bool:
        """Vrai si les deux se recouvrent, fût-ce d'un rien."""
        horizontal = self.gauche < autre.droite and autre.gauche < self.droite
        return horizontal and self.bas < autre.haut and autre.bas < self.haut

    def croiser(self, autre: "Boite") -> "Boite":
        """Ce que les deux ont en commun ; d'aire nulle s'ils n'ont rien."""
        return Boite(
            max(self.gauche, autre.gauche),
            max(self.bas, autre.bas),
            min(self.droite, autre.droite),
            min(self.haut, autre.haut),
        )

    def resserrer(self) -> "Boite":
        """Le même, sans son bord, que le dessin adoucit."""
        return Boite(self.gauche + 1, self.bas + 1, self.droite - 1, self.haut - 1)


@dataclass(frozen=True)
class ObjetPage:
    """Un objet peint ; `rang` croît vers le dessus. `couleur` (RVBA) est None quand elle n'est pas unie."""

    brut: Any
    adresse: int
    rang: int
    genre: int
    boite: Boite
    coupe: Boite | None
    couleur: tuple[int, int, int, int] | None
    est_invisible: bool = False
    est_rempli: bool = False  # un aplat, ou un trait large comme un marqueur

    @property
    def est_texte(self) -> bool:
        """Vrai pour un texte."""
        return bool(self.genre == pdfium.FPDF_PAGEOBJ_TEXT)

    @property
    def est_minuscule(self) -> bool:
        """Vrai pour un texte plus petit que tout ce qui se lit."""
        cotes = self.boite.droite - self.boite.gauche, self.boite.haut - self.boite.bas
        return self.est_texte and 0 < min(cotes) < _HAUTEUR_LISIBLE

    @property
    def est_image(self) -> bool:
        """Vrai pour une image."""
        return bool(self.genre == pdfium.FPDF_PAGEOBJ_IMAGE)

    @property
    def est_couvrant(self) -> bool:
        """Vrai pour ce qui peut cacher ce qu'il y a dessous : image, dégradé, aplat opaque."""
        if self.genre == pdfium.FPDF_PAGEOBJ_PATH:
            return self.est_rempli and (self.couleur is None or self.couleur[3] >= _COULEUR_OPAQUE)
        return self.genre in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING}

    @property
    def est_aplat_uni(self) -> bool:
        """Vrai pour un aplat noir ou blanc, comme on en pose pour masquer."""
        if self.genre != pdfium.FPDF_PAGEOBJ_PATH or not self.est_couvrant or self.couleur is None:
            return False
        return max(self.couleur[:3]) <= _NOIR or min(self.couleur[:3]) >= _BLANC


def lire_visible(page: pypdfium2.PdfPage) -> Boite:
    """Ce que la page montre : son cadre, dans son propre repère."""
    cadre = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, cadre)
    return Boite(cadre.left, cadre.bottom, cadre.right, cadre.top)


def lire_objets(page: pypdfium2.PdfPage) -> list[ObjetPage]:
    """Les objets, du dessous au dessus ; les premiers seulement quand il y en a trop."""
    objets: list[ObjetPage] = []
    combien = pdfium.FPDFPage_CountObjects(page)
    for rang in range(min(combien, _OBJETS_MAXIMAUX)):
        _relever(pdfium.FPDFPage_GetObject(page, rang), IDENTITE, None, objets, 0)
    return objets


def _relever(brut: Any, repere: Matrice, coupe: Boite | None, objets: list[ObjetPage], profondeur: int) -> None:
    if len(objets) >= _OBJETS_MAXIMAUX:
        return
    genre = pdfium.FPDFPageObj_GetType(brut)
    coupe = _couper(brut, repere, coupe)
    if genre == pdfium.FPDF_PAGEOBJ_FORM:
        if profondeur < _PROFONDEUR:
            interieur = _composer(_matrice(brut), repere)
            for rang in range(pdfium.FPDFFormObj_CountObjects(brut)):
                _relever(pdfium.FPDFFormObj_GetObject(brut, rang), interieur, coupe, objets, profondeur + 1)
        return
    boite = _boite(brut, repere)
    if boite is None:
        return
    adresse = ctypes.cast(brut, ctypes.c_void_p).value or 0
    est_texte = genre == pdfium.FPDF_PAGEOBJ_TEXT
    est_invisible = est_texte and pdfium.FPDFTextObj_GetTextRenderMode(brut) in _TRAITS_INVISIBLES
    est_trace = genre == pdfium.FPDF_PAGEOBJ_PATH
    est_aplat = est_trace and _est_rempli(brut)
    est_epais = est_trace and not est_aplat and _est_epais(brut, repere)
    est_rempli = est_aplat or est_epais
    couleur = _couleur(brut, est_trait=est_epais) if est_texte or est_rempli else None
    objets.append(ObjetPage(brut, adresse, len(objets), genre, boite, coupe, couleur, est_invisible, est_rempli))


def _boite(brut: Any, repere: Matrice) -> Boite | None:
    bords = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(brut, *bords):
        return None
    gauche, bas, droite, haut = (bord.value for bord in bords)
    if repere is IDENTITE:
        return Boite(gauche, bas, droite, haut)
    return _enfermer([_placer(repere, x, y) for x in (gauche, droite) for y in (bas, haut)])


def _enfermer(points: list[tuple[float, float]]) -> Boite:
    horizontales, verticales = [x for x, _ in points], [y for _, y in points]
    return Boite(min(horizontales), min(verticales), max(horizontales), max(verticales))


def _placer(repere: Matrice, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = repere
    return a * x + c * y + e, b * x + d * y + f


def _composer(dedans: Matrice, dehors: Matrice) -> Matrice:
    a, b, c, d, e, f = dedans
    g, h, i, j, k, m = dehors
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _matrice(brut: Any) -> Matrice:
    matrice = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(brut, matrice):
        return IDENTITE
    return (matrice.a, matrice.b, matrice.c, matrice.d, matrice.e, matrice.f)


def _couper(brut: Any, repere: Matrice, dehors: Boite | None) -> Boite | None:
    """La découpe en vigueur, réduite au rectangle qui l'enferme ; None s'il n'y en a pas."""
    chemin = pdfium.FPDFPageObj_GetClipPath(brut)
    combien = pdfium.FPDFClipPath_CountPaths(chemin) if chemin else 0
    coupe = dehors
    for rang in range(max(0, combien)):
        segments = pdfium.FPDFClipPath_CountPathSegments(chemin, rang)
        if not 0 < segments <= _SEGMENTS_LUS:
            continue
        points = []
        for indice in range(segments):
            x, y = ctypes.c_float(), ctypes.c_float()
            segment = pdfium.FPDFClipPath_GetPathSegment(chemin, rang, indice)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append(_placer(repere, x.value, y.value))
        if points:
            cadre = _enfermer(points)
            coupe = coupe.croiser(cadre) if coupe else cadre
    return coupe


def _est_rempli(brut: Any) -> bool:
    remplissage, trait = ctypes.c_int(), ctypes.c_int()
    lu = pdfium.FPDFPath_GetDrawMode(brut, remplissage, trait)
    return bool(lu and remplissage.value != pdfium.FPDF_FILLMODE_NONE)


def _est_epais(brut: Any, repere: Matrice) -> bool:
    """Vrai pour un trait assez large pour masquer une ligne : un marqueur."""
    remplissage, trait, epaisseur = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
    if not pdfium.FPDFPath_GetDrawMode(brut, remplissage, trait) or not trait.value:
        return False
    a, b, c, d, *_ = _composer(_matrice(brut), repere)
    grossit = abs(a * d - b * c) ** 0.5
    return bool(pdfium.FPDFPageObj_GetStrokeWidth(brut, epaisseur) and epaisseur.value * grossit >= _TRAIT_QUI_MASQUE)


def _couleur(brut: Any, *, est_trait: bool = False) -> tuple[int, int, int, int] | None:
    rouge, vert, bleu, opacite = (ctypes.c_uint() for _ in range(4))
    lire = pdfium.FPDFPageObj_GetStrokeColor if est_trait else pdfium.FPDFPageObj_GetFillColor
    if not lire(brut, rouge, vert, bleu, opacite):
        return None
    return rouge.value, vert.value, bleu.value, opacite.value

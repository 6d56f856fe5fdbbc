"""L'encre d'une page : ce qui est dessiné, mesuré sur un rendu, pour ne jamais écrire par-dessus.

Le rendu est celui de pypdfium2 à un point par pixel, en couleurs, formulaires et annotations compris : une encre
teintée, ou de même luminance que son fond, est une encre. Une place n'est libre que si une marque s'y lit. Une page
dont la mesure coûterait trop (grande image à décoder, dessin très lourd) n'est pas mesurée : elle compte comme pleine.
Une place où la page ne porte rien, on le sait déjà par son emprise : rien ne se dessine pour le redire.
"""

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageChops

from generateur.domaine.emprises import Emprise, lire_emprise
from generateur.liasse.assainissement import PROFONDEUR_FORMES, parcourir_objets_externes
from generateur.liasse.geometrie import Cadre, Cle, Rectangle, attribut_herite, lire_nombre, transformer_rectangle
from generateur.liasse.ouverture_pdf import ERREURS_PDF

ECART_SUR_BLANC = 8  # niveaux d'une couleur : tout ce qui se distingue du papier blanc
ECART_SUR_UNI = 5  # sur un aplat sans grain, une encre translucide ne change presque rien
ECART_SUR_FOND = 28  # papier numérisé : au-delà, ce n'est plus le grain du fond
GRAIN_MEDIAN = 5  # le grain va jusqu'à tant de fois son écart médian
FOND_BLANC = 250
CONTRASTE_LISIBLE = 4.5  # rapport de contraste WCAG 2 d'un texte courant
ENCRE_DES_MARQUES = (28, 51, 107)  # la plus claire des encres posées
ECHANTILLON = (96, 96)
MARGE_MESURE = 2.0  # points de blanc exigés autour d'une marque
MARGE_EMPRISE = 4.0  # de plus, quand la place est jugée sur les bornes des objets et non sur leur dessin
ECART_BOITE = 0.5  # points : au-delà, ce n'est pas la même page
PIXELS_PAGE = 4_000_000  # au-delà, la page est rendue plus petite
ECART_TAILLE = 0.02
IMAGE_A_EPARGNER = 250_000  # pixels : au-delà, décoder l'image coûte plus que toute la page
IMAGE_INTERDITE = 80_000_000
DESSIN_A_EPARGNER = 400_000  # octets de dessin compressé
DESSIN_INTERDIT = 20_000_000
ERREURS_PDFIUM = (pypdfium2.PdfiumError, ValueError, OSError, RuntimeError, ctypes.ArgumentError, MemoryError)


class Encre:
    """L'encre d'une page rendue en entier ; seules les places essayées en sont mesurées."""

    def __init__(self, image: Image.Image, echelle: float) -> None:
        # la couleur du papier se lit sur un échantillon : l'histogramme entier coûterait plus que le rendu
        echantillon = image.resize(ECHANTILLON, Image.Resampling.NEAREST).convert("RGB")
        niveaux = echantillon.histogram()
        fond = tuple(max(range(256), key=niveaux[256 * rang : 256 * (rang + 1)].__getitem__) for rang in range(3))
        ecart = _mesurer_ecart(_eloigner(echantillon, fond), fond)
        self._image, self._fond = image, fond
        self._seuil = [255 if niveau > ecart else 0 for niveau in range(256)]
        self._est_lisible = _contraster(fond, ENCRE_DES_MARQUES) >= CONTRASTE_LISIBLE
        self._echelle = echelle

    def est_libre(self, zone: Rectangle) -> bool:
        """Vrai si rien n'est dessiné dans la zone (repère visible, points) ni juste autour, et qu'une marque s'y lit.

        Hors de la page, tout est libre.
        """
        largeur, hauteur = self._image.size
        x0, y0, x1, y1 = zone
        pas, marge = self._echelle, MARGE_MESURE
        boite = (
            max(0, int((x0 - marge) * pas)),
            max(0, int(hauteur - (y1 + marge) * pas)),
            min(largeur, int((x1 + marge) * pas) + 1),
            min(hauteur, int(hauteur - (y0 - marge) * pas) + 1),
        )
        if boite[0] >= boite[2] or boite[1] >= boite[3]:
            return True
        if not self._est_lisible:
            return False
        return _eloigner(self._image.crop(boite).convert("RGB"), self._fond).point(self._seuil).getbbox() is None


class Mesureur:
    """Mesure l'encre des pages d'un document, ouvert à la première mesure ; à fermer (voir ouvrir_mesureur)."""

    def __init__(self, pdf: Path, emprises: Sequence[str]) -> None:
        self._pdf = pdf
        self._emprises = emprises
        self._document: pypdfium2.PdfDocument | None = None
        self._est_essaye = False
        self._formes: dict[Cle, float] = {}

    def fermer(self) -> None:
        """Ferme le document, s'il a fallu l'ouvrir."""
        if self._document is not None:
            self._document.close()

    def verifier_place(self, rang: int, cadre: Cadre, page: pikepdf.Object) -> Callable[[Rectangle], bool]:
        """Fonction qui dit d'une place si elle est libre (voir Encre.est_libre) ; la page est mesurée au besoin."""
        emprise = self._lire_emprise(rang, cadre)
        mesurees: list[Encre | None] = []

        def est_libre(zone: Rectangle) -> bool:
            if emprise is not None and emprise.est_vide(_elargir(cadre, zone)):
                return True
            if not mesurees:
                mesurees.append(self._mesurer_page(rang, cadre, page))
            encre = mesurees[0]
            return encre is not None and encre.est_libre(zone)

        return est_libre

    def verifier_zone(self, rang: int, cadre: Cadre, page: pikepdf.Object) -> Callable[[Rectangle], bool]:
        """Fonction qui dit d'une zone de la page si elle est blanche ; seule la zone est alors mesurée."""
        emprise = self._lire_emprise(rang, cadre)

        def est_blanche(zone: Rectangle) -> bool:
            est_vide = emprise is not None and emprise.est_vide(_elargir(cadre, zone))
            return est_vide or self._est_zone_blanche(rang, cadre, page, zone)

        return est_blanche

    def _lire_emprise(self, rang: int, cadre: Cadre) -> Emprise | None:
        """Ce qu'on sait de la page sans la mesurer ; rien si ce n'est pas de cette page-là qu'il s'agit."""
        emprise = lire_emprise(self._emprises[rang]) if rang < len(self._emprises) else None
        if emprise is None or any(abs(a - b) > ECART_BOITE for a, b in zip(emprise.boite, cadre.boite, strict=True)):
            return None
        return emprise

    def _peser(self, page: pikepdf.Object) -> float:
        flux = _lister_flux(page.get(Name.Contents))
        return _poids(flux, attribut_herite(page, Name.Resources), self._formes)

    def _mesurer_page(self, rang: int, cadre: Cadre, page: pikepdf.Object) -> Encre | None:
        """Encre de toute la page, ou None si elle ne peut pas être mesurée."""
        if self._peser(page) > DESSIN_INTERDIT or _plus_grande_image(page) > IMAGE_INTERDITE:
            return None
        rendu = self._rendre(rang, cadre, None)
        return Encre(*rendu) if rendu else None

    def est_legere(self, page: pikepdf.Object) -> bool:
        """Vrai si rendre la page coûte peu."""
        return self._peser(page) <= DESSIN_A_EPARGNER and _plus_grande_image(page) <= IMAGE_A_EPARGNER

    def _est_zone_blanche(self, rang: int, cadre: Cadre, page: pikepdf.Object, zone: Rectangle) -> bool:
        """Vrai si la zone est blanche ; faux si elle ne l'est pas, ou si le savoir coûterait trop."""
        if not self.est_legere(page):
            return False
        rendu = self._rendre(rang, cadre, zone)
        if rendu is None:
            return False
        extremes: Any = rendu[0].convert("RGB").getextrema()
        return all(sombre >= 255 - ECART_SUR_BLANC for sombre, _ in extremes)

    def _ouvrir(self) -> pypdfium2.PdfDocument | None:
        if not self._est_essaye:
            self._est_essaye = True
            try:
                self._document = pypdfium2.PdfDocument(self._pdf)
                if self._document.get_formtype():
                    self._document.init_forms()
            except ERREURS_PDFIUM:
                self._document = None
        return self._document

    def _rendre(self, rang: int, cadre: Cadre, zone: Rectangle | None) -> tuple[Image.Image, float] | None:
        document = self._ouvrir()
        if document is None:
            return None
        largeur, hauteur = cadre.dimensions
        try:
            page = document[rang]
            try:
                vue = page.get_size()
                # pdfium ne voit pas la même page (boîtes de travers) : sa mesure ne vaudrait rien
                if abs(vue[0] - largeur) > ECART_TAILLE * largeur + 1:
                    return None
                if abs(vue[1] - hauteur) > ECART_TAILLE * hauteur + 1:
                    return None
                echelle = min(1.0, (PIXELS_PAGE / (largeur * hauteur)) ** 0.5)
                rognage = (0.0, 0.0, 0.0, 0.0)
                if zone is not None:
                    x0, y0, x1, y1 = zone
                    marge = MARGE_MESURE
                    rognage = (
                        max(0.0, x0 - marge),
                        max(0.0, y0 - marge),
                        max(0.0, largeur - x1 - marge),
                        max(0.0, hauteur - y1 - marge),
                    )
                # lue sur place par PIL dans cet ordre : seules les places essayées se recopient
                vue = page.render(scale=echelle, crop=rognage, prefer_bgrx=True, rev_byteorder=True).to_pil()
            finally:
                page.close()
        except ERREURS_PDFIUM:
            return None
        return vue, echelle


@contextmanager
def ouvrir_mesureur(pdf: Path, emprises: Sequence[str] = ()) -> Iterator[Mesureur]:
    """De quoi mesurer le document ; s'il ne s'ouvre pas, ses pages comptent comme pleines là où rien ne les dit vides.

    `emprises` : ce qu'on sait déjà de chaque page (domaine/emprises).
    """
    mesureur = Mesureur(pdf, emprises)
    try:
        yield mesureur
    finally:
        mesureur.fermer()


def _elargir(cadre: Cadre, zone: Rectangle) -> Rectangle:
    """La zone et de quoi s'en tenir à distance, dans le repère du PDF."""
    x0, y0, x1, y1 = zone
    marge = MARGE_MESURE + MARGE_EMPRISE
    return transformer_rectangle(cadre.vers_pdf, (x0 - marge, y0 - marge, x1 + marge, y1 + marge))


def _eloigner(image: Image.Image, fond: tuple[int, ...]) -> Image.Image:
    """À chaque point, le plus grand des écarts de couleur avec le fond."""
    rouge, vert, bleu = ImageChops.difference(image, Image.new("RGB", image.size, fond)).split()
    return ImageChops.lighter(ImageChops.lighter(rouge, vert), bleu)


def _mesurer_ecart(ecarts: Image.Image, fond: tuple[int, ...]) -> int:
    """À partir de quel écart un point est de l'encre : le grain du papier n'en est pas, tout le reste en est."""
    if min(fond) >= FOND_BLANC:
        return ECART_SUR_BLANC
    papier = ecarts.histogram()[: ECART_SUR_FOND + 1]
    cumul, median = 0, 0
    while median < ECART_SUR_FOND and cumul + papier[median] <= sum(papier) / 2:
        cumul += papier[median]
        median += 1
    return min(ECART_SUR_FOND, max(ECART_SUR_UNI, GRAIN_MEDIAN * median))


def _contraster(une: tuple[int, ...], autre: tuple[int, ...]) -> float:
    """Rapport de contraste de deux couleurs, de 1 à 21 (WCAG 2)."""
    claire, sombre = sorted((_luminance(une), _luminance(autre)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


def _luminance(couleur: tuple[int, ...]) -> float:
    lineaires = [(c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in couleur]  # noqa: PLR2004 (sRGB)
    return 0.2126 * lineaires[0] + 0.7152 * lineaires[1] + 0.0722 * lineaires[2]


def _lister_flux(contenus: Any) -> list[Any]:
    return [f for f in (contenus if isinstance(contenus, Array) else [contenus]) if isinstance(f, Stream)]


def _poids(flux: list[Any], ressources: Any, connus: dict[Cle, float], profondeur: int = 0) -> float:
    """Majorant de ce qu'il faut dessiner, en octets : une forme compte autant de fois qu'elle est appelée.

    Des formes imbriquées se multiplient : dix niveaux de dix appels feraient dix milliards de dessins.
    """
    propre = sum(_longueur(f) for f in flux)
    objets = ressources.get(Name.XObject) if isinstance(ressources, Dictionary) else None
    formes = [
        objet
        for objet in (objets.values() if isinstance(objets, Dictionary) else ())
        if isinstance(objet, Stream) and objet.get(Name.Subtype) == Name.Form
    ]
    if not formes:
        return propre
    if profondeur > PROFONDEUR_FORMES:
        return math.inf
    lourde = 0.0
    for forme in formes:
        if forme.objgen not in connus:
            connus[forme.objgen] = math.inf  # un cycle : jamais mesuré
            dedans = forme.get(Name.Resources)
            connus[forme.objgen] = _poids([forme], dedans, connus, profondeur + 1)
        lourde = max(lourde, connus[forme.objgen])
    try:
        appels = sum(f.read_bytes().count(b"Do") for f in flux)
    except ERREURS_PDF:
        return math.inf
    return propre + appels * lourde if appels else propre


def _longueur(flux: Any) -> float:
    """Octets rangés ; un flux repris d'un autre fichier ne dit pas sa longueur tant qu'il n'est pas écrit."""
    dite = lire_nombre(flux.get(Name.Length))
    if dite:
        return dite
    try:
        return float(len(flux.get_raw_stream_buffer()))
    except ERREURS_PDF:
        return math.inf


def _plus_grande_image(page: pikepdf.Object) -> float:
    vus: set[Cle] = set()
    images = (
        objet
        for objet in parcourir_objets_externes(attribut_herite(page, Name.Resources), vus)
        if objet.get(Name.Subtype) == Name.Image
    )
    aires = ((lire_nombre(i.get(Name.Width)) or 0) * (lire_nombre(i.get(Name.Height)) or 0) for i in images)
    return max(aires, default=0.0)

"""Les pièces images : chaque vue devient une page A4, sans perte, droite, à une résolution raisonnable.

S'exécute dans l'enfant de l'atelier. img2pdf range les données telles quelles quand le PDF le permet
(JPEG, PNG, TIFF fax) ; sinon l'image est décodée et rangée sans perte. La mise en page se fait ici, par
une seule matrice : elle obéit à l'orientation EXIF (miroirs compris) et aux pixels non carrés.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import img2pdf
import pikepdf
import pillow_heif
from pikepdf import Name
from PIL import Image, ImageSequence

from generateur.erreurs import ErreurPiece
from generateur.pieces.donnees_image import nettoyer_jpeg, relever_donnees
from generateur.pieces.fond_image import FOND, choisir_fond, est_transparente, poser
from generateur.pieces.longues_images import Decoupe, decouper, decrire, est_longue

POINT_PAR_POUCE = 72
A4 = (595.276, 841.89)
_MARGE = 34.0  # 12 mm : la place du tampon et du folio
_PLEINE = POINT_PAR_POUCE / 100  # l'échelle de cent points par pouce : une petite image n'est pas étirée au-delà
_FOND_GRIS = (
    "Image claire, au moins en partie, sur fond transparent : imprimée sur un fond gris, sans quoi ce qui est clair ne "
    "se verrait pas."
)
_ORIENTATION = 0x0112
# Matrices (a, b, c, d, e, f) du carré unité pour chacune des huit orientations EXIF.
_ORIENTATIONS: dict[int, tuple[int, int, int, int, int, int]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
_TOURNEES = frozenset({5, 6, 7, 8})
_REDRESSEMENTS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_RANGEES_TELLES_QUELLES = frozenset({"JPEG", "MPO", "PNG", "TIFF", "JPEG2000"})
_PANNES = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, IndexError, KeyError)

pillow_heif.register_heif_opener()


def examiner(source: str, pixels: int, pages_maximales: int, corps_lisible: float) -> dict[str, Any]:
    """Nombre de pages, toutes les vues décodées : une image tronquée se découvre ici."""
    faits = _Faits()
    with _ouvrir(Path(source), pixels, pages_maximales) as image:
        caches = [vars(cache) for cache in relever_donnees(image)]
        for vue in _vues(image, pixels):
            fond = choisir_fond(vue)
            faits.ajouter(vue, fond, _decouper(vue, fond, corps_lisible)[1], corps_lisible)
        return faits.rendre(image) | {"caches": caches}


def preparer(source: str, cible: str, pixels: int, pages_maximales: int, corps_lisible: float) -> dict[str, Any]:
    """Écrit une page A4 par vue ; plusieurs pour une vue trop longue pour s'y lire."""
    faits = _Faits()
    with _ouvrir(Path(source), pixels, pages_maximales) as image, pikepdf.new() as pdf:
        caches = [vars(cache) for cache in relever_donnees(image)]
        telles_quelles = _ranger_telle_quelle(Path(source), image)
        for rang, vue in enumerate(_vues(image, pixels)):
            fond = choisir_fond(vue)
            droite, decoupe = _decouper(vue, fond, corps_lisible)
            faits.ajouter(vue, fond, decoupe, corps_lisible)
            if decoupe is None:
                _mettre_en_page(pdf, telles_quelles[rang] if telles_quelles else _ranger(_aplatir(vue, fond)), vue)
            else:
                _mettre_en_pages(pdf, droite, decoupe)
        pdf.save(cible, static_id=True)
        return faits.rendre(image) | {"caches": caches}


@dataclass
class _Faits:
    """Ce que l'on retient de chaque vue, pour le dire."""

    pages: int = 0
    vues: int = 0
    fonds: set[str] = field(default_factory=set)
    decoupes: list[str] = field(default_factory=list)
    coupees: int = 0
    a_regarder: bool = False

    def ajouter(self, vue: Image.Image, fond: str, decoupe: Decoupe | None, corps: float) -> None:
        """Retient cette vue."""
        self.vues += 1
        self.pages += len(decoupe.troncons) if decoupe else 1
        self.fonds.add(fond)
        if decoupe:
            self.coupees += len(decoupe.troncons)
            self.decoupes.append(decrire(decoupe, vue, corps))
            self.a_regarder = self.a_regarder or decoupe.est_a_regarder(corps)

    def rendre(self, image: Image.Image) -> dict[str, Any]:
        """Le nombre de pages, et ce qui est à dire."""
        total = getattr(image, "n_frames", 1)
        dits = []
        if total > self.vues and image.format != "MPO":
            dits.append(f"Image animée : la première des {total} vues est seule reproduite.")
        if self.fonds - {FOND}:
            dits.append(_FOND_GRIS)
        return {
            "pages": self.pages,
            "avertissements": [*dits, *self.decoupes],
            "observations": [*dits, *self.decoupes],
            "a_regarder": self.a_regarder,
            "fidelite": {"comparees": self.coupees, "differentes": []},  # point par point, ou la pièce est refusée
        }


@contextmanager
def _ouvrir(source: Path, pixels: int, pages_maximales: int) -> Iterator[Image.Image]:
    Image.MAX_IMAGE_PIXELS = None  # la borne est vérifiée vue par vue, avec un message en français
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(source)
    except _PANNES as erreur:
        raise ErreurPiece(
            "Cette image ne se lit pas : format inconnu ou fichier abîmé.",
            remede="Ouvrez-la dans un logiciel d'images et enregistrez-la en JPEG, en PNG ou en PDF.",
        ) from erreur
    with image:
        _verifier_pixels(image, pixels)
        nb_vues = getattr(image, "n_frames", 1)
        if nb_vues > pages_maximales:
            raise ErreurPiece(
                f"Cette image compte {nb_vues} vues : le maximum par pièce est {pages_maximales}.",
                remede="Partagez-la en plusieurs pièces.",
            )
        yield image


def _vues(image: Image.Image, pixels: int) -> Iterator[Image.Image]:
    """Chaque page d'un TIFF ; la seule première vue d'une animation ou d'une photo à plusieurs vues."""
    try:
        for vue in ImageSequence.Iterator(image) if image.format == "TIFF" else (image,):
            _verifier_pixels(vue, pixels)
            vue.load()
            yield vue
    except _PANNES as erreur:
        raise ErreurPiece(
            "Cette image est incomplète ou abîmée.",
            remede="Reprenez-la à sa source, ou ouvrez-la dans un logiciel d'images et enregistrez-la en PNG.",
        ) from erreur


def _verifier_pixels(image: Image.Image, pixels: int) -> None:
    largeur, hauteur = image.size
    if largeur * hauteur > pixels:
        raise ErreurPiece(
            f"Cette image mesure {largeur} × {hauteur} pixels : c'est plus que le maximum "
            f"de {pixels // 1_000_000} millions.",
            remede="Réduisez-la : 300 points par pouce suffisent pour un document A4.",
        )


def _ranger_telle_quelle(source: Path, image: Image.Image) -> list[bytes]:
    """Un PDF par vue, données d'origine ; liste vide si le format ne le permet pas."""
    if image.format not in _RANGEES_TELLES_QUELLES or est_transparente(image):
        return []
    if image.format == "TIFF" and _est_tournee(image):
        return []
    try:
        with pikepdf.open(io.BytesIO(_convertir(source.read_bytes()))) as pdf:
            if image.format == "TIFF" and len(pdf.pages) != getattr(image, "n_frames", 1):
                return []
            return [_extraire(pdf, rang) for rang in range(len(pdf.pages))]
    except (*_PANNES, pikepdf.PdfError):
        return []


def _est_tournee(image: Image.Image) -> bool:
    """Vrai si une vue d'un TIFF porte une orientation : Pillow la redresse au décodage, et l'étiquette se perd."""
    tournees = False
    for rang in range(getattr(image, "n_frames", 1)):
        image.seek(rang)
        tournees = tournees or image.getexif().get(_ORIENTATION, 1) != 1
    image.seek(0)
    return tournees


def _convertir(octets: bytes) -> bytes:
    """PDF dont chaque page porte l'image nue."""
    try:
        resultat: bytes = img2pdf.convert(
            octets,
            layout_fun=img2pdf.get_layout_fun(A4),  # un point par pixel serait refusé d'une image minuscule
            rotation=img2pdf.Rotation.none,
            engine=img2pdf.Engine.pikepdf,
            nodate=True,
            first_frame_only=False,
        )
    except Exception as erreur:  # img2pdf lève des Exception nues pour tout ce qu’il ne sait pas
        raise ValueError("format que img2pdf ne range pas tel quel") from erreur
    return resultat


def _extraire(pdf: pikepdf.Pdf, rang: int) -> bytes:
    tampon = io.BytesIO()
    with pikepdf.new() as seule:
        seule.pages.append(pdf.pages[rang])
        seule.save(tampon, static_id=True)
    return tampon.getvalue()


def _aplatir(vue: Image.Image, fond: str) -> Image.Image:
    """La vue décodée, en noir, en gris ou en couleurs ; la transparence prend la couleur du fond."""
    if est_transparente(vue):
        return poser(vue, fond)
    if vue.mode.startswith("I"):
        # 65 536 nuances de gris ramenées à 256 : Pillow tronquerait au lieu de diviser
        return vue.convert("I").point(lambda nuance: nuance / 256).convert("L")
    return vue if vue.mode in {"1", "L", "RGB"} else vue.convert("RGB")


def _decouper(vue: Image.Image, fond: str, corps_lisible: float) -> tuple[Image.Image, Decoupe | None]:
    """La vue, et sa découpe, sur la vue redressée, si elle est trop longue pour se lire sur une page."""
    orientation = _lire_orientation(vue)
    taille = _dimensions(vue, orientation)
    if not est_longue(taille):
        return vue, None
    droite = _aplatir(vue, fond)
    if orientation in _REDRESSEMENTS:
        droite = droite.transpose(_REDRESSEMENTS[orientation])
    decoupe = decouper(droite, taille, A4, _MARGE, _PLEINE, corps_lisible)
    return (droite, decoupe) if len(decoupe.troncons) > 1 else (vue, None)


def _ranger(vue: Image.Image) -> bytes:
    """Range sans perte une vue aplatie."""
    tampon = io.BytesIO()
    vue.save(tampon, "PNG")
    try:
        return _convertir(tampon.getvalue())
    except _PANNES as erreur:
        raise ErreurPiece(
            "Cette image ne peut pas être mise en PDF.",
            remede="Enregistrez-la en JPEG ou en PNG, ou imprimez-la en PDF.",
        ) from erreur


def _mettre_en_pages(pdf: pikepdf.Pdf, droite: Image.Image, decoupe: Decoupe) -> None:
    """Un tronçon par page, tous au même grossissement, en haut et au milieu, ou à gauche et au milieu."""
    est_haute = droite.height >= droite.width
    for troncon in decoupe.troncons:
        partie = droite.crop(troncon)
        pose = (partie.width * decoupe.pas[0], partie.height * decoupe.pas[1])
        gauche, bas = ((cote - long) / 2 for cote, long in zip(decoupe.feuille, pose, strict=True))
        depart = (gauche, decoupe.feuille[1] - _MARGE - pose[1]) if est_haute else (_MARGE, bas)
        ecrite = _poser_image(pdf, _ranger(partie), decoupe.feuille, (pose[0], 0, 0, pose[1], *depart))
        _verifier_pixels_ecrits(ecrite, partie)


def _verifier_pixels_ecrits(ecrite: pikepdf.Stream, partie: Image.Image) -> None:
    """Ce qui est rangé dans la page est, point par point, ce que montrait l'image."""
    if pikepdf.PdfImage(ecrite).as_pil_image().convert("RGB").tobytes() != partie.convert("RGB").tobytes():
        raise ErreurPiece(
            "Cette image, coupée en pages, n'y est pas fidèlement reproduite.",
            remede="Coupez-la vous-même en plusieurs images, ou imprimez-la en PDF.",
        )


def _mettre_en_page(pdf: pikepdf.Pdf, donnees: bytes, vue: Image.Image) -> None:
    """Pose l'image au centre d'une page A4, en portrait ou en paysage selon sa forme."""
    orientation = _lire_orientation(vue)
    largeur, hauteur = _dimensions(vue, orientation)
    feuille = A4 if hauteur >= largeur else (A4[1], A4[0])
    cadre = (feuille[0] - 2 * _MARGE, feuille[1] - 2 * _MARGE)
    echelle = min(cadre[0] / largeur, cadre[1] / hauteur, _PLEINE)
    pose = (largeur * echelle, hauteur * echelle)
    depart = ((feuille[0] - pose[0]) / 2, (feuille[1] - pose[1]) / 2)
    a, b, c, d, e, f = _ORIENTATIONS[orientation]
    matrice = (
        *(a * pose[0], b * pose[1], c * pose[0], d * pose[1]),
        *(e * pose[0] + depart[0], f * pose[1] + depart[1]),
    )
    _poser_image(pdf, donnees, feuille, matrice)


def _poser_image(
    pdf: pikepdf.Pdf, donnees: bytes, feuille: tuple[float, float], matrice: tuple[float, ...]
) -> pikepdf.Stream:
    """Ajoute une page qui ne porte que l'image ; rend l'image écrite."""
    with pikepdf.open(io.BytesIO(donnees)) as source:
        image = cast("pikepdf.Stream", pdf.copy_foreign(next(iter(source.pages[0].images.values()))))
    if image.get(Name.Filter) == Name.DCTDecode:  # la photo y est telle quelle, avec tout ce qu'elle dit d'elle
        image.write(nettoyer_jpeg(image.read_raw_bytes())[0], filter=Name.DCTDecode)
    page = pdf.add_blank_page(page_size=feuille)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Vue=image))
    contenu = "q " + " ".join(f"{nombre:.4f}" for nombre in matrice) + " cm /Vue Do Q"
    page.obj.Contents = pdf.make_stream(contenu.encode("ascii"))
    return image


def _lire_orientation(vue: Image.Image) -> int:
    """Orientation EXIF ; le décodeur HEIF a déjà redressé l'image."""
    if vue.format in {"HEIF", "AVIF"}:
        return 1
    try:
        orientation = vue.getexif().get(_ORIENTATION, 1)
    except _PANNES:
        return 1
    return orientation if orientation in _ORIENTATIONS else 1


def _dimensions(vue: Image.Image, orientation: int) -> tuple[float, float]:
    """Largeur et hauteur en pixels carrés, une fois l'image redressée."""
    largeur, hauteur = float(vue.width), float(vue.height)
    resolution = vue.info.get("dpi")
    if isinstance(resolution, tuple) and len(resolution) == 2:  # noqa: PLR2004 (horizontale, verticale)
        horizontale, verticale = (float(valeur or 0) for valeur in resolution)
        if horizontale > 0 and verticale > 0 and 0.25 <= horizontale / verticale <= 4:  # noqa: PLR2004 (télécopie : 204 × 98)
            hauteur *= horizontale / verticale
    return (hauteur, largeur) if orientation in _TOURNEES else (largeur, hauteur)

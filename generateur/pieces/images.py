"""Les pièces images : chaque vue devient une page A4, sans perte, droite, à une résolution raisonnable.

S'exécute dans l'enfant de l'atelier. img2pdf range les données telles quelles quand le PDF le permet
(JPEG, PNG, TIFF fax) ; sinon l'image est décodée et rangée sans perte. La mise en page se fait ici, par
une seule matrice : elle obéit à l'orientation EXIF (miroirs compris) et aux pixels non carrés.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
import pillow_heif
from pikepdf import Name
from PIL import Image, ImageSequence, ImageStat

from generateur.erreurs import ErreurPiece
from generateur.pieces.donnees_image import nettoyer_jpeg, relever_donnees

POINT_PAR_POUCE = 72
A4 = (595.276, 841.89)
_MARGE = 34.0  # 12 mm : la place du tampon et du folio
_RESOLUTION_MINIMALE = 100  # points par pouce : une petite image n'est pas étirée au-delà
_FOND, _FOND_SOMBRE = "#ffffff", "#404040"
_PRESQUE_BLANC = 225  # de 0 (noir) à 255 : au-dessus, un trait ne se lit plus sur du papier
_ECART_LISIBLE = 60
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
_RANGEES_TELLES_QUELLES = frozenset({"JPEG", "MPO", "PNG", "TIFF", "JPEG2000"})
_PANNES = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, IndexError, KeyError)

pillow_heif.register_heif_opener()


def examiner(source: str, pixels: int, pages_maximales: int) -> dict[str, Any]:
    """Nombre de vues, toutes décodées : une image tronquée se découvre ici."""
    with _ouvrir(Path(source), pixels, pages_maximales) as image:
        caches = [vars(cache) for cache in relever_donnees(image)]
        fonds = [_choisir_fond(vue) for vue in _vues(image, pixels)]
        return {"pages": len(fonds), "avertissements": _avertir(image, fonds), "caches": caches}


def preparer(source: str, cible: str, pixels: int, pages_maximales: int) -> dict[str, Any]:
    """Écrit une page A4 par vue."""
    with _ouvrir(Path(source), pixels, pages_maximales) as image, pikepdf.new() as pdf:
        caches = [vars(cache) for cache in relever_donnees(image)]
        telles_quelles = _ranger_telle_quelle(Path(source), image)
        fonds = []
        for rang, vue in enumerate(_vues(image, pixels)):
            fonds.append(_choisir_fond(vue))
            donnees = telles_quelles[rang] if telles_quelles else _ranger(vue, fonds[-1])
            _mettre_en_page(pdf, donnees, vue)
        pdf.save(cible, static_id=True)
        return {"pages": len(fonds), "avertissements": _avertir(image, fonds), "caches": caches}


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


def _avertir(image: Image.Image, fonds: list[str]) -> list[str]:
    total = getattr(image, "n_frames", 1)
    dits = []
    if total > len(fonds) and image.format != "MPO":
        dits.append(f"Image animée : la première des {total} vues est seule reproduite.")
    if _FOND_SOMBRE in fonds:
        dits.append("Image claire sur fond transparent : imprimée sur un fond gris, sans quoi rien ne s'y lirait.")
    return dits


def _est_transparente(vue: Image.Image) -> bool:
    return vue.mode in {"RGBA", "LA", "PA"} or vue.info.get("transparency") is not None


def _choisir_fond(vue: Image.Image) -> str:
    """Blanc ; gris sombre si tout ce que montre une image transparente disparaîtrait sur du blanc."""
    if not _est_transparente(vue):
        return _FOND
    sur_blanc, _ = ImageStat.Stat(_poser(vue, _FOND).convert("L")).extrema[0]
    moins, plus = ImageStat.Stat(_poser(vue, _FOND_SOMBRE).convert("L")).extrema[0]
    disparait = sur_blanc >= _PRESQUE_BLANC and plus - moins >= _ECART_LISIBLE
    return _FOND_SOMBRE if disparait else _FOND


def _poser(vue: Image.Image, fond: str) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", vue.size, fond), vue.convert("RGBA")).convert("RGB")


def _ranger_telle_quelle(source: Path, image: Image.Image) -> list[bytes]:
    """Un PDF par vue, données d'origine ; liste vide si le format ne le permet pas."""
    if image.format not in _RANGEES_TELLES_QUELLES or _est_transparente(image):
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


def _ranger(vue: Image.Image, fond: str) -> bytes:
    """Range sans perte une vue décodée ; la transparence prend la couleur du fond."""
    if _est_transparente(vue):
        vue = _poser(vue, fond)
    elif vue.mode.startswith("I"):
        # 65 536 nuances de gris ramenées à 256 : Pillow tronquerait au lieu de diviser
        vue = vue.convert("I").point(lambda nuance: nuance / 256).convert("L")
    elif vue.mode not in {"1", "L", "RGB"}:
        vue = vue.convert("RGB")
    tampon = io.BytesIO()
    vue.save(tampon, "PNG")
    try:
        return _convertir(tampon.getvalue())
    except _PANNES as erreur:
        raise ErreurPiece(
            "Cette image ne peut pas être mise en PDF.",
            remede="Enregistrez-la en JPEG ou en PNG, ou imprimez-la en PDF.",
        ) from erreur


def _mettre_en_page(pdf: pikepdf.Pdf, donnees: bytes, vue: Image.Image) -> None:
    """Pose l'image au centre d'une page A4, en portrait ou en paysage selon sa forme."""
    orientation = _lire_orientation(vue)
    largeur, hauteur = _dimensions(vue, orientation)
    feuille = A4 if hauteur >= largeur else (A4[1], A4[0])
    cadre = (feuille[0] - 2 * _MARGE, feuille[1] - 2 * _MARGE)
    pleine = POINT_PAR_POUCE / _RESOLUTION_MINIMALE
    echelle = min(cadre[0] / largeur, cadre[1] / hauteur, pleine)
    pose = (largeur * echelle, hauteur * echelle)
    depart = ((feuille[0] - pose[0]) / 2, (feuille[1] - pose[1]) / 2)
    a, b, c, d, e, f = _ORIENTATIONS[orientation]
    matrice = (
        *(a * pose[0], b * pose[1], c * pose[0], d * pose[1]),
        *(e * pose[0] + depart[0], f * pose[1] + depart[1]),
    )
    with pikepdf.open(io.BytesIO(donnees)) as source:
        image = pdf.copy_foreign(next(iter(source.pages[0].images.values())))
    if image.get(Name.Filter) == Name.DCTDecode:  # la photo y est telle quelle, avec tout ce qu'elle dit d'elle
        image.write(nettoyer_jpeg(image.read_raw_bytes())[0], filter=Name.DCTDecode)
    page = pdf.add_blank_page(page_size=feuille)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Vue=image))
    contenu = "q " + " ".join(f"{nombre:.4f}" for nombre in matrice) + " cm /Vue Do Q"
    page.obj.Contents = pdf.make_stream(contenu.encode("ascii"))


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

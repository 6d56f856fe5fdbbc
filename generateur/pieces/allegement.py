"""Allège un PDF préparé : ses images trop fines ou mal comprimées deviennent des JPEG à résolution bornée.

S'exécute dans l'enfant de l'atelier, et seulement sur option : c'est une perte, dite image par image comptée. Ni le
texte ni le dessin ne sont touchés ; une image que l'on ne sait pas réécrire fidèlement reste telle quelle.
"""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Name, PdfImage, Stream
from PIL import Image

from generateur.erreurs import ErreurPiece

RESOLUTION = 200  # points par pouce, si l'image couvrait toute la page
QUALITE = 75  # du JPEG, sur 100
_GAIN_UTILE = 0.8  # au-dessus de cette part du poids d'origine, l'image d'origine est gardée
_COTE_MINIMAL = 64  # pixels : un logo ou un filet ne pèse rien
_POINTS_PAR_POUCE = 72
_COMPOSANTES = {"L": 1, "RGB": 3}
_ESPACES_SIMPLES = frozenset({"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB"})
_PANNES = (pikepdf.PdfError, OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError, SyntaxError)


def alleger(source: str, cible: str, pixels: int) -> dict[str, Any]:
    """Écrit la version allégée ; rend le nombre d'images réécrites et leur poids, avant et après, en octets.

    `pixels` borne les images que l'on décode : une plus grande reste telle quelle.
    """
    Image.MAX_IMAGE_PIXELS = None  # la borne est vérifiée ici, image par image
    images, avant, apres = 0, 0, 0
    try:
        with pikepdf.open(source) as pdf:
            cadre = _cadre(pdf)
            for image in _images(pdf):
                poids = len(image.read_raw_bytes())
                if int(image.Width) * int(image.Height) <= pixels and (allegee := _recomprimer(image, cadre, poids)):
                    images, avant, apres = images + 1, avant + poids, apres + allegee
            pdf.save(cible, static_id=True)
    except pikepdf.PdfError as erreur:
        raise ErreurPiece("Ce PDF ne peut pas être allégé.", remede="Relancer sans --alleger-images.") from erreur
    return {"images": images, "avant": avant, "apres": apres}


def _cadre(pdf: pikepdf.Pdf) -> tuple[int, int]:
    """Petit et grand côté, en pixels, qu'une image n'a pas besoin de dépasser : ceux de la plus grande page."""
    cotes = [
        sorted((abs(float(boite[2]) - float(boite[0])), abs(float(boite[3]) - float(boite[1]))))
        for boite in (page.mediabox for page in pdf.pages)
    ]
    facteur = RESOLUTION / _POINTS_PAR_POUCE
    return max(1, round(max(c[0] for c in cotes) * facteur)), max(1, round(max(c[1] for c in cotes) * facteur))


def _images(pdf: pikepdf.Pdf) -> Iterator[Stream]:
    """Les images du document que l'on saura réécrire, masques exclus."""
    toutes = [objet for objet in pdf.objects if isinstance(objet, Stream) and objet.get(Name.Subtype) == Name.Image]
    masques = {
        masque.objgen
        for image in toutes
        for cle in (Name.SMask, Name.Mask)
        if isinstance(masque := image.get(cle), Stream)
    }
    for image in toutes:
        try:
            admise = image.objgen not in masques and _est_reecrivable(image)
        except _PANNES:
            continue  # une clé d'un type impossible : l'image reste telle quelle
        if admise:
            yield image


def _est_reecrivable(image: Stream) -> bool:
    """Faux dès qu'une clé donnerait au JPEG un autre sens que celui de l'image d'origine."""
    masque = image.get(Name.SMask)
    filtres = image.get(Name.Filter)
    noms = {str(f) for f in (filtres if isinstance(filtres, Array) else [filtres])}
    return not (
        bool(image.get(Name.ImageMask, False))
        or Name.Decode in image
        or isinstance(image.get(Name.Mask), Array)
        or (isinstance(masque, Stream) and Name.Matte in masque)
        or "/JPXDecode" in noms
        or int(image.get(Name.BitsPerComponent, 0)) not in {2, 4, 8}
        or min(int(image.get(Name.Width, 0)), int(image.get(Name.Height, 0))) < _COTE_MINIMAL
        or _composantes(image.get(Name.ColorSpace)) is None
    )


def _composantes(espace: Any) -> int | None:
    """Nombre de composantes d'un espace gris ou RVB, 0 pour une palette, None pour tout autre."""
    if isinstance(espace, Name):
        simple = str(espace)
        return (1 if simple.endswith("Gray") else 3) if simple in _ESPACES_SIMPLES else None
    if not isinstance(espace, Array) or not len(espace):
        return None
    nature = str(espace[0])
    if nature == "/ICCBased":
        composantes = int(espace[1].get(Name.N, 0))
        return composantes if composantes in _COMPOSANTES.values() else None
    if nature == "/Indexed":
        return None if _composantes(espace[1]) is None else 0
    return _composantes(espace[0])


def _recomprimer(image: Stream, cadre: tuple[int, int], poids: int) -> int:
    """Réécrit l'image si le gain en vaut la perte ; rend son nouveau poids, 0 si elle reste telle quelle."""
    try:
        vue = PdfImage(image).as_pil_image()
        vue.load()
    except _PANNES:
        return 0
    palette = vue.mode == "P"
    vue = vue.convert("RGB") if palette else vue
    attendues = 3 if palette else _composantes(image.ColorSpace)
    if _COMPOSANTES.get(vue.mode) != attendues:
        return 0
    petit, grand = sorted(vue.size)
    echelle = min(1.0, cadre[0] / petit, cadre[1] / grand)
    if echelle < 1:
        vue = vue.resize(
            (max(1, round(vue.width * echelle)), max(1, round(vue.height * echelle))), Image.Resampling.LANCZOS
        )
    tampon = io.BytesIO()
    vue.save(tampon, "JPEG", quality=QUALITE, optimize=True)
    octets = tampon.getvalue()
    if len(octets) > poids * _GAIN_UTILE:
        return 0
    image.write(octets, filter=Name.DCTDecode)
    image[Name.Width], image[Name.Height] = vue.size
    image[Name.BitsPerComponent] = 8
    if palette:
        image[Name.ColorSpace] = Name.DeviceRGB
    return len(octets)

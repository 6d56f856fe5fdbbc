"""La garde de fidélité : chaque page que la préparation a touchée, comparée par le rendu à ce que montrait sa source.

S'exécute dans l'enfant de l'atelier, dans le temps donné à la pièce. Une page seulement recopiée n'est pas rendue :
son dessin n'a pas changé d'un octet. Le rendu est celui de PDFium, champs et annotations compris.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generateur.pieces.lecture_pdf import ouvrir_pdfium

PAGES_COMPAREES = 300
_COTE = 1000  # pixels du plus grand côté : un point par pixel pour une page A4
_ECART = 96  # niveaux d'une couleur : un trait entier, pas un bord autrement adouci
_PIXELS = 3
_MARGE = 2.0
_PANNES = (pypdfium2.PdfiumError, ValueError, OSError, RuntimeError)
Zone = tuple[float, float, float, float]


def comparer(
    source: str,
    mots_de_passe: Sequence[str | None],
    copie: str,
    pages: Sequence[int],
    dessinees: Mapping[int, Sequence[Zone]],
) -> dict[str, Any]:
    """Pages comparées (nombre) et pages qui diffèrent (numéros, à partir de 1) ; hors des zones dessinées ici.

    Une page que la source ne montre pas ne se compare pas ; une page que la copie ne montre plus diffère.
    """
    avant, apres = ouvrir_pdfium(source, mots_de_passe), ouvrir_pdfium(copie, [None])
    if avant is None or apres is None:
        return {"comparees": 0, "differentes": list(pages) if avant is not None else []}
    with avant, apres:
        vues = [
            (page, _se_ressemblent(avant, apres, page, dessinees.get(page, ()))) for page in pages[:PAGES_COMPAREES]
        ]
    return {
        "comparees": sum(semblables is not None for _, semblables in vues),
        "differentes": [page for page, semblables in vues if semblables is False],
    }


def _se_ressemblent(
    avant: pypdfium2.PdfDocument, apres: pypdfium2.PdfDocument, numero: int, zones: Sequence[Zone]
) -> bool | None:
    vue = _rendre(avant, numero, zones)
    if vue is None:
        return None
    copie = _rendre(apres, numero, zones)
    return copie is not None and copie.size == vue.size and compter_ecarts(vue, copie) < _PIXELS


def _rendre(document: pypdfium2.PdfDocument, numero: int, zones: Sequence[Zone]) -> Image.Image | None:
    """La page en couleurs, zones blanchies ; None si PDFium ne la rend pas."""
    try:
        page = document[numero - 1]
        try:
            vue = page.render(scale=_COTE / max(1.0, *page.get_size()))
            image: Image.Image = vue.to_pil().convert("RGB")
            _blanchir(image, vue.get_posconv(page), zones)
        finally:
            page.close()
    except _PANNES:
        return None
    return image


def _blanchir(image: Image.Image, repere: pypdfium2.PdfPosConv, zones: Sequence[Zone]) -> None:
    crayon = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in zones:
        coins = (repere.to_bitmap(x0 - _MARGE, y0 - _MARGE), repere.to_bitmap(x1 + _MARGE, y1 + _MARGE))
        (gauche, droite), (haut, bas) = (sorted(cote) for cote in zip(*coins, strict=True))
        crayon.rectangle((gauche, haut, droite, bas), fill="white")


def compter_ecarts(avant: Image.Image, apres: Image.Image) -> int:
    """Nombre de pixels vraiment différents, dans une couleur au moins.

    Ne comptent ni un bord adouci autrement, ni un trait décalé d'un demi-pixel.
    """
    if avant.tobytes() == apres.tobytes():
        return 0
    sombre, clair = ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)
    # un pixel ne compte que si l'autre page n'a rien d'approchant dans son voisinage, en plus sombre ou en plus clair
    ecarts = (
        ImageChops.subtract(apres.filter(sombre), avant),
        ImageChops.subtract(avant.filter(sombre), apres),
        ImageChops.subtract(avant, apres.filter(clair)),
        ImageChops.subtract(apres, avant.filter(clair)),
    )
    return sum(sum(reduce(ImageChops.lighter, ecart.split()).histogram()[_ECART:]) for ecart in ecarts)

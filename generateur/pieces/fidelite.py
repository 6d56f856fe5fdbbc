"""La garde de fidélité : chaque page que la préparation a touchée, comparée par le rendu à ce que montrait sa source.

S'exécute dans l'enfant de l'atelier, dans le temps donné à la pièce. Une page seulement recopiée n'est pas rendue :
son dessin n'a pas changé d'un octet. Le rendu est celui de PDFium, champs et annotations compris.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generateur.pieces.lecture_pdf import ouvrir_pdfium

PAGES_COMPAREES = 300
_COTE = 1000  # pixels du plus grand côté : un point par pixel pour une page A4
_COTE_EN_PLACE = 500  # d'une page de la liasse : ce que le tampon et le folio ont pu y changer se voit de loin
_ECART = 96  # niveaux d'une couleur : un trait entier, pas un bord autrement adouci
_PIXELS = 3
_PIXELS_D_UNE_PAGE_REDUITE = 30  # son contenu tombe autrement entre deux pixels ; un mot de moins en vaut cent
_BORD = 3  # pixels
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


def comparer_dans_la_liasse(source: str, pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Dit de chaque page de la liasse si, hors des marques, elle montre encore ce que montrait la pièce préparée.

    Chaque page : `page` (dans la liasse, à partir de 1), `piece` (fichier), `rang`, `contenu` (son déplacement) et
    `marques` (repère du PDF). Rend `pages` : (numéro, vrai, faux, ou None si le rendu a manqué).
    """
    vues: list[tuple[int, bool | None]] = []
    with pypdfium2.PdfDocument(source) as liasse:
        for fichier, groupe in groupby(pages, key=lambda page: page["piece"]):
            with pypdfium2.PdfDocument(fichier) as piece:
                vues += [(page["page"], _se_retrouve(piece, liasse, page)) for page in groupe]
    return {"pages": vues}


def _se_retrouve(piece: pypdfium2.PdfDocument, liasse: pypdfium2.PdfDocument, page: Mapping[str, Any]) -> bool | None:
    a, b, c, d, e, f = page["contenu"]
    reduction = abs(a * d - b * c) ** 0.5
    try:
        avant, apres = piece[page["rang"]], liasse[page["page"] - 1]
        try:
            echelle = _COTE_EN_PLACE / max(1.0, *avant.get_size())
            vue, finale = avant.render(scale=echelle), apres.render(scale=echelle / reduction)
            x, y = vue.get_posconv(avant).to_page(0, 0)  # le coin haut gauche, là où la liasse le montre
            repere = finale.get_posconv(apres)
            coin = repere.to_bitmap(a * x + c * y + e, b * x + d * y + f)
            marques = [_situer(repere, zone) for zone in page["marques"]]
            _effacer(finale, marques, (0, 0))
            _effacer(vue, marques, coin)
            if coin == (0, 0) and (vue.width, vue.height) == (finale.width, finale.height):
                est_identique = bytes(vue.buffer) == bytes(finale.buffer)
                return est_identique or _sont_semblables(vue.to_pil(), finale.to_pil(), _PIXELS)
            en_place = Image.new("RGB", (vue.width, vue.height), "white")
            en_place.paste(finale.to_pil(), (-coin[0], -coin[1]))
            admis = _PIXELS if reduction == 1 else _PIXELS_D_UNE_PAGE_REDUITE
            return _sont_semblables(vue.to_pil(), en_place, admis)
        finally:
            avant.close()
            apres.close()
    except _PANNES:
        return None


def _effacer(vue: pypdfium2.PdfBitmap, marques: Sequence[tuple[int, int, int, int]], coin: tuple[int, int]) -> None:
    """Blanchit les marques ; `coin` : où commence la vue dans le rendu où elles sont situées."""
    for gauche, haut, droite, bas in marques:
        x0, y0 = max(0, gauche - coin[0]), max(0, haut - coin[1])
        x1, y1 = min(vue.width, droite - coin[0] + 1), min(vue.height, bas - coin[1] + 1)
        if x0 < x1 and y0 < y1:
            vue.fill_rect((255, 255, 255, 255), x0, y0, x1 - x0, y1 - y0)


def _sont_semblables(avant: Image.Image, apres: Image.Image, admis: int) -> bool:
    """Sans le bord, où le fond d'une page réduite s'arrête sur le papier."""
    dedans = (_BORD, _BORD, avant.width - _BORD, avant.height - _BORD)
    return compter_ecarts(avant.convert("RGB").crop(dedans), apres.convert("RGB").crop(dedans)) < admis


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
    for zone in zones:
        crayon.rectangle(_situer(repere, zone), fill="white")


def _situer(repere: pypdfium2.PdfPosConv, zone: Zone) -> tuple[int, int, int, int]:
    """La zone, un peu élargie, en pixels du rendu."""
    x0, y0, x1, y1 = zone
    coins = (repere.to_bitmap(x0 - _MARGE, y0 - _MARGE), repere.to_bitmap(x1 + _MARGE, y1 + _MARGE))
    (gauche, droite), (haut, bas) = (sorted(cote) for cote in zip(*coins, strict=True))
    return gauche, haut, droite, bas


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

"""Le moteur embarqué ne coupe pas une ligne de tableau : ce qui en dépasse une page n'est pas imprimé.

On ne relit le PDF que si un texte est assez long pour que cela arrive, et l'on compte : perdre une phrase d'un
acte sans le dire serait pire que refuser de l'écrire.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

CELLULE_LONGUE = 600  # signes : moins d'une page, même dans la plus étroite de nos colonnes
PARAGRAPHE_LONG = 1500
_CORPS = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOT = re.compile(r"[0-9A-Za-zÀ-ɏ]+")
_FIN_DU_LATIN = "\u0250"  # au-delà, un signe sans dessin manque au PDF sans qu'une ligne soit coupée


def perd_du_texte(docx: Path, pdf: Path) -> bool:
    """Vrai si le PDF a moins de lettres et de chiffres latins que le document, dont une cellule est longue."""
    try:
        with zipfile.ZipFile(docx) as paquet:
            corps = etree.fromstring(paquet.read(_CORPS))
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        return False  # illisible : le moteur l'aura déjà dit
    longs = (
        *(len(_texte(cellule)) >= CELLULE_LONGUE for cellule in corps.iter(f"{_W}tc")),
        *(len(_texte(paragraphe)) >= PARAGRAPHE_LONG for paragraphe in corps.iter(f"{_W}p")),
    )
    if not any(longs):
        return False
    return _compter(_lire_pages(pdf)) < _compter([_texte(corps)])


def dit_le_texte(docx: Path, pdf: bytes) -> bool:
    """Vrai si chaque mot et chaque nombre du corps du document se lit dans le PDF ; vrai aussi si l'un ne se lit pas.

    Un mot coupé à la ligne suffit à répondre faux : l'appelant refait alors le rendu, ce qui ne coûte que du temps.
    """
    try:
        with zipfile.ZipFile(docx) as paquet:
            corps = etree.fromstring(paquet.read(_CORPS))
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        return True  # pas un document Word : l'empreinte seule fait foi
    voulus = {mot for paragraphe in corps.iter(f"{_W}p") for mot in _MOT.findall(_mots_separes(paragraphe))}
    lus = {mot for page in _lire_pages(pdf) for mot in _MOT.findall(page)}
    return voulus <= lus


def _mots_separes(paragraphe: etree._Element) -> str:
    """Le texte d'un paragraphe, tabulations et sauts de ligne séparant les mots."""
    morceaux = (
        element.text or "" if element.tag == f"{_W}t" else " "
        for element in paragraphe.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
    )
    return "".join(morceaux)


def _texte(element: etree._Element) -> str:
    return "".join(texte.text or "" for texte in element.iter(f"{_W}t"))


def _lire_pages(pdf: Path | bytes) -> Iterator[str]:
    import pypdfium2  # noqa: PLC0415 (un dixième de seconde, pour le rare acte à longue cellule)

    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.get_textpage().get_text_bounded()


def _compter(textes: Iterator[str] | list[str]) -> int:
    return sum(signe.isalnum() and signe < _FIN_DU_LATIN for texte in textes for signe in texte)

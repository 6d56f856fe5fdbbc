"""Polices, typographie et styles des pièces d'exemple."""

import io
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont as PoliceSource
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

_ALIGNEMENTS = {"g": TA_LEFT, "c": TA_CENTER, "d": TA_RIGHT, "j": TA_JUSTIFY}
_POLICES = {
    "Sans": ("font_source_sans_pro", "SourceSansPro-Regular"),
    "Sans-Gras": ("font_source_sans_pro", "SourceSansPro-Semibold"),
    "Sans-Italique": ("font_source_sans_pro", "SourceSansPro-It"),
    "Serif": ("font_source_serif_pro", "SourceSerifPro-Regular"),
    "Serif-Gras": ("font_source_serif_pro", "SourceSerifPro-Semibold"),
    "Serif-Italique": ("font_source_serif_pro", "SourceSerifPro-It"),
}


def _alleger(paquet: str, fichier: str) -> io.BytesIO:
    """Retire de la police ce qu'une page imprimée n'emploie pas (hinting, autres écritures)."""
    source = files(paquet).joinpath("files", f"{fichier}.ttf").read_bytes()
    police = PoliceSource(io.BytesIO(source), recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    tri = subset.Subsetter(options)
    tri.populate(unicodes=[*range(0x20, 0x17F), *range(0x2010, 0x2040), 0x20AC, 0x2192, 0x25A1, 0x2713])
    tri.subset(police)
    sortie = io.BytesIO()
    police.save(sortie)
    sortie.seek(0)
    return sortie


@cache
def preparer_polices() -> None:
    """Enregistre une seule fois les polices Source Sans et Source Serif, allégées."""
    rl_config.useA85 = 0  # flux binaires : un quart d'octets en moins
    for nom, (paquet, fichier) in _POLICES.items():
        pdfmetrics.registerFont(TTFont(nom, _alleger(paquet, fichier), asciiReadable=False))
    for famille in ("Sans", "Serif"):
        gras, italique = f"{famille}-Gras", f"{famille}-Italique"
        pdfmetrics.registerFontFamily(famille, normal=famille, bold=gras, italic=italique, boldItalic=gras)


def soigner(texte: str) -> str:
    """Apostrophes typographiques et espaces insécables du français."""
    texte = texte.replace("'", "’")
    texte = re.sub(r" ([:;?!»€%])", "\u00a0\\1", texte)
    texte = re.sub(r"(?<=\d) (?=\d{3}\b)", "\u00a0", texte)
    texte = re.sub(r"\b([LDR]\.) (?=\d)", "\\1\u00a0", texte)
    return re.sub(r"(«|n°|art\.|Mme|M\.) ", "\\1\u00a0", texte)


def baliser(texte: str) -> str:
    """Prépare un texte pour un paragraphe : seules les balises <b>, <i> et <br/> y sont admises."""
    texte = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", soigner(texte))
    return re.sub(r"<(?!/?[bi]>|br/>)", "&lt;", texte)


@dataclass(frozen=True)
class Style:
    """Police, corps en points et couleur d'un texte ; interligne en proportion du corps."""

    police: str = "Sans"
    corps: float = 9.5
    couleur: str = "#1d1d1f"
    alinea: str = "g"
    interligne: float = 1.32
    apres: float = 0
    retenu: bool = False  # un intertitre reste avec la suite

    def varier(self, **changements: Any) -> "Style":
        """Le même style, à quelques réglages près."""
        return replace(self, **changements)

    @property
    def famille(self) -> str:
        """Sans ou Serif."""
        return self.police.partition("-")[0]

    @property
    def gras(self) -> "Style":
        """Le même style en gras."""
        return replace(self, police=f"{self.famille}-Gras")

    @property
    def italique(self) -> "Style":
        """Le même style en italique."""
        return replace(self, police=f"{self.famille}-Italique")

    def paragraphe(self, texte: str) -> Paragraph:
        """Un paragraphe composé dans ce style."""
        reglage = ParagraphStyle(
            "exemple",
            fontName=self.police,
            fontSize=self.corps,
            leading=self.corps * self.interligne,
            textColor=HexColor(self.couleur),
            alignment=_ALIGNEMENTS[self.alinea],
            spaceAfter=self.apres,
            keepWithNext=int(self.retenu),
            allowOrphans=0,
            allowWidows=0,
        )
        return Paragraph(baliser(texte), reglage)

"""La police des pièces composées ici : mesures, repli des caractères absents, sous-ensemble à enfouir."""

import io
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pikepdf

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FICHIERS = {
    "normal": "SourceSansPro-Regular.ttf",
    "gras": "SourceSansPro-Bold.ttf",
    "italique": "SourceSansPro-It.ttf",
}
# Équivalents lisibles de caractères que la police n'a pas.
EQUIVALENTS = {
    "\u2011": "-",
    "\u2010": "-",
    "\u202f": "\u00a0",
    "\u2009": "\u00a0",
    "\u200a": "\u00a0",
    "\u2007": "\u00a0",
    "\u2028": " ",
    "\u2029": " ",
    "\u25a1": "\u2610",
    "\u25e6": "\u2022",
    "\u25aa": "\u25a0",
    "\u25cf": "\u2022",
    "\uf0b7": "\u2022",
    "\u2212": "\u2013",
}
EMOJIS = {
    "👍": "[pouce levé]",
    "👎": "[pouce baissé]",
    "👌": "[d'accord]",
    "🙏": "[mains jointes]",
    "👋": "[salut]",
    "👏": "[applaudissements]",
    "💪": "[biceps]",
    "🤝": "[poignée de main]",
    "🙂": "[sourire]",
    "😊": "[sourire]",
    "😀": "[sourire]",
    "😃": "[sourire]",
    "😄": "[rire]",
    "😂": "[rire]",
    "🤣": "[rire]",
    "😉": "[clin d'œil]",
    "😅": "[rire gêné]",
    "😢": "[larme]",
    "😭": "[pleurs]",
    "😡": "[colère]",
    "😠": "[colère]",
    "😱": "[effroi]",
    "🤔": "[réflexion]",
    "🎉": "[fête]",
    "❤": "[cœur]",
    "✅": "[coché]",
    "❌": "[croix]",
    "❗": "!",
    "❓": "?",
    "⚠": "[attention]",
    "📎": "[trombone]",
    "📞": "[téléphone]",
    "📧": "[courriel]",
    "📅": "[calendrier]",
    "💶": "[billets]",
    "🔴": "[rond rouge]",
    "🟢": "[rond vert]",
}
# Sans dessin propre : liants, sens d'écriture, variantes d'emoji, teintes, césures facultatives.
_INVISIBLES = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u034f\u061c") | {
    chr(code) for bornes in ((0x202A, 0x202F), (0x2066, 0x206A), (0x1F3FB, 0x1F400)) for code in range(*bornes)
}
_TABLES_GARDEES = frozenset(("GlyphOrder", "head", "hhea", "maxp", "hmtx", "loca", "glyf", "post"))
_PLAGES_EMOJI = ((0x1F000, 0x1FB00), (0x2600, 0x27C0), (0x2B00, 0x2C00), (0xE0000, 0xE0080))


class _Codes(dict[int, int]):
    """Le code de chaque caractère employé, donné à sa première rencontre : sert de table à str.translate."""

    def __missing__(self, point: int) -> int:
        self[point] = len(self) + 1
        return self[point]


class _Avances(dict[str, float]):
    """L'avance de chaque caractère, en millièmes du corps, lue dans la fonte à sa première rencontre."""

    def __init__(self, fonte: "TTFont", noms: dict[int, str]) -> None:
        super().__init__()
        self._fonte, self._noms = fonte, noms

    def __missing__(self, caractere: str) -> float:
        nom = self._noms.get(ord(caractere), ".notdef")
        self[caractere] = float(self._fonte["hmtx"][nom][0] * 1000 / self._fonte["head"].unitsPerEm)
        return self[caractere]


class Police:
    """Une fonte du document : mesure le texte et retient les caractères employés."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._fonte, self._caracteres = _charger(style)
        self._codes = _Codes()
        self._avances = _Avances(self._fonte, self._caracteres)

    @property
    def est_employee(self) -> bool:
        """Vrai si le document montre au moins un caractère de cette fonte."""
        return bool(self._codes)

    def largeur(self, texte: str, corps: float) -> float:
        """Largeur en points du texte composé dans ce corps."""
        return sum(map(self._avances.__getitem__, texte)) * corps / 1000

    def coder(self, texte: str) -> bytes:
        """Codes de deux octets du texte, à montrer par l'opérateur Tj."""
        return texte.translate(self._codes).encode("utf-16-be", "surrogatepass")

    def possede(self, caractere: str) -> bool:
        """Vrai si la fonte a un dessin pour ce caractère."""
        return ord(caractere) in self._caracteres

    def enfouir(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Objet police du PDF : fonte réduite aux caractères employés, texte extractible."""
        noms = {point: self._caracteres.get(point, ".notdef") for point in self._codes}
        octets, rangs = _reduire(self._style, set(noms.values()))
        correspondance = bytearray(2 * (len(self._codes) + 1))
        for point, code in self._codes.items():
            correspondance[2 * code : 2 * code + 2] = rangs[noms[point]].to_bytes(2, "big")
        nom = pikepdf.Name(f"/{_etiquette(self._style)}+SourceSansPro")
        descendante = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=nom,
            CIDSystemInfo=pikepdf.Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=pdf.make_indirect(self._descripteur(pdf, nom, octets)),
            W=pikepdf.Array([1, pikepdf.Array([round(self._avances[chr(point)]) for point in self._codes])]),
            CIDToGIDMap=pdf.make_stream(bytes(correspondance)),
        )
        return pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type0,
                BaseFont=nom,
                Encoding=pikepdf.Name("/Identity-H"),
                DescendantFonts=pikepdf.Array([pdf.make_indirect(descendante)]),
                ToUnicode=pdf.make_stream(self._table_unicode()),
            )
        )

    def _descripteur(self, pdf: pikepdf.Pdf, nom: pikepdf.Name, octets: bytes) -> pikepdf.Dictionary:
        tete, mesures = self._fonte["head"], self._fonte["hhea"]
        return pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=nom,
            Flags=4,
            FontBBox=pikepdf.Array([tete.xMin, tete.yMin, tete.xMax, tete.yMax]),
            ItalicAngle=-11 if self._style == "italique" else 0,
            Ascent=mesures.ascent,
            Descent=mesures.descent,
            CapHeight=660,
            StemV=80,
            FontFile2=pdf.make_stream(octets, Length1=len(octets)),
        )

    def _table_unicode(self) -> bytes:
        """Table ToUnicode, par blocs de cent comme le format l'exige."""
        lignes = [
            f"<{code:04X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for point, code in self._codes.items()
        ]
        blocs = [lignes[debut : debut + 100] for debut in range(0, len(lignes), 100)]
        corps = "".join(f"{len(bloc)} beginbfchar\n" + "\n".join(bloc) + "\nendbfchar\n" for bloc in blocs)
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            f"{corps}endcmap CMapName currentdict /CMap defineresource pop end end"
        ).encode("ascii")


@cache
def _charger(style: str) -> "tuple[TTFont, dict[int, str]]":
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (un dixième de seconde, pour qui compose un texte)

    fonte = TTFont(_lire_fichier(style), lazy=True)
    return fonte, fonte.getBestCmap()


def _lire_fichier(style: str) -> io.BytesIO:
    chemin = files("font_source_sans_pro").joinpath("files", FICHIERS[style])
    return io.BytesIO(chemin.read_bytes())


def _reduire(style: str, glyphes: set[str]) -> tuple[bytes, dict[str, int]]:
    """Fonte réduite à ces glyphes, et le rang de chacun."""
    from fontTools import subset  # noqa: PLC0415 (autant, pour qui en a composé un)
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=True)
    fonte = TTFont(_lire_fichier(style), recalcTimestamp=False)
    # ôtées avant la réduction : leur seule lecture prendrait dix fois le temps du reste
    for table in set(fonte.keys()) - _TABLES_GARDEES:
        del fonte[table]
    reduction = subset.Subsetter(options)
    reduction.populate(glyphs=sorted(glyphes))
    reduction.subset(fonte)
    rangs = {nom: rang for rang, nom in enumerate(fonte.getGlyphOrder())}
    tampon = io.BytesIO()
    fonte.save(tampon)
    return tampon.getvalue(), rangs


def _etiquette(style: str) -> str:
    """Six capitales propres au sous-ensemble, fixes pour des octets reproductibles."""
    return {"normal": "PIECEN", "gras": "PIECEG", "italique": "PIECEI"}[style]


class _Replis(dict[int, str]):
    """Ce qui remplace chaque caractère du texte ; `perdus` : ceux qui n'ont ni dessin ni équivalent."""

    def __init__(self, police: Police) -> None:
        super().__init__()
        self._police = police
        self.perdus: set[str] = set()

    def __missing__(self, point: int) -> str:
        self[point] = self._chercher(chr(point))
        return self[point]

    def _chercher(self, caractere: str) -> str:
        if caractere in "\n\t" or self._police.possede(caractere):
            return caractere
        if caractere in EQUIVALENTS:
            return EQUIVALENTS[caractere]
        if caractere in _INVISIBLES or unicodedata.category(caractere) == "Cc":
            return ""
        if caractere in EMOJIS:
            return EMOJIS[caractere]
        if any(debut <= ord(caractere) < fin for debut, fin in _PLAGES_EMOJI):
            return f"[émoji U+{ord(caractere):04X}]"
        self.perdus.add(caractere)
        return caractere


def rendre_representable(texte: str, police: Police) -> tuple[str, int]:
    """Remplace ce que la fonte n'a pas par un équivalent lisible ; compte ce qui n'en a aucun.

    Un caractère sans équivalent est laissé : il se dessine en carré barré et reste extractible du PDF.
    """
    replis = _Replis(police)
    rendu = texte.translate(replis)
    return rendu, sum(texte.count(perdu) for perdu in replis.perdus)

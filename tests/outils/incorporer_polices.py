"""Incorpore nos polices à la charte Word, comme le fait l'option « Incorporer les polices » de Word.

Un acte s'ouvre alors avec ses polices sur une machine qui ne les a pas. Chaque police est réduite à l'écriture latine
et brouillée selon ECMA-376, partie 4, 2.8.1. À lancer : python -m tests.outils.incorporer_polices
"""

import io
import uuid
import zipfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from generateur.moteurs.polices import fichiers_polices

RACINE = Path(__file__).parents[2]

CHARTE = RACINE / "modeles" / "communs" / "charte.docx"
FAMILLES = {"SourceSerifPro": "Source Serif Pro", "SourceSansPro": "Source Sans Pro"}
BALISES = {"Regular": "embedRegular", "Bold": "embedBold"}  # l'italique, que nul acte n'emploie, se penche
SIGNES = (
    *(*range(0x20, 0x180), *range(0x2010, 0x2028), *range(0x202F, 0x203B)),
    *(0x20AC, 0x2116, 0x2122, 0x2190, 0x2192, 0x2212, 0x2264, 0x2265, 0x2610, 0x2611, 0x2713),
)
GENRE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def reduire(fichier: Path) -> bytes:
    """La police, réduite aux signes d'un acte français."""
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    police = TTFont(fichier, recalcTimestamp=False)
    reducteur = subset.Subsetter(options)
    reducteur.populate(unicodes=SIGNES)
    reducteur.subset(police)
    tampon = io.BytesIO()
    police.save(tampon)
    return tampon.getvalue()


def brouiller(police: bytes, cle: uuid.UUID) -> bytes:
    """Les 32 premiers octets combinés à la clé, lue à l'envers ; brouiller deux fois rend la police."""
    envers = cle.bytes[::-1]
    return bytes(octet ^ envers[rang % 16] for rang, octet in enumerate(police[:32])) + police[32:]


def incorporer(charte: Path) -> None:
    """Écrit les polices dans la charte, et les déclare."""
    with zipfile.ZipFile(charte) as paquet:
        membres = {nom: paquet.read(nom) for nom in paquet.namelist() if not nom.startswith("word/fonts/")}
    polices: dict[str, list[str]] = {}
    liens: list[str] = []
    types: list[str] = []
    for fichier in fichiers_polices():
        famille, graisse = fichier.stem.split("-")
        if graisse not in BALISES:
            continue
        rang = len(liens) + 1
        cle = uuid.uuid5(uuid.NAMESPACE_URL, fichier.stem)
        membres[f"word/fonts/font{rang}.odttf"] = brouiller(reduire(fichier), cle)
        liens.append(f'<Relationship Id="rId{rang}" Type="{GENRE}" Target="fonts/font{rang}.odttf"/>')
        types.append(f'<Override PartName="/word/fonts/font{rang}.odttf" ContentType="{TYPE}"/>')
        balise = f'<w:{BALISES[graisse]} r:id="rId{rang}" w:fontKey="{{{str(cle).upper()}}}"/>'
        polices.setdefault(famille, []).append(balise)
    genres = {"SourceSerifPro": "roman", "SourceSansPro": "swiss"}
    entrees = "".join(
        f'<w:font w:name="{FAMILLES[famille]}"><w:family w:val="{genres[famille]}"/><w:pitch w:val="variable"/>'
        f"{''.join(balises)}</w:font>"
        for famille, balises in polices.items()
    )
    entete = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    membres["word/fontTable.xml"] = f'{entete}<w:fonts xmlns:w="{W}" xmlns:r="{R}">{entrees}</w:fonts>'.encode()
    espace = "http://schemas.openxmlformats.org/package/2006/relationships"
    membres["word/_rels/fontTable.xml.rels"] = (
        f'{entete}<Relationships xmlns="{espace}">{"".join(liens)}</Relationships>'.encode()
    )
    contenus = membres["[Content_Types].xml"].decode()
    if TYPE not in contenus:
        membres["[Content_Types].xml"] = contenus.replace("</Types>", f"{''.join(types)}</Types>").encode()
    with zipfile.ZipFile(charte, "w", zipfile.ZIP_DEFLATED) as paquet:
        for nom, octets in membres.items():
            paquet.writestr(zipfile.ZipInfo(nom, (1980, 1, 1, 0, 0, 0)), octets, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    incorporer(CHARTE)

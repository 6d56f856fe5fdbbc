"""Ce qu'une photo dit sans le montrer : position, appareil, commentaires. Lu pour être dit, et retiré de la liasse.

S'exécute dans l'enfant de l'atelier. Les octets de l'image ne changent pas : seuls partent les segments qui la
commentent, et ce qui suit sa fin (seconde vue, vidéo d'une « photo animée »).
"""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from PIL import ExifTags, Image, ImageFile
from PIL.IptcImagePlugin import getiptcinfo

from generateur.domaine.fichiers import ContenuCache

_TEXTE_RENDU = 300
_DEBUT, _FIN, _BALAYAGE = 0xD8, 0xD9, 0xDA
_SANS_LONGUEUR = frozenset({0x01, *range(0xD0, 0xD8)})
_COMMENTAIRE = 0xFE
_MARQUEUR = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_GARDES = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE", 0xEE: b"Adobe"}
_BOITES_RETIREES = frozenset({b"xml ", b"uuid", b"uinf"})
_PANNES = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, IndexError, KeyError, ZeroDivisionError)
_ETIQUETTES_LIBRES = {
    "ImageDescription": "description",
    "UserComment": "commentaire",
    "Artist": "auteur",
    "Copyright": "droits",
    "XPComment": "commentaire",
    "XPTitle": "titre",
    "XPSubject": "sujet",
    "XPKeywords": "mots-clés",
    "XPAuthor": "auteur",
    "CameraOwnerName": "propriétaire de l’appareil",
    "DocumentName": "nom du document",
    "PageName": "nom de la page",
    "HostComputer": "ordinateur",
}
_ETIQUETTES_D_APPAREIL = ("Make", "Model", "DateTimeOriginal", "DateTime", "BodySerialNumber")
_TEXTES_DE_FICHIER = re.compile(
    r"exif|xmp|icc|dpi|gamma|photoshop|progressi|jfif|adobe|transparency|interlace|srgb|chromaticity|compression"
    r"|background|duration|loop|version|extension|mp|default_image|disposal|blend|timestamp|bbox|depth|primary|heif"
    r"|raw|stride|palette|aspect"
)
_POSITION_XMP = re.compile(rb"GPSL(?:at|ong)itude(?:>|\s*=\s*[\"'])\s*([0-9][0-9,.NSEW]{0,40})")
_XMP_LU = 400_000  # octets
_XMP_LIBRES = frozenset({"Description", "Keywords", "UserComment", "Instructions", "Headline", "CaptionWriter"})


def relever_donnees(image: Image.Image) -> list[ContenuCache]:
    """Position, commentaires et appareil que porte l'image ouverte ; rien de cela n'entre dans la liasse."""
    trouves = []
    for nature, lire in (
        ("position de la photo", _lire_position),
        ("commentaire de l’image", _lire_commentaires),
        ("données de l’appareil", _lire_appareil),
    ):
        texte = ""
        with contextlib.suppress(*_PANNES):
            texte = ", ".join(dict.fromkeys(lire(image)))
        if texte:
            trouves.append(ContenuCache(nature, None, texte[:_TEXTE_RENDU], "retire"))
    return trouves


def _lire_position(image: Image.Image) -> Iterator[str]:
    position = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    if not position:
        yield from _lire_position_xmp(_brut_xmp(image))
        return
    latitude, longitude = (
        _en_degres(position.get(valeur), position.get(sens))
        for valeur, sens in ((ExifTags.GPS.GPSLatitude, 1), (ExifTags.GPS.GPSLongitude, 3))
    )
    yield f"{latitude} ; {longitude}" if latitude and longitude else "coordonnées GPS"


def _brut_xmp(image: Image.Image) -> bytes:
    brut = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return brut.encode() if isinstance(brut, str) else bytes(brut)


def _lire_position_xmp(octets: bytes) -> Iterator[str]:
    """La position que redit, ou que dit seul, le paquet XMP."""
    trouvees = [lue[1].decode("ascii", "replace") for lue in _POSITION_XMP.finditer(octets[:_XMP_LU])]
    if trouvees:
        yield " ; ".join(trouvees)


def _en_degres(valeur: Any, sens: Any) -> str:
    if not isinstance(valeur, tuple) or len(valeur) != 3:  # noqa: PLR2004 (degrés, minutes, secondes)
        return ""
    degres, minutes, secondes = (float(part) for part in valeur)
    return f"{degres + minutes / 60 + secondes / 3600:.5f}".replace(".", ",") + f"° {sens or ''}".rstrip()


def _lire_commentaires(image: Image.Image) -> Iterator[str]:
    exif = image.getexif()
    for etiquettes in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for cle, valeur in etiquettes.items():
            libelle = _ETIQUETTES_LIBRES.get(ExifTags.TAGS.get(cle, ""))
            if libelle and (texte := _en_texte(valeur)):
                yield f"{libelle} « {texte} »"
    for nom, libre in image.info.items():
        est_libre = isinstance(libre, (str, bytes)) and not _TEXTES_DE_FICHIER.match(str(nom).lower())
        if est_libre and (texte := _en_texte(libre)):
            yield f"{'commentaire' if str(nom).lower() == 'comment' else nom} « {texte} »"
    for texte in lire_xmp(_brut_xmp(image)):
        yield f"XMP « {texte} »"
    presse: dict[Any, Any] = (getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None) or {}
    for lue in presse.values():
        for part in lue if isinstance(lue, list) else [lue]:
            if (texte := _en_texte(part)) and any(signe.isalpha() for signe in texte):
                yield f"légende de presse « {texte} »"


def lire_xmp(octets: bytes) -> Iterator[str]:
    """Les textes libres d'un paquet XMP : ni dates, ni identifiants, ni noms de logiciel."""
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        lecteur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        racine = etree.fromstring(octets[:_XMP_LU].strip(b"\0 \r\n\t"), lecteur)
        for element in racine.iter(etree.Element):
            espace, nom = etree.QName(element).namespace or "", etree.QName(element).localname
            est_libre = espace.endswith("/dc/elements/1.1/") or nom in _XMP_LIBRES or not espace
            texte = " ".join((element.text or "").split())
            if texte and "/" not in texte[:12] and (est_libre or _est_dans_un_texte_libre(element)):
                yield texte


def _est_dans_un_texte_libre(element: etree._Element) -> bool:
    """Vrai pour une valeur rangée dans une liste (rdf:Alt, rdf:Seq, rdf:Bag) d'un texte libre."""
    for ancetre in element.iterancestors():
        if (etree.QName(ancetre).namespace or "").endswith("/dc/elements/1.1/"):
            return True
    return False


def _lire_appareil(image: Image.Image) -> Iterator[str]:
    exif = image.getexif()
    for etiquettes in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for cle, valeur in etiquettes.items():
            if ExifTags.TAGS.get(cle) in _ETIQUETTES_D_APPAREIL and (texte := _en_texte(valeur)):
                yield texte


def _en_texte(valeur: Any) -> str:
    if isinstance(valeur, bytes):
        for entete, encodage in ((b"UNICODE\0", "utf-16"), (b"ASCII\0\0\0", "utf-8")):
            if valeur.startswith(entete):
                valeur = valeur[8:].decode(encodage, "ignore")
                break
        else:
            est_large = valeur[1::2].count(0) > len(valeur) // 4
            valeur = valeur.decode("utf-16-le" if est_large else "utf-8", "ignore")
    texte = "".join(signe if signe.isprintable() else " " for signe in str(valeur))
    return " ".join(texte.split())


def nettoyer_jpeg(octets: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Le JPEG sans ses commentaires ni ce qui le suit, et (nature, texte) de ce qui en a été retiré."""
    if octets[:2] != b"\xff\xd8":
        return octets, []
    morceaux, position = [octets[:2]], 2
    retires: list[tuple[str, str]] = []
    while position + 4 <= len(octets) and octets[position] == 0xFF:  # noqa: PLR2004 (début de marqueur)
        genre = octets[position + 1]
        if genre == 0xFF:  # noqa: PLR2004 (remplissage)
            position += 1
            continue
        if genre in _SANS_LONGUEUR:
            morceaux.append(octets[position : position + 2])
            position += 2
            continue
        if genre == _BALAYAGE:
            fin = _trouver_la_fin(octets, position)
            morceaux.append(octets[position:fin])
            break
        if genre == _FIN:
            morceaux.append(octets[position : position + 2])
            break
        fin = position + 2 + int.from_bytes(octets[position + 2 : position + 4])
        contenu = octets[position + 4 : fin]
        if fin > len(octets):
            return octets, []
        est_note = genre == _COMMENTAIRE or 0xE0 <= genre <= 0xEF  # noqa: PLR2004 (segments d'application)
        if est_note and not (genre in _GARDES and contenu.startswith(_GARDES[genre])):
            retires += _decrire_segment(genre, contenu)
        else:
            morceaux.append(octets[position:fin])
        position = fin
    else:
        return octets, []
    return b"".join(morceaux), retires


def _trouver_la_fin(octets: bytes, position: int) -> int:
    """Où finit l'image dont un balayage commence ici ; les balayages suivants sont les siens."""
    while (trouve := _MARQUEUR.search(octets, position + 2)) is not None:
        position = trouve.start()
        if octets[position + 1] == _FIN:
            return position + 2
        longueur = int.from_bytes(octets[position + 2 : position + 4])
        position = max(position, position + longueur - 2)
    return len(octets)


def _decrire_segment(genre: int, contenu: bytes) -> list[tuple[str, str]]:
    if genre == _COMMENTAIRE:
        return [("commentaire de l’image", _en_texte(contenu)[:_TEXTE_RENDU])]
    if contenu.startswith(b"Exif"):
        exif = Image.Exif()
        with contextlib.suppress(*_PANNES):
            exif.load(contenu)
            if exif.get_ifd(ExifTags.IFD.GPSInfo):
                return [("position de la photo", "coordonnées GPS d’une image")]
        return [("données de l’appareil", "EXIF d’une image")]
    if contenu.startswith((b"http://ns.adobe.com", b"Photoshop")):
        return [("données de l’appareil", "XMP ou IPTC d’une image")]
    return []


def nettoyer_jpeg2000(octets: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Le JPEG 2000 sans ses boîtes de texte ; tel quel si sa structure n'est pas celle qu'on attend."""
    if octets[4:8] != b"jP  ":
        return octets, []
    morceaux, position, est_change = [], 0, False
    while position + 8 <= len(octets):
        longueur, genre = int.from_bytes(octets[position : position + 4]), octets[position + 4 : position + 8]
        fin = len(octets) if longueur == 0 else position + longueur
        if longueur in range(1, 8) or fin > len(octets):
            return octets, []
        if genre in _BOITES_RETIREES:
            est_change = True
        else:
            morceaux.append(octets[position:fin])
        position = fin
    return (b"".join(morceaux), [("données de l’appareil", "texte joint à une image")]) if est_change else (octets, [])

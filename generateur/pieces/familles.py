"""La famille d'un fichier, reconnue à son contenu ; l'extension ne sert qu'à départager les textes.

Écrit ici : puremagic ne sépare pas les familles dont dépend le traitement (courriel, boîte, facture, chiffré, abîmé) ;
olefile ne dit pas qu'un document est chiffré, et un document tronqué doit encore se reconnaître.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from generateur.pieces.preambule_courriel import retirer_preambule

TETE = 8192  # octets lus pour reconnaître un format
_TETE_OLE = 64 * 1024 * 1024  # le répertoire d'un document OLE peut être en fin de fichier


class Famille(StrEnum):
    """Ce qu'un fichier est ; les familles après BUREAUTIQUE sont refusées (pieces/refus.py)."""

    PDF = "pdf"
    IMAGE = "image"
    COURRIEL = "courriel"
    BOITE = "boite"
    TEXTE = "texte"
    PAGE_WEB = "page_web"
    BUREAUTIQUE = "bureautique"
    BUREAUTIQUE_CHIFFREE = "bureautique_chiffree"
    BUREAUTIQUE_ABIMEE = "bureautique_abimee"
    OUTLOOK = "outlook"
    ARCHIVE = "archive"
    SIGNATURE = "signature"
    FACTURE_XML = "facture_xml"
    XML = "xml"
    DESSIN = "dessin"
    IWORK = "iwork"
    SON_OU_VIDEO = "son_ou_video"
    INCONNUE = "inconnue"


@dataclass(frozen=True)
class Reconnaissance:
    """Famille, et extension propre à cette famille (« .docx ») quel que soit le nom du fichier."""

    famille: Famille
    extension: str = ""


_SIGNATURES: tuple[tuple[bytes, Famille, str], ...] = (
    (b"%PDF-", Famille.PDF, ".pdf"),
    (b"\xff\xd8\xff", Famille.IMAGE, ".jpg"),
    (b"\x89PNG\r\n\x1a\n", Famille.IMAGE, ".png"),
    (b"II*\0", Famille.IMAGE, ".tif"),
    (b"MM\0*", Famille.IMAGE, ".tif"),
    (b"II+\0", Famille.IMAGE, ".tif"),
    (b"MM\0+", Famille.IMAGE, ".tif"),
    (b"GIF87a", Famille.IMAGE, ".gif"),
    (b"GIF89a", Famille.IMAGE, ".gif"),
    (b"\0\0\0\x0cjP  ", Famille.IMAGE, ".jp2"),
    (b"\xff\x4f\xff\x51", Famille.IMAGE, ".j2k"),
    (rb"{\rtf", Famille.BUREAUTIQUE, ".rtf"),
    (b"7z\xbc\xaf\x27\x1c", Famille.ARCHIVE, ".7z"),
    (b"Rar!\x1a\x07", Famille.ARCHIVE, ".rar"),
    (b"\x1f\x8b", Famille.ARCHIVE, ".gz"),
    (b"BZh", Famille.ARCHIVE, ".bz2"),
    (b"\xfd7zXZ\0", Famille.ARCHIVE, ".xz"),
    (b"-----BEGIN PKCS7", Famille.SIGNATURE, ".p7m"),
    (b"-----BEGIN CMS", Famille.SIGNATURE, ".p7m"),
    (b"ID3", Famille.SON_OU_VIDEO, ".mp3"),
    (b"OggS", Famille.SON_OU_VIDEO, ".ogg"),
    (b"\x1aE\xdf\xa3", Famille.SON_OU_VIDEO, ".mkv"),
)
_MARQUES_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_OID_SIGNATURE = bytes.fromhex("2a864886f70d0107")  # 1.2.840.113549.1.7 : les enveloppes PKCS n° 7
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FLUX_OLE: tuple[tuple[str, Famille, str], ...] = (
    ("EncryptedPackage", Famille.BUREAUTIQUE_CHIFFREE, ""),
    ("DRMContent", Famille.BUREAUTIQUE_CHIFFREE, ""),
    ("__properties_version1.0", Famille.OUTLOOK, ".msg"),
    ("WordDocument", Famille.BUREAUTIQUE, ".doc"),
    ("PowerPoint Document", Famille.BUREAUTIQUE, ".ppt"),
    ("Workbook", Famille.BUREAUTIQUE, ".xls"),
    ("Book", Famille.BUREAUTIQUE, ".xls"),
)
_PARTIES_OOXML = (("word/", ".docx"), ("xl/", ".xlsx"), ("ppt/", ".pptx"))
_ODF_A_PLAT = re.compile(rb"office:mimetype=[\"']application/vnd\.oasis\.opendocument\.([a-z]+)")
_TYPES_ODF = {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp", "graphics": ".odg"}
_ENTETES_COURRIEL = frozenset(
    b"from to cc subject date sent received message-id return-path delivered-to mime-version "
    b"reply-to content-type dkim-signature".split()
)
_ENTETE = re.compile(rb"([!-9;-~]+):(?!//)")
_BALISES: tuple[tuple[re.Pattern[bytes], Famille, str], ...] = (
    (re.compile(rb"CrossIndustry(?:Invoice|Document)"), Famille.FACTURE_XML, ".xml"),
    (re.compile(rb"ubl:schema:xsd:(?:Invoice|CreditNote)"), Famille.FACTURE_XML, ".xml"),
    (re.compile(rb"<office:document[\s>]"), Famille.BUREAUTIQUE, ".fodt"),
    (re.compile(rb"<svg[\s/>]"), Famille.DESSIN, ".svg"),
    (re.compile(rb"<html[\s>]", re.IGNORECASE), Famille.PAGE_WEB, ".html"),
)
_EXTENSIONS_COURRIEL = (".eml", ".emlx", ".mht", ".mhtml")
_EXTENSIONS_BUREAUTIQUES = frozenset(
    {*(".doc", ".docx", ".docm", ".xls", ".xlsx", ".xlsm", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf")}
)
_EXTENSIONS_PROGRAMMES = frozenset(
    {*(".exe", ".com", ".dll", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".sh", ".lnk", ".bin")}
)
_EXTENSIONS_TEXTE = (".txt", ".text", ".csv", ".md", ".log")


def reconnaitre(source: Path) -> Reconnaissance:
    """Reconnaît un fichier à ses premiers octets ; OSError si le fichier ne se lit pas."""
    with source.open("rb") as flux:
        tete = flux.read(TETE)
    extension = source.suffix.lower()
    if tete.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _reconnaitre_zip(source, extension)
    if tete.startswith(_OLE):
        return _reconnaitre_ole(source)
    return _reconnaitre_signature(tete) or _reconnaitre_texte(tete, extension)


def _reconnaitre_signature(tete: bytes) -> Reconnaissance | None:
    for signature, famille, propre in _SIGNATURES:
        if tete.startswith(signature):
            return Reconnaissance(famille, propre)
    if tete[:4] == b"RIFF":
        est_image = tete[8:12] == b"WEBP"
        return Reconnaissance(Famille.IMAGE, ".webp") if est_image else Reconnaissance(Famille.SON_OU_VIDEO)
    if tete[4:8] == b"ftyp":
        est_image = tete[8:12] in _MARQUES_HEIF
        return Reconnaissance(Famille.IMAGE, ".heic") if est_image else Reconnaissance(Famille.SON_OU_VIDEO)
    return _reconnaitre_marque_interne(tete)


def _reconnaitre_marque_interne(tete: bytes) -> Reconnaissance | None:
    """Les formats dont la marque n'est pas au premier octet."""
    if tete[:2] == b"BM" and tete[6:10] == b"\0\0\0\0":
        return Reconnaissance(Famille.IMAGE, ".bmp")
    if tete[:1] == b"\x30" and _OID_SIGNATURE in tete[:40]:
        return Reconnaissance(Famille.SIGNATURE, ".p7m")
    if tete[257:262] == b"ustar":
        return Reconnaissance(Famille.ARCHIVE, ".tar")
    return None


def _reconnaitre_texte(tete: bytes, extension: str) -> Reconnaissance:
    if extension == ".pdf" or (b"%PDF-" in tete[:1024] and not _est_courriel(tete, extension)):
        # un PDF peut porter quelques octets de trop ; nommé .pdf, il est jugé comme tel
        return Reconnaissance(Famille.PDF, ".pdf")
    if correspondance := _reconnaitre_correspondance(tete, extension):
        return correspondance
    balise = tete.lstrip(b"\xef\xbb\xbf \t\r\n")[:2048].lower()
    if balise.startswith((b"<?xml", b"<!--", b"<!doctype", b"<svg", b"<html")) or re.match(
        rb"<[a-z0-9]+:[a-z]+ ", balise
    ):
        return _reconnaitre_balises(tete, balise)
    if extension in _EXTENSIONS_BUREAUTIQUES:
        return Reconnaissance(Famille.BUREAUTIQUE_ABIMEE)
    est_texte = _est_du_texte(tete) and extension not in _EXTENSIONS_PROGRAMMES
    return Reconnaissance(Famille.TEXTE if est_texte else Famille.INCONNUE, ".txt")


def _reconnaitre_correspondance(tete: bytes, extension: str) -> Reconnaissance | None:
    """Une boîte ou un courriel ; un fichier nommé courriel est jugé comme tel, même si ses en-têtes manquent."""
    est_nomme = extension in _EXTENSIONS_COURRIEL
    if not est_nomme and tete.startswith(b"From ") and re.match(rb"From \S+.* \d{4}", tete.splitlines()[0]):
        return Reconnaissance(Famille.BOITE, ".mbox")
    if _est_courriel(tete, extension) or (est_nomme and _est_du_texte(retirer_preambule(tete))):
        return Reconnaissance(Famille.COURRIEL, ".eml")
    return None


def _est_courriel(tete: bytes, extension: str) -> bool:
    """Vrai si le texte commence par un bloc d'en-têtes de courriel ; l'extension rend plus ou moins exigeant."""
    lignes = retirer_preambule(tete).splitlines()
    connus: set[bytes] = set()
    for ligne in lignes:
        entete = _ENTETE.match(ligne)
        if not ligne.strip() or (not entete and not connus):
            break
        if entete:
            connus.add(entete[1].lower())
        elif ligne[:1] not in b" \t" and extension not in _EXTENSIONS_COURRIEL:
            return False
    exigence = 1 if extension in _EXTENSIONS_COURRIEL else 3 if extension in _EXTENSIONS_TEXTE else 2
    return len(connus & _ENTETES_COURRIEL) >= exigence


def _reconnaitre_balises(tete: bytes, balise: bytes) -> Reconnaissance:
    if balise.startswith((b"<!doctype html", b"<html")):
        return Reconnaissance(Famille.PAGE_WEB, ".html")
    for motif, famille, propre in _BALISES:
        if motif.search(tete):
            genre = _ODF_A_PLAT.search(tete) if propre == ".fodt" else None
            a_plat = _TYPES_ODF.get(genre[1].decode(), "") if genre else ""
            return Reconnaissance(famille, a_plat.replace(".o", ".fo") or propre)
    return Reconnaissance(Famille.XML, ".xml")


def _reconnaitre_zip(source: Path, extension: str) -> Reconnaissance:
    try:
        with zipfile.ZipFile(source) as archive:
            noms = archive.namelist()
            mime = archive.open("mimetype").read(100).decode("ascii", "replace") if "mimetype" in noms else ""
            return _reconnaitre_paquet(noms, mime, archive)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, NotImplementedError):
        est_bureautique = extension in _EXTENSIONS_BUREAUTIQUES
        return Reconnaissance(Famille.BUREAUTIQUE_ABIMEE if est_bureautique else Famille.ARCHIVE, ".zip")


def _reconnaitre_paquet(noms: list[str], mime: str, archive: zipfile.ZipFile) -> Reconnaissance:
    if "opendocument" in mime:
        genre = mime.removeprefix("application/vnd.oasis.opendocument.").split("-")[0].strip()
        manifeste = b""
        if "META-INF/manifest.xml" in noms:
            manifeste = archive.open("META-INF/manifest.xml").read(1_000_000)
        if b"encryption-data" in manifeste:
            return Reconnaissance(Famille.BUREAUTIQUE_CHIFFREE)
        return Reconnaissance(Famille.BUREAUTIQUE, _TYPES_ODF.get(genre, ".odt"))
    if "[Content_Types].xml" in noms:
        for prefixe, propre in _PARTIES_OOXML:
            if any(nom.startswith(prefixe) for nom in noms):
                return Reconnaissance(Famille.BUREAUTIQUE, propre)
    if any(nom.startswith("Index/") and nom.endswith(".iwa") for nom in noms) or "Index.zip" in noms:
        return Reconnaissance(Famille.IWORK)
    return Reconnaissance(Famille.ARCHIVE, ".zip")


def _reconnaitre_ole(source: Path) -> Reconnaissance:
    """Un document OLE se reconnaît aux noms de ses flux, écrits en UTF-16 dans son répertoire."""
    with source.open("rb") as flux:
        contenu = flux.read(_TETE_OLE)
    for nom, famille, propre in _FLUX_OLE:
        if nom.encode("utf-16-le") in contenu:
            if propre in {".doc", ".xls"} and _est_chiffre(contenu, propre):
                return Reconnaissance(Famille.BUREAUTIQUE_CHIFFREE)
            return Reconnaissance(famille, propre)
    return Reconnaissance(Famille.INCONNUE)


def _est_chiffre(contenu: bytes, extension: str) -> bool:
    """Lit le drapeau de chiffrement : bit fEncrypted du FIB de Word, enregistrement FILEPASS d'Excel."""
    for debut in range(512, len(contenu), 512):
        if extension == ".doc" and contenu[debut : debut + 2] == b"\xec\xa5":
            return bool(contenu[debut + 11] & 0x01)
        if extension == ".xls" and contenu[debut : debut + 2] == b"\x09\x08":
            position = debut
            while position < debut + 512:
                genre = int.from_bytes(contenu[position : position + 2], "little")
                if genre == 0x2F:  # noqa: PLR2004 (numéro de l'enregistrement FILEPASS)
                    return True
                position += 4 + int.from_bytes(contenu[position + 2 : position + 4], "little")
            return False
    return False


def _est_du_texte(tete: bytes) -> bool:
    """Vrai si presque aucun octet n'est un caractère de commande, et aucun n'est nul."""
    if tete.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in tete:
        return False
    commandes = sum(octet < 32 and octet not in b"\t\n\r\f\x1b" for octet in tete)  # noqa: PLR2004 (ASCII)
    return commandes * 100 <= len(tete)

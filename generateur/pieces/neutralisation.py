"""Copie d'un document bureautique dont rien ne mène dehors, avant de le confier à LibreOffice.

S'exécute dans l'enfant de l'atelier. Liens vers d'autres fichiers ou le réseau, modèles distants, champs
d'inclusion, DTD : retirés ou refusés. Une date qui se mettrait au jour d'aujourd'hui reste celle que le document
porte : c'est une preuve. Les bombes de décompression sont refusées sur l'annonce et à la lecture.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lxml import etree

from generateur.erreurs import ErreurPiece

_PANNES = (
    *(zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError),
    *(OSError, RuntimeError, ValueError, EOFError, NotImplementedError),
)
_REMEDE = "Ouvrez-le dans son logiciel, enregistrez-le en PDF, et joignez ce PDF."
_MOTS = ("INCLUDEPICTURE", "INCLUDETEXT", "DDEAUTO", "DDE", "LINK", "IMPORT", "RD")
_CHAMP = re.compile(rf"\b(?:{'|'.join(_MOTS)})\b", re.IGNORECASE)
_HORLOGES = ("DATE", "TIME")  # les champs que le logiciel remplit de l'instant où il ouvre le document
_CHAMP_D_HORLOGE = re.compile(rf"\s*(?:{'|'.join(_HORLOGES)})\b", re.IGNORECASE)
_FORMULE_D_HORLOGE = re.compile(r"\b(?:TODAY|NOW)\(", re.IGNORECASE)


def _debuts_de_champ(mots: tuple[str, ...], fin: bytes = b"") -> tuple[re.Pattern[bytes], ...]:
    """Un champ commence par le caractère 0x13 dans un .doc (sur un ou deux octets), par « fldinst » dans un .rtf."""
    return tuple(
        re.compile(
            debut + b"(?=(?:" + b"|".join(mot.encode(encodage) for mot in mots) + b")" + fin + b")", re.IGNORECASE
        )
        for debut, encodage in (
            (rb"\x13 *", "ascii"),
            (rb"\x13\x00(?: \x00)*", "utf-16-le"),
            (rb"\\fldinst(?:[{} \r\n]|\\[a-z]+-?[0-9]*){0,40}", "ascii"),
        )
    )


_DEBUTS_DE_CHAMP = _debuts_de_champ(_MOTS)
_DEBUTS_D_HORLOGE = _debuts_de_champ(_HORLOGES, rb"(?![A-Za-z])")
_ENTITES = re.compile(rb"<!ENTITY|<!DOCTYPE[^>]*\[", re.IGNORECASE)
_INTERNE = re.compile(r"(?:#|\./|Pictures/|Object|media/|Configurations2/|Thumbnails/)")
_HREF = "{http://www.w3.org/1999/xlink}href"
_LIENS_CLIQUABLES = frozenset(
    f"{{urn:oasis:names:tc:opendocument:xmlns:{espace}:1.0}}a" for espace in ("text", "drawing")
)
_DATES_ODF = tuple(f"{{urn:oasis:names:tc:opendocument:xmlns:text:1.0}}{nom}" for nom in ("date", "time"))
_FIXE = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}fixed"
_EXCEL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ENTREES_MAXIMALES = 10_000
ODF_A_PLAT = frozenset({".fodt", ".fods", ".fodp", ".fodg"})  # tout le document en un seul fichier XML


def neutraliser(source: str, cible: str, extension: str, octets_decompresses: int) -> dict[str, Any]:
    """Écrit la copie ; rend ce qui en a été retiré."""
    try:
        if extension in {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".odg"}:
            retires = _neutraliser_paquet(Path(source), Path(cible), octets_decompresses)
        elif extension in ODF_A_PLAT:
            propre, retires = _neutraliser_odf(Path(source).read_bytes())
            Path(cible).write_bytes(propre)
        else:
            retires = _neutraliser_binaire(Path(source), Path(cible))
    except _PANNES as erreur:
        raise ErreurPiece("Ce document bureautique est abîmé ou incomplet.", remede=_REMEDE) from erreur
    if not retires:
        return {"avertissements": []}
    return {"avertissements": [f"{retires} lien(s) vers un fichier ou un site extérieur n'ont pas été suivis."]}


def _neutraliser_paquet(source: Path, cible: Path, octets_decompresses: int) -> int:
    retires, total = 0, 0
    with zipfile.ZipFile(source) as entree, zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as sortie:
        fiches = entree.infolist()
        if len(fiches) > _ENTREES_MAXIMALES:
            raise ErreurPiece(
                f"Ce document renferme {len(fiches)} fichiers (objets, images) : le maximum est {_ENTREES_MAXIMALES}.",
                remede=_REMEDE,
            )
        if sum(f.file_size for f in fiches) > octets_decompresses:
            raise _bombe(octets_decompresses)
        for fiche in fiches:
            with entree.open(fiche) as flux:
                # l'annonce peut mentir : la lecture est bornée elle aussi
                contenu = flux.read(octets_decompresses - total + 1)
            total += len(contenu)
            if total > octets_decompresses:
                raise _bombe(octets_decompresses)
            propre, retires_ici = _neutraliser_partie(fiche.filename, contenu)
            retires += retires_ici
            sortie.writestr(zipfile.ZipInfo(fiche.filename), propre, zipfile.ZIP_DEFLATED)
    return retires


def _bombe(octets: int) -> ErreurPiece:
    return ErreurPiece(f"Ce document se décompresse en plus de {octets >> 20} Mo.", remede=_REMEDE)


def _neutraliser_partie(nom: str, contenu: bytes) -> tuple[bytes, int]:
    if not nom.endswith((".xml", ".rels", ".rdf", ".vml")):
        return contenu, 0
    _refuser_entites(contenu)
    if nom.endswith(".rels"):
        return _neutraliser_relations(contenu)
    est_odf = nom.rpartition("/")[2] in {"content.xml", "styles.xml"} and b"opendocument" in contenu[:4096]
    if est_odf:
        return _neutraliser_odf(contenu)
    if nom.startswith("word/") and (b"instrText" in contenu or b":instr=" in contenu):
        return _neutraliser_champs(contenu)
    if nom.startswith("xl/worksheets/") and (b"TODAY(" in contenu or b"NOW(" in contenu):
        return _figer_formules(contenu), 0
    return contenu, 0


def _neutraliser_champs(contenu: bytes) -> tuple[bytes, int]:
    """Vide les champs Word qui incluent un autre fichier, même écrits en plusieurs morceaux ; fige les dates."""
    racine = _lire_xml(contenu)
    instructions = list(racine.iter(f"{{{_WORD}}}instrText"))
    retires, figees = 0, 0
    for instruction in instructions:
        if _CHAMP_D_HORLOGE.match(instruction.text or ""):
            instruction.text = " QUOTE "
            figees += 1
    if _CHAMP.search("".join(instruction.text or "" for instruction in instructions)):
        suspectes = [i for i in instructions if _CHAMP.search(i.text or "")] or instructions
        for instruction in suspectes:
            instruction.text = " QUOTE "
        retires += len(suspectes)
    for simple in racine.iter(f"{{{_WORD}}}fldSimple"):
        instruction_simple = simple.get(f"{{{_WORD}}}instr") or ""
        inclut, est_une_date = _CHAMP.search(instruction_simple), _CHAMP_D_HORLOGE.match(instruction_simple)
        if inclut or est_une_date:
            simple.set(f"{{{_WORD}}}instr", " QUOTE ")
            retires += bool(inclut)
            figees += bool(est_une_date)
    return _rendre(racine, contenu, retires, est_changee=bool(figees))


def _figer_formules(contenu: bytes) -> bytes:
    """La feuille Excel où une date du jour est la dernière qu'on y a enregistrée, quand il y en a une."""
    racine = _lire_xml(contenu)
    for formule in list(racine.iter(f"{{{_EXCEL}}}f")):
        cellule = formule.getparent()
        if cellule is not None and _FORMULE_D_HORLOGE.search(formule.text or "") and cellule.findtext(f"{{{_EXCEL}}}v"):
            cellule.remove(formule)
    return _rendre(racine, contenu, 0, est_changee=True)[0]


def _refuser_entites(contenu: bytes) -> None:
    if _ENTITES.search(contenu[:65536]):
        raise ErreurPiece(
            "Ce document déclare des entités XML, ce qu'aucun logiciel ordinaire n'écrit.", remede=_REMEDE
        )


def _lire_xml(contenu: bytes) -> etree._Element:
    lecteur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(contenu, lecteur)


def _neutraliser_relations(contenu: bytes) -> tuple[bytes, int]:
    """Retire les relations externes d'un document Office, sauf les liens cliquables."""
    racine = _lire_xml(contenu)
    externes = [
        relation
        for relation in racine
        if relation.get("TargetMode") == "External" and not str(relation.get("Type")).endswith("/hyperlink")
    ]
    for relation in externes:
        racine.remove(relation)
    return _rendre(racine, contenu, len(externes))


def _rendre(racine: etree._Element, origine: bytes, retires: int, *, est_changee: bool = False) -> tuple[bytes, int]:
    """La partie réécrite si elle a changé, sinon ses octets d'origine."""
    if not retires and not est_changee:
        return origine, 0
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8", standalone=True), retires


def _neutraliser_odf(contenu: bytes) -> tuple[bytes, int]:
    """Retire les références d'un document OpenDocument à ce qui n'est pas dans son paquet."""
    _refuser_entites(contenu)
    racine = _lire_xml(contenu)
    retires, figees = 0, 0
    for element in racine.iter(etree.Element):
        if element.tag in _DATES_ODF and element.get(_FIXE) != "true":
            element.set(_FIXE, "true")
            figees += 1
        adresse = element.get(_HREF)
        if adresse and element.tag not in _LIENS_CLIQUABLES and not _INTERNE.match(adresse):
            del element.attrib[_HREF]
            retires += 1
    return _rendre(racine, contenu, retires, est_changee=bool(figees))


def _neutraliser_binaire(source: Path, cible: Path) -> int:
    """Rend inertes, à longueur égale, les champs d'inclusion et de date du jour d'un .doc, .xls ou .rtf."""
    contenu, retires = source.read_bytes(), 0
    for debut in (*_DEBUTS_DE_CHAMP, *_DEBUTS_D_HORLOGE):
        for trouve in list(debut.finditer(contenu)):
            contenu = contenu[: trouve.end()] + b"X" + contenu[trouve.end() + 1 :]
            retires += debut in _DEBUTS_DE_CHAMP
    cible.write_bytes(contenu)
    return retires

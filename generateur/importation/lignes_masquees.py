"""Les lignes qu'un filtre ou une main a masquées dans un classeur XLSX ou ODS ; s'exécute dans l'enfant."""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping

from lxml import etree

_TABLEUR = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CIBLE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_REPETEES = 1_000  # au-delà, des lignes vides jusqu'au bas de la feuille


def reperer_lignes_masquees(chemin: str) -> Mapping[str, list[int]]:
    """Par nom de feuille, les rangs masqués (à partir de 0) ; rien pour un XLS, qui ne le dit pas ici."""
    if not zipfile.is_zipfile(chemin):
        return {}
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = set(archive.namelist())
            if "content.xml" in noms:
                return _dans_un_ods(archive)
            if "xl/workbook.xml" in noms:
                return {nom: list(_dans_une_feuille(archive, ou)) for nom, ou in _feuilles(archive) if ou in noms}
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError):  # le lecteur de cellules en juge
        pass
    return {}


def _feuilles(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Chaque feuille XLSX et le fichier qui la porte."""
    liens = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _lecteur())
    cibles = {lien.get("Id"): lien.get("Target", "") for lien in liens.iter(_CIBLE)}
    for feuille in etree.fromstring(archive.read("xl/workbook.xml"), _lecteur()).iter(f"{_TABLEUR}sheet"):
        cible = cibles.get(feuille.get(_RELATION), "")
        yield feuille.get("name", ""), posixpath.normpath(posixpath.join("xl", cible)).lstrip("/")


def _dans_une_feuille(archive: zipfile.ZipFile, membre: str) -> Iterator[int]:
    rang = -1
    with archive.open(membre) as flux:
        for _, ligne in etree.iterparse(flux, tag=f"{_TABLEUR}row", resolve_entities=False, no_network=True):
            rang = int(ligne.get("r", rang + 2)) - 1
            if ligne.get("hidden") in {"1", "true"}:
                yield rang
            ligne.clear()


def _dans_un_ods(archive: zipfile.ZipFile) -> dict[str, list[int]]:
    masquees: dict[str, list[int]] = {}
    with archive.open("content.xml") as flux:
        balises = (f"{_TABLE}table", f"{_TABLE}table-row")
        nom, rang = "", 0
        for moment, element in etree.iterparse(
            flux, ("start", "end"), tag=balises, resolve_entities=False, no_network=True
        ):
            if element.tag == balises[0]:
                nom, rang = element.get(f"{_TABLE}name", ""), 0
            elif moment == "end":
                fois = int(element.get(f"{_TABLE}number-rows-repeated", 1))
                if element.get(f"{_TABLE}visibility") in {"filter", "collapse"} and len(element):
                    masquees.setdefault(nom, []).extend(range(rang, rang + min(fois, _REPETEES)))
                rang += fois
                element.clear()
    return masquees


def _lecteur() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)

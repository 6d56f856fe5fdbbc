"""Ce qu'un document Word, Excel, PowerPoint ou OpenDocument porte à côté de ce qu'il imprime.

S'exécute dans l'enfant de l'atelier. Commentaires, notes de l'orateur et propriétés ne sont pas reproduits ; le suivi
des modifications, lui, s'imprime : on y lit ce que l'auteur a barré. Des formats binaires anciens, rien n'est relu :
ils sont nommés.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from generateur.domaine.fichiers import ContenuCache
from generateur.pieces.neutralisation import ODF_A_PLAT

_PANNES = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, OSError, RuntimeError, ValueError, EOFError)
_TEXTE_RENDU = 300
_TROUVES_MAXIMAUX = 200
_PARTIE_MAXIMALE = 64 * 1024 * 1024
_PARTIES = re.compile(
    r"word/(?:document|comments|footnotes|header\d*|footer\d*)\.xml|xl/(?:comments|threadedComments).*\.xml"
    r"|xl/workbook\.xml|xl/worksheets/sheet\d+\.xml|ppt/comments/.*\.xml|ppt/notesSlides/.*\.xml|ppt/slides/slide\d+\.xml"
    r"|docProps/(?:core|app|custom)\.xml|content\.xml|meta\.xml"
)
_ANCIENS = frozenset({".doc", ".dot", ".xls", ".ppt", ".pps", ".rtf"})
_COMMENTAIRE_RTF = re.compile(rb"\{\\\*\\annotation((?:[^{}]|\{(?:[^{}]|\{[^{}]{0,2000}\}){0,200}\}){0,4000})\}")
_PROPRIETE_RTF = re.compile(rb"\{\\(?:\*\\)?(author|operator|company|manager|doccomm|atnauthor) ([^{}]{1,200})\}")
_VISIBILITE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}visibility"
_PROPRIETES = frozenset(
    {
        *("creator", "lastModifiedBy", "Manager", "Company", "description", "keywords", "subject", "keyword"),
        *("initial-creator", "user-defined", "lpwstr"),
    }
)


def relever(source: str, extension: str) -> dict[str, object]:
    """Les contenus cachés du document, sous la clé `caches` ; aucun s'il ne se lit pas ainsi."""
    trouves: list[ContenuCache] = []
    try:
        if extension in ODF_A_PLAT:
            with Path(source).open("rb") as flux:
                contenu = flux.read(_PARTIE_MAXIMALE)
            trouves += [*_lire_partie("content.xml", contenu), *_lire_partie("meta.xml", contenu)]
        elif zipfile.is_zipfile(source):
            trouves += _lire_paquet(source)
        elif extension in _ANCIENS:
            with Path(source).open("rb") as flux:
                trouves += _lire_ancien(flux.read(_PARTIE_MAXIMALE))
    except _PANNES:
        return {"caches": []}  # ce qui ne se lit pas est refusé à la conversion, avec sa raison
    return {"caches": [vars(trouve) for trouve in trouves[:_TROUVES_MAXIMAUX]]}


def _lire_ancien(contenu: bytes) -> Iterator[ContenuCache]:
    """Un RTF dit en clair ses commentaires et ses auteurs ; d'un format binaire, on sait seulement qu'il en garde."""
    if not contenu.lstrip().startswith(b"{\\rtf"):
        yield ContenuCache("ce qu'un ancien format garde à part (commentaires, auteurs), non relu", None, "", "retire")
        return
    for commentaire in _COMMENTAIRE_RTF.finditer(contenu):
        if texte := _texte_rtf(commentaire[1]):
            yield ContenuCache("commentaire", None, texte, "retire")
    proprietes = [f"{nom.decode()} « {_texte_rtf(valeur)} »" for nom, valeur in _PROPRIETE_RTF.findall(contenu)]
    if proprietes:
        yield ContenuCache("métadonnées", None, ", ".join(dict.fromkeys(proprietes))[:_TEXTE_RENDU], "retire")


def _texte_rtf(groupe: bytes) -> str:
    """Le texte d'un groupe RTF, ses commandes ôtées, ses signes accentués relus."""
    clair = re.sub(rb"\\'([0-9a-fA-F]{2})", lambda t: bytes([int(t[1], 16)]), groupe)
    clair = re.sub(rb"\\u(-?[0-9]{1,5}) ?.?", lambda t: chr(int(t[1]) % 65536).encode("cp1252", "replace"), clair)
    clair = re.sub(rb"\{\\\*\\[a-z]+ [^{}]*\}|\\[a-z]+-?[0-9]* ?|[{}\r\n]", b"", clair)
    return clair.decode("cp1252", "replace").strip()[:_TEXTE_RENDU]


def _lire_paquet(source: str) -> Iterator[ContenuCache]:
    reste = _PARTIE_MAXIMALE
    with zipfile.ZipFile(source) as paquet:
        for nom in paquet.namelist():
            if not _PARTIES.fullmatch(nom) or reste <= 0:
                continue
            with paquet.open(nom) as flux:
                contenu = flux.read(reste)
            reste -= len(contenu)
            yield from _lire_partie(nom, contenu)


def _lire_partie(nom: str, contenu: bytes) -> list[ContenuCache]:
    lecteur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    racine = etree.fromstring(contenu, lecteur)
    if nom.startswith("docProps/") or nom == "meta.xml":
        return _proprietes(racine)
    if "omment" in nom and not nom.startswith("word/document"):
        genres = {"comment", "threadedComment", "cm"}
        return [ContenuCache("commentaire", None, _texte(e), "retire") for e in _elements(racine, genres) if _texte(e)]
    if nom.startswith("ppt/notesSlides/"):
        texte = _texte(racine)
        return [ContenuCache("note de l’orateur", None, texte, "retire")] if texte else []
    return [*_dans_le_corps(racine), *_mis_a_l_ecart(racine)]


def _proprietes(racine: etree._Element) -> list[ContenuCache]:
    valeurs = [f"{_nom_local(e)} « {_texte(e)} »" for e in _elements(racine, _PROPRIETES) if _texte(e)]
    texte = ", ".join(dict.fromkeys(valeurs))[:_TEXTE_RENDU]
    return [ContenuCache("métadonnées", None, texte, "retire")] if texte else []


def _dans_le_corps(racine: etree._Element) -> Iterator[ContenuCache]:
    """Modifications suivies de Word et d'OpenDocument, commentaires d'OpenDocument, texte masqué de Word."""
    for element in _elements(racine, {"del", "ins", "moveFrom", "deletion", "insertion"}):
        genre, texte = _nom_local(element), _texte(element)
        if texte or genre == "insertion":
            mot = "ajouté" if genre.startswith("ins") else "barré"
            yield ContenuCache("modification suivie", None, f"{mot} : {texte}" if texte else mot)
    for element in _elements(racine, {"annotation"}):
        if texte := _texte(element):
            yield ContenuCache("commentaire", None, texte, "retire")
    for element in _elements(racine, {"vanish"}):
        porteur = element.getparent()
        morceau = porteur.getparent() if porteur is not None else None
        if morceau is not None and _nom_local(morceau) == "r" and (texte := _texte(morceau)):
            yield ContenuCache("texte masqué", None, texte, "retire")


def _mis_a_l_ecart(racine: etree._Element) -> Iterator[ContenuCache]:
    """Feuilles, lignes et colonnes masquées d'un tableur, diapositives masquées : elles ne s'impriment pas."""
    for element in _elements(racine, {"sheet"}):
        if element.get("state") in {"hidden", "veryHidden"}:
            yield ContenuCache("feuille masquée", None, f"« {element.get('name')} »", "retire")
    if any(element.get("hidden") in {"1", "true"} for element in _elements(racine, {"row", "col"})) or any(
        element.get(_VISIBILITE) in {"collapse", "filter"}
        for element in _elements(racine, {"table-row", "table-column"})
    ):
        yield ContenuCache("lignes ou colonnes masquées", None, "", "retire")
    if _nom_local(racine) == "sld" and racine.get("show") in {"0", "false"}:
        yield ContenuCache("diapositive masquée", None, _texte(racine), "retire")


def _elements(racine: etree._Element, genres: frozenset[str] | set[str]) -> Iterator[etree._Element]:
    return (element for element in racine.iter(etree.Element) if _nom_local(element) in genres)


def _nom_local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _texte(element: etree._Element) -> str:
    return " ".join(" ".join(str(morceau) for morceau in element.itertext()).split())[:_TEXTE_RENDU]

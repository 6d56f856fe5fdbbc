"""Un docx vu comme un paquet : ses parties, leurs types, leurs relations (ECMA-376, partie 2).

L'écriture est déterministe : ordre fixe, dates fixes, sans compression, pour que les mêmes données donnent
les mêmes octets quelle que soit la bibliothèque de compression de la machine.
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from lxml import etree

GENRES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPE_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_LIMITE_OCTETS = 64 * 1024 * 1024
_DATE_DOS = 0x0021  # 1er janvier 1980, la plus ancienne date d'un zip


@cache  # demandé à chaque élément de chaque modèle
def mot(nom: str) -> str:
    """Le nom complet d'une balise ou d'un attribut de WordprocessingML."""
    return f"{{{_W}}}{nom}"


def mot_r(nom: str) -> str:
    """Le nom complet d'un attribut de relation (r:id, r:embed)."""
    return f"{{{GENRES[:-1]}}}{nom}"


class PaquetIllisible(ValueError):
    """Le fichier n'est pas un docx que l'on sache ouvrir."""


@dataclass(frozen=True)
class Relation:
    """Le lien d'une partie vers une autre (nom absolu dans le paquet) ou vers une adresse externe."""

    genre: str
    cible: str
    externe: bool = False


@dataclass
class Paquet:
    """Les parties d'un docx ; la clé vide des relations désigne le paquet lui-même."""

    parties: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    relations: dict[str, dict[str, Relation]] = field(default_factory=dict)

    @property
    def principale(self) -> str:
        """Le nom de la partie qui porte le texte."""
        for relation in self.relations.get("", {}).values():
            if relation.genre.endswith("/officeDocument"):
                return relation.cible
        raise PaquetIllisible("aucun texte Word dans le fichier")

    def relations_du_genre(self, partie: str, genre: str) -> Iterator[tuple[str, Relation]]:
        """Les relations d'une partie dont le genre se termine par ce mot (« header », « styles »…)."""
        for identifiant, relation in self.relations.get(partie, {}).items():
            if relation.genre.endswith("/" + genre):
                yield identifiant, relation

    def copier(self, autre: "Paquet", partie: str, prefixe: str) -> str:
        """Copie une partie d'un autre paquet avec tout ce qu'elle appelle ; rend son nouveau nom."""
        dossier, nom = posixpath.split(partie)
        nouveau = posixpath.join(dossier, prefixe + nom)
        if nouveau in self.parties:
            return nouveau
        self.parties[nouveau] = autre.parties[partie]
        self.types[nouveau] = autre.types[partie]
        liens = {}
        for identifiant, relation in autre.relations.get(partie, {}).items():
            if relation.externe:
                liens[identifiant] = relation
            elif relation.cible in autre.parties:
                liens[identifiant] = Relation(relation.genre, self.copier(autre, relation.cible, prefixe))
        if liens:
            self.relations[nouveau] = liens
        return nouveau

    def atteintes(self) -> list[str]:
        """Les parties que quelqu'un appelle, la principale d'abord ; le reste est oublié à l'écriture."""
        vues: dict[str, None] = {}
        attente = [""]
        while attente:
            for relation in self.relations.get(attente.pop(0), {}).values():
                if not relation.externe and relation.cible in self.parties and relation.cible not in vues:
                    vues[relation.cible] = None
                    attente.append(relation.cible)
        return list(vues)


def lire_xml(octets: bytes) -> Any:
    """Analyse une partie XML sans entité ni accès au dehors."""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(octets, analyseur)
    except etree.XMLSyntaxError as erreur:
        raise PaquetIllisible(f"XML mal formé : {erreur}") from erreur


def lire_paquet(octets: bytes) -> Paquet:
    """Ouvre un docx ; lève PaquetIllisible s'il est cassé, chiffré, ou d'un autre format."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            if sum(membre.file_size for membre in archive.infolist()) > _LIMITE_OCTETS:
                raise PaquetIllisible("plus de 64 Mo une fois décompressé")
            bruts = {membre.filename: archive.read(membre) for membre in archive.infolist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as erreur:
        raise PaquetIllisible("ce n'est pas un fichier .docx (ou il est chiffré)") from erreur
    if "[Content_Types].xml" not in bruts:
        raise PaquetIllisible("ce n'est pas un fichier .docx")
    paquet = Paquet()
    defauts, precis = _lire_types(bruts.pop("[Content_Types].xml"))
    for nom, contenu in bruts.items():
        if nom.endswith(".rels"):
            dossier, fichier = posixpath.split(nom)
            source = posixpath.join(posixpath.dirname(dossier), fichier.removesuffix(".rels"))
            paquet.relations[source] = _lire_relations(contenu, source)
        elif not nom.endswith("/"):
            paquet.parties[nom] = contenu
            paquet.types[nom] = precis.get(nom) or defauts.get(nom.rpartition(".")[2].lower(), "application/xml")
    if paquet.principale not in paquet.parties:
        raise PaquetIllisible("le texte annoncé manque dans le fichier")
    return paquet


def _lire_types(octets: bytes) -> tuple[dict[str, str], dict[str, str]]:
    racine = lire_xml(octets)
    defauts = {e.get("Extension").lower(): e.get("ContentType") for e in racine.iter(f"{{{_TYPES}}}Default")}
    precis = {e.get("PartName").lstrip("/"): e.get("ContentType") for e in racine.iter(f"{{{_TYPES}}}Override")}
    return defauts, precis


def _lire_relations(octets: bytes, source: str) -> dict[str, Relation]:
    relations = {}
    dossier = posixpath.dirname(source)
    for element in lire_xml(octets).iter(f"{{{_RELATIONS}}}Relationship"):
        externe = element.get("TargetMode") == "External"
        cible = element.get("Target", "")
        if not externe:
            cible = posixpath.normpath(posixpath.join("/", dossier, cible)).lstrip("/")
        relations[element.get("Id")] = Relation(element.get("Type"), cible, externe)
    return relations


def membres_fixes(paquet: Paquet) -> list[tuple[str, bytes]]:
    """Les membres du zip, types et relations compris, dans un ordre qui ne dépend que du contenu."""
    noms = paquet.atteintes()
    membres = [
        ("[Content_Types].xml", _ecrire_types(paquet, noms)),
        ("_rels/.rels", _ecrire_relations(paquet, "")),
    ]
    for nom in noms:
        membres.append((nom, paquet.parties[nom]))
        if paquet.relations.get(nom):
            dossier, fichier = posixpath.split(nom)
            membres.append((f"{dossier}/_rels/{fichier}.rels", _ecrire_relations(paquet, nom)))
    return membres


def _ecrire_types(paquet: Paquet, noms: list[str]) -> bytes:
    lignes = [f'<Default Extension="rels" ContentType="{_TYPE_RELATIONS}"/>']
    lignes += [f'<Override PartName="/{escape(nom)}" ContentType="{escape(paquet.types[nom])}"/>' for nom in noms]
    return _document_xml(f'<Types xmlns="{_TYPES}">{"".join(lignes)}</Types>')


def _ecrire_relations(paquet: Paquet, source: str) -> bytes:
    depart = posixpath.dirname(source) or "."
    lignes = []
    for identifiant, relation in paquet.relations.get(source, {}).items():
        cible = relation.cible if relation.externe else posixpath.relpath(relation.cible, depart)
        mode = ' TargetMode="External"' if relation.externe else ""
        lignes.append(
            f'<Relationship Id="{escape(identifiant)}" Type="{escape(relation.genre)}" Target="{escape(cible)}"{mode}/>'
        )
    return _document_xml(f'<Relationships xmlns="{_RELATIONS}">{"".join(lignes)}</Relationships>')


def _document_xml(corps: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + corps).encode()


def octets_zip(membres: Iterable[tuple[str, bytes]]) -> bytes:
    """Un zip sans compression, écrit à la main : dix fois plus vite que zipfile, et toujours pareil."""
    corps: list[bytes] = []
    index: list[bytes] = []
    position = nombre = 0
    for nom, contenu in membres:
        octets_nom = nom.encode()
        commun = struct.pack(
            "<HHHHHIIIHH",
            20, 0x0800, 0, 0, _DATE_DOS, zlib.crc32(contenu), len(contenu), len(contenu), len(octets_nom), 0,
        )  # fmt: skip
        corps += (b"PK\x03\x04", commun, octets_nom, contenu)
        index += (b"PK\x01\x02\x14\x00", commun, struct.pack("<HHHII", 0, 0, 0, 0, position), octets_nom)
        position += 30 + len(octets_nom) + len(contenu)
        nombre += 1
    taille_index = sum(map(len, index))
    fin = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, nombre, nombre, taille_index, position, 0)
    return b"".join((*corps, *index, fin))

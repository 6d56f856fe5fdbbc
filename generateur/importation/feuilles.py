"""Les feuilles d'un export : CSV lu ici, classeurs (XLSX, ODS) décodés dans un enfant borné.

Encodage : marque d'ordre, sinon UTF-8 strict, sinon Windows-1252 (les détecteurs statistiques se trompent sur des
fichiers courts). Séparateur par vote hors des guillemets. Une cellule de texte reste du texte : rien n'est évalué.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from generateur.erreurs import ErreurLecture, raison_du_systeme
from generateur.importation.decodeur import decoder

Cellule = str | Decimal | dt.date | None
_SEPARATEURS = ";,\t|"
_LIGNES_DU_VOTE = 30
_OCTETS_MAXIMAUX = 256 * 1024 * 1024
_DECOMPRESSE_MAXIMAL = 512 * 1024 * 1024
_CHAMP_MAXIMAL = 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Feuille:
    """Une feuille : son nom (vide pour un CSV) et ses lignes, vides comprises, pour que les rangs restent vrais."""

    nom: str
    lignes: Sequence[Sequence[Cellule]]
    masquees: frozenset[int] = frozenset()  # les rangs qu'un filtre ou une main cache
    est_masquee: bool = False

    def situer(self, rang: int) -> str:
        """« feuille Factures, ligne 7 » ; rang à partir de 0."""
        return f"feuille {self.nom}, ligne {rang + 1}" if self.nom else f"ligne {rang + 1}"


def est_classeur(fichier: Path) -> bool:
    """Vrai pour un fichier compressé ou binaire de tableur, quel que soit son nom."""
    return _debut(fichier).startswith((_ZIP, _OLE))


def _debut(fichier: Path) -> bytes:
    try:
        with fichier.open("rb") as flux:
            return flux.read(8)
    except OSError:
        return b""


def lire_feuilles(fichier: Path) -> list[Feuille]:
    """Les feuilles non vides. Lève ErreurLecture : trop gros, protégé, abîmé, binaire inconnu, sans ligne."""
    try:
        etat = fichier.stat()
    except OSError as erreur:
        raise ErreurLecture(f"le fichier ne s'ouvre pas : {raison_du_systeme(erreur)}", lieu=str(fichier)) from erreur
    return list(_lire(fichier, etat.st_size, etat.st_mtime_ns))


@lru_cache(maxsize=1)  # chaque format regarde le fichier avant que l'un le lise
def _lire(fichier: Path, octets: int, _modifie: int) -> tuple[Feuille, ...]:
    if octets > _OCTETS_MAXIMAUX:
        raise ErreurLecture(
            f"cet export pèse {octets >> 20} Mo : le maximum est {_OCTETS_MAXIMAUX >> 20} Mo",
            lieu=fichier.name,
            remede="Exporter une période plus courte.",
        )
    feuilles = _lire_classeur(fichier) if est_classeur(fichier) else [Feuille("", _lire_csv(fichier))]
    pleines = [feuille for feuille in feuilles if any(any(cellule for cellule in ligne) for ligne in feuille.lignes)]
    if not pleines:
        raise ErreurLecture(
            "cet export est vide", lieu=fichier.name, remede="Vérifier les filtres, puis exporter de nouveau."
        )
    return tuple(pleines)


def lire_texte(fichier: Path) -> str:
    """Le texte, décodé. Lève ErreurLecture pour un fichier binaire."""
    try:
        octets = fichier.read_bytes()
    except OSError as erreur:
        raise ErreurLecture(f"le fichier ne s'ouvre pas : {raison_du_systeme(erreur)}", lieu=str(fichier)) from erreur
    for marque, codage in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if octets.startswith(marque):
            return octets.decode(codage, "replace")
    if b"\x00" in octets[:65536]:
        raise ErreurLecture(
            "ce fichier n'est ni un texte, ni un classeur connu",
            lieu=fichier.name,
            remede="Exporter en CSV, XLSX ou ODS.",
        )
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _lire_csv(fichier: Path) -> list[list[Cellule]]:
    texte = lire_texte(fichier)
    csv.field_size_limit(_CHAMP_MAXIMAL)
    separateur = voter_separateur(texte)
    try:
        lignes = list(csv.reader(io.StringIO(texte, newline=""), delimiter=separateur))
        _refuser_fin_entre_guillemets(texte, separateur)
    except csv.Error as erreur:
        raise ErreurLecture(
            "ce CSV est mal formé : un guillemet ouvert n'est sans doute pas refermé",
            lieu=fichier.name,
            remede="L'exporter de nouveau, ou l'enregistrer en XLSX.",
        ) from erreur
    return [[cellule.strip() or None for cellule in ligne] for ligne in lignes]


def _refuser_fin_entre_guillemets(texte: str, separateur: str) -> None:
    """Lève csv.Error si la dernière cellule, ouverte par un guillemet, a avalé la fin du fichier."""
    try:
        for _ in csv.reader(io.StringIO(texte, newline=""), delimiter=separateur, strict=True):
            pass
    except csv.Error as erreur:
        if "unexpected end" in str(erreur):
            raise


def voter_separateur(texte: str) -> str:
    """Celui qui découpe le plus de lignes en un même nombre de champs ; « ; » si rien ne départage."""
    lignes = [ligne for ligne in texte.splitlines()[: _LIGNES_DU_VOTE * 2] if ligne.strip()][:_LIGNES_DU_VOTE]

    def noter(separateur: str) -> tuple[int, int]:
        comptes = [_compter_hors_guillemets(ligne, separateur) for ligne in lignes]
        utiles = [compte for compte in comptes if compte]
        if not utiles:
            return 0, 0
        commun = max(set(utiles), key=utiles.count)
        return utiles.count(commun) * min(commun, 3), commun

    return max(_SEPARATEURS, key=lambda s: (noter(s), -_SEPARATEURS.index(s)))


def _compter_hors_guillemets(ligne: str, separateur: str) -> int:
    return sum(morceau.count(separateur) for rang, morceau in enumerate(ligne.split('"')) if rang % 2 == 0)


def _lire_classeur(fichier: Path) -> list[Feuille]:
    _refuser_bombe(fichier)
    reponse = decoder("classeur", fichier)
    if "erreur" in reponse:
        raise ErreurLecture(reponse["erreur"], lieu=fichier.name, remede=reponse["remede"])
    return [
        Feuille(
            feuille["nom"],
            [[_revenir(cellule) for cellule in ligne] for ligne in feuille["lignes"]],
            frozenset(feuille["masquees"]),
            feuille["est_masquee"],
        )
        for feuille in reponse["feuilles"]
    ]


def _revenir(cellule: object) -> Cellule:
    """Une cellule telle que l'enfant l'écrit : texte, [« n », nombre], [« d », date]."""
    if isinstance(cellule, list):
        genre, valeur = cellule
        return Decimal(valeur) if genre == "n" else dt.date.fromisoformat(valeur)
    return str(cellule) if cellule is not None else None


def _refuser_bombe(fichier: Path) -> None:
    """Un petit fichier qui en cache un énorme ; ce que l'archive annonce est vérifié avant de rien décompresser."""
    if not _debut(fichier).startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(fichier) as archive:
            total = sum(membre.file_size for membre in archive.infolist())
            noms = {membre.filename for membre in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError) as erreur:
        raise ErreurLecture(
            "ce classeur est abîmé ou incomplet", lieu=fichier.name, remede="L'exporter de nouveau."
        ) from erreur
    if total > _DECOMPRESSE_MAXIMAL:
        raise ErreurLecture(
            "ce classeur se décompresse démesurément : il n'est pas ouvert",
            lieu=fichier.name,
            remede="Exporter en CSV, ou une période plus courte.",
        )
    if not any(nom.startswith("xl/") or nom == "content.xml" for nom in noms):
        raise ErreurLecture(
            "ce fichier compressé n'est pas un classeur",
            lieu=fichier.name,
            remede="Le décompresser, et importer ce qu'il contient.",
        )

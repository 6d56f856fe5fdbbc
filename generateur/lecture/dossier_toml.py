"""Lecteur du format de référence : dossier.toml, en UTF-8."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from generateur.contrats import LectureBrute
from generateur.erreurs import ErreurLecture

EXTENSIONS = (".toml",)
TAILLE_MAXIMALE = 16 * 1024 * 1024  # un dossier saisi à la main n'approche jamais cette taille
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")
_EXPLICATIONS = (
    ("Invalid date or datetime", "cette date n'existe pas au calendrier"),
    ("Cannot overwrite a value", "cette clé est déjà écrite plus haut"),
    ("Cannot declare", "cette section est déjà ouverte plus haut"),
    ("Cannot mutate immutable", "cette section est déjà écrite sur une seule ligne plus haut"),
    ("Duplicate inline table key", "cette clé est écrite deux fois"),
    ("Unclosed array", "un crochet « [ » n'est pas refermé"),
    ("Unclosed inline table", "une accolade « { » n'est pas refermée"),
    ("Illegal character", "un caractère interdit ou un guillemet non refermé"),
    ("Unterminated string", "un guillemet n'est pas refermé"),
    ("Expected '=' after a key", "il manque « = » après le nom de la clé"),
    ("Invalid initial character for a key", "un nom de clé est attendu ici"),
    (
        "Expected newline or end of document",
        "un texte doit être entre guillemets, et une seule clé par ligne",
    ),
    (
        "Invalid value",
        "valeur illisible : mettez les textes entre guillemets, les dates sous la forme 2026-05-31",
    ),
)


def lire(chemin: Path) -> LectureBrute:
    """Lit le fichier et repère la ligne de chaque clé. Lève ErreurLecture avec la ligne."""
    texte = _lire_texte(chemin)
    try:
        donnees = tomllib.loads(texte, parse_float=Decimal)
    except tomllib.TOMLDecodeError as erreur:
        raise _expliquer(chemin, str(erreur)) from erreur
    except RecursionError as erreur:
        raise ErreurLecture(
            "des crochets ou accolades sont imbriqués trop profondément",
            lieu=chemin.name,
            remede="Reprendre le squelette de « generateur nouveau ».",
        ) from erreur
    return LectureBrute(donnees, reperer_lignes(texte, chemin.name))


def _lire_texte(chemin: Path) -> str:
    try:
        if chemin.stat().st_size > TAILLE_MAXIMALE:
            raise ErreurLecture(
                "le fichier est trop gros pour un dossier",
                lieu=str(chemin),
                remede="Vérifier que c'est bien un dossier.toml.",
            )
        contenu = chemin.read_bytes()
    except OSError as erreur:
        raise ErreurLecture(
            "le fichier ne peut pas être ouvert",
            lieu=str(chemin),
            remede="Vérifier son chemin et les droits de lecture.",
        ) from erreur
    try:
        return contenu.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as erreur:
        ligne = contenu[: erreur.start].count(b"\n") + 1
        raise ErreurLecture(
            "le fichier n'est pas encodé en UTF-8",
            lieu=f"{chemin.name}, ligne {ligne}",
            remede="Dans votre éditeur : « Enregistrer sous », encodage UTF-8, puis relancer.",
        ) from erreur


def _expliquer(chemin: Path, message: str) -> ErreurLecture:
    position = _POSITION.search(message)
    lieu = chemin.name
    if position:
        lieu += f", ligne {position.group(1)}, colonne {position.group(2)}"
    detail = next((francais for debut, francais in _EXPLICATIONS if message.startswith(debut)), "")
    return ErreurLecture(
        f"le fichier n'est pas un TOML correct{f' : {detail}' if detail else ''}",
        lieu=lieu,
        remede="Corriger cette ligne ; un texte s'écrit entre guillemets, une date 2026-05-31 sans guillemets.",
    )


def reperer_lignes(texte: str, nom: str) -> dict[tuple[str | int, ...], str]:
    """Ligne de chaque section et de chaque clé, au mieux : pour un message, jamais pour le sens."""
    origines: dict[tuple[str | int, ...], str] = {}
    compteurs: dict[tuple[str, ...], int] = {}
    section: tuple[str | int, ...] = ()
    guillemets = ""
    for rang, ligne in enumerate(texte.split("\n"), start=1):
        if guillemets:
            guillemets = "" if guillemets in ligne else guillemets
            continue
        if titre := re.match(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]", ligne):
            section = _situer(_decouper(titre.group(2)), compteurs, nouveau=titre.group(1) == "[[")
            origines[section] = f"{nom}, ligne {rang}"
        elif cle := re.match(r"\s*([\w.\"' -]+?)\s*=", ligne):
            origines.setdefault((*section, *_decouper(cle.group(1))), f"{nom}, ligne {rang}")
        guillemets = next((g for g in ('"""', "'''") if ligne.count(g) % 2), "")
    return origines


def _decouper(cle: str) -> tuple[str, ...]:
    return tuple(partie.strip().strip("\"'") for partie in cle.split("."))


def _situer(noms: tuple[str, ...], compteurs: dict[tuple[str, ...], int], *, nouveau: bool) -> tuple[str | int, ...]:
    if nouveau:
        compteurs[noms] = compteurs.get(noms, -1) + 1
    section: list[str | int] = []
    for profondeur, nom in enumerate(noms, start=1):
        section.append(nom)
        if (rang := compteurs.get(noms[:profondeur])) is not None:
            section.append(rang)
    return tuple(section)

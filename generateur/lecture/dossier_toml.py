"""Lecteur du format de référence : dossier.toml, en UTF-8."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurLecture
from generateur.lecture.cles_secretes import reperer_lignes_secretes, taire
from generateur.lecture.contrat_lecteur import LectureBrute
from generateur.lecture.messages import sans_accents
from generateur.lecture.synonymes import desaccentuer_cles

EXTENSIONS = (".toml",)
PROFONDEUR_MAXIMALE = 20  # le format en demande six
TAILLE_MAXIMALE = 16 * 1024 * 1024  # un dossier saisi à la main n'approche jamais cette taille
_POSITION = re.compile(r"\(at line (\d+), column \d+\)")
_CITATION = 70  # signes recopiés d'une ligne fautive
_EXAMINES = 400  # au-delà, une ligne n'a pas été saisie à la main
_PARTIES_MAXIMALES = 500
_CHAINES = re.compile("\"[^\"]*\"|'[^']*'")
_MONTREES = 20  # un fichier qui n'est pas un dossier aurait toutes ses lignes fautives
_REFLEXES = (
    (r"[“”„«»]", 'les guillemets doivent être droits : "comme ceci"'),
    (
        r"=\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|=\s*\d{1,2}(er)? [^\W\d]+ \d{4}",
        "une date s'écrit 2026-05-31, sans guillemets",
    ),
    (r"=\s*\d[\d\s.]*(,\d+)?\s*(€|EUR)?\s*(#.*)?$", 'un montant ou un numéro s\'écrit entre guillemets : "1 234,56"'),
    (r"=\s*0\d+\s*[,}]", 'un numéro qui commence par 0 s\'écrit entre guillemets : "06000"'),
    (r"=\s*(oui|non|vrai|faux)\b", "oui s'écrit true, non s'écrit false, sans guillemets"),
    (r"\".*\\.*\"", 'un chemin s\'écrit avec « / », jamais « \\ » : "pieces/facture.pdf"'),
    (r"=.*;\s*\w+\s*=", "une seule clé par ligne, sans « ; »"),
    (
        r"^(\[\[?[^\[\]]+|\[\[[^\[\]]+\]|\[[^\[\]]+\]\])\s*(#.*)?$",
        "une section s'écrit [contrat], un bloc [[factures]]",
    ),
    (r"^\w+\s*:", "il faut « = » et non « : » après le nom de la clé"),
)
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
        donnees = tomllib.loads(desaccentuer_cles(texte), parse_float=Decimal)
    except tomllib.TOMLDecodeError as erreur:
        raise _expliquer(chemin, texte, str(erreur)) from erreur
    except RecursionError as erreur:
        raise _trop_profond(chemin) from erreur
    except ValueError as erreur:  # Python refuse de lire un entier de plusieurs milliers de chiffres
        raise ErreurLecture(
            "un nombre a trop de chiffres pour être un montant",
            lieu=chemin.name,
            remede="Chercher le nombre démesuré et le corriger.",
        ) from erreur
    if _profondeur(donnees) > PROFONDEUR_MAXIMALE:
        raise _trop_profond(chemin)
    return LectureBrute(donnees, reperer_lignes(texte, chemin.name))


def _profondeur(donnees: Any) -> int:
    """Nombre de sections emboîtées ; sans récursion, que « a.a.a… » pourrait épuiser."""
    profondeur, etage = 0, [donnees]
    while etage := [fils for valeur in etage for fils in _contenu(valeur)]:
        profondeur += 1
        if profondeur > PROFONDEUR_MAXIMALE:
            break
    return profondeur


def _contenu(valeur: Any) -> list[Any]:
    if isinstance(valeur, dict):
        return list(valeur.values())
    return valeur if isinstance(valeur, list) else []


def _trop_profond(chemin: Path) -> ErreurLecture:
    return ErreurLecture(
        "des sections, crochets ou accolades sont imbriqués trop profondément",
        lieu=chemin.name,
        remede="Reprendre le squelette de « generateur nouveau ».",
    )


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
        return _refuser_une_cle_sans_fin(chemin, contenu.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as erreur:
        ligne = contenu[: erreur.start].count(b"\n") + 1
        raise ErreurLecture(
            "le fichier n'est pas encodé en UTF-8",
            lieu=f"{chemin.name}, ligne {ligne}",
            remede="Dans votre éditeur : « Enregistrer sous », encodage UTF-8, puis relancer.",
        ) from erreur


def _refuser_une_cle_sans_fin(chemin: Path, texte: str) -> str:
    """Une clé de milliers de parties : le lecteur de TOML y passerait un temps sans mesure, pour la refuser."""
    longues = (ligne for ligne in texte.split("\n") if ligne.count(".") > _PARTIES_MAXIMALES)
    if any(_CHAINES.sub("", ligne).count(".") > _PARTIES_MAXIMALES for ligne in longues):
        raise _trop_profond(chemin)
    return texte


def _expliquer(chemin: Path, texte: str, message: str) -> ErreurLecture:
    """La ligne que le lecteur a refusée, et celles qu'il refuserait ensuite : toutes à la fois."""
    position = _POSITION.search(message)
    lignes = texte.split("\n")
    fautives = {int(position.group(1)): message} if position else {}
    if not any(triple in texte for triple in ('"""', "'''")):
        fautives = {**_lire_seules(lignes), **fautives}
    montrees = sorted(fautives.items())[:_MONTREES]
    secretes = reperer_lignes_secretes(lignes[: max((rang for rang, _ in montrees), default=0)])
    defauts = [
        (rang, _nommer_defaut(lignes[rang - 1].strip()[:_EXAMINES], m, est_secrete=rang in secretes))
        for rang, m in montrees
    ]
    if not defauts:
        return ErreurLecture(
            f"le fichier est mal écrit{_detailler(message)}",
            lieu=chemin.name,
            remede="Relire les dernières lignes : un guillemet, un crochet ou une accolade y reste ouvert.",
        )
    remede = "Corriger, puis relancer ; un texte s'écrit entre guillemets, une date 2026-05-31 sans guillemets."
    if len(defauts) == 1:
        rang, phrase = defauts[0]
        return ErreurLecture(f"ligne mal écrite : {phrase}", lieu=f"{chemin.name}, ligne {rang}", remede=remede)
    detail = "\n".join(f"  - {chemin.name}, ligne {rang} : {phrase}" for rang, phrase in defauts)
    return ErreurLecture(f"{len(defauts)} lignes mal écrites :\n{detail}", lieu=chemin.name, remede=remede)


def _lire_seules(lignes: list[str]) -> dict[int, str]:
    """Les lignes « clé = valeur » ou « [section] » qui ne se lisent pas seules, avec le refus du lecteur."""
    refus: dict[int, str] = {}
    for rang, ligne in enumerate(lignes, start=1):
        if not re.match(r"\s*(\[|\w+\s*=)", ligne):
            continue
        try:
            tomllib.loads(ligne)
        except (ValueError, RecursionError) as erreur:
            if _POSITION.search(str(erreur)):  # sinon la valeur continue à la ligne suivante
                refus[rang] = str(erreur)
    return refus


def _nommer_defaut(ligne: str, message: str, *, est_secrete: bool) -> str:
    """La ligne, ou son seul nom si elle porte un secret, puis ce qu'il faut y changer."""
    citation = taire(ligne) if est_secrete else ligne if len(ligne) <= _CITATION else f"{ligne[:_CITATION]}…"
    accentuee = re.match(r"\s*[\[{]*\s*([\w-]*[^\W\da-zA-Z_][\w-]*)\s*(=|\]|$)", ligne)
    if accentuee and not est_secrete:
        return f"« {citation} » : un nom de clé s'écrit sans accent : {sans_accents(accentuee.group(1))}"
    if accentuee:
        return f"« {citation} » : un nom de clé s'écrit sans accent"
    reflexe = next((f" : {conseil}" for motif, conseil in _REFLEXES if re.search(motif, ligne)), "")
    return f"« {citation} »{reflexe or _detailler(message)}"


def _detailler(message: str) -> str:
    detail = next((francais for debut, francais in _EXPLICATIONS if message.startswith(debut)), "")
    return f" : {detail}" if detail else ""


def reperer_lignes(texte: str, nom: str) -> dict[tuple[str | int, ...], str]:
    """Ligne de chaque section et de chaque clé, au mieux : pour un message, jamais pour le sens."""
    return {chemin: f"{nom}, ligne {rang}" for chemin, rang in reperer_rangs(texte).items()}


def reperer_rangs(texte: str) -> dict[tuple[str | int, ...], int]:
    """Rang, à partir de 1, de la ligne de chaque section et de chaque clé, au mieux."""
    rangs: dict[tuple[str | int, ...], int] = {}
    compteurs: dict[tuple[str, ...], int] = {}
    section: tuple[str | int, ...] = ()
    guillemets = ""
    for rang, ligne in enumerate(texte.split("\n"), start=1):
        if guillemets:
            guillemets = "" if guillemets in ligne else guillemets
            continue
        if titre := re.match(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]", ligne):
            section = _situer(_decouper(titre.group(2)), compteurs, nouveau=titre.group(1) == "[[")
            rangs[section] = rang
        elif cle := re.match(r"\s*([\w.\"' -]+?)\s*=", ligne):
            rangs.setdefault((*section, *_decouper(cle.group(1))), rang)
        guillemets = next((g for g in ('"""', "'''") if ligne.count(g) % 2), "")
    return rangs


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

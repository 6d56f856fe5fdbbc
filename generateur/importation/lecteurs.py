"""Les formats d'entrée connus, et celui d'un fichier : le contenu décide, jamais l'extension."""

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import cast

import generateur.importation
from generateur.erreurs import ErreurIntrouvable, ErreurLecture, ErreurUsage
from generateur.importation.socle import LecteurImport

_PREFIXE = "format_"
IGNORES = frozenset({"dossier.toml", "origine.json", "annuaire.json", "thumbs.db", ".ds_store", "desktop.ini"})


@cache
def lister_formats() -> dict[str, LecteurImport]:
    """Chaque format par son nom : un module importation/format_<nom>.py."""
    noms = sorted(m.name for m in pkgutil.iter_modules(generateur.importation.__path__) if m.name.startswith(_PREFIXE))
    modules = [cast("LecteurImport", importlib.import_module(f"generateur.importation.{nom}")) for nom in noms]
    return {module.NOM: module for module in modules}


def choisir_lecteur(fichier: Path, impose: str | None = None) -> LecteurImport:
    """Le lecteur de ce fichier. Lève ErreurUsage (format imposé inconnu) ou ErreurLecture (aucun ne convient)."""
    formats = lister_formats()
    if impose is not None:
        if impose not in formats:
            raise ErreurUsage(
                f"le format « {impose} » n'existe pas", lieu="--format", remede=f"Choisir parmi : {', '.join(formats)}."
            )
        return formats[impose]
    if not fichier.is_file():
        raise ErreurIntrouvable("ce fichier n'existe pas", lieu=str(fichier), remede="Vérifier le chemin donné.")
    notes = {nom: lecteur.reconnaitre(fichier) for nom, lecteur in formats.items()}
    if not fichier.stat().st_size:
        raise ErreurLecture("ce fichier est vide", lieu=fichier.name, remede="Le demander ou l'exporter de nouveau.")
    meilleur = max(notes, key=lambda nom: notes[nom], default=None)
    if meilleur is None or notes[meilleur] <= 0:
        raise ErreurLecture(
            "ce fichier n'est reconnu par aucun format",
            lieu=fichier.name,
            remede=f"Formats lus : {', '.join(f'{f.NOM} ({f.LIBELLE})' for f in formats.values())} ; "
            "--format en impose un.",
        )
    return formats[meilleur]


def lister_fichiers(source: Path) -> list[Path]:
    """Le fichier, ou ceux d'un répertoire et de ses sous-répertoires, par nom. Lève ErreurLecture s'il n'y en a pas."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise ErreurIntrouvable("cette source n'existe pas", lieu=str(source), remede="Vérifier le chemin donné.")
    fichiers = sorted(
        p
        for p in source.rglob("*")
        if p.is_file() and p.name.casefold() not in IGNORES and not p.name.startswith((".", "~$"))
    )
    if not fichiers:
        raise ErreurLecture(
            "ce répertoire est vide", lieu=str(source), remede="Y mettre l'export ou les factures à importer."
        )
    return fichiers

"""Où est le fichier d'une pièce : dans le dossier, jamais ailleurs, quel que soit le chemin écrit."""

import difflib
import filecmp
import os
import re
import stat
import unicodedata
from pathlib import Path, PurePosixPath

from generateur.erreurs import ErreurPiece
from generateur.surveillance.entrees_accentuees import trouver, trouver_ici

_REMEDE_SORTIE = "Copiez le fichier lui-même dans le dossier pieces/, et écrivez son chemin relatif."
_FICHIERS_DU_SYSTEME = frozenset({"Thumbs.db", "desktop.ini"})
_FICHIERS_DE_TRAVAIL = ("dossier.toml", "origine.json", "numeros_servis.json", "annuaire.json", "manifeste.json")
_SAISIES = ("dossier.toml", "relances.toml")  # « dossier.toml.bak » aussi
_FINS_INTERNES = (".toml", "_fiche_interne.pdf", "_fiche_interne.docx", "_journal.txt")
_PROXIMITE = 0.6  # en dessous, deux noms ne se ressemblent pas assez pour en proposer un


def localiser(racine: Path, chemin: str) -> Path:
    """Chemin réel d'un fichier ordinaire et non vide situé sous la racine du dossier.

    Le nom est sensible à la casse sur tous les systèmes ; les accents composés et décomposés se valent.
    Lève ErreurPiece si le fichier manque, est vide, n'est pas un fichier, ou sort du dossier.
    """
    demande = PurePosixPath(chemin.replace("\\", "/"))
    if demande.is_absolute() or re.match(r"[A-Za-z]:", chemin) or ".." in demande.parts or "\0" in chemin:
        raise ErreurPiece(f"« {chemin} » sort du dossier.", lieu=chemin, remede=_REMEDE_SORTIE)
    courant = racine
    for partie in demande.parts:
        suivant = trouver_ici(courant, partie)
        if suivant is None:
            raise ErreurPiece(
                f"Le fichier « {chemin} » est introuvable.", lieu=chemin, remede=_proposer(racine, demande)
            )
        courant = suivant
    _verifier(racine, courant, chemin)
    return courant


def est_present(racine: Path, chemin: str) -> bool:
    """Vrai si le chemin mène à une entrée de ce nom dans le dossier, lisible ou non."""
    return trouver(racine, chemin) is not None


def lister_presents(racine: Path) -> tuple[str, ...]:
    """Les fichiers rangés dans pieces/, par chemin depuis la racine, accents composés ; ni cachés, ni verrous."""
    return tuple(
        unicodedata.normalize("NFC", fichier.relative_to(racine).as_posix())
        for fichier in sorted((racine / "pieces").rglob("*"))
        if fichier.is_file() and not fichier.name.startswith((".", "~$")) and fichier.name not in _FICHIERS_DU_SYSTEME
    )


def _verifier(racine: Path, trouve: Path, chemin: str) -> None:
    try:
        reel = trouve.resolve(strict=True)
        etat = reel.stat()
    except (OSError, RuntimeError) as erreur:
        raise ErreurPiece(
            f"« {chemin} » est un lien qui ne mène à rien.", lieu=chemin, remede=_REMEDE_SORTIE
        ) from erreur
    if not reel.is_relative_to(racine.resolve()):
        raise ErreurPiece(
            f"« {chemin} » est un lien vers un fichier hors du dossier.", lieu=chemin, remede=_REMEDE_SORTIE
        )
    if not stat.S_ISREG(etat.st_mode):
        raise ErreurPiece(
            f"« {chemin} » n'est pas un fichier.", lieu=chemin, remede="Indiquez un fichier, pas un dossier."
        )
    if _est_un_fichier_du_dossier(racine, reel, etat) or _est_une_sortie(racine, reel):
        raise ErreurPiece(
            f"« {chemin} » est un fichier de travail du dossier, non une pièce : il ne se communique pas.",
            lieu=chemin,
            remede="Indiquez le document lui-même, rangé dans pieces/.",
        )
    if etat.st_size == 0:
        raise ErreurPiece(
            f"Le fichier « {chemin} » est vide.",
            lieu=chemin,
            remede="Reprenez l'original : la copie ou le téléchargement n'a rien écrit.",
        )
    if not os.access(reel, os.R_OK):
        raise ErreurPiece(
            f"Le fichier « {chemin} » ne peut pas être lu : droits insuffisants.",
            lieu=chemin,
            remede="Donnez-vous le droit de lecture sur ce fichier.",
        )


def _est_une_sortie(racine: Path, reel: Path) -> bool:
    """Ce que le programme a produit : une liasse n'est pas une pièce d'elle-même, sa fiche interne encore moins."""
    base = racine.resolve()
    dedans = reel.relative_to(base)
    return dedans.parts[0] == "sortie" or any((base / p / "manifeste.json").is_file() for p in dedans.parents)


def _est_un_fichier_du_dossier(racine: Path, reel: Path, etat: os.stat_result) -> bool:
    """La saisie, l'origine de l'import, les numéros servis : sous quelque nom qu'on les désigne, lien ou copie."""
    appele = reel.name.casefold()
    if appele in _FICHIERS_DE_TRAVAIL or appele.startswith(_SAISIES) or appele.endswith(_FINS_INTERNES):
        return True
    for nom in _FICHIERS_DE_TRAVAIL:
        try:
            if os.path.samestat((racine / nom).stat(), etat) or (
                etat.st_size and filecmp.cmp(racine / nom, reel, shallow=False)
            ):
                return True
        except OSError:
            continue
    return False


def _proposer(racine: Path, demande: PurePosixPath) -> str:
    """Le nom le plus proche présent dans le dossier, la casse d'abord."""
    presents = sorted(
        str(PurePosixPath(fichier.relative_to(racine).as_posix()))
        for dossier in dict.fromkeys((racine / demande.parent, racine / "pieces", racine))
        if dossier.is_dir() and not dossier.is_symlink()
        for fichier in dossier.iterdir()
        if fichier.is_file()
    )
    replies = {_replier(PurePosixPath(present)): present for present in presents}
    proches = difflib.get_close_matches(_replier(demande), list(replies), n=1, cutoff=_PROXIMITE)
    if not proches:
        return "Ajoutez le fichier au dossier, ou corrigez le chemin."
    return f"Le dossier contient « {replies[proches[0]]} » : est-ce ce fichier ?"


def _replier(chemin: PurePosixPath) -> str:
    """Les lettres et les chiffres du nom : le répertoire et l'extension, communs à tous, ne rapprochent rien."""
    sans_accent = unicodedata.normalize("NFD", chemin.stem.casefold())
    return re.sub(r"[\W_]", "", sans_accent)

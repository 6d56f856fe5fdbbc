"""Lire et écrire dans un répertoire gardé d'une commande à l'autre : à soi, fermé aux autres, sans suivre de lien.

Ce que ces répertoires rendent finit dans un acte servi : une entrée que quelqu'un d'autre a pu écrire ne compte pas.
"""

import contextlib
import os
import stat
from pathlib import Path

from platformdirs import user_cache_path

from generateur.surveillance.provisoires import creer_fichier_provisoire

_AUX_AUTRES = 0o077


def dossier_de_cache() -> Path:
    """Le dossier de cache du programme pour cet utilisateur, selon la plateforme."""
    return user_cache_path("generateur", appauthor=False, opinion=False)


def ouvrir_prive(dossier: Path) -> bool:
    """Crée le répertoire s'il manque ; faux s'il n'est pas à cet utilisateur, à lui seul, ou s'il est un lien."""
    with contextlib.suppress(OSError):
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        if est_prive(dossier):
            return True
        if _est_a_moi(dossier):
            dossier.chmod(0o700)  # créé avant que ce répertoire soit fermé aux autres
            return est_prive(dossier)
    return False


def est_prive(dossier: Path) -> bool:
    """Vrai si le répertoire est à cet utilisateur et fermé aux autres ; les systèmes sans droits POSIX s'en passent."""
    try:
        etat = dossier.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(etat.st_mode):
        return False
    return os.name != "posix" or (etat.st_uid == os.getuid() and not etat.st_mode & _AUX_AUTRES)


def _est_a_moi(dossier: Path) -> bool:
    etat = dossier.lstat()
    return stat.S_ISDIR(etat.st_mode) and (os.name != "posix" or etat.st_uid == os.getuid())


def lire_prive(fichier: Path) -> bytes | None:
    """Les octets d'un fichier ordinaire d'un répertoire privé ; None s'il n'en est pas un, ou s'il est un lien."""
    if not est_prive(fichier.parent):
        return None
    try:
        descripteur = os.open(fichier, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descripteur, "rb") as flux:
        if not stat.S_ISREG(os.fstat(descripteur).st_mode):
            return None
        return flux.read()


def ecrire_prive(fichier: Path, octets: bytes) -> None:
    """Écrit le fichier d'un geste, pour son auteur seul. Lève OSError."""
    descripteur, provisoire = creer_fichier_provisoire(fichier.parent, est_un_cache=True)
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(octets)
        provisoire.replace(fichier)
    finally:
        provisoire.unlink(missing_ok=True)

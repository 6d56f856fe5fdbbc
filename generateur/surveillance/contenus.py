"""L'empreinte d'un fichier par son contenu, sans relire à chaque fois les plus gros.

Un petit fichier est toujours relu : c'est là que sont les sommes. Un gros (une pièce) ne l'est pas tant que le système
dit qu'il est le même : numéro, taille, dates d'écriture et de changement. Cette dernière ne se remet pas à volonté,
contrairement à la première ; une empreinte prise trop près d'elle ne compte pas, une seconde écriture pouvant porter la
même. Là où le système ne la tient pas (Windows), tout est relu.
"""

import hashlib
import os
import stat
import time
from collections.abc import Container, Iterator
from pathlib import Path, PurePath

_PETIT = 64 * 1024
_AU_REPOS_NS = 3_000_000_000  # bien plus que la finesse des dates d'un système de fichiers
_A_UNE_DATE_DE_CHANGEMENT = os.name == "posix"
_ABSENT, _ILLISIBLE = "absent", "illisible"

_Signature = tuple[int, int, int, int, int]


class Contenus:
    """Les empreintes déjà prises, par chemin."""

    def __init__(self) -> None:
        self._sues: dict[str, tuple[_Signature, str]] = {}

    def empreinte(self, fichier: Path) -> str:
        """Celle du contenu, un lien étant suivi ; ce qui manque, ou ne se lit pas, en a une qui le dit."""
        chemin = os.fspath(fichier)
        try:
            etat = fichier.stat()
            if not stat.S_ISREG(etat.st_mode):
                return f"ni fichier ni texte {stat.S_IFMT(etat.st_mode)}"
            signature = (etat.st_dev, etat.st_ino, etat.st_size, etat.st_mtime_ns, etat.st_ctime_ns)
            if etat.st_size > _PETIT and (sue := self._sues.get(chemin)) and sue[0] == signature:
                return sue[1]
            with fichier.open("rb") as flux:
                somme = hashlib.file_digest(flux, "sha256").hexdigest()
        except FileNotFoundError:
            return _ABSENT
        except OSError:
            return _ILLISIBLE
        if etat.st_size > _PETIT and _A_UNE_DATE_DE_CHANGEMENT and _est_au_repos(etat):
            self._sues[chemin] = signature, somme
        return somme

    def arbre(self, racine: Path, extensions: Container[str] | None = None) -> str:
        """Celle de tout ce que porte un répertoire : noms, liens et contenus, à toute profondeur.

        `extensions` : seuls ces fichiers comptent par leur contenu (« .toml ») ; des autres, le nom.
        """
        somme = hashlib.sha256()
        for nom, contenu in self._parcourir(os.fspath(racine), "", extensions):
            somme.update(f"{nom}\0{contenu}\0".encode("utf-8", "surrogateescape"))
        return somme.hexdigest()

    def _parcourir(self, repertoire: str, prefixe: str, extensions: Container[str] | None) -> Iterator[tuple[str, str]]:
        try:
            with os.scandir(repertoire) as entrees:
                triees = sorted(entrees, key=lambda entree: entree.name)
        except OSError:
            yield prefixe, _ABSENT
            return
        for entree in triees:
            nom = f"{prefixe}/{entree.name}"
            if entree.is_symlink():
                yield nom, f"lien {os.path.realpath(entree.path)}"
            if entree.is_dir(follow_symlinks=False):
                yield nom, "répertoire"
                yield from self._parcourir(entree.path, nom, extensions)
            elif extensions is not None and PurePath(entree.name).suffix.lower() not in extensions:
                yield nom, "nom"
            else:
                yield nom, self.empreinte(Path(entree.path))


def _est_au_repos(etat: os.stat_result) -> bool:
    return time.time_ns() - max(etat.st_ctime_ns, etat.st_mtime_ns) > _AU_REPOS_NS

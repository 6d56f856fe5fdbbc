"""Des fichiers venus d'ailleurs, rangés dans pieces/ sous un nom libre et sûr : jamais sur un autre fichier."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from generateur.domaine.noms_de_fichier import nommer_copie
from generateur.erreurs import ErreurEcriture, ErreurIntrouvable, raison_du_systeme
from generateur.publication.manifeste import empreinte
from generateur.surveillance.droits import droits_d_un_fichier
from generateur.surveillance.provisoires import creer_fichier_provisoire, forcer_le_repertoire

PIECES = "pieces"
MESSAGES = "messages"  # gardé sans être versé : les XML du cycle de vie, les boîtes dont chaque message est une pièce


class Copies:
    """Les fichiers à copier dans pieces/, prévus d'abord, écrits d'un geste ensuite.

    Un fichier déjà là, de même contenu, n'est pas recopié : un essai interrompu se reprend sans double.
    """

    def __init__(self, dossier: Path | None = None, repertoire: str = PIECES) -> None:
        self._repertoire = repertoire
        presents = dossier / repertoire if dossier is not None else None
        trouves = presents.iterdir() if presents is not None and presents.is_dir() else ()
        # par nom sans casse : certains disques ne la distinguent pas
        self._pris: dict[str, tuple[str, Path | bytes]] = {p.name.casefold(): (p.name, p) for p in trouves}
        self._a_ecrire: list[str] = []
        self._ecrits: list[Path] = []

    def prevoir(self, source: Path, nom: str | None = None) -> str:
        """Le chemin, dans le dossier, de la copie de ce fichier. Lève ErreurLecture s'il n'est pas un fichier."""
        if not source.is_file():
            raise ErreurIntrouvable("ce fichier n'existe pas", lieu=str(source), remede="Vérifier le chemin donné.")
        return self._reserver(nom or source.name, source)

    def prevoir_contenu(self, nom: str, contenu: bytes) -> str:
        """Le chemin, dans le dossier, d'un fichier de ce nom et de ce contenu."""
        return self._reserver(nom, contenu)

    def _reserver(self, nom: str, source: Path | bytes) -> str:
        voulu = Path(nommer_copie(nom))
        rang, libre = 2, voulu.name
        while pris := self._pris.get(libre.casefold()):
            if _est_le_meme(pris[1], source):
                return f"{self._repertoire}/{pris[0]}"
            rang, libre = rang + 1, f"{voulu.stem}_{rang}{voulu.suffix}"
        self._pris[libre.casefold()] = (libre, source)
        self._a_ecrire.append(libre)
        return f"{self._repertoire}/{libre}"

    def garder(self, chemins: Collection[str]) -> None:
        """Renonce aux copies prévues qui ne sont pas parmi ces chemins."""
        self._a_ecrire = [nom for nom in self._a_ecrire if f"{self._repertoire}/{nom}" in chemins]

    def ecrire(self, dossier: Path) -> None:
        """Copie ce qui a été prévu, ce qui était là restant intact.

        Lève ErreurEcriture si un fichier a pris la place entre-temps, ou si le disque refuse.
        """
        pieces = dossier / self._repertoire
        try:
            if self._a_ecrire or self._repertoire == PIECES:
                pieces.mkdir(parents=True, exist_ok=True)
            if not pieces.resolve().is_relative_to(dossier.resolve()):
                raise ErreurEcriture(f"« {self._repertoire} » mène hors du dossier", lieu=str(pieces))
            while self._a_ecrire:
                nom = self._a_ecrire[0]
                _ecrire_sans_ecraser(pieces / nom, self._pris[nom.casefold()][1])
                self._ecrits.append(pieces / nom)
                del self._a_ecrire[0]
            if self._ecrits:
                forcer_le_repertoire(pieces)
        except OSError as erreur:
            raise ErreurEcriture(f"la copie ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=str(pieces)) from erreur

    def defaire(self) -> None:
        """Retire ce qui vient d'être copié : le dossier n'a pas pu le citer."""
        while self._ecrits:
            self._ecrits.pop().unlink(missing_ok=True)


def _est_le_meme(present: Path | bytes, source: Path | bytes) -> bool:
    if isinstance(present, Path) and (not present.is_file() or present.is_symlink()):
        return False
    if isinstance(present, Path) and isinstance(source, Path):
        return present.stat().st_size == source.stat().st_size and empreinte(present) == empreinte(source)
    return _octets(present) == _octets(source)


def _octets(contenu: Path | bytes) -> bytes:
    return contenu.read_bytes() if isinstance(contenu, Path) else contenu


def _ecrire_sans_ecraser(cible: Path, source: Path | bytes) -> None:
    descripteur, provisoire = creer_fichier_provisoire(cible.parent)
    try:
        with os.fdopen(descripteur, "wb") as flux:
            if isinstance(source, Path):
                with source.open("rb") as origine:
                    shutil.copyfileobj(origine, flux)
            else:
                flux.write(source)
            flux.flush()
            os.fsync(flux.fileno())
        provisoire.chmod(droits_d_un_fichier())
        if cible.exists() or cible.is_symlink():
            raise ErreurEcriture("un autre fichier porte déjà ce nom : rien n'est écrasé", lieu=str(cible))
        provisoire.rename(cible)
    finally:
        provisoire.unlink(missing_ok=True)

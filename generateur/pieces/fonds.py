"""Le fonds des pièces : ce qu'on sait déjà d'un contenu, et son PDF préparé, d'un dossier et d'une fois à l'autre.

La clé est l'empreinte du contenu, de l'extension et de ce qui règle la préparation, jamais un nom ni une date. Un
document à mot de passe ne va qu'au fonds éphémère, effacé avec la production : rien de déchiffré ne reste.
Une entrée abîmée est ignorée et refaite ; GENERATEUR_SANS_CACHE=1 ne garde rien.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generateur import VERSION
from generateur.surveillance.bibliotheques import version_installee
from generateur.surveillance.prive import dossier_de_cache, ecrire_prive, lire_prive, ouvrir_prive
from generateur.surveillance.provisoires import balayer, creer_fichier_provisoire

_TAILLE_MAXIMALE = 512 * 1024 * 1024
# à changer quand un même contenu donne autre chose
_METHODE = "champs fondus, contenus cachés dits et retirés, emprises, dates figées, lignes recollées"
_LECTEURS = ("pikepdf", "pypdfium2", "pillow", "img2pdf")


@dataclass(frozen=True)
class Entree:
    """Un contenu connu : ses faits, et son PDF préparé s'il l'a été."""

    faits: dict[str, Any]
    pdf: Path | None = None
    sha256: str = ""

    def donner(self, cible: Path) -> bool:
        """Met à la cible le PDF préparé ; faux s'il n'y en a pas, ou s'il n'est plus celui qu'on avait rangé."""
        if self.pdf is None or self.pdf.is_symlink():
            return False
        try:
            copier_a_part(self.pdf, cible)
        except OSError:
            return False
        return _resumer(cible) == self.sha256


class Fonds:
    """`durable` : gardé entre les commandes ; `ephemere` : le temps d'une production. Les deux peuvent manquer."""

    def __init__(self, durable: Path | None = None, ephemere: Path | None = None, graine: str = "") -> None:
        self._durable = durable
        self._ephemere = ephemere
        self._graine = graine or " ".join(
            (VERSION, _METHODE, *(f"{nom} {version_installee(nom)}" for nom in _LECTEURS))
        )

    def le_temps_d_une_production(self, ephemere: Path) -> "Fonds":
        """Le même fonds, avec de quoi garder ce qui ne doit pas durer."""
        ephemere.mkdir(mode=0o700)
        return Fonds(self._durable, ephemere, self._graine)

    def cle(self, contenu: str, precisions: Sequence[str | None], *, est_secrete: bool) -> str:
        """La clé de ce contenu (son empreinte) ; `precisions` : ce qui, hors de lui, décide du résultat."""
        regle = json.dumps([contenu, self._graine, *precisions])
        somme = hashlib.sha256(regle.encode()).hexdigest()
        return f"secrete-{somme}" if est_secrete else somme

    def chercher(self, cle: str) -> Entree | None:
        """L'entrée de cette clé, entière, ou None."""
        for dossier in self._rangements(cle):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                fiche = json.loads(lire_prive(dossier / f"{cle}.json") or b"")
                if fiche["preuve"] != _prouver(cle, fiche["faits"], fiche["sha256"]):
                    continue  # l'entrée d'un autre contenu, mise à sa place
                pdf = dossier / f"{cle}.pdf"
                return Entree(fiche["faits"], pdf if fiche["sha256"] else None, fiche["sha256"])
        return None

    def ranger(self, cle: str, faits: dict[str, Any], pdf: Path | None) -> None:
        """Garde les faits, et une copie du PDF préparé ; un fonds qui ne s'écrit pas n'empêche pas de produire."""
        for dossier in self._rangements(cle)[:1]:
            with contextlib.suppress(OSError):
                if not ouvrir_prive(dossier):
                    continue
                sha256 = _resumer(pdf) if pdf is not None else ""
                if pdf is not None:
                    copier_a_part(pdf, dossier / f"{cle}.pdf")
                fiche = {"faits": faits, "sha256": sha256, "preuve": _prouver(cle, faits, sha256)}
                ecrire_prive(dossier / f"{cle}.json", json.dumps(fiche).encode())

    def borner(self) -> None:
        """Oublie les entrées les plus anciennes quand le fonds durable dépasse sa taille."""
        fiches = []
        balayer(self._durable)
        with contextlib.suppress(OSError):
            for chemin in self._durable.iterdir() if self._durable else ():
                etat = chemin.stat()
                fiches.append((etat.st_mtime_ns, etat.st_size, chemin))
        exces = sum(taille for _, taille, _ in fiches) - _TAILLE_MAXIMALE
        for _, taille, chemin in sorted(fiches):
            if exces <= 0:
                break
            with contextlib.suppress(OSError):
                chemin.unlink()
            exces -= taille

    def _rangements(self, cle: str) -> list[Path]:
        """Où chercher, et d'abord où écrire : un contenu secret ne touche jamais le fonds durable."""
        durable = None if cle.startswith("secrete-") else self._durable
        return [dossier for dossier in (durable, self._ephemere) if dossier is not None]


def ouvrir_fonds() -> Fonds:
    """Le fonds durable de cet utilisateur, sauf s'il n'en veut pas."""
    garde = os.environ.get("GENERATEUR_SANS_CACHE", "") in {"", "0"}
    return Fonds(dossier_de_cache() / "pieces" if garde else None)


def copier_a_part(source: Path, cible: Path) -> None:
    """Donne à la cible le contenu de la source, sans le recopier si le disque le permet ; la cible paraît entière.

    Les deux noms peuvent désigner le même fichier : on remplace un PDF préparé, on n'écrit jamais dedans.
    """
    descripteur, provisoire = creer_fichier_provisoire(cible.parent, est_un_cache=True)
    os.close(descripteur)
    provisoire.unlink()
    try:
        os.link(source, provisoire)
    except OSError:
        shutil.copyfile(source, provisoire)
    try:
        provisoire.chmod(0o600)
        provisoire.replace(cible)
    finally:
        provisoire.unlink(missing_ok=True)  # un renommage vers le même fichier laisse les deux noms


def _resumer(fichier: Path) -> str:
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def _prouver(cle: str, faits: dict[str, Any], sha256: str) -> str:
    """L'empreinte de l'entrée et de sa clé : celle d'un autre contenu ne vaut rien ici."""
    return hashlib.sha256(json.dumps([cle, faits, sha256], sort_keys=True).encode()).hexdigest()

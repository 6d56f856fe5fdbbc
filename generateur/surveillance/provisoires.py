"""Les répertoires et fichiers de travail : privés, au nom de leur propriétaire ; s'il est mort, la suivante les efface.

Ils portent les papiers du débiteur. Leur nom dit la machine, le processus et l'instant où il a démarré : celui dont
le processus n'existe plus est un abandon (kill -9, coupure), que `balayer` efface. Le nom naît avec le répertoire :
il n'y a pas d'instant où un répertoire vivant passerait pour abandonné.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from generateur.surveillance.depart import d_un_seul_geste, ranger_avant_de_partir
from generateur.surveillance.lien_de_vie import LienDeVie

_MARQUE = re.compile(r"(?P<machine>[0-9a-f]{8})-(?P<pid>[0-9]+)-(?P<depuis>b?)(?P<debut>[0-9]+)-")
_PREFIXE = "generateur-"
PROFILS = "profil*"  # ceux de LibreOffice, dans un répertoire de travail
_ECART = 2  # l'instant de démarrage d'un processus se relit à une seconde près
_DEPUIS_LA_MACHINE = "b"  # le démarrage est compté depuis celui de la machine, non en heure du jour
_PROCESSUS = Path("/proc")
_RANG_DEMARRAGE, _FINIS = 19, frozenset("ZXx")  # de proc(5), à partir de l'état
_ESSAIS, _PAUSE_S = 25, 0.02  # le temps qu'un enfant tué cesse d'écrire
_OUVERTS: set[Path] = set()


@contextlib.contextmanager
def repertoire_provisoire(ou: Path | None = None, *, est_balaye: bool = False) -> Iterator[Path]:
    """Un répertoire privé (0700), effacé quoi qu'il arrive ; `ou` : son parent, à défaut celui du système."""
    chemin = creer_provisoire(ou, est_balaye=est_balaye)
    try:
        yield chemin
    finally:
        effacer_provisoire(chemin)


@d_un_seul_geste
def creer_provisoire(ou: Path | None = None, *, est_balaye: bool = False) -> Path:
    """Crée un répertoire privé, après avoir effacé les abandonnés d'à côté. Caché hors du répertoire du système.

    `est_balaye` : ceux d'à côté viennent de l'être.
    """
    racine = Path(tempfile.gettempdir()) if ou is None else ou
    if not est_balaye:
        balayer(racine)
    point = "" if ou is None else "."
    chemin = Path(tempfile.mkdtemp(prefix=f"{point}{_PREFIXE}{dire_proprietaire()}", dir=racine))
    _OUVERTS.add(chemin)
    return chemin


def adopter(chemin: Path) -> Path:
    """Ce répertoire de travail, né ailleurs, s'efface avec les autres si le programme part sans attendre."""
    _OUVERTS.add(chemin)
    return chemin


@d_un_seul_geste
def creer_fichier_provisoire(ou: Path, suffixe: str = "", *, est_un_cache: bool = False) -> tuple[int, Path]:
    """Un fichier privé (0600), ouvert, à renommer à sa place ou à effacer ; ceux d'un mort s'effacent d'abord.

    `est_un_cache` : un répertoire de milliers de fichiers, que son cache balaie de temps en temps.
    """
    if not est_un_cache:
        balayer(ou)
    descripteur, nom = tempfile.mkstemp(prefix=f".{_PREFIXE}{dire_proprietaire()}", suffix=suffixe, dir=ou)
    return descripteur, Path(nom)


def ecrire_d_un_geste(fichier: Path, octets: bytes, droits: int) -> None:
    """Crée ou remplace ce fichier, entier ou pas du tout : à côté, forcé sur le disque, puis renommé."""
    descripteur, provisoire = creer_fichier_provisoire(fichier.parent)
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(octets)
            flux.flush()
            os.fsync(flux.fileno())
        provisoire.chmod(droits)
        provisoire.replace(fichier)
    finally:
        provisoire.unlink(missing_ok=True)
    forcer_le_repertoire(fichier.parent)


def forcer_le_repertoire(repertoire: Path) -> None:
    """Ce qui vient d'y être renommé y est encore après une coupure de courant ; sans effet où cela ne se peut pas."""
    with contextlib.suppress(OSError):
        descripteur = os.open(repertoire, os.O_RDONLY)
        try:
            os.fsync(descripteur)
        finally:
            os.close(descripteur)


def effacer_provisoire(chemin: Path) -> None:
    """Efface le répertoire et ce qu'il contient ; ce qui résiste le sera par une commande suivante.

    Part avec lui la prise que LibreOffice, tué, a laissée pour chaque profil qu'il y avait.
    """
    for profil in chemin.glob(PROFILS):
        with contextlib.suppress(OSError):
            situer_prise(profil).unlink()
    shutil.rmtree(chemin, ignore_errors=True)
    _OUVERTS.discard(chemin)


def tout_lacher() -> None:
    """Le programme s'arrête : plus un enfant, plus un répertoire de travail, ni les siens ni les leurs."""
    LienDeVie.rompre_tous()
    racines = {chemin.parent for chemin in _OUVERTS} | {Path(tempfile.gettempdir())}
    for _ in range(_ESSAIS):
        for chemin in [*_OUVERTS]:
            effacer_provisoire(chemin)
            if chemin.exists():
                _OUVERTS.add(chemin)
        if not _OUVERTS:
            break
        time.sleep(_PAUSE_S)
    for racine in racines:
        balayer(racine)


ranger_avant_de_partir(tout_lacher)


def situer_prise(profil: Path) -> Path:
    """La prise par laquelle un LibreOffice de ce profil répond aux autres : dans /tmp, quel que soit TMPDIR."""
    somme = hashlib.md5(profil.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    utilisateur = os.getuid() if hasattr(os, "getuid") else 0
    return Path("/tmp") / f"OSL_PIPE_{utilisateur}_SingleOfficeIPC_{''.join(f'{octet:x}' for octet in somme)}"  # noqa: S108


def dire_proprietaire() -> str:
    """La marque de ce processus, à mettre dans un nom : machine, numéro, instant de démarrage."""
    return _dire_proprietaire(os.getpid())


@cache
def _dire_proprietaire(pid: int) -> str:
    """Par processus, après un fork aussi : son démarrage ne change plus."""
    depuis = _DEPUIS_LA_MACHINE if sys.platform.startswith("linux") else ""
    return f"{_machine()}-{pid}-{depuis}{_demarrage(pid) or 0}-"


def est_abandonne(nom: str) -> bool:
    """Vrai si ce nom porte la marque d'un processus de cette machine qui n'existe plus ; faux sans marque."""
    marque = _MARQUE.search(nom)
    if marque is None or marque["machine"] != _machine():
        return False
    demarrage = _demarrage(int(marque["pid"]))
    if demarrage is not None and sys.platform.startswith("linux") and not marque["depuis"]:
        return False  # d'une version qui marquait autrement : le doute profite au vivant
    return demarrage is None or abs(demarrage - int(marque["debut"])) > _ECART


def est_marque(nom: str) -> bool:
    """Vrai si ce nom dit son propriétaire."""
    return _MARQUE.search(nom) is not None


def balayer(racine: Path | None = None) -> None:
    """Efface ce qui est abandonné ici (à défaut dans le répertoire du système) ; ne touche à rien d'autre."""
    racine = Path(tempfile.gettempdir()) if racine is None else racine
    try:
        with os.scandir(racine) as entrees:
            abandons = [
                entree.path
                for entree in entrees
                if entree.name.lstrip(".").startswith(_PREFIXE)
                and (entree.is_dir(follow_symlinks=False) or entree.is_file(follow_symlinks=False))
                and _est_a_nous(entree)
                and est_abandonne(entree.name)
            ]
    except OSError:
        return
    for abandon in map(Path, abandons):
        if abandon.is_file():
            with contextlib.suppress(OSError):
                abandon.unlink()
        else:
            effacer_provisoire(abandon)


def _est_a_nous(entree: os.DirEntry[str]) -> bool:
    if not hasattr(os, "getuid"):
        return True
    try:
        return entree.stat(follow_symlinks=False).st_uid == os.getuid()
    except OSError:
        return False


def _machine() -> str:
    # ni platform.node ni socket : l'enfant qui lit les pièces n'a pas le droit d'y toucher
    nom = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return f"{zlib.crc32(nom.encode()):08x}"


def _demarrage(pid: int) -> int | None:
    """L'instant de démarrage d'un processus ; None s'il n'existe plus (ou n'attend que d'être lu).

    Sous Linux, compté depuis le démarrage de la machine : l'heure qu'on remet (réseau, reprise de veille) ne fait pas
    d'un vivant un mort, dont on effacerait le travail. Ailleurs, en secondes.
    """
    if sys.platform.startswith("linux"):
        return _demarrage_linux(pid)
    import psutil  # noqa: PLC0415 (chargé si un répertoire se crée ou en rencontre un autre)

    try:
        processus = psutil.Process(pid)
        return None if processus.status() == psutil.STATUS_ZOMBIE else int(processus.create_time())
    except psutil.AccessDenied:
        return None if not psutil.pid_exists(pid) else 0
    except psutil.Error:
        return None


def _demarrage_linux(pid: int) -> int | None:
    try:
        etat = (_PROCESSUS / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    champs = etat.rpartition(")")[2].split()  # le nom du programme, entre parenthèses, peut contenir n'importe quoi
    return None if champs[0] in _FINIS else int(champs[_RANG_DEMARRAGE])

"""Où sont les modèles Word, et ce que leur dossier contient maintenant."""

import contextlib
from pathlib import Path


def racine_par_defaut() -> Path:
    """Le dossier `modeles/` du dépôt, sinon les modèles livrés avec le paquet installé."""
    paquet = Path(__file__).resolve().parent.parent
    depot = paquet.parent
    if (depot / "pyproject.toml").is_file() and (depot / "modeles").is_dir():
        return depot / "modeles"
    return paquet / "donnees_modeles"


def lire_modeles(racine: Path) -> dict[str, bytes]:
    """Chaque modèle Word d'un dossier, par son chemin sans extension ; brouillons de Word (~$) et illisibles exclus."""
    contenus = {}
    for chemin in sorted(racine.rglob("*.docx")):
        if not chemin.name.startswith("~$") and chemin.is_file():  # ni tube, ni périphérique, qui ne finiraient pas
            with contextlib.suppress(OSError):  # demandé, il dira pourquoi il ne se lit pas (Bibliotheque.octets)
                contenus[chemin.relative_to(racine).with_suffix("").as_posix()] = chemin.read_bytes()
    return contenus

"""Le même fichier sous un second nom, sans doubler la place : bloc partagé, sinon lien dur, sinon copie.

Jamais de lien symbolique : ce qui est posé se lit même si l'original est remplacé ou effacé.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path

_FICLONE = 0x40049409  # Linux, btrfs, XFS : les deux fichiers se partagent leurs blocs jusqu'à ce que l'un change


def poser(source: Path, cible: Path) -> None:
    """Met à la cible, qui n'existe pas, le contenu de la source. Lève OSError."""
    if not _partager(source, cible):
        try:
            os.link(source, cible)
        except OSError:
            shutil.copyfile(source, cible)


def _partager(source: Path, cible: Path) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl  # noqa: PLC0415 (absent de Windows)

    try:
        with source.open("rb") as lu, cible.open("xb") as ecrit:
            fcntl.ioctl(ecrit.fileno(), _FICLONE, lu.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            cible.unlink()
        return False
    return True

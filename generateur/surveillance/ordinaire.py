"""Lire d'un coup un fichier qu'on nous désigne : ordinaire, et d'une taille raisonnable.

Un tube ou un périphérique à sa place ferait attendre sans fin, ou lire sans fin.
"""

import errno
import os
import stat
from pathlib import Path

_TAILLE_MAXIMALE = 64 * 1024 * 1024


def lire_ordinaire(fichier: Path) -> bytes:
    """Ses octets. Lève OSError s'il manque, n'est pas un fichier ordinaire, ou est démesuré."""
    descripteur = os.open(fichier, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descripteur, "rb") as flux:
        etat = os.fstat(descripteur)
        if stat.S_ISDIR(etat.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(fichier))
        if not stat.S_ISREG(etat.st_mode):
            raise OSError(errno.EINVAL, "ce n'est pas un fichier ordinaire", str(fichier))
        if etat.st_size > _TAILLE_MAXIMALE:
            raise OSError(errno.EFBIG, "ce fichier est démesuré", str(fichier))
        return flux.read()

"""Qui peut lire ce que le programme écrit : son auteur seul, sauf s'il a demandé le partage.

GENERATEUR_PARTAGE=groupe ouvre aussi à son groupe, =tous à tout utilisateur de la machine. L'umask n'y fait rien :
celui d'une machine ordinaire laisserait lire à tous les papiers d'un débiteur. Un répertoire qui existait garde ses
droits.
"""

import os
from pathlib import Path

_VARIABLE = "GENERATEUR_PARTAGE"
_MASQUES = {"groupe": 0o027, "tous": 0o022}
_PRIVE = 0o077


def masque_des_sorties() -> int:
    """L'umask sous lequel la commande écrit."""
    return _MASQUES.get(os.environ.get(_VARIABLE, ""), _PRIVE)


def droits_d_un_fichier() -> int:
    """Les droits d'un fichier publié seul."""
    return 0o666 & ~masque_des_sorties()


def ouvrir_selon_le_partage(repertoire: Path) -> None:
    """Donne à un répertoire préparé en privé, et à ce qu'il contient, les droits de ce qu'on publie."""
    masque = masque_des_sorties()
    for chemin in (*repertoire.rglob("*"), repertoire):
        if not chemin.is_symlink():
            chemin.chmod(0o777 & ~masque if chemin.is_dir() else droits_d_un_fichier())

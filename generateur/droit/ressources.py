"""Les fichiers de droit livrés dans le paquet : leur contenu, et la marque qui change avec lui."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

Marque = tuple[int, int, int]


def marquer(*chemin: str) -> Marque | None:
    """Dates et taille du fichier : clé de ce qu'on en garde en mémoire ; None s'il n'existe pas.

    Une empreinte relirait tout à chaque valeur demandée. La date de changement, que le système tient seul, voit aussi
    une copie qui garde la date et la taille d'avant.
    """
    try:
        etat = _RACINE.joinpath(*chemin).stat()
    except OSError:
        return None
    return etat.st_mtime_ns, etat.st_ctime_ns, etat.st_size


def lire_octets(*chemin: str) -> bytes:
    """Le contenu du fichier."""
    return _RACINE.joinpath(*chemin).read_bytes()


def lister_fichiers(repertoire: str) -> Iterator[str]:
    """Noms des fichiers d'un répertoire du paquet, sans ordre."""
    return (chemin.name for chemin in _RACINE.joinpath(repertoire).iterdir())


_RACINE = Path(str(files("generateur.droit")))

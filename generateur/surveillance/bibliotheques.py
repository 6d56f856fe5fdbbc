"""La version de chaque bibliothèque installée : elle entre dans la clé de ce qui se garde d'une fois à l'autre."""

from functools import cache
from importlib.metadata import version


@cache  # une bibliothèque installée ne change pas sous un programme qui tourne ; la lire prend quatre millisecondes
def version_installee(bibliotheque: str) -> str:
    """La version installée de cette bibliothèque. Lève PackageNotFoundError si elle manque."""
    return version(bibliotheque)

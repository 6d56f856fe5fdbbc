"""Ce qu'une personne avait mis ou changé dans une version remplacée : gardé à part, et dit."""

from collections.abc import Sequence
from pathlib import Path


def dire_gardes(gardes: Sequence[Path | str], *, retrait: str = "") -> list[str]:
    """Une ligne par fichier gardé."""
    return [f"{retrait}De vous, gardé à part : {garde}" for garde in gardes]


def gardes_en_objet(gardes: Sequence[Path]) -> dict[str, list[str]]:
    """Rien quand rien n'est gardé."""
    return {"gardes_a_part": [garde.as_posix() for garde in gardes]} if gardes else {}

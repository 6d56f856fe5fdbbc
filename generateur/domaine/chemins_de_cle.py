"""L'endroit d'un dossier : un chemin de clés et de rangs, et la façon dont un constat l'écrit."""

import re
from collections.abc import Mapping

from generateur.domaine.noms_secrets import montrer_cle

Origines = Mapping[tuple[str | int, ...], str]  # où chaque chemin est écrit : « dossier.toml, ligne 12 »
_RANG = re.compile(r"[1-9][0-9]{0,8}")


def nommer(lieu: tuple[str | int, ...]) -> str:
    """Chemin lisible, rangs à partir de 1 : « factures[2].echeance »."""
    texte = ""
    for partie in lieu:
        texte += f"[{partie + 1}]" if isinstance(partie, int) else f".{montrer_cle(partie)}"
    return texte.removeprefix(".")


def denommer(texte: str) -> tuple[str | int, ...]:
    """L'inverse de nommer : « factures[2].echeance » redevient un chemin ; le rang 0 n'en est pas un."""
    parties = re.findall(r"[^.\[\]]+", texte)
    return tuple(int(partie) - 1 if _RANG.fullmatch(partie) else partie for partie in parties)


def situer(lieu: tuple[str | int, ...], origines: Origines) -> str:
    """Endroit à ouvrir : la ligne de la clé, à défaut celle de sa section."""
    for fin in range(len(lieu), 0, -1):
        if origine := origines.get(lieu[:fin]):
            return f"{origine}, {nommer(lieu)}"
    return nommer(lieu)

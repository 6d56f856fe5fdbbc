"""Le catalogue des constats : pour chaque code, ses gravités possibles, ce qu'il dit et son texte.

Les données sont à côté : `catalogue.toml` pour ce qui est commun, `catalogue_<procédure>.toml` pour ce qui est
propre à une procédure. Un constat ne se fabrique que par `constater`, dans tout le programme : un code absent du
catalogue, ou une gravité qu'il ne prévoit pas, est une erreur de programme que les tests attrapent.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from generateur.domaine.constat import Constat, Gravite


@dataclass(frozen=True)
class Entree:
    """Un code, ses gravités possibles (la première par défaut), ce qu'il dit, l'article qui le fonde."""

    code: str
    gravites: tuple[Gravite, ...]
    libelle: str
    fondement: str
    procedure: str = ""  # vide : commun à toutes


@cache
def _donnees() -> Mapping[str, Mapping[str, Any]]:
    """Chaque fichier du catalogue, par procédure (« » : le catalogue commun), le commun d'abord."""
    fichiers = sorted(
        (f for f in files("generateur.controles").iterdir() if re.fullmatch(r"catalogue(_\w+)?\.toml", f.name)),
        key=lambda fichier: fichier.name.removesuffix(".toml"),
    )
    return {
        fichier.name.removeprefix("catalogue").removesuffix(".toml").lstrip("_"): tomllib.loads(
            fichier.read_text(encoding="utf-8")
        )
        for fichier in fichiers
    }


@cache
def catalogue() -> Mapping[str, Entree]:
    """Toutes les entrées, par code, dans l'ordre des fichiers."""
    return {
        code: Entree(code, tuple(brut["gravites"]), brut["libelle"], brut.get("fondement", ""), procedure)
        for procedure, donnees in _donnees().items()
        for code, brut in donnees["codes"].items()
    }


def constater(
    code: str,
    message: str,
    *,
    lieu: str = "",
    remede: str = "",
    gravite: Gravite | None = None,
    fondement: str = "",
) -> Constat:
    """Constat du catalogue ; gravité et fondement par défaut sont les siens."""
    entree = catalogue()[code]
    retenue = gravite or entree.gravites[0]
    if retenue not in entree.gravites:
        raise ValueError(f"le catalogue ne prévoit pas la gravité « {retenue} » pour {code}")
    return Constat(code, retenue, _phrase(message), _phrase(lieu), remede, fondement or entree.fondement)


def _phrase(texte: str) -> str:
    """D'une seule ligne : un retour à la ligne vient d'une valeur citée, il ne commence pas une phrase à nous."""
    return texte.replace("\r", "\\r").replace("\n", "\\n")


def adoucir(constat: Constat) -> Constat:
    """Le même constat, en avertissement : ce qu'il demande de compléter n'arrête pas la voie choisie."""
    return replace(constat, gravite="avertissement") if constat.gravite == "a_completer" else constat


def repere(nom: str) -> int:
    """Repère d'usage de la maison (jours, mois), qui n'est pas une règle de droit."""
    return int(_donnees()[""]["reperes"][nom])


@cache
def rang_d_enjeu(code: str) -> int:
    """Rang du code parmi ceux de même gravité : ce qui peut coûter le plus est le plus petit."""
    rangs = _donnees()[""]["rangs"]
    if code in rangs["dabord"]:
        return int(rangs["dabord"].index(code))
    if code in rangs["en_dernier"]:
        return len(catalogue()) + int(rangs["en_dernier"].index(code))
    return len(rangs["dabord"])


@cache
def mots(liste: str) -> tuple[str, ...]:
    """Liste de mots de `catalogue.toml`, en minuscules sans accent, comme les rend `comparaison.aplatir`."""
    return tuple(_donnees()[""]["mots"][liste])

"""Le remède d'un constat, en bouton : remedes.toml dit, par code, quel geste il offre et comment il s'appelle."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import quote

from generateur.domaine.chemins_de_cle import denommer
from generateur.domaine.constat import Constat
from generateur.operations.formulaire_dossier import genre_de, trouver_champ
from generateur.page.endroits import adresser_lieu

RIEN_A_CLIQUER = "rien_a_cliquer"


@dataclass(frozen=True)
class Remede:
    """Un geste à offrir : suivre un lien, joindre un fichier à sa place, produire un document."""

    geste: Literal["aller", "joindre", "produire"]
    dit: str
    adresse: str = ""
    lieu: str = ""
    quoi: str = ""


def remedier(constat: Constat, reference: str) -> Remede | None:
    """Ce que la page offre pour ce constat ; None s'il n'y a rien à cliquer."""
    code, table = constat.code, lire_remedes()
    for quoi, dits in table["produire"].items():
        if code in dits:
            return Remede("produire", dits[code], quoi=quoi)
    for suite, dits in table["ouvrir"].items():
        if code in dits:
            return Remede("aller", dits[code], f"/dossiers/{quote(reference)}{suite}")
    if code in table["joindre"] and est_un_fichier(constat.lieu):
        return Remede("joindre", table["joindre"][code], lieu=constat.lieu)
    dit = table["aller"].get(code) or table["joindre"].get(code)
    adresse = adresser_lieu(constat.lieu, reference) if dit and constat.lieu else ""
    return Remede("aller", dit, adresse) if adresse else None


def est_un_fichier(lieu: str) -> bool:
    """Vrai si cette clé du dossier nomme un fichier."""
    chemin = denommer(lieu)
    try:
        return bool(chemin) and genre_de(str(chemin[-1]), trouver_champ(chemin)) == "fichier"
    except (KeyError, IndexError):
        return False


@cache
def lire_remedes() -> Mapping[str, Any]:
    """Livré avec le paquet : il ne change pas tant que le programme tourne."""
    return tomllib.loads(files("generateur.page").joinpath("remedes.toml").read_text(encoding="utf-8"))

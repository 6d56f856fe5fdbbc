"""Les conditions de paiement écrites sur une facture électronique, proposées comme clauses ; jamais appliquées."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _donnees() -> Mapping[str, Any]:
    return tomllib.loads(files("generateur.importation").joinpath("conditions.toml").read_text(encoding="utf-8"))


def lire_penalites(texte: str) -> dict[str, str]:
    """La table `contrat.penalites` que dit la mention ; vide si elle n'est pas comprise."""
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    plat = " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())
    for regle in _donnees()["penalites"]:
        if trouve := re.search(regle["motif"], plat):
            nombre = _donnees()["nombres"].get(trouve[1], trouve[1].replace(",", "."))
            return {"mode": regle["mode"], regle["cle"]: nombre}
    return {}


def proposer_clauses(conditions: Mapping[str, str], *, a_un_contrat: bool) -> tuple[str, str]:
    """La phrase qui cite les mentions, et le TOML à coller. `conditions` : penalites, indemnite, escompte."""
    libelles = {"penalites": "pénalités", "indemnite": "indemnité forfaitaire", "escompte": "escompte"}
    cites = [f"{libelles[cle]} : « {' '.join(texte.split())} »" for cle, texte in conditions.items()]
    penalites = lire_penalites(conditions.get("penalites", "")) or {"mode": "suppletif"}
    table = ", ".join(f'{cle} = "{valeur}"' for cle, valeur in penalites.items())
    ligne = f"penalites = {{ {table} }}"
    entete = "Si le débiteur a accepté ces conditions, "
    if a_un_contrat:
        return " ; ".join(cites), f"{entete}écrire sous [contrat] :\n{ligne}"
    return " ; ".join(cites), f"{entete}ajouter au dossier :\n[contrat]\n{ligne}"

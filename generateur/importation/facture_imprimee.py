"""Une facture en PDF ordinaire : numéro, montant et dates, quand son texte les dit sans ambiguïté."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from generateur.importation.valeurs_lues import lire_date, lire_montant

_LECTURES: Mapping[str, Callable[[str], Any]] = {
    "numero": lambda texte: texte.strip(" .-").upper() or None,
    "montant_ttc": lire_montant,
    "date": lire_date,
    "echeance": lire_date,
}


@cache
def _motifs() -> Mapping[str, list[str]]:
    texte = files("generateur.importation").joinpath("facture_imprimee.toml").read_text(encoding="utf-8")
    motifs: Mapping[str, list[str]] = tomllib.loads(texte)["motifs"]
    return motifs


def lire_facture_imprimee(texte: str) -> dict[str, Any]:
    """Les clés de la facture que le texte dit une seule fois, ou toujours pareil ; ce qui hésite est tu."""
    lignes = [_aplatir(ligne) for ligne in texte.splitlines()]
    lues = {cle: valeur for cle, motifs in _motifs().items() if (valeur := _lire(cle, motifs, lignes)) is not None}
    if "date" in lues and lues.get("echeance") and lues["echeance"] < lues["date"]:
        return {cle: valeur for cle, valeur in lues.items() if cle not in {"date", "echeance"}}
    return lues


def _lire(cle: str, motifs: list[str], lignes: list[str]) -> Any:
    """La valeur du premier motif qui répond, s'il n'en donne qu'une ; None sinon."""
    for motif in motifs:
        valeurs = set()
        for ligne in lignes:
            for trouve in re.finditer(motif, ligne):
                try:
                    valeurs.add(_LECTURES[cle](trouve[1]))
                except ValueError:
                    continue
        if valeurs - {None}:
            return valeurs.pop() if len(valeurs) == 1 else None
    return None


def _aplatir(ligne: str) -> str:
    decompose = unicodedata.normalize("NFKD", ligne.casefold())
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())

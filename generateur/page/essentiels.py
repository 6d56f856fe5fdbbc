"""Les champs que la page montre d'emblée, par section (essentiels.toml) ; les autres se déplient."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from generateur.domaine.parties import NATURES_PHYSIQUES
from generateur.operations.formulaire_dossier import Champ, Groupe

_PARTIES = frozenset({"debiteurs", "creancier", "mandataire"})
_LIEUX = frozenset({"siege", "etablissement", "adresse", "adresse_correspondance", "adresses"})


def est_essentiel(groupe: Groupe, champ: Champ) -> bool:
    """Vrai si cette clé se montre même vide."""
    section = str(next(pas for pas in reversed(groupe.chemin) if isinstance(pas, str)))
    famille = "partie" if section in _PARTIES else "adresse" if section in _LIEUX else section
    if famille == "mises_en_demeure":
        famille = "mise_en_demeure"
    cles = _lire().get(famille, [])
    if famille == "partie":
        natures = {c.valeur for c in groupe.champs if c.chemin[-1] == "nature"}
        cles = [*cles, *_lire()["personne_physique" if natures & NATURES_PHYSIQUES else "personne_morale"]]
    return str(champ.chemin[-1]) in cles


@cache
def _lire() -> Mapping[str, list[str]]:
    """Livré avec le paquet : il ne change pas tant que le programme tourne."""
    texte = files("generateur.page").joinpath("essentiels.toml").read_text(encoding="utf-8")
    champs: Mapping[str, list[str]] = tomllib.loads(texte)["champs"]
    return champs

"""Ce que la page montre d'emblée, par section (essentiels.toml), et dans quel ordre ; le reste se déplie."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from generateur.domaine.parties import NATURES_PHYSIQUES
from generateur.operations.formulaire_dossier import Champ, Groupe

_PARTIES = frozenset({"debiteurs", "creancier", "mandataire"})
_LIEUX = frozenset({"siege", "etablissement", "adresse", "adresse_correspondance", "adresses"})


def est_essentiel(groupe: Groupe, champ: Champ) -> bool:
    """Vrai si cette clé se montre même vide."""
    return str(champ.chemin[-1]) in _cles_de(groupe)


def ordonner(champs: Iterable[Champ], groupe: Groupe) -> list[Champ]:
    """Les essentiels dans leur ordre, puis les autres dans celui du modèle."""
    rangs = {cle: rang for rang, cle in enumerate(_cles_de(groupe))}
    return sorted(champs, key=lambda champ: rangs.get(str(champ.chemin[-1]), len(rangs)))


def est_ouvert(sous: Groupe, groupe: Groupe) -> bool:
    """Vrai si cette section interne se montre ouverte, même vide ; une autre adresse déjà saisie en tient lieu."""
    nom = str(sous.chemin[-1])
    if nom not in _lire()["ouverts"].get(_section(groupe), []):
        return False
    return nom not in _LIEUX or not any(s.est_saisi and str(s.chemin[-1]) in _LIEUX for s in groupe.groupes)


def _cles_de(groupe: Groupe) -> list[str]:
    section, champs = _section(groupe), _lire()["champs"]
    famille = "partie" if section in _PARTIES else "adresse" if section in _LIEUX else section
    if famille == "mises_en_demeure":
        famille = "mise_en_demeure"
    if famille != "partie":
        return champs.get(famille, [])
    natures = {c.valeur for c in groupe.champs if c.chemin[-1] == "nature"}
    noms = champs["personne_physique" if natures & NATURES_PHYSIQUES else "personne_morale"]
    return [*noms, *champs.get(section, champs["partie"])]


def _section(groupe: Groupe) -> str:
    return str(next(pas for pas in reversed(groupe.chemin) if isinstance(pas, str)))


@cache
def _lire() -> Mapping[str, Mapping[str, list[str]]]:
    """Livré avec le paquet : il ne change pas tant que le programme tourne."""
    texte = files("generateur.page").joinpath("essentiels.toml").read_text(encoding="utf-8")
    lu: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(texte)
    return lu

"""Accepter ce que l'on écrit d'ordinaire (« email », « devis », « distribuée ») et dire comment cela a été lu."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel

from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.langue import aplatir
from generateur.lecture.messages import modele_dans

Lieu = tuple[str | int, ...]


@dataclass(frozen=True)
class Lecture:
    """Ce qui était écrit, à quel endroit, et comment cela a été lu."""

    lieu: str
    ecrit: str
    lu: str


@cache
def _table() -> Mapping[str, Any]:
    texte = files("generateur.lecture").joinpath("synonymes.toml").read_text(encoding="utf-8")
    return tomllib.loads(texte)


def desaccentuer_cles(texte: str) -> str:
    """Le texte TOML dont les clés accentuées connues sont entre guillemets : TOML ne les admet pas nues."""
    accentuees = [cle for cle in _table()["cles"] if not re.fullmatch(r"[A-Za-z0-9_-]+", cle) and " " not in cle]
    motif = "|".join(map(re.escape, accentuees))
    return re.sub(rf"^(\s*)({motif})(\s*=)", r'\1"\2"\3', texte, flags=re.MULTILINE | re.IGNORECASE)


def normaliser_synonymes(donnees: Any, modele: type[BaseModel]) -> tuple[Any, tuple[Lecture, ...]]:
    """Les données aux clés et aux valeurs du format, et ce qui a été remplacé ; le reste est laissé tel quel."""
    lectures: list[Lecture] = []
    return _normaliser(donnees, modele, (), lectures), tuple(lectures)


def _normaliser(donnees: Any, modele: type[BaseModel], lieu: Lieu, lectures: list[Lecture]) -> Any:
    if isinstance(donnees, list):
        return [_normaliser(v, modele, (*lieu, rang), lectures) for rang, v in enumerate(donnees)]
    if not isinstance(donnees, Mapping):
        return donnees
    normalisees: dict[str, Any] = {}
    for ecrite, valeur in donnees.items():
        cle = _lire_cle(ecrite, modele, donnees)
        if cle != ecrite:
            lectures.append(Lecture(nommer((*lieu, cle)), ecrite, cle))
        champ = modele.model_fields.get(cle)
        interne = modele_dans(champ.annotation) if champ else None
        if interne:
            normalisees[cle] = _normaliser(valeur, interne, (*lieu, cle), lectures)
            continue
        lue = _lire_valeur(valeur, modele, cle)
        if lue != valeur:
            lectures.append(Lecture(nommer((*lieu, cle)), str(valeur), str(lue)))
        normalisees[cle] = lue
    return normalisees


def _lire_cle(ecrite: str, modele: type[BaseModel], donnees: Mapping[str, Any]) -> str:
    if ecrite in modele.model_fields:
        return ecrite
    cle = str(_table()["cles"].get(ecrite.casefold(), ecrite))
    return cle if cle in modele.model_fields and cle not in donnees else ecrite


def _lire_valeur(valeur: Any, modele: type[BaseModel], cle: str) -> Any:
    if not isinstance(valeur, str):
        return valeur
    tables = (_valeurs_connues(classe.__name__, cle) for classe in modele.__mro__)
    connues: Mapping[str, str] = next((table for table in tables if table), {})
    return connues.get(aplatir(valeur), valeur)


@cache
def _valeurs_connues(classe: str, cle: str) -> Mapping[str, str]:
    """Les mots acceptés pour cette clé, sans accents ni casse."""
    return {aplatir(mot): lu for mot, lu in _table()["valeurs"].get(classe, {}).get(cle, {}).items()}

"""Les valeurs écrites dans un modèle : jamais de champ inconnu, de « None » ni de caractère invisible."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast

from jinja2 import StrictUndefined
from jinja2.utils import missing
from markupsafe import Markup, escape

# Interdits en XML, demi-codets, marques d'ordre et de direction : rien qui se voie, tout ce qui nuit.
_INVISIBLES = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_LIGNES = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# Le trait d'union insécable manque à nos polices ; une tabulation déplacerait tout.
_EQUIVALENTS = {0x09: " ", 0x2010: "-", 0x2011: "-"}
_SAUT = Markup('</w:t><w:br/><w:t xml:space="preserve">')


class ErreurChamp(Exception):
    """Un champ manque au contexte, ou sa valeur ne peut pas s'écrire dans un acte."""

    def __init__(self, message: str = "", *, champ: str = "", voisins: Iterable[str] = (), remede: str = "") -> None:
        super().__init__(message or f"le champ « {champ} » n'existe pas")
        self.champ = champ
        self.voisins = tuple(voisins)
        self.remede = remede or "Corriger le nom du champ dans le modèle Word."

    def raconter(self, racines: Iterable[str]) -> str:
        """Le message complet ; un champ absent sans voisins connus se compare aux racines du contexte."""
        proche = champ_proche(self.champ, self.voisins or racines) if self.champ else ""
        return f"{self}" + (f" ; le plus proche : « {proche} »." if proche else ".")


class ChampInconnu(StrictUndefined):
    """Un champ absent du contexte : tout emploi lève ErreurChamp, avec le champ le plus proche."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> None:
        del exc  # Jinja veut choisir l'exception ; c'est la nôtre qui sait nommer le voisin
        voisins = () if obj is missing else _noms_de(obj)
        super().__init__(hint, obj, name, cast("Any", partial(_erreur_de_champ, str(name), voisins)))


def _erreur_de_champ(nom: str, voisins: Iterable[str], _message: str | None = None) -> ErreurChamp:
    return ErreurChamp(champ=nom, voisins=voisins)


def _noms_de(objet: Any) -> list[str]:
    if isinstance(objet, Mapping):
        return [cle for cle in objet if isinstance(cle, str)]
    return [nom for nom in dir(objet) if not nom.startswith("_")]


def champ_proche(nom: str, connus: Iterable[str]) -> str:
    """Le nom connu le plus ressemblant, vide si rien ne ressemble."""
    return next(iter(difflib.get_close_matches(nom, sorted(connus), n=1)), "")


def exiger_texte(valeur: Any) -> str:
    """Le texte, ou l'entier écrit. Lève ErreurChamp pour tout autre objet, dont la forme Python s'imprimerait."""
    if isinstance(valeur, StrictUndefined):
        return str(valeur)  # lève ErreurChamp, avec le champ le plus proche
    if not isinstance(valeur, str | int) or isinstance(valeur, bool):
        etat = "vide" if valeur is None else f"de type « {type(valeur).__name__} », pas un texte"
        remede = "Tester le champ avec {%p if … %}, ou nommer ce qu'il faut en imprimer : {{ creancier.nom }}."
        raise ErreurChamp(f"un champ est {etat}", remede=remede)
    return str(valeur)


def ecrire_valeur(valeur: Any) -> Any:
    """Le texte d'une valeur, prêt pour le XML de Word : recomposé (NFC), nettoyé, sauts de ligne traduits.

    Lève ErreurChamp si ce n'est pas un texte : montants et dates arrivent déjà écrits en français.
    """
    if valeur.__class__ is not str:
        if isinstance(valeur, Markup):
            return valeur
        valeur = exiger_texte(valeur)
    if valeur.isascii() and valeur.isprintable():
        return valeur
    propre = _INVISIBLES.sub("", unicodedata.normalize("NFC", valeur)).translate(_EQUIVALENTS)
    if propre.isprintable():
        return propre
    lignes = _LIGNES.split(propre)
    return _SAUT.join(escape(ligne) for ligne in lignes) if len(lignes) > 1 else propre

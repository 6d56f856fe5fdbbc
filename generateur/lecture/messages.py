"""Messages français de la validation : chaque défaut dit l'endroit, la valeur et ce qu'il faut écrire."""

import datetime as dt
import difflib
import re
import types
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from generateur.domaine.chemins_de_cle import Origines, situer
from generateur.domaine.noms_secrets import est_secrete, montrer_cle, porte_un_secret

_CLES_MONTREES = 3
_LONGUEUR_CITEE = 160
_LIGNE = re.compile(r"^.*?, ligne \d+, ")
_EXEMPLES = {dt.date: "2026-05-31", Decimal: '"100.00"', int: "1", bool: "true"}
_PHRASES = {
    "string_type": "un texte entre guillemets est attendu",
    "string_too_short": "à remplir",
    "bool_type": "true ou false est attendu",
    "bool_parsing": "true ou false est attendu",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_from_float": "un nombre entier est attendu",
    "tuple_type": "une liste est attendue : [ … ], ou une section à doubles crochets [[ … ]]",
    "dict_type": "une section est attendue",
    "model_type": "une section est attendue",
    "model_attributes_type": "une section est attendue",
    "string_pattern_mismatch": "cette écriture n'est pas admise",
    "too_short": "il en faut au moins un",
}


def retirer_ligne(endroit: str) -> str:
    """La clé seule d'un endroit que `situer` a dit."""
    return _LIGNE.sub("", endroit)


def expliquer(
    erreur: ValidationError, modele: type[BaseModel], origines: Origines, racine: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Traduit chaque défaut : (endroit, phrase), un par endroit. `racine` : où le modèle se trouve dans le dossier."""
    phrases: dict[str, list[str]] = {}
    for detail in erreur.errors(include_url=False):
        type_defaut, lieu = detail["type"], ecarter_variantes(detail["loc"], modele)
        if type_defaut == "extra_forbidden":  # la dernière partie est la clé saisie, « Reference » comprise
            lieu = (*ecarter_variantes(detail["loc"][:-1], modele), detail["loc"][-1])
        if type_defaut == "too_short" and detail["input"]:
            continue  # la liste n'est trop courte que de ses éléments en défaut, déjà dits
        if type_defaut == "missing":
            phrase = f"la clé « {lieu[-1]} » est obligatoire et manque"
        elif type_defaut == "extra_forbidden":
            phrase = f"clé inconnue « {montrer_cle(str(lieu[-1]))} »{_proposer(lieu, modele)}"
        elif _est_a_taire(detail):
            phrase = "cette valeur, qui ne se montre pas, n'est pas admise ; un texte entre guillemets est attendu"
        else:
            phrase = _traduire(detail) + _montrer_section(detail, lieu, modele)
        # une clé qui admet deux formes (date ou true) donne un défaut par forme : une seule phrase les dit
        phrases.setdefault(_abreger(situer((*racine, *lieu), origines)), []).append(_abreger_citations(phrase))
    return [(endroit, " ; ou bien : ".join(dict.fromkeys(dites))) for endroit, dites in phrases.items()]


def _abreger_citations(phrase: str) -> str:
    """Une saisie démesurée ne se recopie pas en entier."""
    return re.sub(r"« ([^»]+) »", lambda cite: f"« {_abreger(cite[1])} »", phrase)


def _abreger(texte: str) -> str:
    return texte if len(texte) <= _LONGUEUR_CITEE else f"{texte[: _LONGUEUR_CITEE // 2]}…{texte[-10:]}"


def _est_a_taire(detail: ErrorDetails) -> bool:
    saisie = detail["input"]
    return any(est_secrete(str(p)) for p in detail["loc"]) or (isinstance(saisie, str) and porte_un_secret(saisie))


def _traduire(detail: ErrorDetails) -> str:
    saisie = detail["input"]
    contexte: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(contexte["error"])
        case "literal_error" | "enum":
            admises = str(contexte["expected"]).replace("'", "").replace(" or ", ", ")
            return f"« {saisie} » n'est pas admis{_rapprocher(saisie, admises)} ; valeurs possibles : {admises}"
        case "greater_than_equal":
            return f"« {detail['input']} » est trop petit (minimum {contexte['ge']})"
        case "less_than_equal":
            return f"« {detail['input']} » est trop grand (maximum {contexte['le']})"
        case "string_too_short" | "too_short":
            return _PHRASES[detail["type"]]
        case autre:
            return _PHRASES.get(autre, "cette valeur n'est pas admise") + _citer(detail["input"])


def _montrer_section(detail: ErrorDetails, lieu: tuple[str | int, ...], modele: type[BaseModel]) -> str:
    """Un exemple de ce qui est attendu à cet endroit, prêt à recopier."""
    genre = detail["type"]
    if genre not in {"tuple_type", "dict_type", "model_type", "model_attributes_type"} or not lieu:
        return ""
    if genre == "dict_type":
        return ", par exemple [procedures.injonction_de_payer]"
    cible = modele_a(lieu, modele)
    if cible is None:
        return ""
    requises = [cle for cle, champ in cible.model_fields.items() if champ.is_required()]
    cles = (requises or list(cible.model_fields))[:_CLES_MONTREES]
    exemple = "{ " + ", ".join(f"{cle} = {donner_exemple((*lieu, cle), modele)}" for cle in cles) + " }"
    nom = next(str(partie) for partie in reversed(lieu) if not isinstance(partie, int))
    return f", par exemple : {nom} = {f'[{exemple}]' if genre == 'tuple_type' else exemple}"


def _rapprocher(saisie: Any, admises: str) -> str:
    """La valeur admise que la saisie écrit avec des accents, des majuscules ou une faute de frappe."""
    proches = difflib.get_close_matches(
        sans_accents(saisie).strip().replace(" ", "_"), admises.split(", "), n=1, cutoff=0.8
    )
    return f" (vouliez-vous dire « {proches[0]} » ?)" if proches else ""


def sans_accents(saisie: Any) -> str:
    """Le même texte en minuscules, sans accent ni signe hors de l'alphabet."""
    return unicodedata.normalize("NFD", str(saisie).casefold()).encode("ascii", "ignore").decode()


def _citer(valeur: Any) -> str:
    """Ce qui a été lu, écrit comme dans le fichier ; une section entière ne se recopie pas."""
    if isinstance(valeur, Mapping):
        return " (lu : une section)"
    if isinstance(valeur, list | tuple):
        return " (lu : une liste)"
    if isinstance(valeur, bool):
        return f" (lu : « {'true' if valeur else 'false'} »)"
    return f" (lu : « {str(valeur)[:60]} »)"


def ecarter_variantes(lieu: tuple[int | str, ...], modele: type[BaseModel]) -> tuple[str | int, ...]:
    """Retire ce que pydantic ajoute au chemin pour les unions (« bool », « str », « Adresse »)."""
    while lieu and isinstance(lieu[-1], str) and lieu[-1][:1].isupper():
        lieu = lieu[:-1]
    while lieu and lieu[-1] in {"bool", "str", "int", "date"} and not _a_la_cle(lieu, modele):
        lieu = lieu[:-1]
    return tuple(p for p in lieu if not (isinstance(p, str) and p[:1].isupper()) and "[" not in str(p))


def _a_la_cle(lieu: tuple[str | int, ...], modele: type[BaseModel]) -> bool:
    parent = modele_a(lieu[:-1], modele)
    return parent is not None and lieu[-1] in parent.model_fields


def _proposer(lieu: tuple[str | int, ...], modele: type[BaseModel]) -> str:
    parent = modele_a(lieu[:-1], modele)
    if parent is None:
        return ""
    proches = difflib.get_close_matches(sans_accents(lieu[-1]), parent.model_fields, n=1, cutoff=0.5)
    if proches:
        return f" : vouliez-vous dire « {proches[0]} » ?"
    return f" ; clés admises ici : {', '.join(parent.model_fields)}"


def modele_a(lieu: tuple[str | int, ...], modele: type[BaseModel]) -> type[BaseModel] | None:
    """Le modèle pydantic qui se trouve à cet endroit du dossier, ou None."""
    courant: type[BaseModel] | None = modele
    for partie in lieu:
        if isinstance(partie, int):
            continue
        champ = courant.model_fields.get(partie) if courant else None
        courant = modele_dans(champ.annotation) if champ else None
    return courant


def champ_a(lieu: tuple[str | int, ...], modele: type[BaseModel]) -> FieldInfo | None:
    """Le champ qui se trouve à cet endroit du dossier, ou None."""
    parent = modele_a(lieu[:-1], modele)
    return parent.model_fields.get(str(lieu[-1])) if parent else None


def donner_exemple(lieu: tuple[str | int, ...], modele: type[BaseModel]) -> str:
    """Ce qu'on écrirait pour cette clé : un fichier, la première valeur admise, une date, un montant, un texte."""
    if lieu[-1] == "fichier":
        return '"pieces/document.pdf"'
    champ = champ_a(lieu, modele)
    annotation = champ.annotation if champ else None
    for forme in (annotation, *get_args(annotation)):
        if get_origin(forme) is Literal:
            return f'"{get_args(forme)[0]}"'
        if forme in _EXEMPLES:
            return _EXEMPLES[forme]
    return '"à remplir"'


def modele_dans(annotation: Any) -> type[BaseModel] | None:
    """Le modèle qu'une annotation contient, ou None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, types.UnionType, tuple, Annotated}:
        return next((trouve for a in get_args(annotation) if (trouve := modele_dans(a))), None)
    return None

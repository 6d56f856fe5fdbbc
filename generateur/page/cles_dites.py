"""Une phrase qui cite des clés du fichier, dite avec les noms que la page leur donne.

« écrivez agit_en_professionnel = true » devient « écrivez « Agit en professionnel » : oui ».
"""

import re
from functools import cache

from generateur.domaine.langue import INSECABLE
from generateur.operations.formulaire_dossier import libelle_de, libelle_de_valeur

_CLE = r"[a-z]+(?:_[a-z0-9]+)*(?:\.[a-z_]+)*"
_NOTE = r"\{[^}]*\}"
_VALEUR = rf'"[^"]*"|{_NOTE}|true|false|\d[\w.,/-]*\w|\d'
_POSE = re.compile(rf"(?:(?<=\s)|(?<=\()|^)({_CLE})\s*=\s*({_VALEUR})")
_SECTION = re.compile(r"\[\[?([a-z_]+)\]\]?")
_ENTRE_GUILLEMETS = re.compile(rf"«\s({_CLE})\s»")
_COMPOSEE = re.compile(
    r"(?<![\w@./])([a-z]+(?:_[a-z0-9]+)+(?:\.[a-z_]+)*|[a-z]+(?:_[a-z]+)*\.(?!fr\b)[a-z_]{4,})(?![\w/]|\.\w)"
)
_MOT = re.compile(r'"([^"]*)"')
_MOT_NU = re.compile(r"(?<![\w@./-])[a-z]+(?![\w@/-]|\.\w)")
_OPTION = re.compile(r"\s*(?:ou (?:l'option )?|, (?:avec|sans) |avec )--\w+(?: [a-z_]+)?")
_CLES_SANS_ACCENT = ("qualite", "activite", "penalites")
_REMPLACES = (
    (" dans pieces/", " parmi les pièces"),
    (", entre guillemets", ""),
    (" du fichier", ""),
)


def dire_cles(phrase: str) -> str:
    """La phrase sans clé, section, option ni guillemet droit."""
    phrase = _OPTION.sub("", phrase)
    for vieux, neuf in _REMPLACES:
        phrase = phrase.replace(vieux, neuf)
    phrase = _POSE.sub(lambda m: f"{_nommer(m[1])}{_valoir(m[1], m[2])}", phrase)
    phrase = _SECTION.sub(lambda m: _citer(m[1]), phrase)
    phrase = _ENTRE_GUILLEMETS.sub(lambda m: _citer(m[1]), phrase)
    phrase = _COMPOSEE.sub(lambda m: _nommer(m[1]), phrase)
    phrase = _MOT_NU.sub(lambda m: _sans_accent().get(m[0], m[0]), phrase)
    return _MOT.sub(lambda m: f"«{INSECABLE}{_dire_mot(m[1])}{INSECABLE}»", phrase)


@cache
def _sans_accent() -> dict[str, str]:
    """Les clés d'un mot écrites sans leurs accents, et les deux réponses : « qualite », « false »."""
    noms = {cle: libelle_de("Dossier", cle).lower() for cle in _CLES_SANS_ACCENT}
    return {**noms, "true": "oui", "false": "non"}


def _citer(cle: str) -> str:
    return f"«{INSECABLE}{libelle_de('Dossier', cle)}{INSECABLE}»"


def _nommer(cle: str) -> str:
    """« factures.commande » : « Commande », dans « Factures » ; une valeur connue se dit, elle aussi, par son nom."""
    *parents, derniere = cle.split(".")
    if libelle_de("Dossier", derniere) == derniere:
        return cle if parents else libelle_de_valeur(derniere)  # « bon_de_livraison.pdf » reste un nom de fichier
    return _citer(derniere) + "".join(f", dans {_citer(parent)}" for parent in reversed(parents))


def _valoir(cle: str, valeur: str) -> str:
    if valeur in {"true", "false"}:
        return f"{INSECABLE}: {'oui' if valeur == 'true' else 'non'}"
    if valeur.startswith("{"):
        parties = re.findall(rf"({_CLE})\s*=\s*({_VALEUR})", valeur)
        return " (" + ", ".join(f"{libelle_de('Dossier', c)}{_valoir(c, v)}" for c, v in parties) + ")"
    nue = valeur.strip('"')
    if cle.rpartition(".")[2] in {"fichier", "accuse", "pouvoir", "preuve_depot"} or not nue:
        return ""  # la page a un bouton pour joindre, un champ pour écrire
    return f"{INSECABLE}: {_dire_mot(nue)}"


def _dire_mot(mot: str) -> str:
    if trouve := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", mot):
        return f"{trouve[3]}/{trouve[2]}/{trouve[1]}"
    return libelle_de_valeur(mot)

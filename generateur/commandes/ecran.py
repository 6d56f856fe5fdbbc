"""Ce qui s'affiche : un texte pour une personne, ou du JSON, sans signe qui commande le terminal ou trompe l'œil.

Un nom de fichier, une clé, un manifeste peuvent porter un échappement (couleur, curseur), un retour chariot, une
marque de direction ou un signe invisible : affichés tels quels, ils réécriraient un verdict. Ils se montrent par leur
code.
"""

import json
import re
import unicodedata
from typing import Any

import click

_GARDES = frozenset("\n\t")
_VIDES = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")  # des lettres et des signes qui ne se voient pas
_SUSPECTS = re.compile("[^\\x20-\\x7e\\n\\t]")


def afficher(texte: str, *, err: bool = False) -> None:
    """Écrit ce texte sur la sortie, ou sur la sortie d'erreur, rendu inoffensif."""
    click.echo(rendre_inoffensif(texte), err=err)


def afficher_objet(objet: Any) -> None:
    """Écrit cet objet en JSON sur la sortie : les mêmes signes y sont échappés, sans changer les valeurs."""
    click.echo(_SUSPECTS.sub(_echapper, json.dumps(objet, ensure_ascii=False, indent=2)))


def rendre_inoffensif(texte: str) -> str:
    """Le même texte, chaque signe de commande, de format ou invisible remplacé par son code (« U+001B » en JSON)."""
    return _SUSPECTS.sub(_echapper, texte)


def mettre_en_ligne(nom: str) -> str:
    """Un nom ou un endroit, sur une seule ligne : un retour à la ligne qu'il porte ne commence pas une ligne à nous."""
    return rendre_inoffensif(nom).replace("\n", "\\n").replace("\t", "\\t")


def _echapper(trouve: re.Match[str]) -> str:
    signe = trouve[0]
    est_vu = signe not in _VIDES and unicodedata.category(signe) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    if signe in _GARDES or est_vu:
        return signe
    code = ord(signe)
    if code > 0xFFFF:  # noqa: PLR2004 (au-delà du plan de base, deux demi-codets, comme en JSON)
        haut, bas = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + haut:04x}\\u{0xDC00 + bas:04x}"
    return f"\\u{code:04x}"

"""Les signes qui commandent un terminal, trompent l'œil ou ne se voient pas : montrés par leur code."""

import re
import unicodedata
from collections.abc import Iterable

_GARDES = frozenset("\n\t")
_VIDES = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")  # des lettres et des signes qui ne se voient pas
SUSPECTS = re.compile("[^\\x20-\\x7e\\n\\t]")


def rendre_inoffensif(texte: str) -> str:
    """Le même texte, chaque signe de commande, de format ou invisible remplacé par son code (« U+001B » en JSON)."""
    return SUSPECTS.sub(echapper, texte)


def mettre_en_ligne(nom: str) -> str:
    """Un nom ou un endroit, sur une seule ligne : un retour à la ligne qu'il porte ne commence pas une ligne à nous."""
    return rendre_inoffensif(nom).replace("\n", "\\n").replace("\t", "\\t")


def assembler(lignes: Iterable[str]) -> str:
    """Le texte de ces lignes, chacune sur la sienne : ce qui vient de l'extérieur n'en commence jamais une autre."""
    return "\n".join(map(mettre_en_ligne, lignes))


def echapper(trouve: re.Match[str]) -> str:
    """Ce signe, ou son code s'il commande, trompe ou ne se voit pas."""
    signe = trouve[0]
    est_vu = signe not in _VIDES and unicodedata.category(signe) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    if signe in _GARDES or est_vu:
        return signe
    code = ord(signe)
    if code > 0xFFFF:  # noqa: PLR2004 (au-delà du plan de base, deux demi-codets, comme en JSON)
        haut, bas = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + haut:04x}\\u{0xDC00 + bas:04x}"
    return f"\\u{code:04x}"

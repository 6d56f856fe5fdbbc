"""Les adresses que la table des ressorts publie toutes en capitales, rendues lisibles."""

import re

_SIGLES = frozenset({"BP", "CS", "TSA"})
_PETITS_MOTS = frozenset({"d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sous", "sur"}) | frozenset(
    {"allée", "avenue", "bd", "boulevard", "chemin", "cours", "impasse", "place", "quai", "route", "rue", "square"}
)


def adoucir_capitales(adresse: str) -> str:
    """Rend lisible une adresse publiée toute en capitales ; une autre est rendue telle quelle.

    >>> adoucir_capitales("QUAI FINKMATT, 67070 STRASBOURG CEDEX")
    'Quai Finkmatt, 67070 Strasbourg Cedex'
    """
    if adresse != adresse.upper() or adresse == adresse.lower():
        return adresse
    return _capitaliser(re.sub(r"[^\W\d_]+", _adoucir_mot, adresse))


def _adoucir_mot(trouve: re.Match[str]) -> str:
    mot = trouve[0]
    if mot in _SIGLES:
        return mot
    bas = mot.lower()
    return bas if bas in _PETITS_MOTS else _capitaliser(bas)


def _capitaliser(texte: str) -> str:
    return texte[:1].upper() + texte[1:]

"""Ce qu'il faut de français à tous les étages : montants, taux, dates, pluriels, énumérations.

Insécable U+00A0 entre le nombre et son unité, fine insécable U+202F entre les milliers.
"""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from generateur.domaine.arrondi import arrondir

INSECABLE = "\u00a0"
A_COMPLETER = f"à{INSECABLE}compléter"  # ce qu'un projet imprime à la place de ce qui manque
FINE = "\u202f"
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def nombre(valeur: Decimal, decimales: int = 2) -> str:
    """Nombre à la française.

    >>> nombre(Decimal("1234567.5")).replace(FINE, " ")
    '1 234 567,50'
    """
    return f"{valeur:,.{decimales}f}".replace(",", FINE).replace(".", ",")


def montant(valeur: Decimal) -> str:
    """Montant en euros, au centime : « 8 640,00 € », espaces insécables."""
    return f"{nombre(arrondir(valeur))}{INSECABLE}€"


def pourcentage(valeur: Decimal) -> str:
    """Taux tel que publié : deux décimales au moins, sans zéro inutile au-delà.

    >>> pourcentage(Decimal("12.4")).replace(INSECABLE, " ")
    '12,40 %'
    """
    exposant = valeur.normalize().as_tuple().exponent
    decimales = max(2, -exposant if isinstance(exposant, int) else 2)
    return f"{nombre(valeur, decimales)}{INSECABLE}%"


def date_longue(jour: dt.date) -> str:
    """Date en toutes lettres, espaces insécables.

    >>> date_longue(dt.date(2026, 12, 1)).replace(INSECABLE, " ")
    '1er décembre 2026'
    """
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{MOIS[jour.month - 1]}{INSECABLE}{jour.year}"


def date_courte(jour: dt.date) -> str:
    """Date de tableau : 21/11/2026."""
    return f"{jour:%d/%m/%Y}"


def date_ou_manque(jour: dt.date | None) -> str:
    """Date en toutes lettres, ou « à compléter » si elle n'est pas connue."""
    return A_COMPLETER if jour is None else date_longue(jour)


def pluriel(combien: int, singulier: str, forme_plurielle: str = "") -> str:
    """Accorde un nom avec son nombre : « 1 facture », « 3 factures »."""
    mot = singulier if abs(combien) < 2 else forme_plurielle or f"{singulier}s"  # noqa: PLR2004 (règle du pluriel)
    return f"{combien}{INSECABLE}{mot}"


def courber(texte: str) -> str:
    """Apostrophe typographique, pour un texte qui vient des tables : « l’article »."""
    return texte.replace("'", "’")


def majuscule(texte: str) -> str:
    """Met une capitale à la première lettre, sans toucher au reste."""
    return texte[:1].upper() + texte[1:]


def citer(elements: Sequence[str], maximum: int = 10) -> str:
    """Énumération bornée : au-delà du maximum, le reste est compté.

    >>> citer(["a", "b", "c", "d"], 2)
    'a, b et 2 autres'
    """
    reste = len(elements) - maximum
    return enumerer([*elements[:maximum], *([f"{reste} autre{'s' if reste > 1 else ''}"] if reste > 0 else [])])


def aplatir(texte: str) -> str:
    """Minuscules, sans accents, apostrophes et espaces unifiés : pour comparer, jamais pour montrer.

    >>> aplatir("Pénalités  de RETARD")
    'penalites de retard'
    """
    sans_accent = texte
    if not texte.isascii():
        decompose = unicodedata.normalize("NFKD", texte.replace("’", "'"))
        sans_accent = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return " ".join(sans_accent.lower().split())


def enumerer(elements: Sequence[str]) -> str:
    """Énumération : « a », « a et b », « a, b et c ».

    >>> enumerer(["a", "b", "c"])
    'a, b et c'
    """
    if len(elements) < 2:  # noqa: PLR2004 (règle de la virgule)
        return "".join(elements)
    return f"{', '.join(elements[:-1])} et {elements[-1]}"

"""Comparer deux textes sans accents ni casse."""

import unicodedata


def aplatir(texte: str) -> str:
    """Minuscules, sans accents, apostrophes et espaces unifiés : pour comparer, jamais pour montrer.

    >>> aplatir("Pénalités  de RETARD")
    'penalites de retard'
    """
    decompose = unicodedata.normalize("NFKD", texte.replace("’", "'"))
    sans_accent = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return " ".join(sans_accent.lower().split())

"""Les valeurs lues dans une réponse d'autrui : un texte, une date, ou rien."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from generateur.domaine.langue import MOIS, aplatir
from generateur.erreurs import ErreurOutilAbsent

_LONGUEUR_MAX = 500
_MOIS = {aplatir(nom): rang for rang, nom in enumerate(MOIS, start=1)}
_EN_LETTRES = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")


def lire_texte(brut: Any) -> str | None:
    """Le texte sur une ligne ; None s'il est vide, n'en est pas un, ou n'est pas diffusible."""
    if isinstance(brut, bool) or not isinstance(brut, str | int):
        return None
    texte = " ".join("".join(signe if signe.isprintable() else " " for signe in str(brut)).split())[:_LONGUEUR_MAX]
    return None if not texte or "NON-DIFFUSIBLE" in texte.upper() else texte


def lire_date(brut: Any) -> dt.date | None:
    """« 2026-09-08 » (une heure peut suivre) ou « 8 septembre 2026 » ; toute autre écriture est rejetée."""
    texte = lire_texte(brut) or ""
    try:
        if trouve := _EN_LETTRES.fullmatch(aplatir(texte)):
            return dt.date(int(trouve[3]), _MOIS[trouve[2]], int(trouve[1]))
        return dt.date.fromisoformat(texte[:10]) if texte[10:11] in {"", "T", " "} else None
    except (ValueError, KeyError):
        return None


def lire_objet(brut: Any) -> Mapping[str, Any]:
    """L'objet, ou celui qu'une chaîne JSON contient ; vide s'il n'y en a pas."""
    if isinstance(brut, str):
        try:
            brut = json.loads(brut)
        except (ValueError, RecursionError):
            return {}
    return brut if isinstance(brut, Mapping) else {}


def refuser_forme(nom: str) -> ErreurOutilAbsent:
    """Le service répond, mais plus dans la forme connue : rien n'en est tiré."""
    return ErreurOutilAbsent(
        f"la réponse de {nom} n'a plus la forme connue : rien n'en est tiré",
        lieu=nom,
        remede="Mettre le programme à jour ; d'ici là, consulter le service dans un navigateur.",
    )

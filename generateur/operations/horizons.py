"""Annoncer, après une production, le droit dont elle dépend et qui n'est bientôt plus connu.

Le manifeste porte l'horizon ; l'annonce dépend du jour, elle n'est donc publiée nulle part.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from generateur.domaine.langue import date_longue, enumerer
from generateur.droit.tables import entier_au

_UN_JOUR = dt.timedelta(days=1)
_REFERENCES_CITEES = 3


Horizon = tuple[dt.date, tuple[str, ...]]  # le dernier jour connu, et les tables qui s'arrêtent là


def annoncer_horizons(horizons: Iterable[tuple[str, Horizon]], jour: dt.date) -> tuple[str, ...]:
    """Une phrase par horizon à moins du délai d'alerte de `jour`, et les dossiers (leur référence) qu'il touche."""
    alerte = dt.timedelta(days=entier_au("delais_jours", jour, "alerte_horizon"))
    touches: dict[Horizon, list[str]] = {}
    nombres: Counter[Horizon] = Counter()
    for reference, horizon in horizons:
        if horizon[0] - jour < alerte:
            nombres[horizon] += 1
            if nombres[horizon] <= _REFERENCES_CITEES:
                touches.setdefault(horizon, []).append(reference)
    return tuple(_dire(horizon, touches[horizon], nombres[horizon]) for horizon in sorted(touches))


def _dire(horizon: Horizon, references: list[str], nombre: int) -> str:
    fin, tables = horizon
    commandes = enumerer([f"« generateur droit ajouter {nom} {fin + _UN_JOUR} … »" for nom in tables])
    dossiers = enumerer(references) if nombre <= _REFERENCES_CITEES else f"{nombre} dossiers"
    return (
        f"Droit bientôt inconnu : {enumerer(list(tables))} jusqu'au {date_longue(fin)} "
        f"(sert à {dossiers}). Dès la publication : {commandes}."
    )

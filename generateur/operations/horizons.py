"""Annoncer, après une production, le droit dont elle dépend et qui n'est bientôt plus connu.

Le manifeste porte l'horizon ; l'annonce dépend du jour, elle n'est donc publiée nulle part.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from generateur.contrats import NOM_MANIFESTE
from generateur.domaine.langue import date_longue, enumerer
from generateur.droit.tables import entier_au
from generateur.erreurs import ErreurGenerateur
from generateur.publication.manifeste import HorizonDuDroit, Manifeste, lire_manifeste

_UN_JOUR = dt.timedelta(days=1)
_REFERENCES_CITEES = 3


def annoncer_horizons(manifestes: Iterable[Manifeste], jour: dt.date) -> tuple[str, ...]:
    """Une phrase par horizon à moins du délai d'alerte de `jour`, et les dossiers qu'il touche."""
    alerte = dt.timedelta(days=entier_au("delais_jours", jour, "alerte_horizon"))
    touches: dict[HorizonDuDroit, list[str]] = {}
    for manifeste in manifestes:
        horizon = manifeste.horizon
        if horizon and dt.date.fromisoformat(horizon.date) - jour < alerte:
            touches.setdefault(horizon, []).append(manifeste.reference)
    return tuple(_dire(horizon, references) for horizon, references in sorted(touches.items(), key=lambda t: t[0].date))


def lire_manifestes(liasses: Iterable[str | None]) -> tuple[Manifeste, ...]:
    """Les manifestes posés à côté de ces liasses ; ce qui manque ou ne se lit pas est passé."""
    lus = []
    for liasse in filter(None, liasses):
        try:
            lus.append(lire_manifeste(Path(liasse).parent / NOM_MANIFESTE))
        except ErreurGenerateur:
            continue
    return tuple(lus)


def _dire(horizon: HorizonDuDroit, references: list[str]) -> str:
    fin = dt.date.fromisoformat(horizon.date)
    commandes = enumerer([f"« generateur droit ajouter {nom} {fin + _UN_JOUR} … »" for nom in horizon.tables])
    dossiers = enumerer(references) if len(references) <= _REFERENCES_CITEES else f"{len(references)} dossiers"
    return (
        f"Droit bientôt inconnu : {enumerer(list(horizon.tables))} jusqu'au {date_longue(fin)} "
        f"(sert à {dossiers}). Dès la publication : {commandes}."
    )

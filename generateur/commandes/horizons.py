"""Ce qu'une commande dit, après avoir produit, du droit bientôt inconnu."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from generateur.commandes.options import dire

if TYPE_CHECKING:
    from generateur.publication.manifeste import Manifeste
    from generateur.reglages import Resultat


def annoncer_horizon(manifeste: "Manifeste", jour: dt.date) -> None:
    """Le droit qui s'arrête bientôt, sur la sortie d'erreur : il ne se publie pas, il dépend du jour."""
    from generateur.operations.horizons import annoncer_horizons

    horizon = manifeste.horizon
    connus = [(manifeste.reference, (dt.date.fromisoformat(horizon.date), horizon.tables))] if horizon else []
    for annonce in annoncer_horizons(connus, jour):
        dire(annonce)


def annoncer_horizons_du_lot(resultats: "Iterable[Resultat]", jour: dt.date) -> None:
    """Le même, une fois pour tous les dossiers qu'il touche."""
    from generateur.operations.horizons import annoncer_horizons

    connus = ((r.reference, (r.fiche.horizon, r.fiche.tables)) for r in resultats if r.fiche.horizon)
    for annonce in annoncer_horizons(connus, jour):
        dire(annonce)

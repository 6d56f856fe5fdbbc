"""Comment un débiteur a payé ce créancier jusqu'ici, d'après le dernier export qui le disait."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class HistoriquePaiement:
    """`retard_moyen` : jours entre l'échéance et le paiement, sur les factures payées qui disent les deux ; ou None."""

    lu_le: dt.date
    factures: int
    payees: int
    retard_moyen: int | None = None

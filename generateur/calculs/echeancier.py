"""L'échéancier d'un accord : des parts égales au centime, la dernière reçoit l'arrondi, à des jours ouvrables."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from generateur.calculs.calendrier import ajouter_mois, reporter
from generateur.domaine.arrondi import CENTIME, arrondir
from generateur.domaine.socle import ZERO


@dataclass(frozen=True)
class Versement:
    """Une échéance proposée : `date` est un jour ouvrable."""

    rang: int
    date: dt.date
    montant: Decimal


@dataclass(frozen=True)
class Echeancier:
    """`du` = `remise` + `acompte` + somme des versements, au centime."""

    du: Decimal
    remise: Decimal
    acompte: Decimal
    versements: tuple[Versement, ...]

    @property
    def a_payer(self) -> Decimal:
        """Ce que le débiteur paiera s'il tient l'accord."""
        return self.du - self.remise


def dresser_echeancier(
    du: Decimal,
    nombre: int,
    premiere: dt.date,
    *,
    acompte: Decimal = ZERO,
    remise_pourcent: Decimal = ZERO,
    territoire: str = "",
) -> Echeancier:
    """Un versement par mois, au quantième de `premiere`, reporté au jour ouvrable ; la remise est arrondie au centime.

    Lève ValueError, avec la phrase à montrer, si l'acompte couvre tout, ou si les parts seraient de moins d'un centime.
    """
    remise = arrondir(du * remise_pourcent / 100)
    reste = du - remise - acompte
    if reste <= 0:
        raise ValueError("la remise et l'acompte couvrent toute la somme : il ne reste rien à échelonner")
    part = (reste / nombre).quantize(CENTIME, rounding=ROUND_DOWN)
    if not part:
        raise ValueError(f"{reste} € ne se partagent pas en {nombre} échéances d'au moins un centime")
    montants = [part] * (nombre - 1) + [reste - part * (nombre - 1)]
    versements = tuple(
        Versement(rang, reporter(ajouter_mois(premiere, rang - 1), territoire), montant)
        for rang, montant in enumerate(montants, start=1)
    )
    return Echeancier(du, remise, acompte, versements)

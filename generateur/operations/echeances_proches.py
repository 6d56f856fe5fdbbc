"""Les dates à tenir dans les jours qui viennent, tous dossiers réunis."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from generateur.operations.echeances import lister_echeances


@dataclass(frozen=True)
class EcheanceProche:
    """Une date à tenir dans les jours qui viennent."""

    le: dt.date
    reference: str
    debiteur: str
    titre: str
    fondement: str


def relever_proches(source: Path, au: dt.date, jours: int, references: Collection[str]) -> tuple[EcheanceProche, ...]:
    """Celles de ces dossiers, de `au` à tant de jours de là, l'un et l'autre compris ; la plus proche d'abord."""
    fin = au + dt.timedelta(days=jours)
    proches = [
        EcheanceProche(echeance.date, reference, nom, echeance.titre, echeance.fondement)
        for reference, nom, echeances in lister_echeances(source, au, au).dossiers
        for echeance in echeances
        if reference in references and echeance.date and au <= echeance.date <= fin
    ]
    return tuple(sorted(proches, key=lambda e: (e.le, e.reference, e.titre)))

"""Les dates à tenir dans les jours qui viennent, tous dossiers réunis."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generateur.calculs.echeances import Echeance
from generateur.erreurs import ErreurGenerateur
from generateur.lecture.socle import DossierLu
from generateur.operations.echeances import echeances_du_dossier


@dataclass(frozen=True)
class EcheanceProche:
    """Une date à tenir dans les jours qui viennent."""

    le: dt.date
    reference: str
    debiteur: str
    titre: str
    fondement: str


def relever_proches(lus: Iterable[DossierLu], au: dt.date, jours: int) -> tuple[EcheanceProche, ...]:
    """Celles de ces dossiers, de `au` à tant de jours de là, l'un et l'autre compris ; la plus proche d'abord."""
    fin = au + dt.timedelta(days=jours)
    proches = [
        EcheanceProche(
            echeance.date, lu.dossier.reference, lu.dossier.debiteur.nom_complet, echeance.titre, echeance.fondement
        )
        for lu in lus
        for echeance in _calculer(lu, au)
        if echeance.date and au <= echeance.date <= fin
    ]
    return tuple(sorted(proches, key=lambda e: (e.le, e.reference, e.titre)))


def _calculer(lu: DossierLu, au: dt.date) -> Iterator[Echeance]:
    """Rien d'un dossier dont un délai n'est pas connu à cette date : « verifier » le dit."""
    try:
        yield from echeances_du_dossier(lu.dossier, au)
    except ErreurGenerateur:
        return

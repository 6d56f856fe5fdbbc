"""La ligne de temps d'un dossier : ce qui est arrivé, puis ce qui vient, chaque date avec ce qu'elle dit."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import lister_evenements
from generateur.operations.echeances import echeances_du_dossier


@dataclass(frozen=True)
class Moment:
    """Une date du dossier ; `lieu` : où le dossier la dit, vide pour une date à venir."""

    date: dt.date
    libelle: str
    lieu: str = ""
    montant: Decimal | None = None
    detail: str = ""


def dresser_ligne_de_temps(dossier: Dossier, jour: dt.date) -> tuple[tuple[Moment, ...], tuple[Moment, ...]]:
    """Ce qui est arrivé jusqu'à `jour`, échéances manquées comprises, puis les dates à tenir, chacun dans l'ordre.

    Lève ErreurDroitManquant si un délai n'est pas connu à cette date.
    """
    datees = [(e, Moment(e.date, e.titre, detail=e.explication)) for e in echeances_du_dossier(dossier, jour) if e.date]
    manquees = [moment for e, moment in datees if e.est_manquee]
    venir = [moment for e, moment in datees if moment.date >= jour and not e.est_manquee]
    passes = sorted((*_arrives(dossier), *manquees), key=lambda m: m.date)
    return tuple(passes), tuple(sorted(venir, key=lambda m: m.date))


def _arrives(dossier: Dossier) -> Iterator[Moment]:
    for rang, facture in enumerate(dossier.factures, start=1):
        lieu = f"factures[{rang}]"
        if facture.date:
            yield Moment(facture.date, f"facture {facture.numero} émise", f"{lieu}.date", facture.montant_ttc)
    for rang, relance in enumerate(dossier.relances, start=1):
        yield Moment(relance.date, "relance", f"relances[{rang}].date", detail=relance.objet or "")
    for mise in dossier.toutes_mises_en_demeure:
        lieu = "mise_en_demeure" if mise is dossier.mise_en_demeure else "mises_en_demeure"
        yield Moment(mise.date_envoi, "mise en demeure envoyée", lieu)
        if recue := mise.date_reception or mise.date_presentation:
            yield Moment(recue, "mise en demeure présentée", lieu)
    for evenement in lister_evenements(dossier):
        yield Moment(evenement.date, evenement.libelle, evenement.lieu, evenement.montant)

"""Où en est un dossier depuis son dépôt : déposé, ordonnance à signifier, exécutoire, opposé, rejeté, clos…

Sources : CPC 1409 (rejet, ordonnance partielle), 1411 (signification), 1416 (opposition), 1422 (exécution) ;
CPCE L111-4 (dix ans). Un débiteur n'avance pas pour les autres : le dossier en est à ce qui presse le plus.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from generateur.calculs.calendrier import UN_JOUR, territoire_de
from generateur.calculs.encours import calculer_encours
from generateur.calculs.suites_europeennes import est_europeenne
from generateur.calculs.titre import (
    premier_jour_d_execution,
    terme_d_execution,
    terme_d_opposition,
    terme_de_signification,
)
from generateur.domaine.apres_depot import Cloture, Ordonnance, Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.evenements import lister_evenements
from generateur.domaine.langue import date_longue, montant
from generateur.domaine.parties import Debiteur

NomEtape = Literal[
    "amiable",
    "depose",
    "a_signifier",
    "oppose",
    "executoire",
    "signifie",
    "saisi",
    "non_avenue",
    "expire",
    "rejete",
    "europeenne",
    "clos",
]
# Ce qui presse d'abord, quand plusieurs débiteurs n'en sont pas au même point.
_PRESSE: tuple[NomEtape, ...] = ("a_signifier", "oppose", "executoire", "signifie", "saisi", "non_avenue", "expire")

_MOTIFS = {
    "paye": "payé",
    "irrecouvrable": "créance irrecouvrable",
    "abandon": "poursuites abandonnées",
    "transaction": "transaction",
    "autre": "",
}


@dataclass(frozen=True)
class Position:
    """Où en est l'ordonnance contre un débiteur ; `avant` : le dernier jour de ce qui court, compris."""

    debiteur: Debiteur
    etape: NomEtape
    depuis: dt.date
    avant: dt.date | None = None
    opposition_jusqu_au: dt.date | None = None


@dataclass(frozen=True)
class Etape:
    """Où en est le dossier à une date ; `positions` : débiteur par débiteur, une fois l'ordonnance rendue."""

    nom: NomEtape
    depuis: dt.date | None = None
    avant: dt.date | None = None
    positions: tuple[Position, ...] = ()

    @property
    def est_devant_le_juge(self) -> bool:
        """Vrai dès le dépôt, et jusqu'à la clôture : la suite n'est plus une relance."""
        return self.nom not in {"amiable", "clos"}


def situer_dossier(dossier: Dossier, au: dt.date) -> Etape:
    """L'étape à `au` compris ; ce qui est daté d'après n'est pas encore arrivé. Lève ErreurDroitManquant."""
    suivi = dossier.suivi or Suivi()
    if suivi.clos and suivi.clos.date <= au:
        return Etape("clos", suivi.clos.date)
    if suivi.ordonnance and suivi.ordonnance.date <= au and est_europeenne(dossier):
        return Etape("europeenne", suivi.ordonnance.date)
    if suivi.ordonnance and suivi.ordonnance.date <= au:
        positions = tuple(_situer_debiteur(dossier, suivi.ordonnance, d, au) for d in dossier.debiteurs_poursuivis)
        premiere = min(positions, key=lambda p: (_PRESSE.index(p.etape), p.avant or dt.date.max))
        return Etape(premiere.etape, premiere.depuis, premiere.avant, positions)
    if suivi.rejet and suivi.rejet.date <= au:
        return Etape("rejete", suivi.rejet.date)
    return Etape("depose", suivi.depot) if suivi.depot and suivi.depot <= au else Etape("amiable")


def dernier_jour_connu(dossier: Dossier, au: dt.date) -> dt.date:
    """`au`, ou le jour du dernier événement du suivi s'il est plus tardif : ce que l'on sait, sans horloge."""
    jours = (e.date for e in lister_evenements(dossier) if e.est_du_suivi)
    return max((au, *jours))


def _situer_debiteur(dossier: Dossier, ordonnance: Ordonnance, debiteur: Debiteur, au: dt.date) -> Position:
    suivi, territoire = dossier.suivi or Suivi(), territoire_de(dossier.debiteur.domicile)
    terme = terme_de_signification(ordonnance, territoire)
    recue = suivi.signification_de(debiteur)
    if recue is None or recue.date > au:
        if au <= terme:
            return Position(debiteur, "a_signifier", ordonnance.date, terme)
        return Position(debiteur, "non_avenue", terme + UN_JOUR)
    if recue.date > terme:
        return Position(debiteur, "non_avenue", terme + UN_JOUR)
    opposition = terme_d_opposition(suivi, debiteur, territoire)
    if suivi.opposition and suivi.opposition <= au:
        return Position(debiteur, "oppose", suivi.opposition, None, opposition)
    executoire_le = premier_jour_d_execution(ordonnance, recue, territoire)
    if au < executoire_le:
        return Position(debiteur, "signifie", recue.date, executoire_le - UN_JOUR, opposition)
    fin = terme_d_execution(dossier, recue, debiteur, au)
    saisies = [s.date for s in suivi.saisies if s.vise(debiteur) and s.date <= au and not s.est_conservatoire]
    etape: NomEtape = "expire" if au > fin else "saisi" if saisies else "executoire"
    depuis = fin + UN_JOUR if au > fin else max(saisies, default=executoire_le)
    return Position(debiteur, etape, depuis, None if au > fin else fin, opposition)


def dire_cloture(dossier: Dossier, clos: Cloture) -> str:
    """« Dossier clos le 3 décembre 2026 (payé) » ; ce qui restait à payer, s'il en restait."""
    motifs = (_MOTIFS[clos.motif or "autre"], (clos.precision or "").rstrip("."))
    precision = " : ".join(motif for motif in motifs if motif)
    reste = calculer_encours(dossier, clos.date).abandonne
    restait = f", {montant(reste)} de factures restant à payer" if reste else ""
    return f"Dossier clos le {date_longue(clos.date)}{f' ({precision})' if precision else ''}{restait}"

"""Ce que chaque étape du recouvrement a rapporté : relances, mise en demeure, requête, ordonnance…

Un paiement revient à la dernière étape datée d'avant lui : ce qui arrive le jour même d'un envoi n'en vient pas.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generateur.calculs.encours import calculer_encours, est_rejete
from generateur.calculs.provision import POUR_CENT
from generateur.domaine.arrondi import arrondir
from generateur.domaine.creances import Paiement, Relance
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO

Repere = tuple[int, int]  # place de l'étape, puis niveau de la relance
# La place de chaque étape, dans l'ordre du recouvrement ; les relances, elles, se suivent par niveau.
_LIBELLES = {
    "avant_relance": "Avant toute relance",
    "relance": "Relance",
    "mise_en_demeure": "Mise en demeure",
    "accord": "Accord de paiement",
    "requete": "Requête déposée",
    "ordonnance": "Ordonnance",
    "signification": "Signification",
    "opposition": "Opposition",
    "saisie": "Saisie",
    "procedure_collective": "Procédure collective",
}
_PLACES = {cle: rang for rang, cle in enumerate(_LIBELLES)}


@dataclass(frozen=True)
class Etape:
    """Une étape datée d'un dossier."""

    le: dt.date
    repere: Repere


@dataclass(frozen=True)
class RecouvreParEtape:
    """`engage` : ce qui restait dû le jour où chaque dossier y est entré ; `recouvre` : ce qui y a été payé."""

    cle: str
    libelle: str
    dossiers: int
    engage: Decimal
    recouvre: Decimal

    @property
    def taux(self) -> Decimal | None:
        """Pour cent de l'engagé ; None si rien n'y était engagé."""
        return arrondir(self.recouvre * POUR_CENT / self.engage) if self.engage else None


def lister_etapes(dossier: Dossier, au: dt.date) -> tuple[Etape, ...]:
    """Les étapes du dossier jusqu'à `au` compris, dans l'ordre."""
    return tuple(sorted((e for e in _dater(dossier) if e.le <= au), key=lambda e: (e.le, e.repere)))


def _dater(dossier: Dossier) -> Iterator[Etape]:
    relances = sorted(dossier.relances, key=lambda r: r.date)
    yield from (Etape(r.date, _repere("relance", _niveau(r, rang))) for rang, r in enumerate(relances, start=1))
    yield from (Etape(m.date_envoi, _repere("mise_en_demeure")) for m in dossier.toutes_mises_en_demeure)
    if dossier.accord:
        yield Etape(dossier.accord.date, _repere("accord"))
    if suivi := dossier.suivi:
        if suivi.depot:
            yield Etape(suivi.depot, _repere("requete"))
        if suivi.ordonnance:
            yield Etape(suivi.ordonnance.date, _repere("ordonnance"))
        yield from (Etape(s.date, _repere("signification")) for s in suivi.toutes_significations)
        if suivi.opposition:
            yield Etape(suivi.opposition, _repere("opposition"))
        yield from (Etape(saisie.date, _repere("saisie")) for saisie in suivi.saisies)
    collective = dossier.debiteur.procedure_collective
    if collective and collective.jugement:
        yield Etape(collective.jugement, _repere("procedure_collective"))


def _repere(cle: str, niveau: int = 0) -> Repere:
    return _PLACES[cle], niveau


def _niveau(relance: Relance, rang: int) -> int:
    """Le niveau saisi ; à défaut, le rang de la relance dans le dossier."""
    niveau = relance.niveau
    return int(niveau) if isinstance(niveau, int) or (niveau and niveau.isdecimal()) else rang


def lister_encaissements(dossier: Dossier, au: dt.date) -> Iterator[tuple[Paiement, dt.date]]:
    """Les paiements reçus et datés jusqu'à `au` compris ; un paiement rejeté à cette date n'en est pas un."""
    for paiement in dossier.paiements:
        if paiement.date and paiement.date <= au and not est_rejete(paiement, au):
            yield paiement, paiement.date


def lister_recouvrements(dossier: Dossier, au: dt.date) -> Iterator[tuple[Decimal, dt.date]]:
    """Ce que chaque encaissement a recouvré, par date : au-delà de ce qui est facturé, c'est un trop-perçu."""
    reste = max(facturer(dossier, au), ZERO)
    for paiement, le in sorted(lister_encaissements(dossier, au), key=lambda encaisse: encaisse[1]):
        recouvre = min(paiement.montant, reste)
        reste -= recouvre
        if recouvre:
            yield recouvre, le


def facturer(dossier: Dossier, au: dt.date) -> Decimal:
    """Les factures émises jusqu'à `au` compris, moins les avoirs."""
    facture = sum((f.montant_a_payer for f in dossier.factures if _compte(f.date, au, f.devise)), ZERO)
    return facture - sum((avoir.montant_ttc for avoir in dossier.avoirs if _compte(avoir.date, au)), ZERO)


def recouvrer_par_etape(dossiers: Iterable[Dossier], au: dt.date) -> tuple[RecouvreParEtape, ...]:
    """Une ligne par étape atteinte, dans l'ordre du recouvrement."""
    engages: dict[Repere, list[Decimal]] = {}
    recouvres: dict[Repere, Decimal] = {}
    for dossier in dossiers:
        etapes = lister_etapes(dossier, au)
        engages.setdefault(_repere("avant_relance"), []).append(facturer(dossier, au))
        for repere, le in _entrees(etapes).items():
            engages.setdefault(repere, []).append(calculer_encours(dossier, le).reste)
        for montant, le in lister_recouvrements(dossier, au):
            repere = next((e.repere for e in reversed(etapes) if e.le < le), _repere("avant_relance"))
            recouvres[repere] = recouvres.get(repere, ZERO) + montant
    return tuple(_resumer(repere, engages[repere], recouvres.get(repere, ZERO)) for repere in sorted(engages))


def _compte(jour: dt.date | None, au: dt.date, devise: str = "EUR") -> bool:
    return devise.upper() == "EUR" and (jour is None or jour <= au)


def _entrees(etapes: Sequence[Etape]) -> dict[Repere, dt.date]:
    """Le premier jour de chaque étape."""
    entrees: dict[Repere, dt.date] = {}
    for etape in etapes:
        entrees.setdefault(etape.repere, etape.le)
    return entrees


def _resumer(repere: Repere, engages: Sequence[Decimal], recouvre: Decimal) -> RecouvreParEtape:
    place, niveau = repere
    cle = list(_LIBELLES)[place]
    libelle = _LIBELLES[cle]
    if cle == "relance":
        cle, libelle = f"{cle}_{niveau}", f"{libelle} {niveau}"
    retenus = [engage for engage in engages if engage > 0]
    return RecouvreParEtape(cle, libelle, len(retenus), sum(retenus, ZERO), recouvre)

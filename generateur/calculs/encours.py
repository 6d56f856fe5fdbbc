"""L'encours : ce que chaque facture laisse à payer, échue ou non, sans intérêts ni indemnités.

C'est le solde du compte client, tel qu'un comptable le lit : factures, moins avoirs, moins paiements encaissés. Un
avoir ou un paiement va d'abord à la facture qu'il désigne ; son excédent, et ce qui n'en désigne aucune, à la plus tôt
échue. Le décompte (`calculs.decompte`) impute autrement, les intérêts d'abord : lui seul se demande en justice.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from generateur.calculs.accords import suivre_accord
from generateur.domaine.creances import Avoir, Facture, Paiement, Terme
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO


@dataclass
class _Part:
    """Une échéance d'une facture, et ce qu'il en reste."""

    facture: Facture
    echeance: dt.date | None
    initial: Decimal
    reste: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.reste = self.initial

    @property
    def anciennete(self) -> tuple[bool, dt.date, dt.date, str]:
        echeance = self.echeance or dt.date.max
        return self.echeance is None, echeance, self.facture.date or dt.date.max, self.facture.numero


@dataclass(frozen=True)
class Encours:
    """Une échéance non soldée : `reste` est dans ]0, initial] ; `echeance` None : elle n'est pas connue."""

    facture: Facture
    echeance: dt.date | None
    initial: Decimal
    reste: Decimal

    def retard_au(self, jour: dt.date) -> int:
        """Jours passés depuis l'échéance ; négatif avant elle, zéro si elle n'est pas connue."""
        return (jour - self.echeance).days if self.echeance else 0


@dataclass(frozen=True)
class Etat:
    """Ce qui reste à payer à une date, par échéance croissante ; `trop_percu` : ce que rien n'a absorbé.

    `abandonne` : ce qui restait d'un dossier clos, ou qu'un accord tenu remet ; il ne compte plus dû.
    """

    lignes: tuple[Encours, ...]
    trop_percu: Decimal
    abandonne: Decimal = ZERO

    @property
    def reste(self) -> Decimal:
        """Le total qui reste à payer."""
        return sum((ligne.reste for ligne in self.lignes), ZERO)


def calculer_encours(dossier: Dossier, au: dt.date) -> Etat:
    """L'encours à `au` compris : factures datées d'après exclues, mouvements datés d'après ignorés.

    Un paiement rejeté à cette date n'en est pas un ; saisi sans date, il compte. La retenue de garantie est une
    échéance de plus, à sa propre date. Une facture en devise étrangère n'est pas comptée. Clos, le dossier ne doit
    plus rien ; un accord tenu non plus, pour ce qui le précède.
    """
    etat = _compter(dossier, au)
    accord = suivre_accord(dossier, au)
    if accord and accord.a_solde_la_dette:
        etat = _remettre(etat, accord.accord.date)
    clos = dossier.cloture
    return Etat((), etat.trop_percu, etat.reste) if clos and clos.date <= au else etat


def _remettre(etat: Etat, conclu_le: dt.date) -> Etat:
    """Un accord tenu solde les factures d'avant lui : ce qu'il n'a pas fait payer est remis."""
    apres = tuple(ligne for ligne in etat.lignes if ligne.facture.date and ligne.facture.date > conclu_le)
    return Etat(apres, etat.trop_percu, etat.reste - sum((ligne.reste for ligne in apres), ZERO))


def _compter(dossier: Dossier, au: dt.date) -> Etat:
    parts = [part for f in dossier.factures if _existe(f, au) for part in _decouper(f)]
    mouvements: Sequence[Avoir | Paiement] = [
        *(avoir for avoir in dossier.avoirs if _compte(avoir.date, au)),
        *(p for p in dossier.paiements if _compte(p.date, au) and not est_rejete(p, au)),
    ]
    libres = sum((_affecter(m, parts) for m in mouvements), ZERO)
    for part in sorted(parts, key=lambda p: p.anciennete):
        libres -= _eteindre(part, libres)
    ouvertes = sorted((p for p in parts if p.reste), key=lambda p: p.anciennete)
    return Etat(tuple(Encours(p.facture, p.echeance, p.initial, p.reste) for p in ouvertes), libres)


def _existe(facture: Facture, au: dt.date) -> bool:
    return facture.devise.upper() == "EUR" and (facture.date is None or facture.date <= au)


def _compte(jour: dt.date | None, au: dt.date) -> bool:
    return jour is None or jour <= au


def est_rejete(paiement: Paiement, au: dt.date) -> bool:
    """Vrai si ce jour-là le paiement est revenu impayé ; sans date de rejet, il l'a toujours été."""
    return paiement.statut == "rejete" and (paiement.date_rejet is None or paiement.date_rejet <= au)


def _decouper(facture: Facture) -> Iterator[_Part]:
    termes: Sequence[Terme] = facture.termes
    for terme in termes:
        yield _Part(facture, terme.date, terme.montant)
    if not termes and facture.montant_hors_retenue:
        yield _Part(facture, None, facture.montant_hors_retenue)
    if facture.retenue_garantie:
        yield _Part(facture, facture.retenue_garantie.exigible_le, facture.retenue_garantie.montant)


def _affecter(mouvement: Avoir | Paiement, parts: Sequence[_Part]) -> Decimal:
    """Impute sur les factures désignées ; rend ce qui reste à imputer ailleurs."""
    reste = mouvement.montant_ttc if isinstance(mouvement, Avoir) else mouvement.montant
    designees = [(p.facture, p.montant) for p in mouvement.ventilation]
    if not designees and mouvement.facture:
        designees = [(mouvement.facture, reste)]
    for numero, montant in designees:
        a_imputer = min(montant, reste)
        for part in sorted((p for p in parts if p.facture.numero == numero), key=lambda p: p.anciennete):
            impute = _eteindre(part, a_imputer)
            a_imputer -= impute
            reste -= impute
    return reste


def _eteindre(part: _Part, montant: Decimal) -> Decimal:
    impute = min(part.reste, montant)
    part.reste -= impute
    return impute

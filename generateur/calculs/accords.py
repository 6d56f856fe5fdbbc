"""L'accord de paiement au fil des jours : ce qui devait être payé, ce qui l'a été, ce qui manque.

Un accord vit tant que chaque échéance passée est couverte par les paiements reçus depuis sa date ; l'échéance du jour
laisse encore la journée au débiteur.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from generateur.domaine.creances import MiseEnDemeure
from generateur.domaine.dossier import Accord, Dossier, EcheanceAccord
from generateur.domaine.socle import ZERO


@dataclass(frozen=True)
class SuiviAccord:
    """L'état d'un accord à une date ; `manquees` : échéances passées que les paiements ne couvrent pas en entier."""

    accord: Accord
    verse: Decimal
    manquees: tuple[EcheanceAccord, ...]
    a_venir: tuple[EcheanceAccord, ...]
    est_dechu: bool
    est_tenu: bool = False  # chaque échéance payée en entier, et à sa date

    @property
    def a_solde_la_dette(self) -> bool:
        """Vrai s'il a été tenu, et portait sur toute la dette : intérêts et remise compris, plus rien n'en est dû."""
        return self.est_tenu and not self.accord.partiel

    @property
    def est_respecte(self) -> bool:
        """Vrai s'il vit encore : ni déchu, ni en retard d'une échéance, et il en reste à venir."""
        return not self.est_dechu and not self.manquees and bool(self.a_venir)

    @property
    def est_menace(self) -> bool:
        """Vrai si une échéance manque, que le terme n'est pas encore perdu, et qu'il en reste à venir."""
        return not self.est_dechu and bool(self.manquees) and bool(self.a_venir)

    @property
    def restes(self) -> tuple[tuple[EcheanceAccord, Decimal], ...]:
        """Ce qui manque à chaque échéance manquée, par date : ce qui a été versé va aux plus anciennes."""
        restes, au_dela = [], self._au_dela
        for echeance in self.manquees:
            couvert = min(au_dela, echeance.montant)
            au_dela -= couvert
            restes.append((echeance, echeance.montant - couvert))
        return tuple(restes)

    @property
    def manque(self) -> Decimal:
        """Ce qui aurait dû être versé et ne l'a pas été."""
        return max(sum((e.montant for e in self.manquees), ZERO) - self._au_dela, ZERO)

    @property
    def _au_dela(self) -> Decimal:
        """Ce qui a été versé au-delà des échéances entièrement couvertes."""
        couvertes = [e for e in self.accord.echeances if e not in self.manquees and e not in self.a_venir]
        return self.verse - sum((e.montant for e in couvertes), ZERO)


def suivre_accord(dossier: Dossier, au: dt.date) -> SuiviAccord | None:
    """L'accord du dossier à `au` ; None s'il n'y en a pas. Un paiement rejeté ne couvre rien."""
    accord = dossier.accord
    if accord is None:
        return None
    verse = _verser(dossier, accord, au)
    echeances = sorted(accord.echeances, key=lambda e: e.date)
    cumul, manquees, en_retard = ZERO, [], False
    for echeance in echeances:
        cumul += echeance.montant
        en_retard = en_retard or cumul > _verser(dossier, accord, min(echeance.date, au))
        if echeance.date < au and cumul > verse:
            manquees.append(echeance)
    a_venir = tuple(e for e in echeances if e.date >= au)
    dechu = accord.est_dechu_le(au)
    tenu = bool(echeances) and not en_retard and not dechu
    return SuiviAccord(accord, verse, tuple(manquees), a_venir, dechu, tenu)


def _verser(dossier: Dossier, accord: Accord, jusqu_a: dt.date) -> Decimal:
    """Ce qui a été encaissé depuis l'accord, ce jour compris."""
    recus = (p for p in dossier.paiements if p.statut == "encaisse" and p.date and accord.date <= p.date <= jusqu_a)
    return sum((p.montant for p in recus), ZERO)


def mises_en_demeure_de_l_accord(dossier: Dossier, suivi: SuiviAccord, au: dt.date) -> tuple[MiseEnDemeure, ...]:
    """Les lettres parties depuis la première échéance manquée, jusqu'à `au` : elles seules font perdre le terme."""
    if not suivi.manquees:
        return ()
    depuis = suivi.manquees[0].date
    return tuple(m for m in dossier.toutes_mises_en_demeure if depuis < m.date_envoi <= au)

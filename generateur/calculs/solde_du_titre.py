"""Ce qui reste à recouvrer en vertu de l'ordonnance : ce qu'elle accorde, moins ce qui a été reçu depuis.

Sources : CPC 1409 (l'ordonnance partielle signifiée borne la somme) ; C. civ. 1343-1 (intérêts d'abord), 1231-6 et
1344-1 (intérêt légal depuis la signification, qui vaut mise en demeure).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from generateur.calculs.decompte import Decompte, chiffrer
from generateur.calculs.imputation import Compte, Dette, dater_mouvements
from generateur.calculs.interets import RegimeInteret, table_legale_de
from generateur.domaine.apres_depot import Ordonnance, Suivi
from generateur.domaine.creances import Avoir, Facture, Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO


@dataclass(frozen=True)
class SoldeDuTitre:
    """Le solde à `au` compris ; `accorde` : le principal de l'ordonnance, quand elle n'accorde pas tout.

    `recus`, `credites` : paiements reçus et avoirs émis depuis la demande, par date ; ils sont déjà imputés.
    """

    au: dt.date
    principal: Decimal
    interets: Decimal
    autres: Decimal  # indemnités, clause pénale, frais accessoires
    recus: tuple[tuple[dt.date, Decimal], ...]
    credites: tuple[tuple[dt.date, Decimal], ...] = ()
    accorde: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Tout ce qui reste à recouvrer."""
        return self.principal + self.interets + self.autres

    @property
    def est_borne(self) -> bool:
        """Vrai si l'ordonnance n'accorde qu'une partie de la demande."""
        return self.accorde is not None


def solder_titre(dossier: Dossier, decompte: Decompte, arretee_au: dt.date | None = None) -> SoldeDuTitre:
    """Le solde du titre à la date de `decompte`, celui de la demande entière, frais compris.

    `arretee_au` : la date d'arrêté de la liasse déposée, si on la connaît ; sinon celle du dossier, sinon le dépôt.

    Une ordonnance qui n'accorde qu'une partie porte l'intérêt légal depuis la signification, sauf ce qu'elle dit : le
    surplus est abandonné. Lève ErreurDroitManquant si un taux n'est pas connu.
    """
    suivi, au = dossier.suivi or Suivi(), decompte.au
    ordonnance = suivi.ordonnance
    recus = _recevoir(dossier, _arreter_la_demande(dossier, suivi, arretee_au, au), au)
    payes, credites = _separer(recus)
    if ordonnance is None or ordonnance.montant is None or not est_moindre(dossier, ordonnance):
        autres = decompte.indemnites + decompte.clause_penale + decompte.frais
        return SoldeDuTitre(au, decompte.principal, decompte.interets, autres, payes, credites)
    dette = _porter_au_titre(dossier, suivi, ordonnance.montant, ordonnance.date)
    compte = Compte([dette], {})
    mouvements = [m for m in dater_mouvements(dossier, au) if any(m.saisi is recu for recu in recus)]
    compte.derouler(mouvements, au)
    return SoldeDuTitre(au, dette.principal, dette.interets, ZERO, payes, credites, ordonnance.montant)


def est_moindre(dossier: Dossier, ordonnance: Ordonnance) -> bool:
    """Vrai si l'ordonnance accorde moins que le principal dû le jour où elle est rendue."""
    if ordonnance.partielle:
        return True
    if ordonnance.montant is None:
        return False
    return ordonnance.montant < chiffrer(dossier, ordonnance.date).principal


def _recevoir(dossier: Dossier, depuis: dt.date, au: dt.date) -> list[Avoir | Paiement]:
    """Ce qui a été reçu ou crédité après la demande ; un paiement rejeté n'en est pas un."""
    saisis: Sequence[Avoir | Paiement] = (*dossier.avoirs, *dossier.paiements)
    return [
        saisi
        for saisi in saisis
        if saisi.date and depuis < saisi.date <= au and not (isinstance(saisi, Paiement) and saisi.statut == "rejete")
    ]


def _arreter_la_demande(dossier: Dossier, suivi: Suivi, arretee_au: dt.date | None, au: dt.date) -> dt.date:
    """Le dernier jour que la demande compte : ce qui a été reçu ensuite, même avant le dépôt, n'y est pas déduit."""
    rendue = suivi.ordonnance.date if suivi.ordonnance else au
    return min(suivi.depot or rendue, arretee_au or dossier.au or rendue)


_Sommes = tuple[tuple[dt.date, Decimal], ...]


def _separer(recus: Sequence[Avoir | Paiement]) -> tuple[_Sommes, _Sommes]:
    """Ce qui a été payé, puis ce qui a été crédité par un avoir : le débiteur n'a pas payé un avoir."""
    payes = sorted((r.date, r.montant) for r in recus if isinstance(r, Paiement) and r.date)
    credites = sorted((r.date, r.montant_ttc) for r in recus if isinstance(r, Avoir) and r.date)
    return tuple(payes), tuple(credites)


def _porter_au_titre(dossier: Dossier, suivi: Suivi, accorde: Decimal, rendue_le: dt.date) -> Dette:
    """La somme accordée, comme une seule dette qui porte l'intérêt légal depuis la signification."""
    signification = suivi.signification_de(dossier.debiteur)
    depart = signification.date if signification else rendue_le
    facture = Facture.model_construct(numero="ordonnance", date=rendue_le, echeance=depart, montant_ttc=accorde)
    debut = depart + dt.timedelta(days=1) if signification else None
    regime = RegimeInteret(None, table_legale_de(dossier), debut)
    return Dette(facture=facture, echeance=depart, initial=accorde, regime=regime)

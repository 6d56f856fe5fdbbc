"""Ce qui borne un décompte : sa date, les créances qu'il voit, le jugement d'ouverture qui arrête les intérêts.

Sources : C. com. L622-7 (interdiction de payer les créances antérieures), L622-25 (somme au jour du jugement), L622-28
(arrêt du cours des intérêts).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from generateur.calculs.imputation import Mouvement
from generateur.calculs.interets import UN_JOUR
from generateur.calculs.naissance import (
    PLAN,
    Perimetre,
    debiteur_declare,
    est_laissee_au_plan,
    est_partage,
    hors_perimetre,
    jugement_de,
    jugement_separateur,
    paiements_non_deduits,
    perimetre_naturel,
)
from generateur.calculs.prescription import echeances_prescrites
from generateur.domaine.creances import Paiement
from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import ZERO
from generateur.erreurs import ErreurDroitManquant


@dataclass(frozen=True)
class Arrete:
    """Ce qui borne un décompte : date, périmètre, jugement qui arrête les intérêts des créances antérieures."""

    dossier: Dossier
    au: dt.date
    perimetre: Perimetre
    jugement: dt.date | None
    prescrites: frozenset[tuple[str, dt.date]]

    @property
    def est_declaration(self) -> bool:
        """Ce qui se déclare, non échu compris (L622-25)."""
        return self.perimetre == "declaration"

    @property
    def jour(self) -> dt.date:
        """Le jour que le total nomme : celui du jugement pour une déclaration, sinon `au`."""
        return min(self.au, self.jugement) if self.jugement and self.est_declaration else self.au

    @property
    def fin_des_interets(self) -> dt.date | None:
        """La veille du jugement (L622-28) ; sans objet pour les créances nées après, qui se poursuivent."""
        est_arretee = self.est_declaration or not self.est_partage
        return self.jugement - UN_JOUR if self.jugement and est_arretee else None

    @property
    def est_partage(self) -> bool:
        """Le jugement partage les créances, et une part au moins se poursuit."""
        return jugement_separateur(self.dossier) is not None and not est_laissee_au_plan(self.dossier)

    def compte(self, mouvement: Mouvement) -> bool:
        """Un paiement reçu depuis le jugement ne réduit pas ce qui se déclare, et va à ce qui se poursuit."""
        paiement = mouvement.saisi
        if self.jugement is None or not isinstance(paiement, Paiement):
            return True
        if self.est_declaration:
            return mouvement.jour < self.jugement
        return not self.est_partage or mouvement.jour >= self.jugement or bool(paiement.facture or paiement.ventilation)

    def dire_hors_perimetre(self, part: Decimal) -> tuple[str, Decimal, str]:
        """Motif, montant, explication de ce que cette voie ne demande pas."""
        jugement = jugement_separateur(self.dossier)
        du = f" du {jugement:%d/%m/%Y}" if jugement else ""
        if self.est_declaration:
            return (
                "posterieure_utile",
                part,
                f"née après le jugement{du} : elle se paie à l'échéance, se poursuit à part",
            )
        if self.dossier.debiteur.situation == PLAN:
            return "plan", part, f"antérieure au jugement{du} : elle n'est payée que par le plan"
        return "a_declarer", part, f"antérieure au jugement{du} : elle se déclare à part"


def arreter(dossier: Dossier, au: dt.date, perimetre: Perimetre | None = None) -> Arrete:
    """L'arrêté à `au` compris, dans ce périmètre ou celui de la voie naturelle."""
    retenu = perimetre or perimetre_naturel(dossier)
    jugement = jugement_de(debiteur_declare(dossier) if retenu == "declaration" else dossier.debiteur)
    return Arrete(dossier, au, retenu, jugement, _prescrites(dossier, au))


def _prescrites(dossier: Dossier, au: dt.date) -> frozenset[tuple[str, dt.date]]:
    """Aucune si les délais ne sont pas connus à `au` : le contrôle le dit, et le décompte reste lisible."""
    try:
        return echeances_prescrites(dossier, au)
    except ErreurDroitManquant:
        return frozenset()


def restreindre(dossier: Dossier, au: dt.date, perimetre: Perimetre) -> Dossier:
    """Le dossier tel que l'acte le montre : ni les factures, ni les avoirs, ni les paiements de l'autre voie.

    Le même dossier si aucun jugement d'ouverture n'y partage les créances.
    """
    if not est_partage(dossier):
        return dossier
    dehors = {
        facture.numero
        for facture in dossier.factures
        if hors_perimetre(dossier, facture, perimetre) >= max(facture.montant_a_payer, ZERO)
    }
    if not dehors:
        return dossier
    interdits = paiements_non_deduits(dossier, au, dossier.debiteur)
    paiements = dossier.paiements
    if perimetre == "declaration":
        jugement = jugement_separateur(dossier)
        paiements = tuple(p for p in paiements if p in interdits or not (p.date and jugement and p.date >= jugement))
    return dossier.model_copy(
        update={
            "factures": tuple(f for f in dossier.factures if f.numero not in dehors),
            "avoirs": tuple(a for a in dossier.avoirs if a.facture not in dehors),
            "paiements": tuple(p for p in paiements if p.facture not in dehors),
        }
    )

"""Ce que la demande coûte, devant ce qu'elle rapporte : à dire avant toute chose quand l'un dépasse l'autre."""

import datetime as dt
from decimal import Decimal

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.langue import montant
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au, dernier_connu
from generateur.erreurs import ErreurDroitManquant
from generateur.procedures.socle import Cout, Espece, Procedure


def borner_cout(cout: Cout, au: dt.date) -> tuple[Decimal | None, Decimal | None]:
    """Les bornes d'un coût à cette date, en euros ; None : celle que la table ne connaît pas."""
    if not cout.cle:
        return cout.montant, cout.montant
    return _lire(f"{cout.cle}_min", au), _lire(f"{cout.cle}_max", au)


def _lire(cle: str, au: dt.date) -> Decimal | None:
    try:
        return decimal_au("frais", au, cle)
    except ErreurDroitManquant:
        return None


def _avancer_au_moins(cout: Cout, au: dt.date) -> Decimal:
    """Ce que ce poste coûte au moins, en euros : un tarif qui n'est plus établi vaut son dernier montant connu."""
    bas, _ = borner_cout(cout, au)
    if bas is not None or not cout.cle:
        return bas or ZERO
    dernier = dernier_connu("frais", au, f"{cout.cle}_min")
    return dernier if dernier is not None else ZERO


def constater_enjeu(espece: Espece, procedure: Procedure) -> tuple[Constat, ...]:
    """Un avertissement si ce qu'il faut avancer dépasse ce qui est dû.

    L'indemnité forfaitaire et les frais accessoires n'y comptent pas : ils ne font que rembourser des frais.
    """
    cout = sum((_avancer_au_moins(poste, espece.au) for poste in procedure.couts(espece)), ZERO)
    decompte = espece.decompte
    enjeu = decompte.principal + decompte.interets + decompte.clause_penale
    if cout <= enjeu:
        return ()
    hors = ", indemnités et frais non compris" if decompte.total != enjeu else ""
    return (
        constater(
            "COUT_SUPERIEUR_A_L_ENJEU",
            f"la demande porte sur {montant(enjeu)}{hors}, et coûte au moins {montant(cout)} à avancer.",
            lieu="factures",
            remede="Vérifiez les montants ; s'ils sont exacts, mieux vaut une dernière relance, ou classer le dossier.",
        ),
    )

"""Ce que la demande coûte, devant ce qu'elle rapporte : à dire avant toute chose quand l'un dépasse l'autre."""

import datetime as dt
from decimal import Decimal

from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.domaine.langue import montant
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au
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


def constater_enjeu(espece: Espece, procedure: Procedure) -> tuple[Constat, ...]:
    """Un avertissement si ce qu'il faut avancer dépasse ce qui est demandé ; un coût inconnu ne compte pas."""
    cout = ZERO
    for poste in procedure.couts(espece):
        bas, haut = borner_cout(poste, espece.au)
        cout += bas if bas is not None else haut or ZERO
    enjeu = espece.decompte.total
    if cout <= enjeu:
        return ()
    return (
        constater(
            "COUT_SUPERIEUR_A_L_ENJEU",
            f"la demande porte sur {montant(enjeu)} et coûte environ {montant(cout)} à avancer.",
            lieu="factures",
            remede="Vérifiez les montants ; s'ils sont exacts, mieux vaut une dernière relance, ou classer le dossier.",
        ),
    )

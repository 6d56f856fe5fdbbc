"""Ce qui reste à recouvrer en vertu de l'ordonnance, recalculé à part."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.calculs.solde_du_titre import solder_titre

AU = dt.date(2026, 12, 10)
RENDUE = dt.date(2026, 9, 21)
PAYE = {"date": dt.date(2026, 11, 3), "montant": "500.00"}


def _solder(fabriquer, ordonnance, paiements=(), **suivi):
    signification = {"date": dt.date(2026, 10, 5), "mode": "personne"}
    dossier = fabriquer(
        suivi={
            "depot": dt.date(2026, 9, 10),
            "ordonnance": {"date": RENDUE, **ordonnance},
            "signification": signification,
            **suivi,
        },
        paiements=list(paiements),
    )
    return solder_titre(dossier, chiffrer(dossier, AU)), chiffrer(dossier, AU)


@pytest.mark.parametrize("ordonnance", [{}, {"montant": "10000.00"}])
def test_une_ordonnance_entiere_suit_le_decompte_paiements_imputes(fabriquer, ordonnance):
    solde, decompte = _solder(fabriquer, ordonnance, [PAYE])
    assert (solde.total, solde.est_borne) == (decompte.total, False)
    assert solde.recus == ((dt.date(2026, 11, 3), Decimal("500.00")),)


def test_une_ordonnance_partielle_borne_la_somme_et_porte_l_interet_legal(fabriquer):
    """4 000 € à 2,75 % : 29 jours jusqu'au paiement (8,74 €), puis 37 jours sur 3 508,74 € (9,78 €)."""
    solde, _ = _solder(fabriquer, {"montant": "4000.00", "partielle": True}, [PAYE])
    avant = round(Decimal(4000) * 29 * Decimal("2.75") / 36500, 2)
    principal = Decimal(4000) - (Decimal(500) - avant)
    apres = round(principal * 37 * Decimal("2.75") / 36500, 2)
    assert (avant, principal) == (Decimal("8.74"), Decimal("3508.74"))
    assert (solde.accorde, solde.principal, solde.interets, solde.autres) == (4000, principal, apres, 0)


def test_un_montant_moindre_borne_aussi_la_somme(fabriquer):
    assert _solder(fabriquer, {"montant": "9999.99"})[0].est_borne


def test_ce_qui_a_ete_paye_avant_la_demande_n_est_pas_deduit_deux_fois(fabriquer):
    """La requête le déduisait déjà : le juge n'a accordé que le reste."""
    avant = {"date": dt.date(2026, 9, 10), "montant": "500.00"}
    solde, _ = _solder(fabriquer, {"montant": "4000.00", "partielle": True}, [avant])
    assert (solde.principal, solde.recus) == (4000, ())


def test_un_paiement_rejete_n_est_pas_recu(fabriquer):
    solde, _ = _solder(fabriquer, {"montant": "4000.00", "partielle": True}, [{**PAYE, "statut": "rejete"}])
    assert (solde.principal, solde.recus) == (4000, ())


def test_tout_paye_ne_laisse_rien(fabriquer):
    solde, _ = _solder(fabriquer, {"montant": "4000.00", "partielle": True}, [{**PAYE, "montant": "5000.00"}])
    assert solde.total == 0


@pytest.mark.parametrize("connue", [{"arretee_au": dt.date(2026, 8, 20)}, {}])
def test_un_paiement_entre_l_arrete_et_le_depot_est_deduit_de_ce_qui_est_accorde(fabriquer, connue):
    """Arrêtée au 20 août, déposée le 10 septembre : les 1 000 € du 25 août n'étaient pas dans la demande."""
    dossier = fabriquer(
        au=None if connue else dt.date(2026, 8, 20),
        suivi={
            "depot": dt.date(2026, 9, 10),
            "ordonnance": {"date": RENDUE, "montant": "4000.00", "partielle": True},
            "signification": {"date": dt.date(2026, 10, 5), "mode": "personne"},
        },
        paiements=[{"date": dt.date(2026, 8, 25), "montant": "1000.00"}],
    )
    solde = solder_titre(dossier, chiffrer(dossier, AU), **connue)
    assert solde.recus == ((dt.date(2026, 8, 25), Decimal("1000.00")),)
    assert solde.principal == Decimal("3000.00")


def test_un_avoir_est_credite_et_non_paye(fabriquer):
    dossier = fabriquer(
        suivi={"depot": dt.date(2026, 9, 10), "ordonnance": {"date": RENDUE}},
        avoirs=[{"numero": "A1", "date": dt.date(2026, 11, 3), "montant_ttc": "500.00", "facture": "F1"}],
    )
    solde = solder_titre(dossier, chiffrer(dossier, AU))
    assert (solde.recus, solde.credites) == ((), ((dt.date(2026, 11, 3), Decimal("500.00")),))

"""Balance âgée et provision : chaque borne de tranche à sa veille, son jour et son lendemain."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from generateur.calculs.provision import dresser_tranches, relever_creances
from generateur.lecture.comptabilite_toml import lire_bareme

BAREME, _ = lire_bareme(Path(__file__).parent)  # celui du programme
ECHEANCE = dt.date(2026, 5, 1)


def _relever(dossier, retard):
    return relever_creances(dossier, ECHEANCE + dt.timedelta(days=retard), BAREME)


def test_les_tranches_se_touchent_sans_se_recouvrir():
    tranches = dresser_tranches(BAREME)
    assert tranches[0].jusqu_a == 0
    assert tranches[-1].jusqu_a is None
    for avant, apres in pairwise(tranches):
        assert apres.depuis == avant.jusqu_a + 1


@pytest.mark.parametrize(
    ("retard", "cle", "provision"),
    [
        (-1, "non_echu", "0.00"),
        (0, "non_echu", "0.00"),
        (1, "1_a_30", "0.00"),
        (30, "1_a_30", "0.00"),
        (31, "31_a_60", "0.00"),
        (60, "31_a_60", "0.00"),
        (61, "61_a_90", "100.00"),
        (90, "61_a_90", "100.00"),
        (91, "91_a_180", "250.00"),
        (180, "91_a_180", "250.00"),
        (181, "181_a_365", "500.00"),
        (365, "181_a_365", "500.00"),
        (366, "366_et_plus", "1000.00"),
    ],
)
def test_chaque_retard_a_sa_tranche_et_son_taux_hors_taxe(fabriquer, retard, cle, provision):
    dossier = fabriquer(factures=[{"montant_ttc": "1200.00", "montant_ht": "1000.00"}])
    (creance,) = _relever(dossier, retard).creances
    assert (creance.tranche.cle, creance.base_ht, creance.provision) == (cle, Decimal("1000.00"), Decimal(provision))


def test_la_base_suit_ce_qui_reste_du(fabriquer):
    dossier = fabriquer(
        factures=[{"montant_ttc": "1200.00", "montant_tva": "200.00"}],
        paiements=[{"date": dt.date(2026, 5, 2), "montant": "1000.00", "facture": "F1"}],
    )
    (creance,) = _relever(dossier, 400).creances
    assert (creance.reste, creance.base_ht, creance.provision) == (
        Decimal("200.00"),
        Decimal("166.67"),
        Decimal("166.67"),
    )


def test_sans_part_hors_taxe_la_creance_est_nommee_et_pas_provisionnee(fabriquer):
    releve = _relever(fabriquer(), 100)
    assert releve.creances[0].provision is None
    assert "hors taxe inconnu" in releve.dehors[0].motif


@pytest.mark.parametrize("regime", ["franchise_293b", "autoliquidation", "exoneree"])
def test_sans_taxe_tout_est_hors_taxe(fabriquer, regime):
    releve = _relever(fabriquer(factures=[{"regime_tva": regime}]), 366)
    assert releve.creances[0].provision == Decimal("10000.00")


@pytest.mark.parametrize(
    ("situation", "retard", "provision"),
    [("liquidation", 5, "1000"), ("redressement", 400, "1000"), ("redressement", 5, "500")],
)
def test_la_situation_du_debiteur_ne_fait_que_relever_le_taux(fabriquer, situation, retard, provision):
    debiteur = {"nature": "personne_morale", "denomination": "X", "forme": "SARL", "situation": situation}
    dossier = fabriquer(debiteurs=[debiteur], factures=[{"montant_ttc": "1200.00", "montant_ht": "1000.00"}])
    assert _relever(dossier, retard).creances[0].provision == Decimal(provision)


@pytest.mark.parametrize(
    ("champs", "motif"),
    [
        ({"situation": {"cession": True}}, "cédée"),
        ({"cession": {"sens": "cedee"}}, "cédée"),
        ({"assurance_credit": {"indemnise": True}}, "assureur"),
        ({"factures": [{"echeance": ""}]}, "échéance"),
        ({"factures": [{"devise": "USD"}]}, "USD"),
    ],
)
def test_ce_qui_ne_compte_pas_est_nomme(fabriquer, champs, motif):
    releve = _relever(fabriquer(**champs), 10)
    assert not releve.creances
    assert [(d.facture, d.montant) for d in releve.dehors] == [("F1", Decimal("10000.00"))]
    assert motif in releve.dehors[0].motif

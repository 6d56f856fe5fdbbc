"""Délai d'encaissement et retards : des sommes refaites à la main."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.delais_clients import (
    delai_classique,
    delai_par_epuisement,
    retard_des_paiements,
    retard_moyen,
)
from generateur.calculs.provision import relever_creances
from generateur.lecture.comptabilite_toml import lire_bareme

VENTES = {(2026, 9): Decimal(70000), (2026, 10): Decimal(80000), (2026, 11): Decimal(100000)}
FIN = dt.date(2026, 11, 30)


def test_par_epuisement_on_remonte_mois_par_mois():
    """212 000 : novembre (30 jours), octobre (31), puis 32 000 sur 70 000 de septembre (30 × 32 ÷ 70 = 13,71)."""
    assert delai_par_epuisement(Decimal(212000), VENTES, FIN).valeur == Decimal("74.71")


@pytest.mark.parametrize(
    ("encours", "jours"),
    [("0", "0.00"), ("50000", "15.00"), ("100000", "30.00"), ("100000.01", "30.00"), ("250000", "91.00")],
)
def test_par_epuisement_chaque_borne(encours, jours):
    assert delai_par_epuisement(Decimal(encours), VENTES, FIN).valeur == Decimal(jours)


def test_le_mois_en_cours_ne_compte_que_ses_jours_passes():
    assert delai_par_epuisement(Decimal(180000), VENTES, dt.date(2026, 11, 28)).valeur == Decimal("59.00")


@pytest.mark.parametrize(
    ("encours", "ventes", "manque"),
    [
        ("250000.01", VENTES, "août 2026"),
        ("1", {}, "novembre 2026"),
        ("1", None, "n'est pas donné"),
    ],
)
def test_sans_les_ventes_qu_il_faut_on_dit_laquelle_manque(encours, ventes, manque):
    mesure = delai_par_epuisement(Decimal(encours), ventes, FIN)
    assert mesure.valeur is None
    assert manque in mesure.precision


def test_classique_dit_la_periode_retenue():
    """212 000 ÷ 250 000 × 91 jours."""
    mesure = delai_classique(Decimal(212000), VENTES, FIN)
    assert mesure.valeur == Decimal("77.17")
    assert mesure.precision == "sur 91 jours, de septembre 2026 au 30/11/2026"


def test_classique_ne_remonte_ni_par_dessus_un_trou_ni_au_dela_de_douze_mois():
    troue = {**VENTES, (2026, 7): Decimal(1)}
    assert delai_classique(Decimal(212000), troue, FIN).valeur == Decimal("77.17")
    longues = {(annee, mois): Decimal(1000) for annee in (2025, 2026) for mois in range(1, 13)}
    assert "365 jours" in delai_classique(Decimal(1), longues, FIN).precision


def test_le_retard_de_l_echu_se_pondere_par_ce_qui_reste_du(fabriquer):
    """(9 000 × 10 + 1 000 × 30) ÷ 10 000 ; ce qui n'est pas échu n'y entre pas."""
    dossier = fabriquer(
        factures=[
            {"numero": "A", "echeance": dt.date(2026, 11, 20), "montant_ttc": "9000.00"},
            {"numero": "B", "echeance": dt.date(2026, 10, 31), "montant_ttc": "1000.00"},
            {"numero": "C", "echeance": FIN, "montant_ttc": "50000.00"},
        ]
    )
    bareme, _ = lire_bareme(Path(__file__).parent)
    assert retard_moyen(relever_creances(dossier, FIN, bareme).creances).valeur == Decimal("12.00")


def test_le_retard_des_paiements_vise_l_echeance_de_leur_facture(fabriquer):
    dossier = fabriquer(
        factures=[{}, {"numero": "F2", "echeance": dt.date(2026, 6, 1)}],
        paiements=[
            {"date": dt.date(2026, 5, 11), "montant": "300.00", "facture": "F1"},
            {"date": dt.date(2026, 5, 22), "montant": "100.00", "facture": "F2"},
        ],
    )
    assert retard_des_paiements([dossier], FIN).valeur == Decimal("5.00")  # (300 × 10 − 100 × 10) ÷ 400
    assert retard_des_paiements([fabriquer()], FIN).valeur is None

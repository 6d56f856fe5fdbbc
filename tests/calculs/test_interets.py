"""Départ de l'intérêt légal, opposabilité, taux convenus : ce que les cas ne montrent pas."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.calculs.interets import debut_interet_legal, regime_de
from generateur.calculs.opposabilite import stipulations_opposables

ECHEANCE = dt.date(2026, 5, 1)
CAUTION = {"nature": "particulier", "nom": "Durand", "role": "caution"}
SOCIETE = {"nature": "personne_morale", "denomination": "Société B", "forme": "SARL"}


def _debut(dossier):
    return debut_interet_legal(dossier, dossier.factures[0], ECHEANCE)


@pytest.mark.parametrize(
    ("connues", "debut"),
    [
        ({"date_presentation": dt.date(2026, 6, 10), "date_reception": dt.date(2026, 6, 15)}, (6, 11)),
        ({"date_reception": dt.date(2026, 6, 15)}, (6, 16)),
        ({"issue": "npai"}, (6, 9)),
    ],
)
def test_presentation_a_defaut_reception_a_defaut_envoi(fabriquer, connues, debut):
    dossier = fabriquer(mise_en_demeure={"date_envoi": dt.date(2026, 6, 8), **connues})
    assert _debut(dossier) == dt.date(2026, *debut)


def test_la_premiere_mise_en_demeure_qui_vise_la_facture_et_le_debiteur(fabriquer):
    mises_en_demeure = [
        {"date_envoi": dt.date(2026, 5, 10), "factures": ["F2"]},
        {"date_envoi": dt.date(2026, 5, 12), "debiteur": 2},
        {"date_envoi": dt.date(2026, 5, 14), "debiteur": "Durand"},
        {"date_envoi": dt.date(2026, 5, 20), "debiteur": 1},
        {"date_envoi": dt.date(2026, 5, 25)},
    ]
    dossier = fabriquer(debiteurs=[SOCIETE, CAUTION], mises_en_demeure=mises_en_demeure)
    assert _debut(dossier) == dt.date(2026, 5, 21)


@pytest.mark.parametrize(
    ("envoi", "debut"),
    [((4, 1), None), ((4, 30), None), ((5, 1), dt.date(2026, 5, 2)), ((5, 2), dt.date(2026, 5, 3))],
)
def test_une_mise_en_demeure_anterieure_a_l_echeance_ne_fait_rien_courir(fabriquer, envoi, debut):
    """On n'est en demeure que d'une dette échue (C. civ. 1231-6 et 1344-1)."""
    envoyee = {"date_envoi": dt.date(2026, *envoi)}
    dossier = fabriquer(contrat={"penalites": {"mode": "aucune"}}, mise_en_demeure=envoyee)
    assert regime_de(dossier, dossier.factures[0], ECHEANCE).debut == debut


@pytest.mark.parametrize(
    ("penalites", "taux"),
    [
        ({"mode": "bce_plus", "points": "12"}, "14.40"),
        ({"mode": "legal_plus", "points": "6"}, "8.75"),
        ({"mode": "multiple_legal", "multiple": "5"}, "13.75"),
        ({"mode": "multiple_legal", "multiple": "3"}, "8.25"),
    ],
)
def test_taux_convenus_du_second_semestre_2026(fabriquer, penalites, taux):
    decompte = chiffrer(fabriquer(contrat={"penalites": penalites}), dt.date(2026, 9, 1))
    assert decompte.lignes[-1].taux == Decimal(taux)
    assert not decompte.ecarts_plancher


def test_hors_commerce_un_taux_convenu_court_de_l_echeance_sans_plancher_ni_indemnite(fabriquer):
    dossier = fabriquer(
        creancier={"nature": "particulier", "nom": "Petit"},
        contrat={"penalites": {"mode": "fixe", "taux": "2.00"}},
    )
    decompte = chiffrer(dossier, dt.date(2026, 6, 30))
    assert [(ligne.du, ligne.taux) for ligne in decompte.lignes] == [(dt.date(2026, 5, 2), Decimal("2.00"))]
    assert "L441-10" not in decompte.lignes[0].fondement
    assert decompte.indemnites == 0
    assert not decompte.ecarts_plancher


def test_chaque_ligne_porte_son_texte(fabriquer):
    assert "L441-10" in chiffrer(fabriquer(), dt.date(2026, 6, 30)).lignes[0].fondement
    consommateur = fabriquer(
        debiteurs=[{"nature": "particulier", "nom": "Durand"}],
        mise_en_demeure={"date_envoi": dt.date(2026, 5, 10)},
    )
    assert "1231-6" in chiffrer(consommateur, dt.date(2026, 6, 30)).lignes[0].fondement


@pytest.mark.parametrize(
    ("contrat", "acceptation", "attendu"),
    [
        ({"date": dt.date(2026, 3, 2)}, {"mode": "signature", "date": dt.date(2026, 3, 2)}, True),
        ({"date": dt.date(2026, 3, 2)}, {"mode": "signature", "date": dt.date(2026, 3, 3)}, False),
        ({"date": dt.date(2026, 3, 2)}, {"mode": "relations_suivies"}, True),
        ({}, {"mode": "signature", "date": dt.date(2026, 3, 3)}, True),
        ({}, {"mode": "aucune"}, False),
        ({"source_penalites": "contrat"}, {"mode": "aucune"}, True),
    ],
)
def test_des_cgv_ne_lient_que_si_elles_ont_ete_acceptees_a_temps(fabriquer, contrat, acceptation, attendu):
    dossier = fabriquer(contrat=contrat, cgv={"acceptation": acceptation})
    assert stipulations_opposables(dossier, dossier.factures[0]) is attendu


def test_la_commande_de_la_facture_date_l_engagement(fabriquer):
    dossier = fabriquer(
        contrat={"date": dt.date(2026, 1, 1)},
        cgv={"acceptation": {"mode": "signature", "date": dt.date(2026, 3, 3)}},
        factures=[{"commande": {"date": dt.date(2026, 3, 10)}}],
    )
    assert stipulations_opposables(dossier, dossier.factures[0])

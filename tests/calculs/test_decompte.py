"""Le décompte aux bords : rien à chiffrer, ordre de saisie, factures homonymes, affectations inconnues."""

import datetime as dt
import doctest
import importlib
from decimal import Decimal

import pytest

from generateur.calculs.decompte import chiffrer

AU = dt.date(2026, 9, 1)
EN_REDRESSEMENT = {
    "nature": "personne_morale",
    "denomination": "Société B",
    "situation": "redressement",
    "procedure_collective": {"jugement": dt.date(2026, 8, 1)},
}


def test_sans_facture_tout_est_nul(fabriquer):
    decompte = chiffrer(fabriquer(factures=[], debiteurs=[EN_REDRESSEMENT]), AU)
    assert decompte.total == 0
    assert decompte.lignes == ()


@pytest.mark.parametrize("jour", [dt.date(2026, 4, 20), dt.date(2026, 7, 15)])
def test_deux_paiements_le_meme_jour_dans_un_ordre_ou_dans_l_autre(fabriquer, jour):
    paiements = [{"date": jour, "montant": "500.00"}, {"date": jour, "montant": "30.00"}]
    un = chiffrer(fabriquer(paiements=paiements), AU)
    assert chiffrer(fabriquer(paiements=paiements[::-1]), AU) == un
    ensemble = chiffrer(fabriquer(paiements=[{"date": jour, "montant": "530.00"}]), AU)
    assert (un.total, un.lignes) == (ensemble.total, ensemble.lignes)


def test_le_jour_meme_de_l_arrete_compte_encore(fabriquer):
    sans = chiffrer(fabriquer(), AU)
    avoir = {"numero": "A1", "date": AU, "montant_ttc": "1000.00"}
    avec = chiffrer(fabriquer(avoirs=[avoir]), AU)
    assert avec.principal == sans.principal - 1000
    assert avec.interets == sans.interets  # ce jour porte encore sur l'ancienne base
    assert avec.interet_journalier < sans.interet_journalier


def test_une_affectation_a_une_facture_inconnue_suit_l_ordre_legal(fabriquer):
    paiement = {"date": dt.date(2026, 4, 20), "montant": "100.00"}
    inconnue = chiffrer(fabriquer(paiements=[{**paiement, "facture": "F9"}]), AU)
    assert inconnue == chiffrer(fabriquer(paiements=[paiement]), AU)


def test_deux_factures_de_meme_numero_restent_deux_dettes(fabriquer):
    factures = [{"numero": "F1"}, {"numero": "F1", "echeance": dt.date(2026, 6, 1)}]
    paiement = {"date": dt.date(2026, 4, 20), "montant": "12000.00", "facture": "F1"}
    decompte = chiffrer(fabriquer(factures=factures, paiements=[paiement]), AU)
    assert [solde.principal for solde in decompte.soldes] == [Decimal(0), Decimal(8000)]
    assert decompte.indemnites == Decimal("40.00")


def test_un_paiement_au_dela_de_la_part_non_contestee_va_d_abord_a_la_part_contestee(fabriquer):
    factures = [
        {"numero": "F1", "montant_ttc": "1000.00", "montant_conteste": "300.00"},
        {"numero": "F2", "montant_ttc": "500.00"},
    ]
    paiement = {"date": dt.date(2026, 5, 1), "montant": "1100.00", "facture": "F1"}
    decompte = chiffrer(fabriquer(factures=factures, paiements=[paiement]), AU)
    assert [solde.principal for solde in decompte.soldes] == [Decimal(0), Decimal(400)]


def test_une_contestation_superieure_au_net_exigible_entame_la_retenue(fabriquer):
    facture = {
        "montant_ttc": "1000.00",
        "montant_conteste": "970.00",
        "retenue_garantie": {"montant": "50.00", "exigible_le": dt.date(2026, 6, 1)},
    }
    decompte = chiffrer(fabriquer(factures=[facture]), AU)
    assert decompte.principal == Decimal("30.00")
    assert [ligne.du for ligne in decompte.lignes] == [dt.date(2026, 6, 2), dt.date(2026, 7, 1)]
    assert {ligne.base for ligne in decompte.lignes} == {Decimal("30.00")}


def test_la_clause_penale_se_tait_quand_tout_est_paye(fabriquer):
    dossier = fabriquer(
        contrat={"clause_penale": {"pourcent": "10", "minimum": "60.00"}},
        paiements=[{"date": dt.date(2026, 5, 1), "montant": "10000.00"}],
    )
    assert chiffrer(dossier, AU).total == 0


@pytest.mark.parametrize("module", ["interets", "calendrier"])
def test_les_exemples_des_docstrings_disent_vrai(module):
    resultat = doctest.testmod(importlib.import_module(f"generateur.calculs.{module}"))
    assert resultat.attempted > 0
    assert resultat.failed == 0


def test_les_soldes_expliquent_les_totaux(fabriquer):
    decompte = chiffrer(fabriquer(factures=[{"numero": "F1"}, {"numero": "F2"}]), AU)
    for champ, total in (
        ("principal", decompte.principal),
        ("interets", decompte.interets),
        ("indemnite", decompte.indemnites),
        ("interet_journalier", decompte.interet_journalier),
    ):
        assert sum(getattr(solde, champ) for solde in decompte.soldes) == total > 0


def test_une_facture_annulee_par_avoir_apres_l_echeance_ne_doit_pas_l_indemnite(fabriquer):
    annulation = {"numero": "A1", "date": dt.date(2026, 6, 1), "montant_ttc": "10000.00", "facture": "F1"}
    partielle = {**annulation, "montant_ttc": "9999.00"}
    assert chiffrer(fabriquer(avoirs=[annulation]), AU).indemnites == 0
    assert chiffrer(fabriquer(avoirs=[partielle]), AU).indemnites == Decimal("40.00")


def test_une_dette_echue_le_jour_du_paiement_est_echue_et_son_taux_compte(fabriquer):
    dossier = fabriquer(
        contrats=[{"id": "A", "penalites": {"mode": "fixe", "taux": "15.00"}}, {"id": "B"}],
        factures=[
            {"numero": "F1", "contrat": "A", "montant_ttc": "100.00"},
            {"numero": "F2", "contrat": "B", "montant_ttc": "100.00", "echeance": dt.date(2026, 4, 30)},
        ],
        paiements=[{"date": dt.date(2026, 5, 1), "montant": "100.00"}],
    )
    assert [imputation.facture for imputation in chiffrer(dossier, AU).imputations] == ["F1"]


def test_une_dette_non_echue_passe_apres_les_dettes_echues(fabriquer):
    dossier = fabriquer(
        contrats=[{"id": "A", "penalites": {"mode": "fixe", "taux": "15.00"}}, {"id": "B"}],
        factures=[
            {"numero": "F1", "contrat": "A", "montant_ttc": "100.00", "echeance": dt.date(2026, 5, 2)},
            {"numero": "F2", "contrat": "B", "montant_ttc": "100.00", "echeance": dt.date(2026, 4, 30)},
        ],
        paiements=[{"date": dt.date(2026, 5, 1), "montant": "100.00"}],
    )
    assert [imputation.facture for imputation in chiffrer(dossier, AU).imputations] == ["F2"]


def test_le_paiement_du_dernier_jour_connu_ne_demande_pas_le_taux_suivant(fabriquer):
    jour = dt.date(2026, 12, 31)
    dossier = fabriquer(factures=[{"numero": "F1"}, {"numero": "F2"}], paiements=[{"date": jour, "montant": "100.00"}])
    assert chiffrer(dossier, jour).imputations[0].interets > 0

"""Chaque paiement garde son montant reçu : ses imputations et son excédent en font la somme."""

from decimal import Decimal

import pytest

from generateur.commandes.presentation import presenter_decompte
from generateur.commandes.sortie_json import chiffrage_en_json
from generateur.operations.etude import chiffrer_dossier
from tests.outils.cas_actes import JOUR, SECONDE_FACTURE, TROIS_PAIEMENTS, ecrire_cas


@pytest.fixture
def chiffrage(tmp_path):
    return chiffrer_dossier(ecrire_cas(tmp_path, SECONDE_FACTURE, TROIS_PAIEMENTS), jour=JOUR, au=JOUR)


@pytest.fixture
def decompte(chiffrage):
    return chiffrage.decompte


def test_les_imputations_font_le_paiement(decompte):
    assert [recu.paiement.montant for recu in decompte.paiements] == [Decimal("1200.50"), Decimal(300), Decimal(6010)]
    for recu in decompte.paiements:
        assert sum(i.montant for i in recu.imputations) + recu.excedent == recu.paiement.montant


def test_seul_le_paiement_qui_nomme_sa_facture_est_affecte(decompte):
    assert [recu.est_affecte for recu in decompte.paiements] == [True, False, False]


def test_chiffrer_montre_le_paiement_puis_son_imputation(decompte):
    texte = presenter_decompte("X", decompte).replace("\u00a0", " ").replace("\u202f", " ")
    assert "le 20/10/2026  6 010,00 € ; virement, référence VIR-31 ; sans affectation du débiteur" in texte
    assert "sur F2026-180 : intérêts 99,88 €, principal 3 243,42 €" in texte


def test_le_json_ajoute_les_paiements_sans_toucher_aux_imputations(chiffrage):
    objet = chiffrage_en_json(chiffrage)
    assert [p["montant"] for p in objet["paiements"]] == ["1200.50", "300.00", "6010.00"]
    assert {"date", "montant", "interets", "principal"} <= set(objet["imputations"][0])
    assert sum(Decimal(i["montant"]) for i in objet["imputations"]) == Decimal("7510.50")


def test_un_excedent_se_dit(tmp_path):
    trop = '[[paiements]]\ndate = 2026-10-20\nmontant = "9000.00"'
    decompte = chiffrer_dossier(ecrire_cas(tmp_path, trop), jour=JOUR, au=JOUR).decompte
    (recu,) = decompte.paiements
    assert recu.excedent == decompte.trop_percu > 0
    assert "en trop : " in presenter_decompte("X", decompte)

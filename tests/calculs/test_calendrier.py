"""Délais de procédure : CPC 640 à 644."""

import datetime as dt

import pytest

from generateur.calculs.calendrier import (
    ajouter_mois,
    est_ouvrable,
    jours_feries,
    mois_de_distance,
    paques,
    reporter,
    terme_de_procedure,
    territoire_de,
)
from generateur.domaine.parties import Adresse
from generateur.erreurs import ErreurDroitManquant


def _adresse(code_postal="69003", **autres):
    return Adresse(voie="1 rue des Essais", code_postal=code_postal, commune="Essai", **autres)


@pytest.mark.parametrize(
    ("annee", "dimanche"),
    [(2015, (4, 5)), (2019, (4, 21)), (2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28))],
)
def test_paques(annee, dimanche):
    assert paques(annee) == dt.date(annee, *dimanche)


def test_un_delai_en_mois_expire_au_meme_quantieme_ou_au_dernier_jour():
    assert ajouter_mois(dt.date(2026, 11, 30), 3) == dt.date(2027, 2, 28)
    assert ajouter_mois(dt.date(2028, 2, 29), 12) == dt.date(2029, 2, 28)
    assert ajouter_mois(dt.date(2026, 12, 15), 1) == dt.date(2027, 1, 15)


def test_les_onze_jours_feries_nationaux_de_2026():
    attendus = {
        (1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25),
    }  # fmt: skip
    assert jours_feries(2026) == {dt.date(2026, *jour) for jour in attendus}


def test_l_alsace_moselle_et_l_outre_mer_ont_les_leurs():
    saint_etienne = dt.date(2025, 12, 26)
    assert est_ouvrable(saint_etienne)
    assert not est_ouvrable(saint_etienne, "67")
    assert not est_ouvrable(dt.date(2026, 4, 3), "68")
    assert est_ouvrable(dt.date(2026, 4, 3), "69")
    assert not est_ouvrable(dt.date(2026, 5, 27), "971")


def test_un_terme_non_ouvrable_est_reporte():
    assert reporter(dt.date(2026, 5, 1)) == dt.date(2026, 5, 4)  # vendredi férié, puis samedi et dimanche
    assert terme_de_procedure(dt.date(2026, 10, 21), mois=1) == dt.date(2026, 11, 23)  # samedi 21
    assert terme_de_procedure(dt.date(2026, 10, 20), mois=1) == dt.date(2026, 11, 20)


def test_un_delai_en_jours_ne_compte_pas_le_jour_de_l_evenement():
    assert terme_de_procedure(dt.date(2026, 9, 1), jours=15) == dt.date(2026, 9, 16)


def test_refuse_une_annee_hors_de_la_table():
    with pytest.raises(ErreurDroitManquant, match="jours_feries"):
        jours_feries(2099)


@pytest.mark.parametrize(
    ("residence", "juridiction", "mois"),
    [
        (_adresse("69003"), "69", 0),
        (_adresse("33000"), "69", 0),
        (_adresse("97110"), "69", 1),
        (_adresse("97110"), "971", 0),
        (_adresse("97200"), "971", 1),
        (_adresse("69003"), "971", 1),
        (_adresse("1000", pays="BE"), "69", 2),
        (_adresse("1000", pays="BE"), "971", 2),
    ],
)
def test_l_eloignement_augmente_le_delai(residence, juridiction, mois):
    assert mois_de_distance(residence, juridiction, dt.date(2026, 11, 1)) == mois


def test_le_code_insee_dit_le_territoire_mieux_que_le_code_postal():
    assert territoire_de(_adresse("97133", insee="97701")) == "977"  # Saint-Barthélemy
    assert territoire_de(_adresse("68 000")) == "68"
    assert not territoire_de(_adresse("1000", pays="BE"))

"""Montants, dates et identifiants des exports : lus exactement, ou refusés."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.importation.valeurs_lues import lire_date, lire_identifiant, lire_montant, normaliser_entete


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        ("1 154,40 €", "1154.40"),
        ("1\u00a0154,40 €", "1154.40"),
        ("1\u202f154,40\u00a0€", "1154.40"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567,8", "1234567.80"),
        ("1234.56", "1234.56"),
        ("1234,5", "1234.50"),
        ("(120,00)", "-120.00"),
        ("-120,00", "-120.00"),
        ("−120,00", "-120.00"),
        ("120,00-", "-120.00"),
        ("3120 EUR", "3120.00"),
        ("1'234,50", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("0", "0.00"),
        (Decimal(850), "850.00"),
        (Decimal("0.125"), "0.125"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
    ],
)
def test_lit_un_montant_exact(ecrit, attendu):
    assert str(lire_montant(ecrit)) == attendu


@pytest.mark.parametrize("vide", ["", "  ", None, "-", "N/C", "n/a", "—"])
def test_une_cellule_vide_n_est_pas_zero(vide):
    assert lire_montant(vide) is None
    assert lire_date(vide) is None


@pytest.mark.parametrize(
    "douteux",
    [
        "1.234",
        "12,345",
        "120,000",
        "12.34.56",
        "1,23.456,7",
        "douze",
        "1,2,3",
        "=cmd|'/c calc'!A0",
        "12-34",
        "99999999999999",
    ],
)
def test_refuse_un_montant_qui_se_lit_de_deux_facons_ou_pas_du_tout(douteux):
    with pytest.raises(ValueError, match=r"montant|façons|aberrant"):
        lire_montant(douteux)


@pytest.mark.parametrize(
    "ecrite",
    [
        "31/05/2026", "31-05-2026", "31.05.2026", "2026-05-31", "20260531", "31/05/26", "31-05-2026 07:14:22",
        "2026-05-31T10:00:00", "31/05/2026, 10:12", Decimal(46173), "46173", dt.date(2026, 5, 31), Decimal(20260531),
    ],
)  # fmt: skip
def test_lit_une_date_de_chaque_ecriture(ecrite):
    assert lire_date(ecrite) == dt.date(2026, 5, 31)


@pytest.mark.parametrize("fausse", ["30/02/2026", "05/31/2026", "2026-13-01", "20260230", "mai 2026", "31/05", "1/1/1"])
def test_refuse_une_date_qui_n_existe_pas_et_ne_lit_jamais_le_mois_d_abord(fausse):
    with pytest.raises(ValueError, match=r"date|calendrier"):
        lire_date(fausse)


def test_un_siret_mange_par_le_tableur_se_dit():
    with pytest.raises(ValueError, match="perdu les chiffres"):
        lire_identifiant("1,23E+13")
    assert lire_identifiant("999 999 915 00013") == "99999991500013"
    assert lire_identifiant(Decimal(99999991500013)) == "99999991500013"
    assert lire_identifiant("11111111111111") == ""


def test_un_entete_se_lit_sans_accent_ni_blanc():
    attendu = "date d echeance"
    for ecrit in ("Date d'échéance", "DATE D’ECHEANCE ", "date\u00a0d'échéance", "Date  d'Échéance :"):
        assert normaliser_entete(ecrit) == attendu

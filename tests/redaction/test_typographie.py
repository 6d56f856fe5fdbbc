"""Montants, dates, pluriels, sommes en lettres, identifiants : la typographie que les actes impriment."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generateur.domaine.langue import (
    FINE,
    INSECABLE,
    date_courte,
    date_longue,
    enumerer,
    majuscule,
    montant,
    pluriel,
    pourcentage,
)
from generateur.redaction.typographie import couper_adresse, de, en_lettres, grouper_chiffres

CENTIMES = st.integers(0, 10**11).map(lambda n: Decimal(n) / 100)


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("8640", "8~640,00 €"),
        ("0", "0,00 €"),
        ("0.005", "0,01 €"),
        ("999.994", "999,99 €"),
        ("1234567.8", "1~234~567,80 €"),
        ("-12.5", "-12,50 €"),
    ],
)
def test_montant(valeur, attendu):
    assert montant(Decimal(valeur)) == attendu.replace("~", FINE).replace(" ", INSECABLE)


@given(CENTIMES)
def test_un_montant_se_relit_sans_perte(valeur):
    ecrit = montant(valeur)
    assert " " not in ecrit, "un montant ne se coupe jamais en fin de ligne"
    assert Decimal(ecrit.replace(FINE, "").replace(f"{INSECABLE}€", "").replace(",", ".")) == valeur


@pytest.mark.parametrize(
    ("valeur", "attendu"), [("12.4", "12,40 %"), ("10", "10,00 %"), ("2.625", "2,625 %"), ("0.870", "0,87 %")]
)
def test_pourcentage(valeur, attendu):
    assert pourcentage(Decimal(valeur)) == attendu.replace(" ", INSECABLE)


@pytest.mark.parametrize(
    ("jour", "longue", "courte"),
    [
        (dt.date(2026, 12, 1), "1er décembre 2026", "01/12/2026"),
        (dt.date(2026, 11, 21), "21 novembre 2026", "21/11/2026"),
        (dt.date(2024, 2, 29), "29 février 2024", "29/02/2024"),
        (dt.date(2026, 8, 11), "11 août 2026", "11/08/2026"),
    ],
)
def test_dates(jour, longue, courte):
    assert date_longue(jour) == longue.replace(" ", INSECABLE)
    assert date_courte(jour) == courte


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("0", "zéro euro"),
        ("0.01", "un centime"),
        ("0.50", "cinquante centimes"),
        ("1", "un euro"),
        ("1.01", "un euro et un centime"),
        ("21", "vingt et un euros"),
        ("71.91", "soixante et onze euros et quatre-vingt-onze centimes"),
        ("80", "quatre-vingts euros"),
        ("81", "quatre-vingt-un euros"),
        ("200", "deux cents euros"),
        ("280", "deux cent quatre-vingts euros"),
        ("1000", "mille euros"),
        ("5000.01", "cinq mille euros et un centime"),
        ("8640", "huit mille six cent quarante euros"),
        ("1000000", "un million d’euros"),
        ("2000000.50", "deux millions d’euros et cinquante centimes"),
        ("1200000", "un million deux cent mille euros"),
        ("-5", "moins cinq euros"),
        ("0.005", "un centime"),
    ],
)
def test_sommes_en_lettres(valeur, attendu):
    assert en_lettres(Decimal(valeur)) == attendu


@given(CENTIMES, CENTIMES)
def test_deux_sommes_differentes_s_ecrivent_differemment(une, autre):
    assert (en_lettres(une) == en_lettres(autre)) == (une == autre)


@pytest.mark.parametrize(
    ("combien", "mot", "plusieurs", "attendu"),
    [
        (0, "facture", "", "0 facture"),
        (1, "facture", "", "1 facture"),
        (2, "facture", "", "2 factures"),
        (6, "mois", "mois", "6 mois"),
        (1, "mois", "mois", "1 mois"),
        (15, "jour", "", "15 jours"),
    ],
)
def test_pluriel(combien, mot, plusieurs, attendu):
    assert pluriel(combien, mot, plusieurs) == attendu.replace(" ", INSECABLE)


@pytest.mark.parametrize(
    ("ville", "attendu"),
    [
        ("Lyon", "de Lyon"),
        ("Avignon", "d’Avignon"),
        ("Évry", "d’Évry"),
        ("Le Mans", "du Mans"),
        ("Les Sables-d'Olonne", "des Sables-d'Olonne"),
        ("La Rochelle", "de La Rochelle"),
        ("L'Isle-Adam", "de L'Isle-Adam"),
        ("Lens", "de Lens"),
        ("Levallois", "de Levallois"),
    ],
)
def test_preposition_de(ville, attendu):
    assert de(ville) == attendu


def test_identifiants_groupes():
    assert grouper_chiffres("100000009", 3, 3, 3) == INSECABLE.join(["100", "000", "009"])
    assert grouper_chiffres("10000000900017", 3, 3, 3) == INSECABLE.join(["100", "000", "009", "00017"])
    assert grouper_chiffres("FR7630006000011234567890189").split(INSECABLE) == [
        "FR76", "3000", "6000", "0112", "3456", "7890", "189",
    ]  # fmt: skip


@given(st.text(st.characters(categories=["Nd", "Lu"]), max_size=34))
def test_grouper_ne_perd_aucun_caractere(identifiant):
    assert grouper_chiffres(identifiant).replace(INSECABLE, "") == identifiant


@pytest.mark.parametrize(("liste", "attendu"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), ("abc", "a, b et c")])
def test_enumeration(liste, attendu):
    assert enumerer(list(liste)) == attendu


@pytest.mark.parametrize(("texte", "attendu"), [("", ""), ("élan", "Élan"), ("l’association", "L’association")])
def test_majuscule(texte, attendu):
    assert majuscule(texte) == attendu


def test_couper_adresse_met_le_code_postal_a_la_ligne():
    assert couper_adresse("Palais, BP 3, 54003 Nancy Cedex") == ["Palais, BP 3", "54003 Nancy Cedex"]
    assert couper_adresse("Nancy") == ["Nancy"]

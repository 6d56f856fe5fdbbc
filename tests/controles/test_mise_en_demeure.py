"""La mise en demeure : ce qui la rend utile, et quand le délai est écoulé."""

from datetime import date

import pytest

SECONDE_LETTRE = {
    "date_envoi": date(2026, 11, 16),
    "delai_jours": 15,
    "fichier": "pieces/med2.pdf",
    "accuse": "pieces/a2.pdf",
}


def _codes(constats):
    return {constat.code for constat in constats if "DEMEURE" in constat.code}


@pytest.mark.parametrize(
    ("dates", "au", "en_cours"),
    [
        ({}, date(2026, 10, 1), True),  # présentée le 16/09, quinze jours : le 1er octobre compte encore
        ({}, date(2026, 10, 2), False),
        ({"date_presentation": "(retirer)", "date_reception": date(2026, 9, 18)}, date(2026, 10, 3), True),
        ({"date_presentation": "(retirer)", "date_reception": "(retirer)"}, date(2026, 9, 29), True),
        ({"date_presentation": "(retirer)", "date_reception": "(retirer)"}, date(2026, 9, 30), False),
    ],
)
def test_le_delai_part_de_la_presentation_sinon_de_la_reception_sinon_de_l_envoi(controler, dates, au, en_cours):
    codes = _codes(controler({"mise_en_demeure": dates}, au=au))
    assert ("MISE_EN_DEMEURE_DELAI_EN_COURS" in codes) is en_cours


def test_renvoyer_la_mise_en_demeure_ne_rouvre_pas_l_attente(controler):
    assert not _codes(controler({"mises_en_demeure": [SECONDE_LETTRE]}))


def test_une_lettre_prematuree_ne_fait_pas_courir_le_delai(controler):
    prematuree = {"date_envoi": date(2026, 4, 20), "date_presentation": "(retirer)", "date_reception": "(retirer)"}
    codes = _codes(controler({"mise_en_demeure": prematuree, "mises_en_demeure": [SECONDE_LETTRE]}))
    assert codes == {"MISE_EN_DEMEURE_DELAI_EN_COURS"}


def test_une_facture_non_echue_n_a_pas_a_etre_visee(controler):
    changements = {"avec": ["seconde_facture"], "factures": {"2": {"echeance": date(2026, 12, 1)}}}
    assert "MISE_EN_DEMEURE_PARTIELLE" not in _codes(controler(changements))


def test_une_mise_en_demeure_posterieure_a_l_arrete_ne_compte_pas(controler):
    assert _codes(controler(au=date(2026, 9, 13))) == {"MISE_EN_DEMEURE_ABSENTE"}


def test_un_debiteur_designe_par_son_nom_est_atteint(controler):
    changements = {"avec": ["caution"], "mise_en_demeure": {"debiteur": "Menuiserie Dupont & Fils"}}
    trouves = [c for c in controler(changements) if c.code == "DEBITEUR_NON_MIS_EN_DEMEURE"]
    assert [constat.lieu for constat in trouves] == ["debiteurs[2]"]


def test_une_creance_prescrite_n_appelle_pas_de_mise_en_demeure(controler):
    vieille = {"avec": ["facture_de_2021"], "mise_en_demeure": "(retirer)"}
    jour = date(2026, 6, 1)
    codes = {constat.code for constat in controler(vieille, au=jour, jour=jour)}
    assert "CREANCE_PRESCRITE" in codes
    assert "MISE_EN_DEMEURE_ABSENTE" not in codes

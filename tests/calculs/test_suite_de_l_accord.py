"""Un accord qui n'est pas tenu : relance des seules échéances manquées, mise en demeure, déchéance, puis le solde."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.accords import suivre_accord
from generateur.calculs.encours import calculer_encours
from generateur.calculs.suite_amiable import decider_suite
from generateur.lecture.echelle_toml import lire_echelle

ECHELLE = lire_echelle(Path(__file__).parent)
ACCORD = {
    "date": dt.date(2026, 6, 25),
    "echeances": [
        {"date": dt.date(2026, 7, 15), "montant": "4000.00"},
        {"date": dt.date(2026, 8, 17), "montant": "3000.00"},
        {"date": dt.date(2027, 2, 15), "montant": "3000.00"},
    ],
}
PARTIEL = {"date": dt.date(2026, 7, 10), "montant": "1500.00"}
RELANCE = {"date": dt.date(2026, 7, 20), "canal": "courrier", "niveau": 4}
LETTRE = {"date_envoi": dt.date(2026, 8, 3), "date_presentation": dt.date(2026, 8, 5), "delai_jours": 15}


def _decider(fabriquer, jour, **donnees):
    return decider_suite(fabriquer(accord=ACCORD, paiements=[PARTIEL], **donnees), ECHELLE, jour)


def test_avant_l_echeance_et_le_jour_meme_on_attend(fabriquer):
    assert [_decider(fabriquer, dt.date(2026, 7, jour)).suite for jour in (1, 15)] == ["attendre", "attendre"]


def test_le_lendemain_seule_l_echeance_manquee_se_reclame(fabriquer):
    """Le solde n'est pas exigible tant que le terme n'est pas perdu."""
    suite = _decider(fabriquer, dt.date(2026, 7, 16))
    assert (suite.suite, suite.niveau, suite.lignes) == ("relancer", 4, ())
    assert suite.reclame == Decimal("2500.00")
    assert suite.date_limite == dt.date(2026, 7, 24)


def test_deux_echeances_manquees_s_ajoutent_ce_qui_est_verse_va_a_la_plus_ancienne(fabriquer):
    dossier = fabriquer(accord=ACCORD, paiements=[PARTIEL])
    suivi = suivre_accord(dossier, dt.date(2026, 8, 18))
    assert [reste for _, reste in suivi.restes] == [2500, 3000]
    assert suivi.manque == 5500


@pytest.mark.parametrize(
    ("jour", "suite"), [(dt.date(2026, 7, 28), "attendre"), (dt.date(2026, 7, 29), "mettre_en_demeure")]
)
def test_relancee_sans_effet_la_mise_en_demeure_attend_la_date_laissee(fabriquer, jour, suite):
    assert _decider(fabriquer, jour, relances=[RELANCE]).suite == suite


def test_l_echelle_deja_epuisee_mene_droit_a_la_mise_en_demeure(fabriquer):
    anciennes = [{"date": dt.date(2026, 6, 2), "canal": "courrier", "niveau": 5}]
    assert _decider(fabriquer, dt.date(2026, 7, 16), relances=anciennes).suite == "mettre_en_demeure"


def test_une_mise_en_demeure_d_avant_l_accord_ne_fait_pas_perdre_le_terme(fabriquer):
    ancienne = {**LETTRE, "date_envoi": dt.date(2026, 6, 10), "date_presentation": dt.date(2026, 6, 11)}
    assert _decider(fabriquer, dt.date(2026, 7, 16), mise_en_demeure=ancienne).suite == "relancer"


@pytest.mark.parametrize(("jour", "suite"), [(dt.date(2026, 8, 20), "attendre"), (dt.date(2026, 8, 21), "produire")])
def test_son_delai_passe_le_terme_est_perdu_et_se_note(fabriquer, jour, suite):
    rendue = _decider(fabriquer, jour, relances=[RELANCE], mise_en_demeure=LETTRE)
    assert rendue.suite == suite
    assert rendue.dechu_le == (dt.date(2026, 8, 21) if suite == "produire" else None)


def test_rattrape_l_accord_reprend(fabriquer):
    rattrape = [PARTIEL, {"date": dt.date(2026, 7, 20), "montant": "2500.00"}]
    dossier = fabriquer(accord=ACCORD, paiements=rattrape)
    assert decider_suite(dossier, ECHELLE, dt.date(2026, 7, 21)).suite == "attendre"


def test_dechu_ou_tout_echu_le_solde_entier_revient_a_l_echelle(fabriquer):
    dechu = fabriquer(accord={**ACCORD, "decheance_terme": dt.date(2026, 8, 21)}, paiements=[PARTIEL])
    echu = fabriquer(accord=ACCORD, paiements=[PARTIEL])
    for dossier, jour in ((dechu, dt.date(2026, 8, 21)), (echu, dt.date(2027, 2, 16))):
        suite = decider_suite(dossier, ECHELLE, jour)
        assert (suite.suite, suite.reclame) == ("relancer", Decimal("8500.00"))


TENU = {
    "date": dt.date(2026, 6, 25),
    "echeances": [
        {"date": dt.date(2026, 7, 15), "montant": "4700.00"},
        {"date": dt.date(2026, 8, 17), "montant": "4700.00"},
    ],
}
A_L_HEURE = [
    {"date": dt.date(2026, 7, 15), "montant": "4700.00"},
    {"date": dt.date(2026, 8, 14), "montant": "4700.00"},
]


def test_un_accord_tenu_remise_comprise_ne_laisse_rien_a_reclamer(fabriquer):
    """9 400 € promis et payés sur 10 000 € : les 600 € remis se redemandaient, avec les intérêts depuis l'échéance."""
    dossier = fabriquer(accord=TENU, paiements=A_L_HEURE)
    for jour in (dt.date(2026, 8, 17), dt.date(2026, 8, 18), dt.date(2026, 12, 1)):
        assert decider_suite(dossier, ECHELLE, jour).suite == "aucune"
        etat = calculer_encours(dossier, jour)
        assert (etat.reste, etat.abandonne) == (Decimal(0), Decimal(600))


def test_une_facture_nee_apres_l_accord_tenu_reste_due(fabriquer):
    nouvelle = {"numero": "F2", "date": dt.date(2026, 9, 1), "echeance": dt.date(2026, 10, 1), "montant_ttc": "300.00"}
    etat = calculer_encours(fabriquer(accord=TENU, paiements=A_L_HEURE, factures=[{}, nouvelle]), dt.date(2026, 12, 1))
    assert [(ligne.facture.numero, ligne.reste) for ligne in etat.lignes] == [("F2", Decimal(300))]


@pytest.mark.parametrize("accord", [{**TENU, "partiel": True}, {**TENU, "decheance_terme": dt.date(2026, 8, 16)}])
def test_partiel_ou_dechu_le_reste_se_reclame(fabriquer, accord):
    assert calculer_encours(fabriquer(accord=accord, paiements=A_L_HEURE), dt.date(2026, 12, 1)).reste == 600


def test_paye_un_jour_trop_tard_l_accord_n_est_pas_tenu(fabriquer):
    tard = [A_L_HEURE[0], {"date": dt.date(2026, 8, 18), "montant": "4700.00"}]
    dossier = fabriquer(accord=TENU, paiements=tard)
    assert not suivre_accord(dossier, dt.date(2026, 12, 1)).est_tenu
    assert calculer_encours(dossier, dt.date(2026, 12, 1)).reste == 600


def test_clos_apres_un_accord_tenu_rien_ne_restait_a_payer(fabriquer):
    clos = {"date": dt.date(2026, 9, 1), "motif": "paye"}
    dossier = fabriquer(accord=TENU, paiements=A_L_HEURE, suivi={"clos": clos})
    assert calculer_encours(dossier, dt.date(2026, 12, 1)).abandonne == 0

"""La phase amiable : le bon niveau, au bon jour, et jamais ce qu'on reproche aux logiciels de relance."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.suite_amiable import decider_suite
from generateur.lecture.echelle_toml import lire_echelle

ECHELLE = lire_echelle(Path(__file__).parent)  # celle du programme
ECHEANCE = dt.date(2026, 5, 1)
EMISE = dt.date(2026, 4, 1)


def _jour(ecart):
    return ECHEANCE + dt.timedelta(days=ecart)


def _relance(ecart, niveau=None):
    return {"date": _jour(ecart), "canal": "courriel", **({"niveau": niveau} if niveau is not None else {})}


def _decider(dossier, ecart, **options):
    return decider_suite(dossier, ECHELLE, _jour(ecart), **options)


@pytest.mark.parametrize(
    ("ecart", "niveau"),
    [(-6, None), (-5, 1), (-1, 1), (0, None), (4, None), (5, 2), (300, 2)],
)
def test_sans_relance_passee_chaque_jour_a_son_niveau(fabriquer, ecart, niveau):
    """Un dossier pris en retard commence par le rappel courtois, quelle que soit son ancienneté."""
    assert _decider(fabriquer(), ecart).niveau == niveau


@pytest.mark.parametrize(
    ("passees", "ecart", "niveau"),
    [
        ([(-5, 1)], -1, None),
        ([(-5, 1)], 5, 2),
        ([(-5, 1), (5, 2)], 11, None),
        ([(-5, 1), (5, 2)], 12, 3),
        ([(5, 2), (12, 3)], 19, None),
        ([(5, 2), (12, 3)], 20, 4),
        ([(12, 3), (20, 4)], 31, None),
        ([(12, 3), (20, 4)], 32, 5),
    ],
)
def test_chaque_niveau_attend_son_jour(fabriquer, passees, ecart, niveau):
    dossier = fabriquer(relances=[_relance(*passee) for passee in passees])
    assert _decider(dossier, ecart).niveau == niveau


def test_jamais_deux_niveaux_le_meme_jour_ni_a_moins_de_cinq_jours(fabriquer):
    dossier = fabriquer(relances=[_relance(100, 2)])
    assert [_decider(dossier, 100 + n).niveau for n in range(6)] == [None] * 5 + [3]


def test_jamais_un_niveau_en_arriere(fabriquer):
    dossier = fabriquer(relances=[_relance(6, 4)])
    assert _decider(dossier, 32).niveau == 5
    refus = _decider(dossier, 32, niveau=2)
    assert refus.niveau is None
    assert "déjà parti" in refus.motif


@pytest.mark.parametrize(
    ("ecart", "niveau", "motif"),
    [(-5, 2, "ne convient pas"), (40, 1, "ne convient pas"), (40, 9, "n’existe pas"), (0, 1, "ne convient pas")],
)
def test_un_niveau_voulu_ne_dit_pas_faux(fabriquer, ecart, niveau, motif):
    refus = _decider(fabriquer(), ecart, niveau=niveau)
    assert refus.niveau is None
    assert motif in refus.motif


def test_un_niveau_voulu_peut_en_sauter_un(fabriquer):
    assert _decider(fabriquer(), 40, niveau=4).niveau == 4


def test_une_relance_sans_numero_compte_pour_le_niveau_de_sa_date(fabriquer):
    assert _decider(fabriquer(relances=[_relance(21)]), 32).niveau == 5


def test_une_relance_d_une_autre_facture_n_avance_pas_celle_ci(fabriquer):
    """L'ancienne affaire est payée : la nouvelle commence à son début."""
    ancienne = {"numero": "F0", "date": dt.date(2026, 1, 1), "echeance": dt.date(2026, 2, 1), "montant_ttc": "50.00"}
    dossier = fabriquer(
        factures=[ancienne, {}],
        paiements=[{"date": dt.date(2026, 3, 1), "montant": "50.00", "facture": "F0"}],
        relances=[{"date": dt.date(2026, 2, 20), "canal": "courriel", "niveau": 4}],
    )
    assert _decider(dossier, 5).niveau == 2


def test_apres_le_dernier_niveau_la_mise_en_demeure(fabriquer):
    dossier = fabriquer(relances=[_relance(32, 5)])
    attente = _decider(dossier, 44)
    assert (attente.suite, attente.mise_en_demeure_le) == ("attendre", _jour(45))
    assert _decider(dossier, 45).suite == "mettre_en_demeure"


def test_apres_la_mise_en_demeure_on_attend_puis_on_demande(fabriquer):
    lettre = {"date_envoi": _jour(46), "date_presentation": _jour(48), "delai_jours": 8, "mode": "lrar"}
    dossier = fabriquer(relances=[_relance(32, 5)], mise_en_demeure=lettre)
    assert [_decider(dossier, n).suite for n in (47, 56, 57)] == ["attendre", "attendre", "produire"]


def test_une_mise_en_demeure_d_une_autre_facture_n_arrete_rien(fabriquer):
    autre = {"numero": "F2", "date": EMISE, "echeance": _jour(3), "montant_ttc": "10.00"}
    lettre = {"date_envoi": _jour(46), "factures": ["F2"]}
    dossier = fabriquer(factures=[{}, autre], mise_en_demeure=lettre, relances=[_relance(5, 2)])
    assert _decider(dossier, 60).niveau == 3


ARRETS = {
    "payee": ({"paiements": [{"date": EMISE, "montant": "10000.00"}]}, "aucune"),
    "payee_en_trop": ({"paiements": [{"date": EMISE, "montant": "10000.01"}]}, "aucune"),
    "creditee": ({"avoirs": [{"numero": "A", "montant_ttc": "10000.00"}]}, "aucune"),
    "contestee": ({"factures": [{"contestee": True}]}, "aucune"),
    "litige": ({"situation": {"litige": True}}, "aucune"),
    "cedee": ({"cession": {"sens": "cedee"}}, "aucune"),
    "affacturage": ({"situation": {"cession": True}}, "aucune"),
    "indemnisee": ({"assurance_credit": {"indemnise": True}}, "aucune"),
    "deposee": ({"suivi": {"depot": EMISE}}, "aucune"),
    "jugee": ({"situation": {"titre_existant": "jugement du 3 mars"}}, "aucune"),
    "accord": (
        {"accord": {"date": EMISE, "echeances": [{"date": dt.date(2026, 12, 1), "montant": "10000.00"}]}},
        "attendre",
    ),
    "sans_echeance": ({"factures": [{"echeance": None}]}, "attendre"),
}


@pytest.mark.parametrize("cas", ARRETS)
@pytest.mark.parametrize("ecart", [-5, 5, 40, 200])
def test_rien_ne_part_quand_rien_ne_doit_partir(fabriquer, cas, ecart):
    donnees, suite = ARRETS[cas]
    rendue = _decider(fabriquer(**donnees), ecart)
    assert (rendue.niveau, rendue.suite, rendue.lignes) == (None, suite, ())
    assert rendue.motif


@pytest.mark.parametrize(
    ("situation", "suite"),
    [
        ("sauvegarde", "produire"),
        ("redressement", "produire"),
        ("liquidation", "produire"),
        ("plan_en_cours", "aucune"),
        ("cloture_insuffisance_actif", "aucune"),
        ("radiee", "aucune"),
        ("dissoute_tup", "aucune"),
        ("decede", "aucune"),
        ("surendettement", "aucune"),
        ("liquidation_amiable", "relancer"),
        ("in_bonis", "relancer"),
    ],
)
def test_la_situation_du_debiteur_commande(fabriquer, situation, suite):
    debiteur = {"nature": "personne_morale", "denomination": "X", "situation": situation}
    assert _decider(fabriquer(debiteurs=[debiteur]), 5).suite == suite


def test_ne_relance_que_la_part_non_contestee(fabriquer):
    dossier = fabriquer(factures=[{"contestee": True, "montant_conteste": "4000.00"}])
    (ligne,) = _decider(dossier, 5).lignes
    assert ligne.reste == Decimal("6000.00")


def test_avant_l_echeance_ne_parle_que_de_ce_qui_arrive_bientot(fabriquer):
    plus_tard = {"numero": "F2", "date": EMISE, "echeance": _jour(60), "montant_ttc": "10.00"}
    rendue = _decider(fabriquer(factures=[{}, plus_tard]), -5)
    assert [ligne.facture.numero for ligne in rendue.lignes] == ["F1"]


def test_apres_l_echeance_ne_reclame_que_ce_qui_est_echu(fabriquer):
    plus_tard = {"numero": "F2", "date": EMISE, "echeance": _jour(60), "montant_ttc": "10.00"}
    echue = {"numero": "F3", "date": EMISE, "echeance": _jour(2), "montant_ttc": "10.00"}
    rendue = _decider(fabriquer(factures=[{}, plus_tard, echue]), 5)
    assert [ligne.facture.numero for ligne in rendue.lignes] == ["F1", "F3"]


def test_la_date_limite_est_un_jour_ouvrable_et_seulement_apres_le_rappel(fabriquer):
    """Le 1er mai 2026 + 12 = 13 mai ; cinq jours plus tard, le 18, est un lundi ouvré."""
    dossier = fabriquer(relances=[_relance(5, 2)])
    assert _decider(dossier, 12).date_limite == dt.date(2026, 5, 18)
    assert _decider(dossier, 13).date_limite == dt.date(2026, 5, 19)
    assert _decider(dossier, 20).date_limite == dt.date(2026, 5, 26)  # le 26 : le 25 est le lundi de Pentecôte
    assert _decider(fabriquer(), 5).date_limite is None
    assert _decider(fabriquer(), -5).date_limite is None


def test_la_prochaine_relance_laisse_passer_la_date_limite(fabriquer):
    dossier = fabriquer(relances=[_relance(32, 3)])
    rendue = _decider(dossier, 60)
    assert rendue.prochaine is not None
    assert rendue.prochaine.le > rendue.date_limite


def test_un_accord_manque_rend_le_dossier_aux_relances(fabriquer):
    echeances = [
        {"date": dt.date(2026, 5, 10), "montant": "5000.00"},
        {"date": dt.date(2026, 6, 10), "montant": "5000.00"},
    ]
    dossier = fabriquer(accord={"date": EMISE, "echeances": echeances})
    assert decider_suite(dossier, ECHELLE, dt.date(2026, 5, 10)).suite == "attendre"
    assert decider_suite(dossier, ECHELLE, dt.date(2026, 5, 11)).suite == "relancer"
    payee = dossier.model_copy(
        update={"paiements": fabriquer(paiements=[{"date": dt.date(2026, 5, 9), "montant": "5000.00"}]).paiements}
    )
    assert decider_suite(payee, ECHELLE, dt.date(2026, 5, 11)).suite == "attendre"

"""Ce qui ferme une suite de l'ordonnance : le jugement d'ouverture, le décès, la dissolution, le surendettement."""

import datetime as dt

import pytest

from generateur.calculs.conduite import conduire
from generateur.calculs.entraves import entrave_de, entraves_du_dossier

AU = dt.date(2026, 12, 20)
SOCIETE = {"nature": "personne_morale", "denomination": "Alpha", "forme": "SARL"}
PERSONNE = {"nature": "particulier", "nom": "Bel", "prenoms": "Jeanne", "role": "caution"}
JUGEMENT = {"jugement": dt.date(2026, 11, 20), "publication_bodacc": dt.date(2026, 11, 27)}
LIVREE = {"livraison": {"date": dt.date(2026, 3, 27)}}
SUIVI = {
    "depot": dt.date(2026, 9, 10),
    "ordonnance": {"date": dt.date(2026, 9, 21)},
    "signification": {"date": dt.date(2026, 10, 5), "mode": "personne"},
}


def _ouvrir(situation, *autres):
    return {
        "debiteurs": [{**SOCIETE, "situation": situation, "procedure_collective": JUGEMENT}, *autres],
        "factures": [LIVREE],
    }


@pytest.mark.parametrize(
    ("situation", "article", "fermees"),
    [
        ("liquidation", "L622-21", {"signification", "saisie", "opposition"}),
        ("sauvegarde", "L622-21", {"signification", "saisie", "opposition"}),
        ("plan_en_cours", "L626-11", {"signification", "saisie", "opposition"}),
        ("dissoute_tup", "1844-5", {"signification", "saisie", "opposition"}),
        ("cloture_insuffisance_actif", "L643-11", {"signification", "saisie", "opposition"}),
        ("decede", "877", {"signification", "saisie", "opposition"}),
        ("surendettement", "L722-2", {"saisie"}),
    ],
)
def test_chaque_situation_ferme_ses_suites(fabriquer, situation, article, fermees):
    dossier = fabriquer(**_ouvrir(situation))
    entrave = entrave_de(dossier, dossier.debiteur, AU)
    assert entrave is not None
    assert article in entrave.raison
    assert entrave.suites == fermees


@pytest.mark.parametrize("situation", ["in_bonis", "liquidation_amiable", "radiee"])
def test_un_debiteur_en_vie_et_in_bonis_se_poursuit(fabriquer, situation):
    dossier = fabriquer(debiteurs=[{**SOCIETE, "situation": situation}])
    assert entraves_du_dossier(dossier, AU) == ()


def test_une_creance_nee_apres_le_jugement_se_poursuit(fabriquer):
    utile = {"numero": "F2", "livraison": {"date": dt.date(2026, 12, 1)}}
    dossier = fabriquer(**{**_ouvrir("redressement"), "factures": [LIVREE, utile]})
    assert entraves_du_dossier(dossier, AU) == ()


@pytest.mark.parametrize(("situation", "article"), [("redressement", "L622-28"), ("liquidation", "L622-21")])
def test_la_caution_physique_n_est_protegee_que_tant_qu_un_plan_se_prepare(fabriquer, situation, article):
    dossier = fabriquer(**_ouvrir(situation, PERSONNE))
    assert [article in e.raison for e in entraves_du_dossier(dossier, AU) if e.debiteur.role == "caution"] == [True]


@pytest.mark.parametrize(
    ("situation", "mot"),
    [("liquidation", "Déclarer la créance"), ("decede", "héritier"), ("surendettement", "commission")],
)
def test_la_conduite_ne_fait_plus_saisir_qui_ne_peut_l_etre(fabriquer, situation, mot):
    conduite = conduire(fabriquer(suivi=SUIVI, **_ouvrir(situation)), AU)
    assert conduite.suites == ("certificat_non_opposition",)
    assert mot in " ".join(conduite.a_faire)
    assert "--suite saisie" not in " ".join(conduite.a_faire)
    assert conduite.depenses == ()


def test_la_conduite_fait_saisir_le_seul_debiteur_in_bonis(fabriquer):
    second = {**SOCIETE, "denomination": "Beta", "role": "codebiteur_solidaire"}
    debiteurs = [{**SOCIETE, "situation": "dissoute_tup"}, second]
    conduite = conduire(fabriquer(suivi=SUIVI, debiteurs=debiteurs), AU)
    assert "saisie" in conduite.suites
    assert "associé unique" in " ".join(conduite.a_faire)


def test_une_ordonnance_partielle_payee_n_appelle_plus_de_saisie(fabriquer):
    """4 000 € accordés sur 10 000 €, payés : la saisie serait refusée, la conduite ne la demande plus."""
    suivi = {**SUIVI, "ordonnance": {"date": dt.date(2026, 9, 21), "montant": "4000.00"}}
    paye = {"date": dt.date(2026, 10, 10), "montant": "4100.00"}
    conduite = conduire(fabriquer(suivi=suivi, paiements=[paye]), AU)
    assert "clore" in " ".join(conduite.a_faire)
    assert "--suite saisie" not in " ".join(conduite.a_faire)


VIVANT = {"date": dt.date(2026, 12, 10), "echeances": [{"date": dt.date(2026, 12, 20), "montant": "500.00"}]}


@pytest.mark.parametrize(
    ("champs", "article", "fermees"),
    [
        ({"accord": VIVANT}, "1305-2", {"saisie"}),
        ({"accord": {**VIVANT, "decheance_terme": True}}, "", set()),
        (
            {"accord": VIVANT, "paiements": [{"date": dt.date(2026, 12, 18), "montant": "500.00"}]},
            "1342",
            {"signification", "saisie", "opposition"},
        ),
        ({"cession": {"sens": "cedee"}}, "1321", {"signification", "saisie", "opposition"}),
        ({"cession": {"sens": "retrocedee"}}, "", set()),
    ],
)
def test_on_ne_saisit_pas_contre_ce_que_l_on_a_convenu(fabriquer, champs, article, fermees):
    dossier = fabriquer(suivi=SUIVI, **champs)
    entrave = entrave_de(dossier, dossier.debiteur, AU)
    assert (entrave.suites if entrave else set()) == fermees
    assert entrave is None or article in entrave.raison
    assert ("saisie" in conduire(dossier, AU).suites) is (not fermees)

"""Les réponses des deux registres, lues en fiche : corpus réel, et formes inventées."""

import datetime as dt
import json
from pathlib import Path

import pytest

from generateur.annuaire.lecture_bodacc import lire_procedures
from generateur.annuaire.lecture_entreprises import lire_entreprise, lire_forme
from generateur.annuaire.services import choisir_services
from generateur.erreurs import ErreurOutilAbsent, ErreurUsage

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "annuaire"
JOUR = dt.date(2026, 11, 27)
SIREN = "999999915"
avec_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus n'est pas à côté du dépôt")


def _lire(nom):
    return json.loads((CORPUS / nom).read_text("utf-8"))


def _annonce(**jugement):
    return {"registre": [SIREN], "familleavis": "collective", "id": "A1", "jugement": json.dumps(jugement)}


@avec_corpus
@pytest.mark.parametrize("fichier", sorted(p.name for p in CORPUS.glob("search-*.json")))
def test_chaque_reponse_du_corpus_se_lit(fichier):
    brute = _lire(fichier)
    for resultat in brute["result"]["results"]:
        fiche = lire_entreprise(brute, resultat["siren"], JOUR)
        assert fiche.est_connue
        assert fiche.etat == resultat["etat_administratif"]
        assert fiche.denomination or not fiche.est_diffusible


@avec_corpus
def test_une_entreprise_radiee():
    fiche = lire_entreprise(_lire("search-88087814500015.json"), "880878145", JOUR)
    assert (fiche.etat, fiche.forme) == ("C", "SAS")
    assert fiche.fermee_le == dt.date(2022, 10, 22)
    assert fiche.radiee_le == dt.date(2022, 11, 14)


@avec_corpus
def test_parmi_les_homonymes_seul_le_siren_compte():
    homonymes = _lire("search-Ganymede.json")["result"]
    assert lire_entreprise(homonymes, "940221229", JOUR).adresse == "1226 CHEMIN DE SAINT-MARC 13410 LAMBESC"
    assert not lire_entreprise(homonymes, "880878145", JOUR).est_connue


@avec_corpus
def test_les_annonces_du_corpus():
    annonces = _lire("bodacc/collective_fixture.json")
    assert [(p.situation, p.date) for p in lire_procedures(annonces, "811038504")] == [
        ("liquidation", dt.date(2026, 9, 23)),
        ("redressement", dt.date(2026, 7, 3)),
    ]
    [conversion] = lire_procedures(annonces, "482309382")
    assert (conversion.situation, conversion.date) == ("liquidation", dt.date(2009, 12, 10))
    ouverture, sans_date = lire_procedures(annonces, "894670793")
    assert (ouverture.situation, ouverture.annonce) == ("liquidation", "A202601765232")
    assert ouverture.parution == dt.date(2026, 9, 15)
    assert sans_date.date is None  # une date qui n'est pas dans la forme du bulletin est rejetée, l'annonce reste
    assert not sans_date.est_comprise


@avec_corpus
def test_les_autres_familles_d_annonces_ne_sont_pas_des_procedures():
    assert lire_procedures(_lire("bodacc.json"), "880878145") == ()


def test_une_annonce_d_un_autre_est_ecartee():
    assert lire_procedures([_annonce(nature="Jugement d'ouverture de liquidation judiciaire")], "123456782") == ()


@pytest.mark.parametrize(
    ("nature", "complement", "situation"),
    [
        ("Jugement d'ouverture d'une procédure de redressement judiciaire", "", "redressement"),
        ("Jugement d'ouverture", "Ouvrant une période d'observation de sauvegarde, date de cessation…", "sauvegarde"),
        ("Jugement d'ouverture", "Liquidation judiciaire, clôture à examiner dans deux ans", "liquidation"),
        ("Jugement de conversion en liquidation judiciaire de la procédure de sauvegarde", "", "liquidation"),
        ("Jugement arrêtant le plan de redressement", "", "plan_en_cours"),
        ("Jugement arrêtant le plan de cession", "", None),
        ("Jugement de clôture pour insuffisance d'actif", "", "cloture_insuffisance_actif"),
        ("Jugement de clôture pour extinction du passif", "", "in_bonis"),
        ("Jugement prononçant la résolution du plan de redressement et la liquidation judiciaire", "", "liquidation"),
        ("Dépôt de l'état des créances", "", None),
    ],
)
def test_ce_que_dit_une_annonce(nature, complement, situation):
    [procedure] = lire_procedures({"results": [_annonce(nature=nature, complementJugement=complement)]}, SIREN)
    assert procedure.situation == situation


def test_une_annonce_annulee_n_ouvre_plus_rien():
    ouverture = _annonce(nature="Jugement d'ouverture de liquidation judiciaire", date="2026-09-08")
    ouverture |= {"parution": "20260176", "numeroannonce": 5232}
    visee = json.dumps({"numeroParution": "20260176", "numeroAnnonce": 5232})
    annulation = _annonce() | {"typeavis": "annulation", "parutionavisprecedent": visee}
    lues = lire_procedures([ouverture, annulation], SIREN)
    assert len(lues) == 2
    assert not any(procedure.situation for procedure in lues)


def test_l_entreprise_non_diffusible_ne_donne_pas_son_nom(entreprise):
    masquee = entreprise(nom_complet="[NON-DIFFUSIBLE]", nom_raison_sociale="[NON-DIFFUSIBLE]", statut_diffusion="P")
    fiche = lire_entreprise({"results": [masquee | {"siege": {"adresse": "[NON-DIFFUSIBLE]"}}]}, SIREN, JOUR)
    assert fiche.est_connue
    assert not fiche.est_diffusible
    assert (fiche.denomination, fiche.adresse) == (None, None)


@pytest.mark.parametrize("reponse", [{}, [], "x", None, {"results": {}}, {"results": ["x"]}, {"results": [{}]}])
def test_une_reponse_de_forme_inconnue_n_est_pas_devinee(reponse):
    with pytest.raises(ErreurOutilAbsent, match="plus la forme connue"):
        lire_entreprise(reponse, SIREN, JOUR)


def test_un_etat_inconnu_n_est_pas_devine(entreprise):
    with pytest.raises(ErreurOutilAbsent, match="plus la forme connue"):
        lire_entreprise({"results": [entreprise(etat_administratif="Z")]}, SIREN, JOUR)


@pytest.mark.parametrize("reponse", [{}, "x", None, {"results": "x"}, [{}], {"records": [{"fields": {}}]}])
def test_des_annonces_de_forme_inconnue_ne_sont_pas_devinees(reponse):
    with pytest.raises(ErreurOutilAbsent, match="plus la forme connue"):
        lire_procedures(reponse, SIREN)


def test_la_forme_suit_le_prefixe_le_plus_long():
    assert lire_forme("5499")[0] == "SARL"
    assert lire_forme("5498")[0] == "EURL"
    assert lire_forme("0000") == (None, ())


def test_une_adresse_sans_chemin_prend_celui_du_service():
    assert choisir_services("http://127.0.0.1:8000").entreprises.adresse == "http://127.0.0.1:8000/search"
    assert choisir_services("http://127.0.0.1:8000/x/").entreprises.adresse == "http://127.0.0.1:8000/x/"


@pytest.mark.parametrize("url", ["ftp://exemple.fr", "exemple.fr", "http://", "http://a:x/", "http://[::1"])
def test_une_adresse_qui_n_en_est_pas_une_est_refusee(url):
    with pytest.raises(ErreurUsage):
        choisir_services(url)

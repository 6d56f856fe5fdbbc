"""Le dossier comparé à l'annuaire : ce qui diffère se dit, avec sa place et ce qu'il faut écrire."""

import dataclasses
import datetime as dt
import tomllib

import pytest

from generateur.controles.ecarts_annuaire import constater_annuaire, est_siren, relever_ecarts
from generateur.domaine.fiche_annuaire import FicheAnnuaire, Procedure
from generateur.domaine.parties import Debiteur

JOUR = dt.date(2026, 11, 27)
LIEU = "debiteurs[1]"
FICHE = FicheAnnuaire(
    "999999915",
    JOUR,
    est_connue=True,
    denomination="GARAGE DU HALAGE",
    autres_noms=("GDH",),
    forme="SAS",
    formes_admises=("SASU", "société par actions simplifiée"),
    etat="A",
    adresse="12 BD SAINT-MICHEL 69003 LYON 3EME",
    voie="12 BD SAINT-MICHEL",
    code_postal="69003",
    commune="LYON 3EME",
    siret_siege="99999991500011",
    creee_le=dt.date(2015, 3, 2),
)
OUVERTURE = Procedure(
    "Jugement d'ouverture de liquidation judiciaire",
    dt.date(2026, 9, 8),
    "Tribunal de commerce de Lyon",
    "A2026",
    dt.date(2026, 9, 15),
    "liquidation",
)


def _debiteur(**cles):
    base = {
        "nature": "personne_morale",
        "denomination": "Garage du Halage",
        "forme": "SAS",
        "siren": "999999915",
        "adresse": {"voie": "12, boulevard St-Michel", "code_postal": "69003", "commune": "Lyon"},
    }
    return Debiteur.model_validate(base | cles)


def _ecarts(fiche=FICHE, **cles):
    return [(e.lieu, e.saisi, e.annuaire) for e in relever_ecarts(LIEU, _debiteur(**cles), fiche)]


def _constats(fiche=FICHE, jour=JOUR, **cles):
    debiteur = _debiteur(**cles)
    return constater_annuaire(LIEU, debiteur, fiche, relever_ecarts(LIEU, debiteur, fiche), jour=jour)


def _codes(*args, **cles):
    return [constat.code for constat in _constats(*args, **cles)]


@pytest.mark.parametrize(
    "cles",
    [
        {},
        {"denomination": "SAS GARAGE DU HALAGE"},
        {"denomination": "Garage du Halage, S.A.S."},
        {"denomination": "GDH"},
        {"forme": "S.A.S.U."},
        {"forme": "Société par actions simplifiée"},
        {"forme": None},
        {"adresse": {}},
    ],
)
def test_la_meme_chose_autrement_ecrite_n_est_pas_un_ecart(cles):
    assert _ecarts(**cles) == []
    assert set(_codes(**cles)) <= {"COORDONNEES_PROPOSEES"}  # ce qui n'est pas saisi se propose


@pytest.mark.parametrize(
    ("cle", "valeur", "dit"),
    [
        ("denomination", "Garage du Canal", "GARAGE DU HALAGE"),
        ("forme", "SARL", "SAS"),
        ("siret", "99999991500029", "99999991500011"),
    ],
)
def test_une_difference_est_un_constat(cle, valeur, dit):
    assert _ecarts(**{cle: valeur}) == [(f"{LIEU}.{cle}", valeur, dit)]
    [constat] = _constats(**{cle: valeur})
    assert (constat.code, constat.lieu, constat.gravite) == ("ECART_ANNUAIRE", f"{LIEU}.{cle}", "avertissement")


@pytest.mark.parametrize(
    "adresse",
    [
        {"voie": "14 boulevard Saint-Michel", "code_postal": "69003", "commune": "Lyon"},
        {"voie": "12 boulevard Saint-Michel", "code_postal": "69007", "commune": "Lyon"},
        {"voie": "12 boulevard Saint-Michel", "code_postal": "69003", "commune": "Bron"},
    ],
)
def test_une_autre_adresse_est_un_ecart(adresse):
    [(lieu, _, dite)] = _ecarts(adresse=adresse)
    assert (lieu, dite) == (f"{LIEU}.adresse", FICHE.adresse)


def test_le_nom_d_une_personne_physique_se_cherche_parmi_les_mots():
    physique = {"nature": "entrepreneur_individuel", "denomination": None, "forme": None, "prenoms": "Jean"}
    fiche = dataclasses.replace(FICHE, denomination="JEAN PAUL DUPONT", forme="Entrepreneur individuel")
    assert _ecarts(fiche, **physique, nom="Dupont") == []
    assert _ecarts(fiche, **physique, nom="Durand") == [(f"{LIEU}.nom", "Durand", "JEAN PAUL DUPONT")]


def test_une_procedure_publiee_se_dit_avec_de_quoi_la_saisir():
    fiche = dataclasses.replace(FICHE, procedures=(OUVERTURE,))
    assert _ecarts(fiche) == [(f"{LIEU}.situation", "in_bonis", "liquidation")]
    [constat] = _constats(fiche)
    assert (constat.code, constat.gravite) == ("PROCEDURE_COLLECTIVE_PUBLIEE", "a_completer")
    colle = tomllib.loads(constat.remede.partition("\n")[2])
    assert colle == {
        "situation": "liquidation",
        "procedure_collective": {
            "jugement": dt.date(2026, 9, 8),
            "publication_bodacc": dt.date(2026, 9, 15),
            "tribunal": "Tribunal de commerce de Lyon",
        },
    }
    assert _debiteur(**colle)


def test_une_procedure_deja_saisie_ne_se_redit_pas():
    assert _codes(dataclasses.replace(FICHE, procedures=(OUVERTURE,)), situation="liquidation") == []


def test_une_annonce_qui_ne_se_comprend_pas_est_a_lire():
    obscure = dataclasses.replace(OUVERTURE, situation=None, est_comprise=False)
    assert _codes(dataclasses.replace(FICHE, procedures=(obscure,))) == ["ANNONCE_A_LIRE"]


def test_une_entreprise_cessee():
    fiche = dataclasses.replace(FICHE, etat="C", fermee_le=dt.date(2026, 1, 5))
    assert _codes(fiche) == ["ENTREPRISE_CESSEE"]
    assert _codes(fiche, situation="radiee") == []


def test_un_siren_inconnu():
    assert _codes(FicheAnnuaire("999999915", JOUR)) == ["SIREN_INCONNU_DE_L_ANNUAIRE"]
    assert _ecarts(FicheAnnuaire("999999915", JOUR)) == []


def test_une_entreprise_non_diffusible_n_est_pas_comparee():
    masquee = FicheAnnuaire("999999915", JOUR, est_connue=True, etat="A", est_diffusible=False)
    assert _codes(masquee) == ["ENTREPRISE_NON_DIFFUSIBLE"]
    assert _ecarts(masquee) == []


def test_une_entreprise_recente_se_signale():
    assert _codes(dataclasses.replace(FICHE, creee_le=dt.date(2025, 11, 28))) == ["ENTREPRISE_RECENTE"]
    assert _codes(dataclasses.replace(FICHE, creee_le=dt.date(2025, 11, 27))) == []


def test_une_reponse_gardee_dit_son_age():
    [constat] = _constats(jour=JOUR + dt.timedelta(days=12))
    assert constat.code == "ANNUAIRE_ANCIEN"
    assert "il y a 12 jour" in constat.message


@pytest.mark.parametrize(
    ("numero", "juste"), [("356000000", True), ("999999915", True), ("123456789", False), ("12", False)]
)
def test_la_cle_d_un_siren(numero, juste):
    assert est_siren(numero) is juste

"""Qui est commerçant, qui agit en professionnel : déduit de la forme, sinon demandé, jamais supposé."""

import pytest

from generateur.calculs.qualites import (
    agit_en_professionnel,
    est_commercant,
    est_creancier_professionnel,
    est_entre_professionnels,
    est_traite_en_professionnel,
    qualite_de,
)
from generateur.domaine.parties import Creancier, Debiteur

ADRESSE = {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"}


def _morale(forme=None, **autres):
    donnees = {"nature": "personne_morale", "denomination": "Essai", "adresse": ADRESSE, **autres}
    return Debiteur.model_validate({**donnees, "forme": forme})


def _physique(nature="entrepreneur_individuel", classe=Debiteur, **autres):
    return classe.model_validate({"nature": nature, "nom": "Durand", "adresse": ADRESSE, **autres})


@pytest.mark.parametrize(
    ("forme", "qualite", "commercant"),
    [
        ("SARL", "commercant", True),
        ("S.A.R.L.", "commercant", True),
        ("sas", "commercant", True),
        ("Société par actions simplifiée", "commercant", True),
        ("Société à responsabilité limitée", "commercant", True),
        ("SCI", "societe_civile", False),
        ("Association loi 1901", "association", False),
        ("SELARL", "liberal", False),
        ("Société d'exercice libéral", "liberal", False),
        ("Société d’exercice libéral", "liberal", False),
        ("EARL", "agricole", False),
        ("GIE", None, None),
        ("Forme inconnue", None, None),
        (None, None, None),
    ],
)
def test_la_forme_dit_la_qualite_ou_rien(forme, qualite, commercant):
    assert qualite_de(_morale(forme)) == qualite
    assert est_commercant(_morale(forme)) is commercant


def test_une_societe_commerciale_par_la_forme_l_est_quoi_qu_on_saisisse():
    assert qualite_de(_morale("SARL", qualite="artisan")) == "commercant"
    assert qualite_de(_morale("SCI", qualite="commercant")) == "commercant"


@pytest.mark.parametrize(
    ("qualite", "commercant"), [(None, None), ("commercant", True), ("artisan", False), ("liberal", False)]
)
def test_un_entrepreneur_individuel_se_dit(qualite, commercant):
    entrepreneur = _physique(qualite=qualite)
    assert qualite_de(entrepreneur) == qualite
    assert est_commercant(entrepreneur) is commercant
    assert agit_en_professionnel(entrepreneur) is None


@pytest.mark.parametrize(
    ("debiteur", "reponse", "retenu"),
    [
        (_morale("SARL"), True, True),
        (_morale("SELARL"), True, True),
        (_morale("SCI"), None, True),
        (_morale("Association"), None, True),
        (_morale("Association", agit_en_professionnel=True), True, True),
        (_morale("Association", agit_en_professionnel=False), False, False),
        (_physique(), None, False),
        (_physique(agit_en_professionnel=True), True, True),
        (_physique("particulier"), None, False),
        (_physique("particulier", qualite="consommateur"), False, False),
        (_physique("particulier", qualite="consommateur", agit_en_professionnel=True), False, False),
    ],
)
def test_agir_en_professionnel_se_deduit_ou_se_demande(debiteur, reponse, retenu):
    assert agit_en_professionnel(debiteur) is reponse
    assert est_traite_en_professionnel(debiteur) is retenu


def test_le_particulier_creancier_n_est_pas_un_professionnel_sauf_qualite_contraire(fabriquer):
    assert not est_creancier_professionnel(_physique("particulier", Creancier))
    assert est_creancier_professionnel(_physique("particulier", Creancier, qualite="liberal"))
    assert est_creancier_professionnel(_physique("entrepreneur_individuel", Creancier))
    assert est_entre_professionnels(fabriquer())
    assert not est_entre_professionnels(fabriquer(creancier={"nature": "particulier", "nom": "Petit"}))

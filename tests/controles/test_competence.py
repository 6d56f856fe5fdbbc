"""La juridiction : par la qualité des parties, l'activité, la commune, et ce qui reste à demander."""

from datetime import date

import pytest

from generateur.controles.attribution import argumenter
from generateur.controles.competence import juridiction_competente

AU = date(2026, 11, 21)
VILLEURBANNE = {"code_postal": "69100", "commune": "Villeurbanne"}


@pytest.fixture
def competence(dossier_de):
    return lambda changements, montant=None: juridiction_competente(dossier_de(changements), AU, montant)


def _debiteur(**cles):
    return {"debiteurs": {"1": cles}}


def _codes(competence):
    return [constat.code for constat in competence.constats]


@pytest.mark.parametrize(
    ("changements", "type_attendu", "codes"),
    [
        ({}, "TAE", []),
        (_debiteur(adresse={"code_postal": "42400", "commune": "Saint-Chamond"}), "TC", []),
        (_debiteur(adresse={"code_postal": "67000", "commune": "Strasbourg"}), "TJ_CHCOM", []),
        (_debiteur(adresse={"code_postal": "97400", "commune": "Saint-Denis"}), "TMC", []),
        (_debiteur(nature="entrepreneur_individuel", nom="Roux", prenoms="Ali", qualite="artisan"), "TAE", []),
        ({"creancier": {"forme": "SCI"}}, "TJ", ["OPTION_DU_CREANCIER"]),
        ({"creancier": {"forme": "association"}}, "TJ", ["OPTION_DU_CREANCIER"]),
        (_debiteur(forme="association", agit_en_professionnel=True), "TJ", []),
        (_debiteur(forme="SCI"), "TJ", []),
        (_debiteur(forme="EARL"), "TJ", []),
        ({"avec": ["consommateur"]}, "TJ", []),
        ({"creancier": {"forme": "SELARL"}}, "TJ", ["SOCIETE_EXERCICE_LIBERAL"]),
        (_debiteur(forme="SELAS"), "TJ", ["SOCIETE_EXERCICE_LIBERAL"]),
        ({"avec": ["consommateur"], "contrat": {"activite": "bail_habitation"}}, "JCP", []),
        ({"avec": ["consommateur"], "contrat": {"activite": "credit_consommation"}}, "JCP", []),
        ({"contrat": {"activite": "bail_commercial"}}, "TJ", ["BAIL_COMMERCIAL"]),
        ({"factures": {"1": {"nature": "effet"}}}, "TAE", []),
        ({"avec": ["consommateur"], "factures": {"1": {"nature": "effet"}}}, "TAE", ["EFFET_NON_COMMERCANT"]),
    ],
)
def test_le_tribunal_depend_des_qualites_et_de_l_objet(competence, changements, type_attendu, codes):
    trouvee = competence(changements)
    assert trouvee.juridiction.type == type_attendu
    assert _codes(trouvee) == codes


@pytest.mark.parametrize(
    ("changements", "raison", "article"),
    [
        ({}, "ENTRE_COMMERCANTS", "L721-3"),
        (_debiteur(adresse={"code_postal": "67000", "commune": "Strasbourg"}), "ENTRE_COMMERCANTS", "L731-2"),
        ({"creancier": {"forme": "association"}}, "OPTION_DU_CREANCIER", "L211-3"),
        ({"avec": ["consommateur"]}, "DEBITEUR_NON_COMMERCANT", "L211-3"),
        ({"creancier": {"forme": "SELARL"}}, "EXERCICE_LIBERAL", "L721-5"),
        ({"contrat": {"activite": "bail_commercial"}}, "BAIL_COMMERCIAL", "R211-3-26, 11°"),
        ({"avec": ["consommateur"], "contrat": {"activite": "bail_habitation"}}, "BAIL_HABITATION", "L213-4-4"),
        ({"avec": ["consommateur"], "contrat": {"activite": "credit_consommation"}}, "CREDIT_CONSOMMATION", "L213-4-5"),
        ({"factures": {"1": {"nature": "effet"}}}, "EFFET_DE_COMMERCE", "L721-3"),
    ],
)
def test_la_competence_d_attribution_est_toujours_argumentee(dossier_de, changements, raison, article):
    dossier = dossier_de(changements)
    trouvee = juridiction_competente(dossier, AU)
    argument = argumenter(dossier, trouvee.raison, trouvee.juridiction, AU)
    assert argument.raison == raison
    assert article in argument.fondement
    assert argument.phrase.endswith(f"({argument.fondement}).")


def test_un_particulier_sans_autre_qualite_n_est_jamais_devant_le_tribunal_de_commerce(competence):
    particulier = {"nature": "particulier", "denomination": None, "forme": None, "nom": "Roux", "prenoms": "Ali"}
    trouvee = competence(_debiteur(**particulier))
    assert (trouvee.juridiction.type, trouvee.raison) == ("TJ", "DEBITEUR_NON_COMMERCANT")
    commercant = competence(_debiteur(**particulier, qualite="commercant"))
    assert commercant.juridiction.type == "TAE"
    creancier = competence({"creancier": particulier})
    assert (creancier.juridiction.type, creancier.raison) == ("TJ", "OPTION_DU_CREANCIER")


def test_un_bail_commercial_ne_va_pas_au_tribunal_de_proximite(competence):
    trouvee = competence({"avec": ["consommateur"], "contrat": {"activite": "bail_commercial"}}, 5000)
    assert (trouvee.juridiction.nom, trouvee.juridiction.est_proximite) == ("Tribunal judiciaire de Lyon", False)
    assert competence({"avec": ["consommateur"]}, 5000).juridiction.est_proximite


@pytest.mark.parametrize(
    "changements",
    [
        _debiteur(forme="GIE"),
        {"creancier": {"forme": "GIE"}},
        _debiteur(nature="personne_publique"),
        _debiteur(adresse={"pays": "BE"}),
    ],
)
def test_aucune_juridiction_sans_qualite_connue_ni_contre_un_debiteur_public_ou_etranger(competence, changements):
    assert competence(changements).juridiction is None


def test_les_honoraires_d_avocat_vont_au_batonnier(competence):
    trouvee = competence({"contrat": {"activite": "honoraires_avocat"}})
    assert trouvee.juridiction is None
    assert _codes(trouvee) == ["HONORAIRES_AVOCAT"]


def test_le_siege_l_emporte_sur_l_adresse_de_correspondance(competence):
    changements = _debiteur(siege={"voie": "1 rue X", "code_postal": "42400", "commune": "Saint-Chamond"})
    assert competence(changements).juridiction.siege == "Saint-Étienne"


@pytest.mark.parametrize(
    ("montant", "nom"),
    [
        (10000, "Tribunal de proximité de Villeurbanne"),
        (10001, "Tribunal judiciaire de Lyon"),
        (None, "Tribunal judiciaire de Lyon"),
    ],
)
def test_le_tribunal_de_proximite_est_nomme_jusqu_a_son_seuil(competence, montant, nom):
    trouvee = competence({"avec": ["consommateur"]}, montant)
    assert (trouvee.juridiction.nom, trouvee.cour_appel) == (nom, "Cour d'appel de Lyon")


def test_une_commune_ambigue_nomme_les_candidates_sans_choisir(competence):
    trouvee = competence(_debiteur(adresse={"code_postal": "58120", "commune": "Château-Chinon"}))
    assert trouvee.juridiction is None
    assert "Château-Chinon (Ville) (58062) et Château-Chinon (Campagne) (58063)" in trouvee.constats[0].message


def test_un_code_insee_inconnu_est_designe_a_sa_place(competence):
    trouvee = competence(_debiteur(adresse={**VILLEURBANNE, "insee": "99999"}))
    assert _codes(trouvee) == ["COMMUNE_INCONNUE"]
    assert trouvee.constats[0].lieu == "debiteurs[1].adresse.insee"


def test_une_commune_disputee_entre_deux_greffes_est_a_confirmer(competence):
    trouvee = competence(_debiteur(adresse={"code_postal": "25250", "commune": "Accolans"}))
    assert trouvee.juridiction.confiance == "a_confirmer"
    assert _codes(trouvee) == ["JURIDICTION_A_CONFIRMER"]


def test_hors_perimetre_aucune_juridiction_n_est_nommee(competence):
    trouvee = competence(_debiteur(adresse={"code_postal": "98800", "commune": "Nouméa"}))
    assert trouvee.juridiction is None
    assert _codes(trouvee) == ["HORS_PERIMETRE"]


def test_deux_debiteurs_de_ressorts_differents_sont_compares(competence):
    seconde = {
        "nature": "personne_morale",
        "denomination": "Bois du Nord",
        "forme": "SARL",
        "adresse": {"voie": "1 rue X", "code_postal": "59000", "commune": "Lille"},
    }
    assert _codes(competence({"debiteurs": {"2": seconde}})) == ["RESSORTS_DIFFERENTS"]
    meme_ressort = {**seconde, "adresse": {"voie": "1 rue X", **VILLEURBANNE}}
    assert _codes(competence({"debiteurs": {"2": meme_ressort}})) == []


def test_une_caution_non_commercante_est_signalee_devant_le_tribunal_de_commerce(competence):
    assert _codes(competence({"avec": ["caution"]})) == ["DEBITEUR_NON_COMMERCANT"]


def test_une_declaration_de_creance_n_interroge_pas_la_commune(controler):
    changements = {"avec": ["liquidation"], "debiteurs": {"1": {"adresse": {"commune": "Nullepart"}}}}
    assert "COMMUNE_INCONNUE" not in {constat.code for constat in controler(changements)}

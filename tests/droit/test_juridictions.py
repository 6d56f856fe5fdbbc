"""De l'adresse du débiteur à sa juridiction : ambiguïtés rendues, noms justes, doutes dits."""

import csv
import gzip
import json
import re
import runpy
import subprocess
import sys
import zlib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from generateur.droit.juridictions import ancienne_commune, normaliser, provenance, ressort_de, trouver_communes
from generateur.erreurs import ErreurDroitManquant

JOUR = date(2026, 11, 21)
RESSORTS = Path(str(files("generateur.droit"))) / "ressorts"
DONNEES = Path(__file__).parents[3] / "shared" / "donnees" / "juridictions"


@pytest.mark.parametrize(
    ("code_postal", "nom", "insee"),
    [
        ("69003", "Lyon", "69123"),
        ("69003", "Lyon 3e arrondissement", "69383"),
        ("69003", "LYON 03", "69383"),
        ("69433", "LYON CEDEX 03", "69123"),
        ("75003", "Paris", "75056"),
        ("75003", "Paris 3e arrondissement", "75103"),
        ("75001", "PARIS 1ER", "75101"),
        ("75116", "Paris 16ème", "75116"),
        ("75380", "Paris Cedex 08", "75056"),
        ("13008", "Marseille 8e", "13208"),
        ("42000", "St-Etienne", "42218"),
        ("85100", "Les Sables d'Olonne", "85194"),
        ("85100", "LES SABLES D’OLONNE", "85194"),
        ("71100", "Chalon s/Saône", "71076"),
        ("1000", "Bourg en Bresse", "01053"),
        ("F-72000", "le mans", "72181"),
        ("76600", "Havre", "76351"),
        ("20000", "Ajaccio", "2A004"),
        ("20200", "Bastia", "2B033"),
        ("97133", "Saint-Barthélemy", "97701"),
        ("97400", "St Denis", "97411"),
        ("97410", "Saint-Pierre", "97416"),
        ("97500", "Saint-Pierre", "97502"),
        ("98800", "Nouméa", "98818"),
        ("67350", "Val de Moder", "67372"),
        ("95700", "Roissy-en-France", "95527"),
        ("97200", "Fort de France", "97209"),
        ("54150", "Val de Briey", "54099"),
        ("01200", "Valserhône", "01033"),
        ("35400", "SAINT MALO CEDEX", "35288"),
    ],
)
def test_trouve_la_commune(code_postal, nom, insee):
    assert [commune.insee for commune in trouver_communes(code_postal, nom)] == [insee]


@pytest.mark.parametrize(
    ("code_postal", "nom"),
    [
        ("69003", "Villeurbanne"),
        ("75011", "Paris 3e arrondissement"),
        ("01200", "Lyon"),
        ("99999", "Lyon"),
        ("", "Lyon"),
        ("69003", "Lyonn"),
        ("92042", "Paris La Défense Cedex"),
    ],
)
def test_ne_devine_jamais_une_commune(code_postal, nom):
    assert trouver_communes(code_postal, nom) == ()


def test_rend_l_ambiguite():
    noms = {commune.nom for commune in trouver_communes("58120", "Château-Chinon")}
    assert noms == {"Château-Chinon (Ville)", "Château-Chinon (Campagne)"}
    assert [c.nom for c in trouver_communes("58120", "Château-Chinon (Ville)")] == ["Château-Chinon (Ville)"]


def test_sans_nom_rend_les_communes_du_code_postal():
    assert len(trouver_communes("62140", "")) > 10
    assert [commune.nom for commune in trouver_communes("69003", " ")] == ["Lyon"]


def test_le_code_insee_fait_foi():
    (commune,) = trouver_communes("25250", "peu importe", "25005")
    assert (commune.nom, commune.departement, commune.codes_postaux) == ("Accolans", "25", ("25250",))
    assert trouver_communes("25250", "Accolans", "25999") == ()


@pytest.mark.parametrize(
    ("insee", "type_", "nom", "cour"),
    [
        ("01053", "TC", "Tribunal de commerce de Bourg-en-Bresse", "Cour d'appel de Lyon"),
        ("69383", "TAE", "Tribunal des activités économiques de Lyon", "Cour d'appel de Lyon"),
        ("72181", "TAE", "Tribunal des activités économiques du Mans", "Cour d'appel d'Angers"),
        ("76351", "TAE", "Tribunal des activités économiques du Havre", "Cour d'appel de Rouen"),
        ("84007", "TAE", "Tribunal des activités économiques d'Avignon", "Cour d'appel de Nîmes"),
        ("22278", "TAE", "Tribunal des activités économiques de Saint-Brieuc", "Cour d'appel de Rennes"),
        ("17300", "TC", "Tribunal de commerce de La Rochelle", "Cour d'appel de Poitiers"),
        ("43157", "TC", "Tribunal de commerce du Puy-en-Velay", "Cour d'appel de Riom"),
        ("42218", "TC", "Tribunal de commerce de Saint-Étienne", "Cour d'appel de Lyon"),
        ("88160", "TC", "Tribunal de commerce d'Épinal", "Cour d'appel de Nancy"),
        ("27229", "TC", "Tribunal de commerce d'Évreux", "Cour d'appel de Rouen"),
        ("91228", "TC", "Tribunal de commerce d'Évry-Courcouronnes", "Cour d'appel de Paris"),
        ("59350", "TC", "Tribunal de commerce de Lille Métropole", "Cour d'appel de Douai"),
        (
            "67482",
            "TJ_CHCOM",
            "Chambre commerciale du tribunal judiciaire de Strasbourg",
            "Cour d'appel de Colmar",
        ),
        ("57463", "TJ_CHCOM", "Chambre commerciale du tribunal judiciaire de Metz", "Cour d'appel de Metz"),
        ("97105", "TMC", "Tribunal mixte de commerce de Basse-Terre", "Cour d'appel de Basse-Terre"),
        ("97302", "TMC", "Tribunal mixte de commerce de Cayenne", "Cour d'appel de Cayenne"),
        (
            "97611",
            "TMC",
            "Tribunal mixte de commerce de Mamoudzou",
            "Cour d'appel de Saint-Denis-de-La-Réunion",
        ),
    ],
)
def test_nomme_la_juridiction_commerciale(insee, type_, nom, cour):
    ressort = ressort_de(insee, JOUR)
    assert ressort.commerciale is not None
    assert (ressort.commerciale.type, ressort.commerciale.nom) == (type_, nom)
    assert ressort.commerciale.confiance == "certaine"
    assert ressort.cour_appel == cour
    assert not ressort.hors_perimetre


def test_le_tae_remplace_le_tribunal_de_commerce_a_sa_date():
    avant, apres = (ressort_de("75056", jour).commerciale for jour in (date(2024, 12, 31), date(2025, 1, 1)))
    assert avant is not None
    assert apres is not None
    assert (avant.type, avant.nom) == ("TC", "Tribunal de commerce de Paris")
    assert (apres.type, apres.nom) == ("TAE", "Tribunal des activités économiques de Paris")
    with pytest.raises(ErreurDroitManquant, match="tae"):
        ressort_de("75056", date(2029, 1, 1))


def test_le_tribunal_judiciaire_et_le_tribunal_de_proximite_sont_nommes():
    ressort = ressort_de("69266", JOUR)
    assert ressort.judiciaire.nom == "Tribunal judiciaire de Lyon"
    assert ressort.proximite.nom == "Tribunal de proximité de Villeurbanne"
    assert ressort_de("85194", JOUR).judiciaire.siege == "Les Sables-d'Olonne"
    assert ressort_de("31483", JOUR).judiciaire.nom == "Tribunal judiciaire de Saint-Gaudens"


def test_une_collectivite_d_outre_mer_est_hors_perimetre():
    ressort = ressort_de("98818", JOUR)
    assert ressort.hors_perimetre
    assert ressort.commerciale is None
    assert ressort.judiciaire.nom == "Tribunal de première instance de Nouméa"


@pytest.mark.parametrize(("insee", "siege"), [("31300", "Toulouse"), ("52033", "Chaumont"), ("80756", "Amiens")])
def test_une_commune_recreee_suit_son_tribunal_judiciaire_a_confirmer(insee, siege):
    commerciale = ressort_de(insee, JOUR).commerciale
    assert commerciale is not None
    assert (commerciale.siege, commerciale.confiance) == (siege, "a_confirmer")


def test_un_conflit_alsacien_laisse_aussi_douter_du_tribunal_judiciaire():
    ressort = ressort_de("67372", JOUR)
    assert ressort.judiciaire.confiance == "a_confirmer"


def test_ecarte_une_adresse_hors_du_departement_du_siege():
    assert ressort_de("13108", JOUR).judiciaire.nom == "Tribunal judiciaire de Tarascon"
    assert ressort_de("13108", JOUR).judiciaire.adresse == ""
    assert ressort_de("01053", JOUR).judiciaire.adresse.endswith("01000 Bourg-en-Bresse")


def test_refuse_une_commune_inconnue():
    with pytest.raises(ErreurDroitManquant, match="25999"):
        ressort_de("25999", JOUR)


def test_la_table_est_compacte_et_dit_ses_sources():
    assert len(files("generateur.droit").joinpath("ressorts", "communes.z").read_bytes()) <= 500_000
    assert provenance().licence.startswith("Licence Ouverte 2.0")
    assert len(provenance().sources) == 5


def test_une_recherche_ne_lit_que_ce_qu_elle_cherche():
    """Chercher une commune à froid charge peu de choses : aucune bibliothèque de documents."""
    code = (
        "import sys; from datetime import date;"
        "from generateur.droit.juridictions import ressort_de, trouver_communes;"
        "commune, = trouver_communes('25250', 'Accolans'); ressort_de(commune.insee, date(2026, 11, 21));"
        "print(' '.join(sorted({m.partition('.')[0] for m in sys.modules})))"
    )
    charges = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert not {"lxml", "pypdf", "pikepdf", "click", "docx"} & set(charges)


@pytest.fixture(scope="module")
def releve():
    chemin = DONNEES / "communes_juridictions.csv.gz"
    if not chemin.exists():
        pytest.skip("relevés des juridictions absents (dossier partagé)")
    with gzip.open(chemin, "rt", encoding="utf-8") as flux:
        return list(csv.DictReader(flux))


@pytest.fixture(scope="module")
def ressorts(releve):
    return {ligne["insee"]: ressort_de(ligne["insee"], JOUR) for ligne in releve}


def test_toutes_les_communes_du_releve_ont_leur_ressort(releve, ressorts):
    assert len(releve) == provenance().communes
    types = {"": "TC", "HORS_PERIMETRE_COM": None}
    for ligne in releve:
        ressort = ressorts[ligne["insee"]]
        trouve = ressort.commerciale.type if ressort.commerciale else None
        assert trouve == types.get(ligne["juridiction_commerciale"], ligne["juridiction_commerciale"]), ligne
        siege = normaliser(ligne["siege_greffe"])
        if siege and ressort.commerciale and not siege.endswith("TGI"):
            assert siege in normaliser(ressort.commerciale.siege), ligne
        assert normaliser(ressort.judiciaire.nom) == normaliser(ligne["tribunal_judiciaire"]), ligne
        assert normaliser(ressort.cour_appel) == normaliser(ligne["cour_appel"]), ligne


def test_seul_un_desaccord_des_sources_laisse_a_confirmer(releve, ressorts):
    assert sum(ligne["concordance"] == "conflit" for ligne in releve) == 84
    attendues = {"conflit": "a_confirmer", "aucune": "a_confirmer", "accord": "certaine"}
    for ligne in releve:
        commerciale = ressorts[ligne["insee"]].commerciale
        if commerciale and ligne["concordance"] in attendues:
            assert commerciale.confiance == attendues[ligne["concordance"]], ligne["nom"]


def test_un_code_postal_a_deux_greffes_se_departage_par_la_commune(releve, ressorts):
    ambigus = json.loads((DONNEES / "codes_postaux_ambigus.json").read_text(encoding="utf-8"))
    sieges: dict[str, set[str]] = {code: set() for code in ambigus}
    for ligne in releve:
        for code in sieges.keys() & set(ligne["codes_postaux"].split(";")):
            (commune,) = trouver_communes(code, ligne["nom"])
            assert commune.insee == ligne["insee"]
            sieges[code].add(normaliser(ressorts[commune.insee].commerciale.siege))
    for code, greffes in ambigus.items():
        assert len(sieges[code]) >= len(greffes), code


def test_la_table_livree_est_celle_que_le_script_fabrique(releve):
    script = runpy.run_path(str(Path(__file__).parents[1] / "outils" / "fabriquer_juridictions.py"))
    livree = files("generateur.droit").joinpath("ressorts", "communes.z").read_bytes()
    assert script["fabriquer_texte"](DONNEES) == zlib.decompress(livree).decode()
    assert len(releve) == zlib.decompress(livree).decode().partition("[communes]")[2].strip().count("\n") + 1


@pytest.mark.parametrize(
    ("code_postal", "nom", "actuelle", "statut"),
    [
        ("74940", "Annecy-le-Vieux", "Annecy", "commune déléguée"),
        ("50100", "Cherbourg-Octeville", "Cherbourg-en-Cotentin", "commune déléguée"),
        ("59160", "Lomme", "Lille", "commune associée"),
        ("59260", "Hellemmes", "Lille", "commune associée"),
        ("93380", "Pierrefitte-sur-Seine", "Saint-Denis", "commune déléguée"),
        ("91000", "Évry", "Évry-Courcouronnes", "ancien nom"),
        ("91012", "EVRY CEDEX", "Évry-Courcouronnes", "ancien nom"),
        ("91080", "Courcouronnes", "Évry-Courcouronnes", "commune fusionnée"),
        ("51000", "Châlons-sur-Marne", "Châlons-en-Champagne", "ancien nom"),
        ("74960", "Cran Gevrier", "Annecy", "commune déléguée"),
    ],
)
def test_une_ancienne_commune_mene_a_celle_d_aujourd_hui(code_postal, nom, actuelle, statut):
    assert [commune.nom for commune in trouver_communes(code_postal, nom)] == [actuelle]
    ancienne = ancienne_commune(code_postal, nom)
    assert (ancienne.actuelle.nom, ancienne.statut) == (actuelle, statut)
    assert ancienne.depuis


@pytest.mark.parametrize(("code_postal", "nom"), [("69003", "Lyon"), ("93200", "Saint-Denis"), ("69003", "Lomme")])
def test_une_commune_d_aujourd_hui_ou_un_nom_etranger_au_code_postal_n_en_est_pas_une(code_postal, nom):
    assert ancienne_commune(code_postal, nom) is None


def test_la_table_des_anciennes_communes_ne_mene_qu_a_des_communes_d_aujourd_hui():
    lignes = [ligne.split("\t") for ligne in (RESSORTS / "anciennes_communes.tsv").read_text("utf-8").splitlines()]
    assert len(lignes) == provenance().anciennes
    perdues = {ligne[0] for ligne in lignes if not trouver_communes("", "", ligne[0])}
    assert not perdues
    assert {ligne[4] for ligne in lignes} == {"commune déléguée", "commune associée", "commune fusionnée", "ancien nom"}
    assert all(ligne[3] == "" or date.fromisoformat(ligne[3]) for ligne in lignes)


def test_aucune_adresse_de_greffe_n_est_en_capitales():
    ressorts = zlib.decompress((RESSORTS / "communes.z").read_bytes()).decode().partition("[communes]")[0]
    adresses = {champ for ligne in ressorts.splitlines()[1:] for champ in (ligne.split("\t")[i] for i in (3, 7, 10))}
    assert len(adresses) > 300
    assert not [a for a in adresses if re.search(r"\b[A-ZÀ-Ÿ]{4,}\b", a)]


def test_un_tribunal_de_proximite_a_l_adresse_de_son_greffe():
    ressort = ressort_de("46102", date(2026, 11, 27))
    assert ressort.proximite.nom == "Tribunal de proximité de Figeac"
    assert ressort.proximite.adresse == "1 boulevard Juskiewenski, 46100 Figeac"
    assert (ressort.proximite.type, ressort.proximite.est_proximite) == ("TJ", True)

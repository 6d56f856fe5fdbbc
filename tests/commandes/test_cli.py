"""Les commandes qui étudient et renseignent : aide, codes de sortie, JSON du contrat, sortie réservée au résultat."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import click
import pytest

from generateur.cli import generateur
from generateur.erreurs import CodeSortie
from generateur.operations.exemples import lister_exemples
from generateur.procedures.repertoire import lister_procedures

EXEMPLES = Path(__file__).parents[2] / "dossiers"
MONTANT = re.compile(r"-?\d+\.\d{2}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CLES_CONSTAT = {"code", "gravite", "message", "lieu", "remede", "fondement"}


def _commandes(groupe, debut=()):
    for nom, commande in groupe.commands.items():
        yield (*debut, nom), commande
        if isinstance(commande, click.Group):
            yield from _commandes(commande, (*debut, nom))


COMMANDES = dict(_commandes(generateur))


@pytest.mark.parametrize("nom", COMMANDES, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--aide", "--help"])
def test_chaque_commande_a_son_aide_en_francais(commander, nom, option):
    reponse = commander(*nom, option)
    assert reponse.code == 0
    assert reponse.sortie.startswith(f"Utilisation : generateur {' '.join(nom)}")
    assert not {"Usage", "Usage:", "Show", "Commands:", "ARGS", "message"} & set(reponse.sortie.split())
    assert reponse.messages == ""


@pytest.mark.parametrize("nom", COMMANDES, ids=" ".join)
def test_chaque_option_est_expliquee(nom):
    commande = COMMANDES[nom]
    assert commande.help
    for parametre in commande.params:
        if isinstance(parametre, click.Option):
            assert parametre.help, f"{' '.join(nom)} {parametre.opts}"


def test_les_commandes_du_contrat_sont_la():
    attendues = {
        "nouveau", "verifier", "choisir", "chiffrer", "mettre-en-demeure", "produire", "lot", "verifier-liasse",
        "droit", "echeances", "schema", "modeles", "demo",
    }  # fmt: skip
    assert attendues <= {nom[0] for nom in COMMANDES}


def test_sans_commande_l_aide(commander):
    reponse = commander()
    assert reponse.code == 0
    assert reponse.sortie.startswith("Utilisation : generateur [OPTIONS] COMMANDE …")
    assert "Commandes" in reponse.sortie


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (["verifer"], "vouliez-vous dire « verifier »"),
        (["verifier"], "il manque l'argument DOSSIER"),
        (["verifier", "x", "--jso"], "vouliez-vous dire"),
        (["verifier", "x", "--au", "demain"], "« demain » n'est pas une date"),
        (["verifier", "x", "--au", "2026-02-30"], "n'existe pas au calendrier"),
        (["produire", "x", "--max-mo", "0"], "entier positif"),
        (["produire", "x", "--max-mo", "9" * 5000], "entier positif"),
        (["verifier", "x", "--au", "20261121"], "n'est pas une date"),
        (["verifier", "x", "--au", "2026-W01-1"], "n'est pas une date"),
        (["droit", "--au", "9999-12-31"], "l'année 9999"),
        (["verifier", "x", "--au"], "demande une valeur"),
        (["verifier", "x", "y"], "argument en trop"),
        (["verifier", str(EXEMPLES / "2026-0042"), "--procedure", "assignation"], "procédure inconnue"),
        (["schema", "liasse"], "schéma inconnu"),
        (["droit", "inconnue"], "n'existe pas"),
        (["droit", "taux bce"], "Tables proches : taux_bce_refinancement."),
        (["droit", "delais", "oposition"], "Séries : opposition"),
        (["droit", "taux_bce_refinancement", "x"], "qu'une série"),
        (["nouveau", "Réf"], "ne convient pas"),
        (["produire", "x", "--max-mo", "zéro"], "nombre entier positif"),
        (["produire", "x", "--tampon-place", "milieu"], "milieu"),
        (["produire", str(EXEMPLES / "2026-0042"), "--rendu", "word"], "« word » n'existe pas"),
        (["modeles", "verifer"], "vouliez-vous dire"),
    ],
)
def test_un_mauvais_usage_sort_2_avec_un_remede(commander, tmp_path, monkeypatch, arguments, attendu):
    monkeypatch.chdir(tmp_path)
    reponse = commander(*arguments)
    assert reponse.code == CodeSortie.USAGE
    assert attendu in reponse.messages
    assert "Que faire" in reponse.messages
    assert reponse.sortie == ""
    assert list(tmp_path.iterdir()) == []


def test_un_dossier_absent_sort_3(commander, tmp_path):
    reponse = commander("verifier", tmp_path / "rien")
    assert reponse.code == CodeSortie.LECTURE
    assert "Où" in reponse.messages


def test_un_echec_avec_json_porte_l_erreur(commander, tmp_path):
    reponse = commander("choisir", tmp_path / "rien", "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert set(reponse.objet) == {"erreur"}
    assert set(reponse.objet["erreur"]) == {"code", "type", "message", "lieu", "remede"}
    assert reponse.objet["erreur"]["code"] == CodeSortie.LECTURE
    assert reponse.objet["erreur"]["type"] == "ErreurLecture"


@pytest.mark.parametrize(
    ("reference", "verdict", "code"),
    [("2026-0042", "pret", 0), ("2026-0074", "a_completer", 4), ("2026-0079", "irrecevable", 4)],
)
def test_verifier(commander, reference, verdict, code):
    reponse = commander("verifier", EXEMPLES / reference, "--json")
    assert reponse.code == code
    assert reponse.messages == ""
    objet = reponse.objet
    assert set(objet) == {"reference", "verdict", "constats"}
    assert (objet["reference"], objet["verdict"]) == (reference, verdict)
    for constat in objet["constats"]:
        assert set(constat) == CLES_CONSTAT
        assert constat["gravite"] in {"bloquant", "a_completer", "avertissement", "information"}
        assert constat["message"]
        assert constat["gravite"] == "information" or constat["remede"]
    texte = commander("verifier", EXEMPLES / reference)
    assert texte.code == code
    assert {"pret": "PRÊT", "a_completer": "À COMPLÉTER", "irrecevable": "À NE PAS DÉPOSER"}[verdict] in texte.sortie


def test_un_identifiant_faux_est_un_constat_pas_une_erreur_de_lecture(commander, copier):
    reponse = commander("verifier", copier("2026-0042", ("100 000 009", "123 456 789")), "--json")
    assert reponse.code == CodeSortie.DOSSIER_INVALIDE
    assert "SIREN_INVALIDE" in {c["code"] for c in reponse.objet["constats"]}


def test_choisir_dit_la_voie_le_tribunal_et_chaque_examen(commander):
    reponse = commander("choisir", EXEMPLES / "2026-0042", "--json")
    assert reponse.code == 0
    objet = reponse.objet
    assert set(objet) == {"reference", "retenue", "juridiction", "cour_appel", "examens", "constats"}
    assert objet["retenue"] == "injonction_de_payer"
    assert set(objet["juridiction"]) == {"type", "nom", "siege", "adresse", "confiance"}
    assert objet["juridiction"]["type"] == "TAE"
    assert isinstance(objet["juridiction"]["adresse"], str)
    assert [examen["procedure"] for examen in objet["examens"]] == [p.nom for p in lister_procedures()]
    for examen in objet["examens"]:
        assert set(examen) == {"procedure", "recevable", "motifs"}
        assert isinstance(examen["recevable"], bool)
        assert examen["motifs"]
        assert all(set(motif) == {"code", "message", "fondement"} for motif in examen["motifs"])


def test_choisir_sans_tribunal_pour_les_petites_creances(commander):
    objet = commander("choisir", EXEMPLES / "2026-0051", "--json").objet
    assert objet["retenue"] == "petites_creances"
    assert objet["juridiction"] is None
    assert objet["cour_appel"]


def test_choisir_imprime_son_objet_meme_quand_rien_n_est_retenu(commander):
    reponse = commander("choisir", EXEMPLES / "2026-0079", "--json")
    assert reponse.code == CodeSortie.PROCEDURE_INDETERMINABLE
    assert reponse.objet["retenue"] is None
    assert any(c["gravite"] == "bloquant" for c in reponse.objet["constats"])


def test_choisir_avec_une_procedure_imposee_la_retient_et_le_dit(commander):
    objet = commander("choisir", EXEMPLES / "2026-0042", "--procedure", "petites_creances", "--json").objet
    assert objet["retenue"] == "petites_creances"
    assert "PROCEDURE_IMPOSEE" in {c["code"] for c in objet["constats"]}


@pytest.mark.parametrize("chemin", lister_exemples(), ids=lambda chemin: chemin.name)
def test_chiffrer_rend_des_sommes_exactes(commander, chemin):
    reponse = commander("chiffrer", chemin, "--json")
    assert reponse.code == 0
    objet = reponse.objet
    totaux = ("principal", "interets", "indemnites", "clause_penale", "frais")
    attendues = {"reference", "au", *totaux, "total", "interet_journalier", "lignes", "imputations"}
    assert attendues <= set(objet)
    assert all(MONTANT.fullmatch(objet[cle]) for cle in (*totaux, "total", "interet_journalier"))
    assert sum(Decimal(objet[cle]) for cle in totaux) == Decimal(objet["total"])
    for ligne in objet["lignes"]:
        assert {"facture", "du", "au", "jours", "base", "taux", "montant", "fondement"} <= set(ligne)
        assert MONTANT.fullmatch(ligne["montant"])
        assert MONTANT.fullmatch(ligne["base"])
        assert isinstance(ligne["jours"], int)
        assert DATE.fullmatch(ligne["du"])
        assert ligne["du"] <= ligne["au"] <= objet["au"]
    for imputation in objet["imputations"]:
        assert {"date", "montant", "interets", "principal"} <= set(imputation)


def test_au_l_emporte_sur_la_date_du_dossier(commander):
    objet = commander("chiffrer", EXEMPLES / "2026-0042", "--au", "2026-07-01", "--json").objet
    assert objet["au"] == "2026-07-01"
    assert all(ligne["au"] <= "2026-07-01" for ligne in objet["lignes"])


@pytest.mark.parametrize("commande", ["verifier", "choisir", "chiffrer"])
def test_hors_horizon_sort_6_en_nommant_la_table(commander, commande):
    reponse = commander(commande, EXEMPLES / "2026-0042", "--au", "2031-01-01", "--json")
    assert reponse.code == CodeSortie.DROIT_MANQUANT
    assert reponse.objet["erreur"]["type"] == "ErreurDroitManquant"
    assert "droit/tables/" in reponse.objet["erreur"]["lieu"]


def test_le_detail_technique_ne_sort_qu_avec_v(commander, tmp_path):
    assert "Traceback" not in commander("verifier", tmp_path / "rien").messages
    assert "Traceback" in commander("verifier", tmp_path / "rien", "-v").messages


@pytest.mark.parametrize(
    ("reference", "suite"),
    [("2026-0042", "generateur produire"), ("2026-0074", "generateur mettre-en-demeure"), ("2026-0079", "verifier")],
)
def test_verifier_dit_la_commande_qui_suit(commander, reference, suite):
    derniere = commander("verifier", EXEMPLES / reference).sortie.strip().splitlines()[-1]
    assert derniere.startswith("Ensuite : ")
    assert suite in derniere
    assert (EXEMPLES / reference).as_posix() in derniere


def test_verifier_donne_la_ligne_de_chaque_constat(commander, copier):
    dossier = copier("2026-0042", ('999 999 998"', '999 999 999"'))
    lignes = (dossier / "dossier.toml").read_text("utf-8").splitlines()
    rang = next(i for i, ligne in enumerate(lignes, start=1) if '"999 999 999"' in ligne)
    assert f"où : dossier.toml, ligne {rang}, debiteurs[1].siren" in commander("verifier", dossier).sortie


def test_un_fichier_range_mais_cite_nulle_part_est_signale(commander, copier):
    dossier = copier("2026-0042")
    (dossier / "pieces" / "bon signé.pdf").write_bytes(b"%PDF-1.4")
    sortie = commander("verifier", dossier).sortie
    assert "cités nulle part" in sortie
    assert 'fichier = "pieces/bon signé.pdf"' in sortie


def test_chiffrer_dit_le_trop_percu(commander, copier):
    dossier = copier("2026-0042")
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as fichier:
        fichier.write('\n[[paiements]]\ndate = 2026-10-01\nmontant = "90 000,00"\n')
    assert "Trop-perçu" in commander("chiffrer", dossier).sortie


def test_droit_liste_les_tables_et_ce_qui_expire(commander):
    objet = commander("droit", "--au", "2026-11-21", "--json").objet
    assert {"nom", "libelle", "unite", "verifie_le", "horizon"} == set(objet["tables"][0])
    assert "taux_legal_professionnels" in {table["nom"] for table in objet["tables"]}
    assert "taux_legal_professionnels" in objet["expirent"], "connue jusqu'au 31/12/2026, à moins de 60 jours"
    assert "À mettre à jour" in commander("droit", "--au", "2026-11-21").sortie
    assert "taux_legal_professionnels" not in commander("droit", "--au", "2026-07-15", "--json").objet["expirent"]


def test_droit_donne_la_valeur_a_une_date_avec_sa_source(commander):
    objet = commander("droit", "seuil_petites_creances", "--au", "2019-12-31", "--json").objet
    assert [Decimal(str(valeur["valeur"])) for valeur in objet["valeurs"]] == [Decimal(4000)]
    assert objet["valeurs"][0]["source"]["url"].startswith("https://")
    assert "4000" in commander("droit", "seuil_petites_creances", "--au", "2019-12-31").sortie


def test_droit_avec_une_cle(commander):
    objet = commander("droit", "delais", "declaration_de_creance", "--au", "2026-11-21", "--json").objet
    assert [(valeur["cle"], valeur["valeur"]) for valeur in objet["valeurs"]] == [("declaration_de_creance", 2)]


@pytest.mark.parametrize("au", ["2031-01-01", "1900-01-01"])
def test_droit_hors_de_ce_qui_est_connu_sort_6(commander, au):
    reponse = commander("droit", "taux_bce_refinancement", "--au", au)
    assert reponse.code == CodeSortie.DROIT_MANQUANT
    assert "taux_bce_refinancement" in reponse.messages


def test_un_dossier_a_moitie_saisi_ne_tait_pas_les_echeances_des_autres(commander, copier, tmp_path):
    racine = copier("2026-0042").parent
    commander("nouveau", "brouillon", "--racine", racine)
    reponse = commander("echeances", racine, "-o", tmp_path)
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert "2026-0042 — " in reponse.sortie
    assert "brouillon — NE SE LIT PAS" in reponse.sortie
    assert commander("echeances", racine / "brouillon", "-o", tmp_path).code == CodeSortie.LECTURE


def test_echeances_et_agenda(commander, tmp_path):
    exemples, agenda = tmp_path / "dossiers", tmp_path / "echeances.ics"
    for exemple in (*lister_exemples(), EXEMPLES / "creanciers"):
        shutil.copytree(exemple, exemples / exemple.name)
    reponse = commander("echeances", exemples, "--ics", agenda, "--json")
    assert reponse.code == 0
    assert {dossier["reference"] for dossier in reponse.objet["dossiers"]} == {p.name for p in lister_exemples()}
    echeances = [e for dossier in reponse.objet["dossiers"] for e in dossier["echeances"]]
    assert echeances
    assert all(set(e) == {"titre", "date", "fondement", "explication"} for e in echeances)
    assert "Agenda écrit" in reponse.messages
    lignes = agenda.read_bytes().decode().split("\r\n")
    assert lignes[0] == "BEGIN:VCALENDAR"
    datees = [e for e in (*echeances, *reponse.objet["droit"]) if e["date"] is not None]
    assert lignes.count("BEGIN:VEVENT") == len(datees)
    assert len({ligne for ligne in lignes if ligne.startswith("UID:")}) == lignes.count("BEGIN:VEVENT")
    assert all(len(ligne.encode()) <= 75 for ligne in lignes)


def test_q_tait_l_avancement_seulement(commander, tmp_path):
    reponse = commander("echeances", EXEMPLES / "2026-0042", "--ics", tmp_path / "a.ics", "-q")
    assert reponse.messages == ""
    assert "2026-0042" in reponse.sortie


def test_l_agenda_s_ecrit_dans_la_sortie_par_defaut(commander, tmp_path):
    reponse = commander("echeances", EXEMPLES / "2026-0042", "-o", tmp_path / "s", "--json")
    assert Path(reponse.objet["agenda"]).read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_schema_sans_nom_donne_les_trois(commander):
    assert set(json.loads(commander("schema").sortie)) == {"dossier", "manifeste", "manifeste_joint"}


@pytest.mark.parametrize("nom", ["dossier", "manifeste"])
def test_schema(commander, nom):
    schema = json.loads(commander("schema", nom).sortie)
    assert schema["type"] == "object"
    assert {"reference"} <= set(schema["required"])
    assert schema["additionalProperties"] is False


def test_la_version(commander):
    from generateur import VERSION  # noqa: PLC0415 (seul test qui la cite)

    assert commander("--version").sortie.strip() == f"generateur {VERSION}"

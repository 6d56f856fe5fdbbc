"""Le droit que l'utilisateur ajoute : contrôlé, gardé à part, dit partout où il sert, sans remplacer le livré."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from generateur.domaine.noms_de_fichier import NOM_DROIT_AJOUTE
from generateur.droit.tables import decimal_au, lire_table
from generateur.operations import horizons
from generateur.operations.droit_ajoute import ouvrir_droit

LEGAL = "taux_legal_professionnels"
BCE = "taux_bce_refinancement"
SOURCE = ("--source", "Arrêté du 20 novembre 2026", "--publie-le", "2026-11-22")
S1_2027 = f"""date = 2026-11-25
table = "{LEGAL}"
valeurs = [ {{ depuis = 2027-01-01, valeur = 2.80, source = "arrete" }} ]
[sources.arrete]
titre = "Arrêté du 20 novembre 2026"
publication = 2026-11-22
"""


def test_une_valeur_ajoutee_prolonge_sa_table_jusqu_a_la_fin_du_semestre(commander):
    assert commander("droit", LEGAL, "--au", "2027-03-01").code == 6
    ajoute = commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", *SOURCE, "--json")
    assert ajoute.code == 0
    assert ajoute.objet["horizons"] == [{"table": LEGAL, "cle": "", "horizon": "2027-06-30"}]
    lue = commander("droit", LEGAL, "--au", "2027-06-30", "--json").objet
    assert (lue["valeurs"][0]["valeur"], lue["horizon"]) == ("2.80", "2027-06-30")
    assert lue["valeurs"][0]["saisie_le"]
    assert commander("droit", LEGAL, "--au", "2027-07-01").code == 6
    assert commander("droit", LEGAL, "--au", "2026-12-31", "--json").objet["valeurs"][0]["valeur"] == "2.75"


@pytest.mark.parametrize(
    ("table", "jour", "valeur", "message"),
    [
        (LEGAL, "2026-07-01", "2,75", "déjà une valeur livrée"),
        (LEGAL, "2026-01-01", "2,75", "réécrirait le passé"),
        (LEGAL, "2027-07-01", "2,80", "il manque la période"),
        (LEGAL, "2026-12-01", "2,80", "1er janvier"),
        (LEGAL, "2027-01-01", "28", "loin de la valeur"),
        (LEGAL, "2027-01-01", "deux", "n'est pas une valeur"),
        (BCE, "2027-01-01", "-1", None),
        ("delais", "2027-01-01", "2", "n'a pas de série"),
        ("seuil_petites_creances", "2027-01-01", "50000", "loin de la valeur"),
        ("taux_usuraire", "2027-01-01", "2", "n'existe pas"),
    ],
)
def test_une_valeur_qui_contredit_la_table_est_refusee(commander, donnees_utilisateur, table, jour, valeur, message):
    refus = commander("droit", "ajouter", table, jour, valeur, *SOURCE)
    assert refus.code == 2
    assert message is None or message in refus.messages
    assert not (donnees_utilisateur / NOM_DROIT_AJOUTE).exists()


def test_la_source_et_sa_date_sont_exigees(commander):
    assert commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", "--publie-le", "2026-11-22").code == 2
    assert commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", "--source", "Arrêté").code == 2
    assert commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", *SOURCE[:1], " ", *SOURCE[2:]).code == 2


def test_un_ecart_qui_etonne_se_confirme(commander):
    assert commander("droit", "ajouter", LEGAL, "2027-01-01", "8", *SOURCE, "--confirmer").code == 0


def test_une_serie_ajoutee_ne_prolonge_pas_les_autres(commander):
    jour = "2028-01-01"
    assert commander("droit", "ajouter", "delais", jour, "1", "--cle", "opposition", *SOURCE).code == 0
    assert commander("droit", "delais", "opposition", "--au", "2028-06-01").code == 0
    assert commander("droit", "delais", "revendication", "--au", "2028-06-01").code == 6


def test_le_dernier_ajout_se_retire(commander):
    commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", *SOURCE)
    commander("droit", "ajouter", LEGAL, "2027-07-01", "2,90", *SOURCE)
    assert commander("droit", "retirer", LEGAL, "2027-01-01").code == 2
    assert commander("droit", "retirer", LEGAL, "2027-07-01").code == 0
    assert commander("droit", LEGAL, "--au", "2027-07-01").code == 6
    assert commander("droit", LEGAL, "--au", "2027-06-30").code == 0


def test_un_fichier_de_mise_a_jour_s_importe_une_fois(commander, tmp_path):
    fichier = tmp_path / "s1.toml"
    fichier.write_text(S1_2027, encoding="utf-8")
    premiere = commander("droit", "importer", fichier, "--json")
    assert (premiere.code, premiere.objet["valeurs"][0]["valeur"]) == (0, "2.80")
    seconde = commander("droit", "importer", fichier, "--json")
    assert (seconde.code, seconde.objet["deja_connus"]) == (0, 1)


def test_la_table_livree_recopiee_avec_une_ligne_de_plus_s_importe(commander, tmp_path, racine):
    livree = (racine / "generateur" / "droit" / "tables" / f"{LEGAL}.toml").read_text("utf-8")
    ligne = '  { depuis = 2027-01-01, valeur = 2.80, source = "releves", confiance = "certaine", '
    ligne += "publication = 2026-11-22 },"
    fichier = tmp_path / f"{LEGAL}.toml"
    fichier.write_text("date = 2026-11-25\n" + livree.replace("\n]\n", f"\n{ligne}\n]\n", 1), encoding="utf-8")
    importe = commander("droit", "importer", fichier, "--json")
    assert importe.code == 0, importe.messages
    assert [valeur["depuis"] for valeur in importe.objet["valeurs"]] == ["2027-01-01"]


def test_un_fichier_scelle_puis_change_est_refuse(commander, tmp_path):
    fichier = tmp_path / "s1.toml"
    sceau = hashlib.sha256(S1_2027.encode()).hexdigest()
    fichier.write_text(f'sha256 = "{sceau}"\n{S1_2027}', encoding="utf-8")
    assert commander("droit", "importer", fichier).code == 0
    commander("droit", "retirer", LEGAL, "2027-01-01")
    fichier.write_text(f'sha256 = "{sceau}"\n{S1_2027.replace("2.80", "2.08")}', encoding="utf-8")
    refus = commander("droit", "importer", fichier)
    assert refus.code == 3
    assert "empreinte" in refus.messages


@pytest.mark.parametrize(
    "texte",
    [
        "pas du toml",
        S1_2027.replace("date = 2026-11-25\n", ""),
        S1_2027.replace(f'table = "{LEGAL}"\n', ""),
        S1_2027.replace(LEGAL, "taux_usuraire"),
        S1_2027.replace('source = "arrete"', 'source = "autre"'),
        S1_2027.replace("2.80", '"deux"'),
        S1_2027.replace("2027-01-01", "2026-07-01"),
        S1_2027.replace("publication = 2026-11-22\n", ""),
        S1_2027.replace("valeurs", "valeures"),
    ],
)
def test_un_fichier_de_mise_a_jour_fautif_est_refuse_en_entier(commander, tmp_path, donnees_utilisateur, texte):
    fichier = tmp_path / "maj.toml"
    fichier.write_text(texte, encoding="utf-8")
    refus = commander("droit", "importer", fichier)
    assert refus.code == 3
    assert str(fichier) in refus.messages
    assert not (donnees_utilisateur / NOM_DROIT_AJOUTE).exists()


def test_un_horizon_se_prolonge_par_import_pour_une_table_relue(commander, tmp_path):
    fichier = tmp_path / "delais.toml"
    fichier.write_text(
        'date = 2026-11-25\ntable = "delais"\nhorizon = 2028-12-31\nsource = "relu"\n'
        '[sources.relu]\ntitre = "Codes relus"\npublication = 2026-11-20\n',
        encoding="utf-8",
    )
    assert commander("droit", "importer", fichier).code == 0
    assert commander("droit", "delais", "revendication", "--au", "2028-06-01").code == 0


@pytest.mark.parametrize("abime", ["[[ajouts]]\ntable = 3", "pas du toml", '[[ajouts]]\ntable = "x"', "\xff"])
def test_un_fichier_d_ajouts_abime_est_une_erreur_de_lecture(commander, donnees_utilisateur, abime):
    (donnees_utilisateur / NOM_DROIT_AJOUTE).write_bytes(abime.encode("latin-1"))
    refus = commander("droit", LEGAL, "--json")
    assert refus.code == 3
    assert NOM_DROIT_AJOUTE in refus.objet["erreur"]["lieu"]
    assert refus.objet["erreur"]["remede"]


def test_deux_ajouts_a_la_fois_ne_perdent_rien(racine):
    def lancer(table, valeur):
        commande = [sys.executable, "-m", "generateur", "droit", "ajouter", table, "2027-01-01", valeur, *SOURCE]
        return subprocess.Popen(commande, cwd=racine, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    lances = [lancer(LEGAL, "2,80"), lancer(BCE, "2,65"), lancer("taux_legal_particuliers", "6,90")]
    assert [processus.wait(60) for processus in lances] == [0, 0, 0]
    with ouvrir_droit():
        assert decimal_au(LEGAL, date(2027, 3, 1)) == Decimal("2.80")
        assert decimal_au(BCE, date(2027, 3, 1)) == Decimal("2.65")
        assert lire_table("taux_legal_particuliers").horizon == date(2027, 6, 30)


def test_hors_du_bloc_les_tables_livrees_repondent_seules(commander):
    commander("droit", "ajouter", LEGAL, "2027-01-01", "2,80", *SOURCE)
    assert lire_table(LEGAL).horizon == date(2026, 12, 31)


def test_passe_l_horizon_le_calcul_dit_la_commande_puis_reprend(commander, copier):
    dossier = copier("2026-0042")
    refus = commander("chiffrer", dossier, "--au", "2027-02-01", "--json")
    assert refus.code == 6
    assert f"generateur droit ajouter {BCE} 2027-01-01" in refus.objet["erreur"]["remede"]
    commander("droit", "ajouter", BCE, "2027-01-01", "2,65", *SOURCE)
    lignes = commander("chiffrer", dossier, "--au", "2027-02-01", "--json").objet["lignes"]
    assert [ligne["taux"] for ligne in lignes if ligne["du"] == "2027-01-01"] == ["12.65"] * len(
        [ligne for ligne in lignes if ligne["du"] == "2027-01-01"]
    )


def _codes(reponse):
    return {constat["code"] for constat in reponse.objet["constats"]}


def test_un_horizon_proche_s_annonce_sans_etre_publie(commander, copier, tmp_path, monkeypatch):
    monkeypatch.setattr("generateur.commandes.etude.aujourd_hui", lambda: date(2026, 11, 27))
    monkeypatch.setattr("generateur.commandes.production.aujourd_hui", lambda: date(2026, 11, 27))
    dossier, sortie = copier("2026-0042"), tmp_path / "sortie"
    assert "HORIZON_PROCHE" in _codes(commander("verifier", dossier, "--json"))
    produit = commander("produire", dossier, "-o", sortie, "--json")
    assert produit.code == 0
    assert f"generateur droit ajouter {BCE} 2027-01-01" in produit.messages
    assert "HORIZON_PROCHE" not in _codes(produit)
    lot = commander("lot", dossier.parent, "-o", sortie)  # à jour : l'annonce vaut aussi
    assert BCE in lot.messages
    monkeypatch.setattr("generateur.commandes.etude.aujourd_hui", lambda: date(2026, 10, 1))
    assert "HORIZON_PROCHE" not in _codes(commander("verifier", dossier, "--au", "2026-10-01", "--json"))


def test_une_valeur_ajoutee_est_dite_dans_le_decompte_la_fiche_et_le_manifeste(commander, copier, tmp_path):
    dossier, sortie = copier("2026-0042"), tmp_path / "sortie"
    commander("droit", "ajouter", BCE, "2027-01-01", "2,65", *SOURCE)
    produit = commander("produire", dossier, "-o", sortie, "--au", "2027-01-15", "--json", "--projet")
    assert produit.code == 0, produit.messages
    assert [ajout["valeur"] for ajout in produit.objet["droit_ajoute"]] == ["2.65"]
    assert "DROIT_AJOUTE" in _codes(produit)
    manifeste = json.loads((sortie / "2026-0042" / "manifeste.json").read_text("utf-8"))
    assert manifeste["droit_ajoute"][0]["source"] == "Arrêté du 20 novembre 2026"
    autre = commander("produire", dossier, "-o", sortie, "--au", "2026-11-21", "--json")
    assert "droit_ajoute" not in autre.objet


def test_l_annonce_nomme_les_dossiers_touches():
    assert horizons.annoncer_horizons((), date(2026, 11, 27)) == ()

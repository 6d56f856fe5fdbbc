"""« annuaire » : l'objet du contrat, une pièce datée, jamais une saisie changée."""

import dataclasses
import json
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from pypdf import PdfReader

from generateur.cli import executer
from tests.outils.serveur_annuaire import Reponse, en_reponse, ouvrir_serveur

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
RACINE = Path(__file__).parents[2]
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "annuaire"
CLES = ["siren", "lu_le", "denomination", "forme", "etat", "adresse", "procedures", "ecarts", "piece"]
SIREN, AUTRE = "999999915", "123456782"
NU = f"""reference = "2026-0300"
[creancier]
denomination = "Atelier Lumen"
siren = "{AUTRE}"
[[debiteurs]]  # gardé
denomination = "Garage du Canal"
forme = "SAS"
siren = "999 999 915"
[[factures]]
numero = "F1"
montant_ttc = "600.00"
"""
ENTREPRISE = {
    "siren": SIREN,
    "nom_complet": "GARAGE DU HALAGE",
    "nom_raison_sociale": "GARAGE DU HALAGE",
    "nature_juridique": "5710",
    "etat_administratif": "A",
    "statut_diffusion": "O",
    "date_creation": "2015-03-02",
    "siege": {"adresse": "12 RUE DES FLEURS 69003 LYON", "code_postal": "69003", "libelle_commune": "LYON"},
}
ANNONCE = {
    "id": "A2026",
    "registre": ["999 999 915", SIREN],
    "familleavis": "collective",
    "dateparution": "2026-09-15",
    "tribunal": "Tribunal de commerce de Lyon",
    "jugement": json.dumps({"nature": "Jugement d'ouverture de liquidation judiciaire", "date": "2026-09-08"}),
}


@pytest.fixture
def serveur(socket_enabled, monkeypatch, tmp_path):  # noqa: ARG001 (le réseau, pour cette machine seulement)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with ouvrir_serveur() as ouvert:
        monkeypatch.setenv("GENERATEUR_URL_ENTREPRISES", ouvert.adresse("/search"))
        monkeypatch.setenv("GENERATEUR_URL_BODACC", ouvert.adresse("/records"))
        ouvert.rejouer("/search", en_reponse({"results": [ENTREPRISE]}))
        ouvert.rejouer("/records", en_reponse({"total_count": 0, "results": []}))
        yield ouvert


@pytest.fixture
def dossier(tmp_path):
    racine = tmp_path / "2026-0300"
    (racine / "pieces").mkdir(parents=True)
    (racine / "dossier.toml").write_text(NU, encoding="utf-8")
    return racine


@pytest.fixture
def lancer(capsys):
    def _lancer(*arguments, code=0):
        assert executer(["annuaire", *map(str, arguments), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return _lancer


def _pieces(dossier):
    return tomllib.loads((dossier / "dossier.toml").read_text("utf-8")).get("pieces", [])


def test_un_siren_seul_n_ecrit_rien(serveur, lancer, tmp_path):
    objet = lancer(SIREN)
    assert list(objet) == CLES
    assert (objet["denomination"], objet["forme"], objet["etat"]) == ("GARAGE DU HALAGE", "SAS", "A")
    assert (objet["procedures"], objet["ecarts"], objet["piece"]) == ([], [], None)
    assert not list(tmp_path.rglob("*.pdf"))
    assert len(serveur.demandes) == 2


@pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus n'est pas à côté du dépôt")
def test_le_corpus_rejoue(serveur, lancer):
    serveur.rejouer("/search", Reponse((CORPUS / "search-552032534.json").read_bytes()))
    serveur.rejouer("/records", Reponse((CORPUS / "bodacc" / "collective_fixture.json").read_bytes()))
    objet = lancer("552 032 534")
    assert (objet["siren"], objet["denomination"], objet["procedures"]) == ("552032534", "DANONE", [])


def test_la_poste_se_consulte_et_un_siren_inconnu_se_dit(serveur, lancer, capsys):
    assert lancer("356000000")["etat"] is None
    assert executer(["annuaire", "356000000"]) == 0
    assert "ne connaît pas" in capsys.readouterr().out
    assert serveur.compter("/search") == 1  # la seconde fois, d'après la réponse du jour


def test_la_reponse_devient_une_piece_datee_et_l_ecart_un_constat(serveur, lancer, dossier):
    serveur.rejouer("/records", en_reponse({"results": [ANNONCE]}))
    objet = lancer(dossier)
    assert list(objet) == CLES
    assert objet["ecarts"] == [
        {"lieu": "debiteurs[1].denomination", "saisi": "Garage du Canal", "annuaire": "GARAGE DU HALAGE"},
        {"lieu": "debiteurs[1].situation", "saisi": "in_bonis", "annuaire": "liquidation"},
    ]
    assert objet["procedures"] == [
        {
            "nature": "Jugement d'ouverture de liquidation judiciaire",
            "date": "2026-09-08",
            "tribunal": "Tribunal de commerce de Lyon",
            "annonce": "A2026",
        }
    ]
    assert (dossier / "dossier.toml").read_text("utf-8").startswith(NU)  # la saisie est gardée
    sirene, bodacc = _pieces(dossier)
    assert objet["piece"] == sirene["fichier"] == f"pieces/situation_sirene_{SIREN}_{objet['lu_le']}.pdf"
    assert [sirene["nature"], bodacc["nature"]] == ["situation_sirene", "bodacc"]
    assert sirene["delivre_le"].isoformat() == objet["lu_le"]
    textes = [PdfReader(dossier / p["fichier"]).pages[0].extract_text() for p in (sirene, bodacc)]
    assert "12 RUE DES FLEURS" in textes[0]
    assert "liquidation judiciaire" in textes[1]
    assert not any("Garage du Canal" in texte for texte in textes)  # rien de ce qui est interne


def test_ce_qui_manque_au_debiteur_est_propose_a_coller(serveur, dossier, capsys):
    siege = {"numero_voie": "12", "type_voie": "RUE", "libelle_voie": "DES FLEURS"} | ENTREPRISE["siege"]
    serveur.rejouer("/search", en_reponse({"results": [ENTREPRISE | {"siege": siege}]}))
    toml = dossier / "dossier.toml"
    toml.write_text(NU.replace('forme = "SAS"\n', ""), encoding="utf-8")
    assert executer(["annuaire", str(dossier)]) == 0
    sortie = capsys.readouterr().out
    colle = 'forme = "SAS"\nadresse = { voie = "12 RUE DES FLEURS", code_postal = "69003", commune = "LYON" }\n'
    for ligne in colle.splitlines():
        assert ligne in sortie
    toml.write_text(NU.replace('forme = "SAS"\n', colle), encoding="utf-8")
    assert executer(["annuaire", str(dossier)]) == 0
    assert "collez" not in capsys.readouterr().out


def test_le_controle_relit_la_reponse_gardee_sans_reseau(serveur, lancer, dossier, capsys):
    def controler():
        executer(["verifier", str(dossier), "--json"])
        return {c["code"]: c for c in json.loads(capsys.readouterr().out)["constats"]}

    serveur.rejouer("/records", en_reponse({"results": [ANNONCE]}))
    jour = lancer(dossier)["lu_le"]
    demandes, retenu = len(serveur.demandes), dossier / "annuaire.json"
    constats = controler()
    assert constats["PROCEDURE_COLLECTIVE_PUBLIEE"]["gravite"] == "a_completer"
    assert 'situation = "liquidation"' in constats["PROCEDURE_COLLECTIVE_PUBLIEE"]["remede"]
    assert constats["ECART_ANNUAIRE"]["lieu"] == "debiteurs[1].denomination"
    assert "ANNUAIRE_ANCIEN" not in constats  # lue aujourd'hui
    retenu.write_text(retenu.read_text("utf-8").replace(jour, "2026-01-15"), "utf-8")
    assert "15\u00a0janvier\u00a02026" in controler()["ANNUAIRE_ANCIEN"]["message"]
    retenu.write_text("{", "utf-8")  # abîmé : il n'apprend rien
    assert "ECART_ANNUAIRE" not in controler()
    assert len(serveur.demandes) == demandes


def test_relancee_le_meme_jour_rien_ne_double(serveur, lancer, dossier):
    premiere = lancer(dossier)
    avant = (dossier / "dossier.toml").read_bytes()
    assert lancer(dossier) == premiere
    assert (dossier / "dossier.toml").read_bytes() == avant
    assert len(serveur.demandes) == 2


def test_deux_commandes_a_la_fois_n_ecrivent_qu_une_piece(serveur, dossier):
    serveur.rejouer("/search", dataclasses.replace(en_reponse({"results": [ENTREPRISE]}), pause=0.5))
    commande = [sys.executable, "-m", "generateur", "annuaire", str(dossier), "--json"]
    lancees = [subprocess.Popen(commande, stdout=subprocess.PIPE, cwd=RACINE) for _ in range(2)]
    sorties = [json.loads(lancee.communicate(timeout=60)[0]) for lancee in lancees]
    assert [lancee.returncode for lancee in lancees] == [0, 0]
    assert sorties[0] == sorties[1]
    assert len(_pieces(dossier)) == 1
    assert len(serveur.demandes) == 2


def test_tuee_au_milieu_la_commande_laisse_le_dossier_intact(serveur, lancer, dossier):
    serveur.rejouer("/records", Reponse(b'{"results": []}', pause=60))
    avant = sorted(dossier.rglob("*")), (dossier / "dossier.toml").read_bytes()
    lancee = subprocess.Popen([sys.executable, "-m", "generateur", "annuaire", str(dossier)], cwd=RACINE)
    while not serveur.compter("/records"):
        assert lancee.poll() is None
        time.sleep(0.02)
    lancee.kill()
    lancee.wait(timeout=10)
    assert (sorted(dossier.rglob("*")), (dossier / "dossier.toml").read_bytes()) == avant
    serveur.rejouer("/records", Reponse())
    assert lancer(dossier)["piece"]
    assert serveur.compter("/search") == 1  # la réponse reçue avant la coupure était gardée, entière


def test_un_autre_fichier_du_meme_nom_est_garde(serveur, lancer, dossier):
    nom = Path(lancer(dossier)["piece"]).name
    (dossier / "dossier.toml").write_text(NU, encoding="utf-8")
    (dossier / "pieces" / nom).write_bytes(b"une autre")
    assert lancer(dossier)["piece"] == f"pieces/{Path(nom).stem}_2.pdf"
    assert len(serveur.demandes) == 2
    assert (dossier / "pieces" / nom).read_bytes() == b"une autre"


def test_chaque_debiteur_est_consulte(serveur, lancer, dossier):
    autre = '[[debiteurs]]\ndenomination = "Caution"\nsiren = "356000000"\nrole = "caution"\n'
    particulier = '[[debiteurs]]\nnature = "particulier"\nnom = "Durand"\nrole = "caution"\n'
    (dossier / "dossier.toml").write_text(NU + autre + particulier, encoding="utf-8")
    objet = lancer(dossier)
    assert [suivant["siren"] for suivant in objet["autres"]] == ["356000000"]
    assert objet["autres"][0]["piece"] is None  # inconnue : il n'y a rien à verser
    assert len(serveur.demandes) == 4


def test_trois_echecs_arretent_la_commande_et_rien_n_est_ecrit(serveur, lancer, dossier):
    serveur.rejouer("/records", Reponse(code=404))
    avant = sorted(dossier.rglob("*")), (dossier / "dossier.toml").read_bytes()
    assert lancer(dossier, code=9)["erreur"]["type"] == "ErreurOutilAbsent"
    assert (sorted(dossier.rglob("*")), (dossier / "dossier.toml").read_bytes()) == avant
    serveur.rejouer("/records", Reponse(code=503, entetes={"Retry-After": "0"}))
    lancer(dossier, code=9)
    assert serveur.compter("/records") == 4
    assert serveur.compter("/search") == 1


def test_hors_ligne(serveur, lancer, dossier):
    lancer(SIREN, "--hors-ligne", code=9)
    lancer(SIREN)
    assert lancer(dossier, "--hors-ligne")["piece"]
    assert len(serveur.demandes) == 2


@pytest.mark.parametrize("numero", ["123456789", "12345", "1234567890123"])
def test_un_numero_faux_ne_se_demande_pas(serveur, lancer, numero):
    assert lancer(numero, code=2)["erreur"]["lieu"] == "DOSSIER|SIREN"
    assert not serveur.demandes


def test_un_dossier_sans_siren(serveur, lancer, dossier):
    (dossier / "dossier.toml").write_text(NU.replace('siren = "999 999 915"\n', ""), encoding="utf-8")
    assert lancer(dossier, code=4)["erreur"]["lieu"] == "debiteurs[1].siren"
    assert not serveur.demandes


def test_en_clair(serveur, dossier, capsys):
    serveur.rejouer("/records", en_reponse({"results": [ANNONCE]}))
    assert executer(["annuaire", str(dossier)]) == 0
    sortie = capsys.readouterr().out
    assert 'situation = "liquidation"' in sortie
    assert "generateur verifier" in sortie

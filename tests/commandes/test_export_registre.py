"""Le registre exporté : mêmes affaires, vrais nombres et vraies dates, rien qui s'exécute dans un tableur."""

import csv
import datetime as dt
import io
import json
import os
import stat

import openpyxl
import pytest

from generateur.erreurs import CodeSortie
from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume
from tests.outils.registres import JOUR, inscription, produit

FORMULE = "=HYPERLINK(1)"


@pytest.fixture
def exporter(commander, tmp_path):
    adresse = f"sqlite:///{tmp_path}/registre.sqlite"
    echeances = ((JOUR + dt.timedelta(days=4), "Signification", "CPC 1411"),)
    with ouvrir_base(adresse, creer=True) as base:
        Plume(base).inscrire(
            [
                inscription("2026-0042", produit("1234.50"), echeances=echeances),
                inscription("2026-0043", debiteur=FORMULE, creancier="Verger\nOrme"),
            ],
            JOUR,
        )

    def appeler(nom, *arguments):
        fichier = tmp_path / nom
        reponse = commander(
            "registre", "exporter", fichier, "--registre", adresse, "--au", JOUR.isoformat(), "--json", *arguments
        )
        return reponse, fichier

    return appeler


def test_le_csv_s_ouvre_dans_un_tableur_francais(exporter):
    reponse, fichier = exporter("registre.csv")
    assert reponse.objet == {"fichier": fichier.as_posix(), "dossiers": 2}
    octets = fichier.read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf")
    entete, premiere, seconde = csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";")
    assert entete[:4] == ["Référence", "État", "Débiteur", "Créancier"]
    assert premiere == [
        "2026-0042", "produit", "Comptoir Lune", "Atelier Lumen", "injonction_de_payer", "1234,50", "2026-11-25",
        "Signification", "2026-11-21",
    ]  # fmt: skip
    assert seconde[2:4] == [f"'{FORMULE}", "Verger\\nOrme"]


def test_le_classeur_a_de_vrais_nombres_de_vraies_dates_et_aucune_formule(exporter):
    _, fichier = exporter("registre.xlsx")
    _, premiere, seconde = openpyxl.load_workbook(fichier).active.iter_rows()
    assert (premiere[5].value, premiere[6].value.date()) == (1234.5, dt.date(2026, 11, 25))
    assert (seconde[2].value, seconde[2].data_type) == (FORMULE, "s")


def test_le_json_est_l_objet_de_lister(exporter, commander, tmp_path):
    _, fichier = exporter("registre.json")
    adresse = f"sqlite:///{tmp_path}/registre.sqlite"
    liste = commander("registre", "lister", "--registre", adresse, "--au", JOUR.isoformat(), "--json").objet
    assert json.loads(fichier.read_bytes()) == liste


def test_les_filtres_valent_pour_l_export(exporter):
    reponse, _ = exporter("registre.csv", "--creancier", "verger")
    assert reponse.objet["dossiers"] == 1


@pytest.mark.skipif(os.name != "posix", reason="droits POSIX")
@pytest.mark.parametrize("nom", ["registre.csv", "registre.xlsx", "registre.json"])
def test_un_export_n_est_lisible_que_de_son_auteur(exporter, nom):
    ancien = os.umask(0)
    try:
        _, fichier = exporter(nom)
    finally:
        os.umask(ancien)
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600


def test_un_fichier_de_ce_nom_n_est_remplace_que_si_on_le_demande(exporter, tmp_path):
    (tmp_path / "registre.csv").write_text("à moi", encoding="utf-8")
    reponse, fichier = exporter("registre.csv")
    assert reponse.code == CodeSortie.USAGE
    assert fichier.read_text("utf-8") == "à moi"
    assert exporter("registre.csv", "--remplacer")[0].code == 0
    assert fichier.read_bytes() != "à moi".encode()


def test_un_autre_format_est_refuse_avant_d_ouvrir_le_registre(commander, tmp_path):
    reponse = commander("registre", "exporter", tmp_path / "registre.ods", "-o", tmp_path / "sortie")
    assert reponse.code == CodeSortie.USAGE
    assert ".xlsx" in reponse.messages

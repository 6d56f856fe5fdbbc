"""Une grappe ouverte à tous, tableau de bord compris : rien d'un dossier ne s'y lit pendant qu'un vrai lot y passe."""

import contextlib
import datetime as dt
import http.client
import json
import shutil
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from distributed import Client, LocalCluster

from generateur.operations import lot
from generateur.operations.executants import choisir_executant
from generateur.reglages import Reglages

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.skipif(sys.platform == "win32", reason="signaux")]
RACINE = Path(__file__).parents[2]
JOUR = dt.date(2026, 11, 21)
HORS_PAGES = ("/eventstream", "/json/identity.json", "/statics")  # une prise, une page que Dask rate, ses images
DEBITEUR, SOMMES = "auvergue", ("1250", "1 250", "1\u00a0250", "1\u202f250")


class TableauDeBord:
    """Les pages que l'ordonnanceur sert à qui les demande, celles des travaux et des ouvriers du moment comprises."""

    def __init__(self, grappe, temoin):
        self._port, self._temoin, self.lu = grappe.scheduler.http_server.port, temoin, {}

    def _demander(self, chemin):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as connexion:
            connexion.request("GET", chemin)
            return connexion.getresponse().read().decode("utf-8", "replace")

    def relever(self, _avancee):
        plan = json.loads(self._demander("/sitemap.json"))["paths"]
        fixes = [chemin for chemin in plan if "(" not in chemin and not chemin.startswith(HORS_PAGES)]
        cles = self._temoin.run_on_scheduler(lambda dask_scheduler: [str(cle) for cle in dask_scheduler.tasks])
        ouvriers = [quote(adresse, safe="") for adresse in self._temoin.scheduler_info()["workers"]]
        for chemin in (
            *fixes,
            *(f"/info/task/{cle}.html" for cle in cles),
            *(f"/info/{page}/{ouvrier}.html" for page in ("worker", "call-stacks", "logs") for ouvrier in ouvriers),
        ):
            self.lu[chemin] = self.lu.get(chemin, "") + self._demander(chemin)


@pytest.fixture
def dossiers(tmp_path):
    """Un dossier qui se produit, un qui échoue en cours de route, un qui ne se lit pas."""
    racine = tmp_path / "dossiers"
    for nom in ("2026-0051", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, racine / nom)
    for nom in ("2026-0052", "2026-0053"):
        shutil.copytree(racine / "2026-0051", racine / nom)
        saisie = racine / nom / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace("2026-0051", nom), encoding="utf-8")
    (racine / "2026-0052" / "pieces" / "f2026-077.pdf").write_bytes(b"%PDF-1.7 rien")
    with (racine / "2026-0053" / "dossier.toml").open("a", encoding="utf-8") as saisie:
        saisie.write('\nnom = "Fauvergue" = 1250\n')
    return racine


@pytest.mark.outils
def test_ni_debiteur_ni_somme_dans_le_tableau_de_bord_et_les_journaux(socket_enabled, tmp_path, dossiers, capfd):  # noqa: ARG001
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0
        ) as grappe,
        Client(grappe, set_as_default=False) as temoin,
    ):
        tableau = TableauDeBord(grappe, temoin)
        executant = choisir_executant(
            "dask", Reglages(), jour=JOUR, demander_mot_de_passe=str, ordonnanceur=grappe.scheduler_address
        )
        bilan = lot.produire_lot(
            dossiers, tmp_path / "sortie", jour=JOUR, au=JOUR, reglages=Reglages(), executant=executant,
            avancer=tableau.relever,
        )  # fmt: skip
        journaux = [repr(temoin.get_scheduler_logs()), repr(temoin.get_worker_logs()), *capfd.readouterr()]
        memoire = repr(temoin.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.transition_log)))
    assert [resultat.etat for resultat in bilan.dossiers] == ["produit", "refuse", "en_echec"]
    assert any(chemin.startswith("/info/task/travail-") for chemin in tableau.lu)
    assert "Task: " in "".join(tableau.lu.values())
    montre = "".join((*tableau.lu.values(), *journaux, memoire))
    assert not [mot for mot in (DEBITEUR, *SOMMES, "2026-005", str(dossiers)) if mot in montre]

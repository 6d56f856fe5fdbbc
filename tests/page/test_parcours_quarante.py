"""De l'export de quarante débiteurs à une liasse déposable, par une personne qui ne voit que la page.

Chaque clic et chaque champ tapé se compte : un geste de plus fait échouer l'essai. Vingt-cinq jours passent entre la
mise en demeure et la liasse : la page est fermée, puis rouverte.
"""

import datetime as dt
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.outils.quarante_debiteurs import A_DEPOSER, A_ECHELONNER, A_RELANCER, ecrire_export, ventes
from tests.page.parcours import (
    Sophie,
    lire_la_liasse,
    mettre_en_demeure,
    page_ouverte,
    produire_la_liasse,
    remplir_son_profil,
    verser_les_preuves,
)

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
ENVOI, DEPOT = dt.date(2026, 11, 3), dt.date(2026, 11, 28)
CLICS, CHAMPS = 40, 13  # mesurés ; le sort du pli en est un, qui ne se devine pas


def test_de_quarante_debiteurs_a_une_liasse_deposable(onglet, tmp_path):
    racine, sortie, export = tmp_path / "mes-dossiers", tmp_path / "sortie", tmp_path / "export"
    factures = ecrire_export(export, ENVOI)
    sophie = Sophie(onglet)
    with page_ouverte(racine, sortie, ENVOI) as adresse:
        onglet.goto(adresse)
        _importer(sophie, factures, export)
        sophie.cliquer("link", "remplir son profil")
        remplir_son_profil(sophie)
        sophie.cliquer("link", "Voir les dossiers")
        sophie.cliquer("link", A_DEPOSER)
        sophie.taper("#c-debiteurs-0-forme", "SARL")
        assert "Compris : commerçant" in sophie.lire("#dit-debiteurs-0-qualite")
        verser_les_preuves(sophie, export)
        mettre_en_demeure(sophie, export)
        _relancer(sophie)
    with page_ouverte(racine, sortie, DEPOT) as adresse:
        onglet.goto(adresse)
        sophie.cliquer("link", A_DEPOSER)
        produire_la_liasse(sophie, export)
        _echelonner(sophie, export)
        _suivre(sophie)
    assert sophie.clics <= CLICS
    assert sophie.champs <= CHAMPS
    assert len([p for p in racine.iterdir() if (p / "dossier.toml").is_file()]) == 40
    vendues = [vente for vente in ventes(ENVOI) if vente.client.nom == A_DEPOSER]
    lire_la_liasse(sortie, "2026-brasserie-montbrun", vendues)
    _lire_le_relance(racine)
    _lire_l_accord(racine)


def _importer(sophie: Sophie, factures: Path, export: Path) -> None:
    sophie.cliquer("link", "Importer un export")
    sophie.donner("#sources", factures)
    sophie.donner("#clients", export / "clients.csv")
    sophie.donner("#documents", *sorted(export.glob("FA-*.pdf")))
    sophie.cliquer("button", "Lire")
    sophie.cliquer("button", "Créer ou compléter")
    sophie.attendre("text=40 dossiers créés")


def _relancer(sophie: Sophie) -> None:
    sophie.cliquer("link", "Dossiers", exact=True)
    sophie.cliquer("link", A_RELANCER)
    sophie.cliquer("link", "Relance du jour")
    sophie.cliquer("button", "Préparer la relance")
    sophie.attendre(".message")
    assert A_RELANCER in sophie.lire(".message")
    sophie.cliquer("button", "C’est fait")
    sophie.attendre("text=Prochaine relance")


def _echelonner(sophie: Sophie, export: Path) -> None:
    sophie.cliquer("link", "Dossiers", exact=True)
    sophie.cliquer("link", A_ECHELONNER)
    sophie.cliquer("link", "Suivi", exact=True)
    sophie.cliquer("link", "Accorder un échelonnement")
    sophie.attendre("#echeancier tbody tr:nth-child(6)")
    sophie.cliquer("button", "Écrire le protocole")
    sophie.attendre(".produits a")
    sophie.cliquer("link", "notez l’accord signé")
    sophie.ouvrir("summary:has-text('Le protocole est signé')")
    sophie.donner("#signe", export / "Protocole signé.pdf")
    sophie.cliquer("button", "Noter l’accord signé")
    sophie.onglet.wait_for_url("**onglet=suivi")


def _suivre(sophie: Sophie) -> None:
    sophie.cliquer("link", "Échéances", exact=True)
    with sophie.onglet.expect_download() as agenda:
        sophie.cliquer("link", "Agenda (.ics)")
    texte = Path(agenda.value.path()).read_text("utf-8")
    assert texte.startswith("BEGIN:VCALENDAR")
    assert A_ECHELONNER not in texte
    sophie.cliquer("link", "Tableau", exact=True)
    assert "40\u00a0dossiers lus" in sophie.lire("main")
    assert A_DEPOSER in sophie.lire("main")


def _lire_le_relance(racine: Path) -> None:
    (relance,) = _lire(racine, "2026-hotel-du-vieux-pont")["relances"]
    assert relance["date"] == ENVOI
    assert (racine / "2026-hotel-du-vieux-pont" / relance["fichier"]).is_file()


def _lire_l_accord(racine: Path) -> None:
    accord = _lire(racine, "2026-traiteur-saint-aubin")["accord"]
    assert accord["date"] == DEPOT
    assert len(accord["echeances"]) == 6


def _lire(racine: Path, nom: str) -> dict[str, Any]:
    return tomllib.loads((racine / nom / "dossier.toml").read_text("utf-8"))

"""La page dans un vrai navigateur : saisir, importer, produire, au clavier seul ; chaque écran audité et mesuré."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.page.conftest import EN_FRANCAIS

RACINE = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
ECRANS = {
    "liste": "/",
    "parties": "/dossiers/2026-0074",
    "factures": "/dossiers/2026-0074?onglet=factures",
    "relances": "/dossiers/2026-0074?onglet=relances",
    "pieces": "/dossiers/2026-0042/pieces",
    "piece": "/dossiers/2026-0042/pieces/4",
    "decompte": "/dossiers/2026-0042/decompte",
    "procedure": "/dossiers/2026-0042?onglet=procedure",
    "suivi": "/dossiers/2026-0042?onglet=suivi",
    "evenement": "/dossiers/2026-0042?onglet=suivi&noter=signifie",
    "accord": "/dossiers/2026-0042/accord",
    "importer": "/importer",
    "nouveau": "/nouveau",
    "creancier": "/creanciers/atelier",
    "tableau": "/tableau",
    "echeances": "/echeances",
    "droit": "/droit",
    "aide": "/aide/liasse-et-preuve",
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """La page, ouverte par la commande elle-même ; rend son adresse, jeton compris."""
    racine = tmp_path / "dossiers"
    for nom in ("2026-0042", "2026-0074", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, racine / nom)
    commande = [sys.executable, "-m", "generateur", "ouvrir", str(racine), "-o", str(tmp_path / "sortie")]
    lance = subprocess.Popen(
        [*commande, "--sans-navigateur", "--json", "--au", "2026-11-21", "-q"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(RACINE)},
    )
    assert lance.stdout
    yield json.loads(lance.stdout.readline())["url"]
    lance.send_signal(signal.SIGINT)
    assert lance.wait(timeout=60) == 0
    lance.stdout.close()


@pytest.fixture
def page(service: str) -> Iterator[Any]:
    """Un onglet du navigateur, la séance ouverte ; une erreur de script, ou un appel ailleurs, fait échouer l'essai."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors de ces essais)

    base = service.split("/?", maxsplit=1)[0]
    fautes: list[str] = []
    with sync_playwright() as conducteur:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        navigateur = conducteur.chromium.launch(executable_path=CHROMIUM, args=options, env=EN_FRANCAIS)
        contexte = navigateur.new_context(base_url=base, locale="fr-FR", viewport={"width": 1280, "height": 900})
        onglet = contexte.new_page()
        onglet.on("pageerror", lambda erreur: fautes.append(str(erreur)))
        onglet.on("request", lambda demande: None if demande.url.startswith(base) else fautes.append(demande.url))
        onglet.goto(service)
        yield onglet
        navigateur.close()
    assert not fautes


def _dire(onglet: Any, selecteur: str) -> str:
    return str(onglet.locator(selecteur).inner_text())


@pytest.mark.parametrize("largeur", [320, 1280])
def test_chaque_ecran_est_accessible_et_tient_dans_sa_largeur(page, largeur):
    """Un seul service pour tous les écrans : l'ouvrir coûte plus que les regarder."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 (facultatif hors de ces essais)

    page.set_viewport_size({"width": largeur, "height": 900})
    fautes = []
    for ecran, adresse in ECRANS.items():
        page.goto(adresse)
        fautes += [
            (ecran, v["id"], [n["target"] for n in v["nodes"]][:3])
            for v in Axe().run(page).response["violations"]
            if v["impact"] in {"serious", "critical"}
        ]
        if (trop := page.evaluate("document.documentElement.scrollWidth")) > largeur:
            fautes.append((ecran, "déborde", trop))
    assert not fautes


ECRANS_DE_L_AIDE = RACINE / "generateur" / "aide" / "ecrans"
PHOTOGRAPHIES = ("liste", "factures", "pieces", "decompte", "procedure", "tableau")


def test_six_ecrans_se_photographient(page, tmp_path, maj_attendus):
    """Les images du README et de l'aide ; --maj-attendus les refait, et on les regarde."""
    page.set_viewport_size({"width": 1180, "height": 760})
    for ecran in PHOTOGRAPHIES:
        page.goto(ECRANS[ecran])
        page.evaluate("document.fonts.ready")
        image = (ECRANS_DE_L_AIDE if maj_attendus else tmp_path) / f"{ecran}.png"
        page.screenshot(path=image)
        with Image.open(image) as vue:
            assert vue.size == (1180, 760)
            assert len(vue.convert("RGB").getcolors(1_000_000) or ()) > 50
            allegee = vue.convert("RGB").quantize(128, dither=Image.Dither.NONE)  # le README reste léger à ouvrir
        allegee.save(image, optimize=True)
        assert (ECRANS_DE_L_AIDE / image.name).is_file()


def test_un_champ_quitte_est_enregistre_et_la_somme_suit(page):
    page.goto("/dossiers/2026-0074?onglet=factures")
    avant = _dire(page, "#entete .sous-titre")
    page.fill("#c-factures-0-montant_ttc", "4 800,00")
    page.keyboard.press("Tab")
    page.wait_for_selector("#dit-factures-0-montant_ttc .enregistre")
    assert _dire(page, "#entete .sous-titre") != avant
    page.fill("#c-factures-0-montant_ttc", "douze")
    page.keyboard.press("Tab")
    page.wait_for_selector("#dit-factures-0-montant_ttc .bloquant >> text=Non enregistré")


def test_un_editeur_ouvert_a_cote_n_est_pas_ecrase(page, tmp_path):
    page.goto("/dossiers/2026-0074?onglet=factures")
    fichier = tmp_path / "dossiers" / "2026-0074" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("Comptoir", "Banquettes"), "utf-8")
    page.fill("#c-factures-0-objet", "Tables")
    page.keyboard.press("Tab")
    page.wait_for_selector("#dit-factures-0-objet .double")
    assert "Banquettes" in _dire(page, "#dit-factures-0-objet")
    assert "Banquettes" in fichier.read_text("utf-8")
    page.get_by_role("button", name="Garder ma saisie").click()
    page.wait_for_selector("#dit-factures-0-objet .enregistre")
    assert tomllib.loads(fichier.read_text("utf-8"))["factures"][0]["objet"] == "Tables"


def test_d_un_export_a_une_liasse(page, tmp_path):
    page.goto("/importer")
    page.set_input_files("#sources", RACINE / "dossiers" / "exemples_import" / "pennylane.csv")
    page.get_by_role("button", name="Lire").click()
    page.get_by_role("button", name="Créer ou compléter").first.click()
    page.get_by_role("link", name="Éditions du Halage").click()
    page.wait_for_selector("#constats")
    assert "à régler" in _dire(page, "#constats h2")
    page.goto("/dossiers/2026-0042")
    page.get_by_role("button", name="Produire la liasse").click()
    page.wait_for_selector(".produits a", timeout=60_000)
    assert _dire(page, ".produits li a >> nth=0") == "2026-0042_liasse.pdf"
    assert (tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf").is_file()


def test_une_lecture_qui_dure_le_dit_jusqu_a_ce_que_la_page_change(page):
    retenues = []
    page.goto("/importer")
    page.route("**/importer", lambda route: retenues.append(route))  # noqa: PLW0108 (Playwright la marque)
    page.set_input_files("#sources", RACINE / "dossiers" / "exemples_import" / "pennylane.csv")
    page.get_by_role("button", name="Lire").click()
    page.wait_for_function("() => / [1-9] s$/.test(document.getElementById('bandeau-note').textContent)")
    note = page.locator("#bandeau-note[role=status]")
    assert "lecture de l’export en cours" in note.inner_text()
    assert page.locator("#bandeau-note [aria-hidden=true]").inner_text().strip() != ""
    retenues[0].abort()
    page.wait_for_function("() => document.getElementById('bandeau-note').textContent === ''")
    assert "ne répond plus" in _dire(page, "#bandeau-erreur")


def test_un_dossier_se_cree_au_clavier_seul(page, tmp_path):
    page.goto("/nouveau")
    page.focus("#reference")
    page.keyboard.press("Control+A")  # celle qui est proposée
    page.keyboard.type("2026-0100")
    for texte in ("", "", "", "", "Café & fils", "SARL", "F-1", "1200"):  # profil, nom, facture, nature, débiteur…
        page.keyboard.press("Tab")
        page.keyboard.type(texte)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/2026-0100")
    assert "Café & fils" in _dire(page, "h1")
    assert (tmp_path / "dossiers" / "2026-0100" / "dossier.toml").is_file()


def test_des_fichiers_deposes_entrent_dans_pieces(page, tmp_path):
    page.goto("/dossiers/2026-0042/pieces")
    page.set_input_files("#fichiers", {"name": "note <b>.txt", "mimeType": "text/plain", "buffer": b"Note"})
    page.get_by_role("button", name="Ajouter").click()
    page.wait_for_selector("text=À ranger")
    assert any("note" in p.name for p in (tmp_path / "dossiers" / "2026-0042" / "pieces").iterdir())


def test_l_echeancier_suit_le_curseur(page):
    page.goto("/dossiers/2026-0042/accord")
    page.fill("#premiere", "2026-12-15")
    page.wait_for_selector("#echeancier tbody tr:nth-child(6)")
    page.locator("#echeances").fill("3")
    page.wait_for_selector("#echeancier tbody tr:nth-child(4)", state="detached")
    assert page.locator("#echeancier tbody tr").count() == 3


def test_le_service_arrete_se_dit(page):
    page.goto("/dossiers/2026-0074?onglet=factures")
    page.context.set_offline(True)
    page.fill("#c-factures-0-objet", "Tables")
    page.keyboard.press("Tab")
    page.wait_for_selector("#bandeau-erreur p")
    assert "n’est pas enregistrée" in _dire(page, "#bandeau-erreur")
    page.context.set_offline(False)

"""Produire et remédier dans un vrai navigateur : étapes, lecteur, téléchargement, champ visé, fichier joint."""

import re
import time
import tomllib
from pathlib import Path

import pikepdf
import pytest

from tests.page.test_navigateur import CHROMIUM, page, service

__all__ = ["page", "service"]
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
DOSSIER = "/dossiers/2026-0042"


def _ecrire(tmp_path, avant, apres, reference="2026-0042"):
    fichier = Path(tmp_path) / "dossiers" / reference / "dossier.toml"
    texte = fichier.read_text("utf-8")
    assert re.search(avant, texte)
    fichier.write_text(re.sub(avant, apres, texte, count=1), "utf-8")
    return fichier


def _fautes(page):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 (facultatif hors de ces essais)

    return [
        (v["id"], [n["target"] for n in v["nodes"]][:3])
        for v in Axe().run(page).response["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


def test_les_etapes_avancent_sans_rien_deplacer_et_s_annoncent(page):
    page.goto(DOSSIER)
    page.get_by_role("button", name="Produire la liasse").click()
    page.wait_for_selector(".etapes")
    page.evaluate(
        """() => {
          window.vus = { places: new Set(), dits: [] };
          const noter = () => {
            const liste = document.querySelector(".etapes")?.getBoundingClientRect();
            if (liste) window.vus.places.add([liste.top, liste.height, liste.left].map(Math.round).join());
            const dit = document.getElementById("annonce").textContent;
            if (dit !== window.vus.dits.at(-1)) window.vus.dits.push(dit);
          };
          new MutationObserver(noter).observe(document.body, { childList: true, subtree: true, characterData: true });
          noter();
        }"""
    )
    page.wait_for_selector(".fait", timeout=60_000)
    vus = page.evaluate("({ places: [...window.vus.places], dits: window.vus.dits })")
    assert len(vus["places"]) == 1
    assert vus["dits"][-1] == "Production terminée"
    assert page.locator("#annonce").get_attribute("aria-live") == "polite"
    assert page.locator(".etapes .faite").count() == 6
    assert not _fautes(page)


def test_la_liasse_s_ouvre_dans_le_lecteur_et_se_telecharge(page, tmp_path):
    page.goto(DOSSIER)
    page.get_by_role("button", name="Produire la liasse").click()
    page.wait_for_selector(".fait", timeout=60_000)
    with page.context.expect_page() as ouverte:
        page.get_by_role("link", name="Ouvrir la liasse").click()
    lecteur = ouverte.value
    lecteur.wait_for_load_state()
    assert "/produit/" in lecteur.url
    assert lecteur.evaluate("document.contentType") == "application/pdf"
    lecteur.close()
    with page.expect_download() as telechargement:
        page.get_by_role("link", name="Télécharger", exact=True).click()
    assert telechargement.value.suggested_filename == "2026-0042_liasse.pdf"
    liasse = tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf"
    assert Path(telechargement.value.path()).read_bytes() == liasse.read_bytes()
    page.locator("summary", has_text="Le reste").click()
    with page.expect_download() as piece:
        page.locator(".produits a", has_text="Piece_01").first.click()
    assert piece.value.suggested_filename.startswith("Piece_01")


_AUX_AGUETS = """
  window.print = () => {
    const vu = [document.contentType, document.readyState, location.href];
    window.opener.imprimes = [...(window.opener.imprimes ?? []), vu];
    if (window.opener.refuse) throw new Error("ce lecteur ne s'imprime pas d'ici");
  };
"""


def test_la_liasse_s_imprime_de_son_onglet_et_la_page_dit_quoi_faire_sinon(page, tmp_path):
    """L'appel seul : Chromium sans fenêtre tombe quand un PDF s'imprime pour de bon."""
    liasse = tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf"
    liasse.parent.mkdir(parents=True)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(liasse)
    page.context.add_init_script(_AUX_AGUETS)
    page.goto(f"{DOSSIER}/production")
    imprimer = page.get_by_role("link", name="Imprimer", exact=True)
    note = page.locator("#bandeau-note[role=status]")
    with page.context.expect_page() as ouverte:
        imprimer.focus()
        page.keyboard.press("Enter")
    page.wait_for_function("() => window.imprimes?.length === 1")
    assert page.evaluate("window.imprimes[0]") == ["application/pdf", "complete", ouverte.value.url]
    assert ouverte.value.url.endswith(imprimer.get_attribute("href"))
    assert "Ctrl+P" in note.inner_text()
    assert not _fautes(page)
    ouverte.value.close()
    page.evaluate("window.refuse = true")
    with page.context.expect_page() as restee:
        imprimer.click()
    page.wait_for_function("() => document.getElementById('bandeau-note').textContent.includes('n’en lance pas')")
    assert restee.value.evaluate("document.contentType") == "application/pdf"
    liasse.unlink()
    imprimer.click()
    page.wait_for_function("() => document.getElementById('bandeau-note').textContent.includes('n’est plus là')")
    assert page.evaluate("window.imprimes.length") == 2
    page.evaluate("window.open = () => null")
    imprimer.click()
    page.wait_for_function("() => document.getElementById('bandeau-note').textContent.includes('empêche')")


def test_le_navigateur_ferme_en_route_la_production_finit(page, tmp_path):
    page.goto(DOSSIER)
    page.get_by_role("button", name="Produire la liasse").click()
    page.wait_for_url("**/production")
    contexte = page.context
    page.close()
    liasse = tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf"
    for _ in range(300):
        if liasse.is_file():
            break
        time.sleep(0.2)
    revenue = contexte.new_page()
    revenue.goto(f"{DOSSIER}/production")
    revenue.wait_for_selector(".fait")
    assert revenue.get_by_role("link", name="Ouvrir la liasse").is_visible()


def test_un_remede_met_la_saisie_dans_le_champ(page, tmp_path):
    _ecrire(tmp_path, r'siren        = "999 999 998"', 'siren = "999 999 991"')
    _ecrire(tmp_path, r'objet     = "Fourniture de menuiseries"', "")
    _ecrire(tmp_path, r'montant_ttc = "8 640,00"', 'montant_ttc = "8 640,00"\ndevise = "USD"')
    for bouton, champ in (
        ("Corriger le SIREN", "c-debiteurs-0-siren"),
        ("Écrire l’objet", "c-objet"),
        ("Corriger la devise", "c-factures-0-devise"),
    ):
        page.goto(DOSSIER)
        page.get_by_role("link", name=bouton).first.click()
        page.wait_for_function("id => document.activeElement.id === id", arg=champ)
    # le même lien, suivi deux fois sur la même page
    page.locator("#contenu").focus()
    page.get_by_role("link", name="Corriger la devise").first.click()
    page.wait_for_selector("#c-factures-0-devise:focus")
    assert not _fautes(page)


def test_le_fichier_demande_se_joint_depuis_le_constat(page, tmp_path):
    fichier = _ecrire(tmp_path, r'fichier     = "pieces/f2026-118\.pdf"', "")
    page.goto(f"{DOSSIER}?onglet=factures")
    page.locator(".geste input[type=file]").first.set_input_files(fichier.parent / "pieces" / "f2026-118.pdf")
    page.get_by_role("button", name="Joindre la facture", exact=True).click()
    page.wait_for_selector("h2:has-text('Rien ne manque')", timeout=60_000)
    assert tomllib.loads(fichier.read_text("utf-8"))["factures"][0]["fichier"]


def test_une_production_refusee_montre_ses_remedes_et_se_recommence(page, tmp_path):
    page.goto(DOSSIER)
    fichier = _ecrire(tmp_path, r'siren        = "999 999 998"', 'siren = "999 999 991"')  # un éditeur, entre-temps
    page.get_by_role("button", name="Produire la liasse").click()
    page.wait_for_selector(".refus", timeout=60_000)
    assert page.locator(".etapes .arretee").inner_text().startswith("Étude du dossier")
    assert not _fautes(page)
    page.get_by_role("link", name="Corriger le SIREN").first.click()
    page.wait_for_selector("#c-debiteurs-0-siren:focus")
    page.keyboard.press("Control+A")
    page.keyboard.type("999 999 998")
    page.keyboard.press("Tab")
    page.wait_for_selector("#dit-debiteurs-0-siren .enregistre")
    page.goto(f"{DOSSIER}/production")
    page.get_by_role("button", name="Recommencer").click()
    page.wait_for_selector(".fait", timeout=60_000)
    assert "999 999 998" in fichier.read_text("utf-8")

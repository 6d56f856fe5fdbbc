"""Le suivi, les relances et l'accord dans un vrai navigateur : noter, copier, télécharger, régler un échéancier."""

import re
import tomllib

import pytest

from tests.page.test_navigateur import CHROMIUM, page, service

__all__ = ["page", "service"]

pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
DOSSIER = "/dossiers/2026-0042"


def test_un_evenement_se_note_au_clavier_et_la_suite_s_affiche(page, tmp_path):
    page.goto(f"{DOSSIER}?onglet=suivi")
    page.get_by_role("link", name="Demande déposée").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#e-depot")
    assert page.evaluate("document.activeElement.id") == "e-depot"
    page.fill("#e-depot", "2026-10-20")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note >> text=Demande déposée : noté.")
    page.get_by_role("link", name="Ordonnance rendue").click()
    page.set_input_files("#e-document", {"name": "o.txt", "mimeType": "text/plain", "buffer": b"Ordonnance"})
    page.fill("#e-date", "2026-10-01")
    page.get_by_role("button", name="Noter", exact=True).click()
    page.wait_for_selector("#dit-e-date >> text=précède")
    assert page.evaluate("document.activeElement.id") == "e-date"
    assert page.evaluate("document.getElementById('e-document').files[0].name") == "o.txt"
    page.fill("#e-date", "2026-11-05")
    page.get_by_role("button", name="Noter", exact=True).click()
    page.wait_for_selector("text=est à signifier au plus tard le")
    assert page.get_by_role("button", name="Faire signifier l’ordonnance").is_visible()
    suivi = tomllib.loads((tmp_path / "dossiers" / "2026-0042" / "dossier.toml").read_text("utf-8"))["suivi"]
    assert suivi["ordonnance"]["fichier"] == "pieces/o.txt"


def test_un_paiement_change_la_somme_de_l_en_tete_sans_recharger(page):
    page.goto(f"{DOSSIER}?onglet=suivi")
    avant = page.locator("#entete .sous-titre").inner_text()
    page.get_by_role("link", name="Paiement reçu").click()
    page.fill("#e-date", "2026-11-02")
    page.fill("#e-montant", "1 000,00")
    page.get_by_role("button", name="Noter", exact=True).click()
    page.wait_for_selector(".note >> text=Il reste")
    assert page.locator("#entete .sous-titre").inner_text() != avant
    assert "Paiement reçu, 1 000,00 €" in " ".join(page.locator(".temps").inner_text().split())


def test_le_message_d_une_relance_se_copie_et_se_telecharge(page, tmp_path):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fichier = tmp_path / "dossiers" / "2026-0074" / "dossier.toml"
    texte = re.sub(r"(?ms)^\[\[relances\]\].*?(?=^\[\[pieces\]\])", "", fichier.read_text("utf-8"))
    fichier.write_text(re.sub(r"(?m)^echeance    = .*", "echeance = 2026-11-14", texte), "utf-8")
    page.goto("/dossiers/2026-0074?onglet=relances")
    page.get_by_role("button", name="Préparer la relance").click()
    page.wait_for_selector("[data-copier]", timeout=60_000)
    texte = page.locator("#texte-1").inner_text()
    page.get_by_role("button", name="Copier le texte").first.click()
    page.wait_for_selector("button >> text=Copié")
    assert page.evaluate("navigator.clipboard.readText()").split() == texte.split()
    with page.expect_download() as telecharge:
        page.locator("article.message a.bouton").first.click()
    assert telecharge.value.path().stat().st_size > 100


def test_l_echeancier_se_regle_au_clavier_et_dit_ce_qui_ne_va_pas(page):
    page.goto(f"{DOSSIER}/accord")
    page.fill("#premiere", "2026-12-15")
    page.wait_for_selector("#echeancier tbody tr:nth-child(6)")
    page.focus("#echeances")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#echeancier tbody tr:nth-child(5)", state="detached")
    assert page.locator("#echeancier tbody tr").count() == 4
    assert page.locator("#echeances-dit").inner_text() == "4"
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#echeancier tbody tr:nth-child(5)")
    page.fill("#acompte", "999999")
    page.wait_for_selector("#echeancier .bloquant")
    page.fill("#acompte", "500")
    page.wait_for_selector("#echeancier >> text=acompte 500,00")

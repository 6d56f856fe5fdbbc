"""Le bordereau dans un vrai navigateur : au clavier et à la souris, refusé sur place, à deux mains, tamponné."""

import shutil
import tomllib

import pytest

from tests.page.test_navigateur import CHROMIUM, page, service

__all__ = ["page", "service"]

pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
ADRESSE = "/dossiers/2026-0042/pieces"
FACTURE = "pieces/f2026-118.pdf"
FILM = {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\0\0\0\x18ftypmp42" * 9}


@pytest.fixture
def dossier(tmp_path):
    return tmp_path / "dossiers" / "2026-0042"


def _ordre(onglet):
    return [ligne.get_attribute("data-fichier") for ligne in onglet.locator(".piece[data-fichier]").all()]


def _attendre_l_annonce(onglet, texte):
    onglet.wait_for_selector(f'#annonce:has-text("{texte}")', state="attached")


def _glisser(onglet, depuis, vers):
    """Comme une main : prendre la ligne par son numéro, la poser en haut de l'autre."""
    lignes = onglet.locator(".piece[data-fichier]")
    lignes.nth(depuis).scroll_into_view_if_needed()
    source, cible = lignes.nth(depuis).bounding_box(), lignes.nth(vers).bounding_box()
    onglet.mouse.move(source["x"] + 30, source["y"] + 20)
    onglet.mouse.down()
    onglet.mouse.move(source["x"] + 30, source["y"] + 10, steps=3)
    onglet.mouse.move(cible["x"] + 60, cible["y"] + 6, steps=5)
    onglet.mouse.up()


def test_une_piece_monte_et_descend_au_clavier_sans_perdre_la_main(page, dossier):
    page.goto(ADRESSE)
    page.get_by_role("button", name="Monter la pièce n° 4, Facture n° F2026-118").focus()
    for place in (3, 2):
        page.keyboard.press("Enter")
        _attendre_l_annonce(page, f"pièce n° {place}, {place}e sur 11")
        nom = page.evaluate("document.activeElement.textContent")
        assert f"Monter la pièce n° {place}, Facture" in nom
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    _attendre_l_annonce(page, "pièce n° 3, 3e sur 11")
    assert "Descendre la pièce n° 3, Facture" in page.evaluate("document.activeElement.textContent")
    assert tomllib.loads((dossier / "dossier.toml").read_text("utf-8"))["ordre_des_pieces"] == _ordre(page)


def test_une_piece_se_glisse_a_sa_place(page):
    page.goto(ADRESSE)
    avant = _ordre(page)
    _glisser(page, 5, 2)
    page.wait_for_selector(f'.piece:nth-child(3)[data-fichier="{avant[5]}"]')
    assert _ordre(page) == [*avant[:2], avant[5], *avant[2:5], *avant[6:]]


def test_un_editeur_a_cote_le_second_ordre_est_oppose_au_premier(page, dossier):
    page.goto(ADRESSE)
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace('"pieces/bl118.pdf"', '""'), "utf-8")
    page.get_by_role("button", name="Monter la pièce n° 4").click()
    page.wait_for_selector(".double >> text=votre ordre n’est pas enregistré")
    assert "ordre_des_pieces" not in fichier.read_text("utf-8")
    page.get_by_role("button", name="Garder mon ordre").click()
    page.wait_for_selector(".double", state="detached")
    assert FACTURE in _ordre(page)
    assert "ordre_des_pieces" in fichier.read_text("utf-8")


def test_un_fichier_refuse_l_est_sur_place_puis_un_bon_se_range(page, dossier):
    page.goto(ADRESSE)
    page.set_input_files("#fichiers", FILM)
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.wait_for_selector("#refus-depot .refus >> text=son ou une vidéo")
    assert not (dossier / "pieces" / "film.mp4").exists()
    page.set_input_files("#fichiers", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Note de visite"})
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.wait_for_selector("text=À ranger")
    assert page.locator("#refus-depot .refus").count() == 0
    page.locator("#t-1").fill("Note de visite")
    page.get_by_role("button", name="Verser au bordereau note.txt").click()
    page.wait_for_selector(".piece >> text=Note de visite")


def test_un_envoi_trop_gros_n_est_pas_envoye_et_se_dit(page):
    page.goto(ADRESSE)
    page.evaluate("document.querySelector('[data-depot]').dataset.maximum = 1000")
    page.set_input_files("#fichiers", {"name": "gros.pdf", "mimeType": "application/pdf", "buffer": bytes(5000)})
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.wait_for_selector("#bandeau-erreur >> text=au plus en une fois")


def test_renommer_retirer_garder_pour_soi(page, dossier):
    page.goto(ADRESSE)
    ligne = page.locator(f'.piece[data-fichier="{FACTURE}"]')
    ligne.get_by_text("Modifier").click()
    ligne.get_by_label("Titre").fill("Facture acceptée")
    ligne.get_by_role("button", name="Enregistrer").click()
    page.wait_for_selector(".piece-titre >> text=Facture acceptée")
    ligne.get_by_text("Rendre confidentielle…").click()
    ligne.get_by_role("button", name="Rendre confidentielle").click()
    page.wait_for_selector("text=Gardées pour vous")
    page.get_by_role("button", name="Verser au bordereau").click()
    page.wait_for_selector(f'.piece[data-fichier="{FACTURE}"]')
    ligne.get_by_text("Retirer…").click()
    ligne.get_by_role("button", name="Retirer du bordereau").click()
    page.wait_for_selector(f'.piece[data-fichier="{FACTURE}"]', state="detached")
    assert (dossier / FACTURE).is_file()


def test_la_page_tamponnee_se_voit_et_se_feuillette(page, dossier):
    shutil.copyfile(dossier / "pieces" / "cgv.pdf", dossier / "pieces" / "bc118.pdf")
    page.goto(f"{ADRESSE}/1")
    image = page.locator("img.feuille")
    image.wait_for()
    assert image.evaluate("async (i) => { await i.decode(); return i.naturalWidth; }") > 500
    assert "page 1 sur" in page.locator("[aria-label='Pages de la pièce']").inner_text()
    page.get_by_role("link", name="Pièce n° 2").click()
    page.wait_for_selector("h1 >> text=Pièce n° 2")

"""Rien de ce qu'on fait ne se perd, même sur une machine lente : saisie trop tôt, page quittée, bouton tenu."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.page.service_reel import Service, attendre, ouvrir_service

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
OBJET = "#c-factures-0-objet"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with ouvrir_service(tmp_path_factory.mktemp("sans-perte")) as ouvert:
        yield ouvert


@pytest.fixture
def factures(service: Service, onglet: Any) -> str:
    """L'adresse des factures d'un dossier à compléter ; la séance de l'onglet est ouverte."""
    onglet.set_default_timeout(60_000)
    onglet.goto(service.adresse)
    return f"http://127.0.0.1:{service.port}/dossiers/2026-0074?onglet=factures"


def _aller(onglet: Any, adresse: str) -> None:
    """Là, une fois les scripts de la page à l'écoute."""
    onglet.goto(adresse)
    onglet.wait_for_function("() => document.querySelector('#c-factures-0-objet').form._htmx")


def _est_au_dossier(service: Service, texte: str) -> bool:
    return texte in (service.dossiers / "2026-0074" / "dossier.toml").read_text("utf-8")


def _tenir(onglet: Any, motif: str) -> list[Any]:
    """Les demandes faites à cette adresse, arrêtées en chemin ; `continue_()` les laisse aller."""
    tenues: list[Any] = []

    def tenir(route: Any) -> None:
        tenues.append(route)

    onglet.route(motif, tenir)
    return tenues


def test_un_champ_rempli_avant_que_la_page_soit_prete_s_enregistre(service, onglet, factures):
    tenus = _tenir(onglet, "**/statique/htmx.min.js")
    onglet.goto(factures, wait_until="commit")
    onglet.fill(OBJET, "Saisi trop tôt")
    onglet.keyboard.press("Tab")
    assert onglet.evaluate("typeof htmx") == "undefined"
    tenus[0].continue_()
    onglet.wait_for_selector("#dit-factures-0-objet .enregistre")
    assert _est_au_dossier(service, "Saisi trop tôt")


def test_un_champ_quitte_pour_une_autre_page_s_enregistre(service, onglet, factures):
    _aller(onglet, factures)
    onglet.evaluate(
        """() => {
          const champ = document.querySelector("#c-factures-0-objet");
          champ.value = "Saisi en partant";
          champ.dispatchEvent(new Event("change", { bubbles: true }));
          location.assign("/droit");
        }"""
    )
    onglet.wait_for_url("**/droit")
    assert attendre(lambda: _est_au_dossier(service, "Saisi en partant"))


def test_un_bouton_tenu_pendant_que_la_page_se_refait_recoit_son_clic(service, onglet, factures):
    """L'enregistrement du champ quitté refait l'en-tête : il attend que le doigt soit levé."""
    _aller(onglet, factures)
    onglet.fill(OBJET, "Saisi avant de presser")
    bouton = onglet.get_by_role("button", name="Écrire la mise en demeure")
    cadre = bouton.bounding_box()
    onglet.mouse.move(cadre["x"] + cadre["width"] / 2, cadre["y"] + cadre["height"] / 2)
    with onglet.expect_response("**/champ") as reponse:
        onglet.mouse.down()  # quitte le champ, qui s'enregistre
    reponse.value.finished()
    onglet.wait_for_timeout(500)
    assert not onglet.locator("#dit-factures-0-objet .enregistre").count(), "la page s'est refaite sous le doigt"
    onglet.mouse.up()
    onglet.wait_for_url("**/production")
    assert _est_au_dossier(service, "Saisi avant de presser")


def test_deux_gestes_de_pres_se_font_dans_l_ordre_et_le_dernier_dit_ou_aller(service, onglet, factures):
    """Un paiement s'ajoute, ce qui recharge la page ; la mise en demeure demandée entre-temps le contient."""
    _aller(onglet, factures)
    tenus = _tenir(onglet, "**/ajouter")
    demandes: list[str] = []
    onglet.on("request", lambda demande: demandes.append(demande.url.rpartition("/")[2]))
    ajout = onglet.locator("#s-paiements ~ details.ajout")
    ajout.locator("summary").click()
    ajout.locator("input[type=date]").fill("2026-11-01")
    ajout.get_by_label("Montant").fill("100")
    ajout.locator("button").click()
    onglet.get_by_role("button", name="Écrire la mise en demeure").click()
    onglet.wait_for_timeout(500)
    assert demandes == ["ajouter"]
    tenus[0].continue_()
    onglet.wait_for_url("**/production")
    assert demandes[:2] == ["ajouter", "produire"]
    assert _est_au_dossier(service, "[[paiements]]")

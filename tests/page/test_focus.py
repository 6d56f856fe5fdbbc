"""Le clavier seul, de bout en bout : la saisie reste où l'on travaillait, et ce qui vient de se faire s'annonce."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.page.service_reel import Service, ouvrir_service

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
INCOMPLET, PRET = "/dossiers/2026-0074", "/dossiers/2026-0042"
NOM = """() => {
  const e = document.activeElement;
  return (e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "").trim();
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with ouvrir_service(tmp_path_factory.mktemp("focus")) as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def onglet(service: Service) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors de ces essais)

    with sync_playwright() as conducteur:
        options = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        navigateur = conducteur.chromium.launch(executable_path=CHROMIUM, args=options)
        contexte = navigateur.new_context(base_url=f"http://127.0.0.1:{service.port}", locale="fr-FR")
        contexte.set_default_timeout(60_000)
        ouvert = contexte.new_page()
        ouvert.goto(service.adresse)
        yield ouvert
        navigateur.close()


def _aller(onglet: Any, nom: str, pas: int = 150) -> None:
    """Tab jusqu'à ce dont le nom commence ainsi (un motif), sans jamais toucher la souris."""
    for _ in range(pas):
        if re.match(nom, str(onglet.evaluate(NOM))):
            return
        onglet.keyboard.press("Tab")
    pytest.fail(f"« {nom} » ne s'atteint pas au clavier")


def _ou(onglet: Any) -> str:
    return str(onglet.evaluate("document.activeElement.id || document.activeElement.tagName"))


def test_ce_qui_a_la_saisie_la_garde_quand_il_est_remplace(onglet):
    """Le constat suivi par Tab se refait sous les doigts quand l'enregistrement du champ quitté revient."""
    onglet.goto(f"{INCOMPLET}?onglet=factures")
    lien = onglet.locator("#constats :is(a, summary):visible").first
    nom = lien.inner_text()
    onglet.focus("#c-factures-0-objet")
    onglet.keyboard.type("Tables et bancs")
    lien.focus()  # quitter le champ l'enregistre ; le constat est remplacé ensuite
    ancien = lien.element_handle()
    onglet.wait_for_selector("#dit-factures-0-objet .enregistre")
    onglet.wait_for_function("ancien => !ancien.isConnected", arg=ancien)
    onglet.wait_for_function("() => document.getElementById('constats').contains(document.activeElement)")
    assert onglet.evaluate("document.activeElement.innerText") == nom


def test_ajouter_mene_au_bloc_neuf_et_le_retirer_a_sa_section(onglet):
    onglet.goto(f"{INCOMPLET}?onglet=factures")
    blocs = onglet.locator("article[id^=c-paiements-]")
    avant = blocs.count()
    onglet.focus("#s-paiements ~ details.ajout summary")
    onglet.keyboard.press("Enter")
    _aller(onglet, "Date")
    onglet.keyboard.type("01112026")
    _aller(onglet, "Montant")
    onglet.keyboard.type("100")
    onglet.keyboard.press("Enter")
    onglet.wait_for_selector(f"#c-paiements-{avant}")
    onglet.wait_for_function("() => document.getElementById('annonce').textContent.includes('c’est fait')")
    assert _ou(onglet).startswith(f"c-paiements-{avant}-")
    onglet.focus(f"#c-paiements-{avant} .bloc-tete button")
    onglet.keyboard.press("Enter")
    onglet.wait_for_selector(f"#c-paiements-{avant}", state="detached")
    onglet.wait_for_function("() => document.activeElement.id === 's-paiements'")
    onglet.wait_for_function("() => document.getElementById('annonce').textContent.startsWith('Retirer')")


def test_du_dossier_neuf_a_la_liasse_ouverte_au_clavier_seul(onglet):
    """La liste, un dossier créé et rempli, puis un dossier prêt produit et ouvert dans le lecteur."""
    onglet.goto("/")
    _aller(onglet, "Nouveau dossier")
    onglet.keyboard.press("Enter")
    onglet.wait_for_url("**/nouveau")
    champs = {"Son nom$": "Café du Clavier", "Sa forme": "SARL", "Numéro de la facture": "F-7", "Montant TTC": "1200"}
    for nom, texte in champs.items():
        _aller(onglet, nom)
        onglet.keyboard.type(texte)
    onglet.keyboard.press("Enter")
    onglet.wait_for_url("**/dossiers/2026-0075")
    onglet.wait_for_selector("#contenu:focus")
    _aller(onglet, "SIREN")
    champ = _ou(onglet)
    onglet.keyboard.type("999999998")
    onglet.keyboard.press("Tab")
    onglet.wait_for_selector(f"#dit-{champ.removeprefix('c-')} .enregistre")
    assert _ou(onglet) not in ("BODY", champ)
    onglet.goto(PRET)
    _aller(onglet, "Produire la liasse")
    onglet.keyboard.press("Enter")
    onglet.wait_for_selector(".etapes, .fait")
    onglet.wait_for_selector("#contenu:focus")
    onglet.wait_for_selector(".fait")
    onglet.wait_for_function("() => document.getElementById('annonce').textContent === 'Production terminée'")
    onglet.wait_for_selector("#contenu:focus")
    _aller(onglet, "Ouvrir la liasse", 5)
    with onglet.context.expect_page() as lecteur:
        onglet.keyboard.press("Enter")
    assert "/produit/" in lecteur.value.url
    lecteur.value.close()

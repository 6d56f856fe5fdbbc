"""La page pour chacun : axe à chaque largeur, le clavier seul, le focus qu'on voit, l'impression, le mouvement."""

import shutil
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pytest

from tests.page.service_reel import Service, ouvrir_service

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
INCOMPLET = "/dossiers/2026-0074"
# Les écrans que test_navigateur ne regarde pas : vides, refusés, illisibles.
ETATS = ("/?cherche=personne", "/nulle-part", "/dossiers/inconnu", "/dossiers/illisible", f"{INCOMPLET}?onglet=contrat")
SAISIES = ("/", INCOMPLET, f"{INCOMPLET}?onglet=factures", "/dossiers/2026-0042/pieces", "/nouveau", "/importer")
LARGEURS = (320, 640, 768, 1280, 1920)  # 640 : un écran de 1 280 agrandi deux fois


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with ouvrir_service(tmp_path_factory.mktemp("acces")) as ouvert:
        illisible = ouvert.dossiers / "illisible"
        shutil.copytree(ouvert.dossiers / "2026-0074", illisible)
        fichier = illisible / "dossier.toml"
        fichier.write_text(fichier.read_text("utf-8").replace("montant_ttc", "montant_tttc", 1), "utf-8")
        yield ouvert


@pytest.fixture(scope="module")
def onglet(service: Service) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors de ces essais)

    with sync_playwright() as conducteur:
        navigateur = conducteur.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-first-run"])
        contexte = navigateur.new_context(base_url=f"http://127.0.0.1:{service.port}", locale="fr-FR")
        ouvert = contexte.new_page()
        ouvert.goto(service.adresse)
        yield ouvert
        navigateur.close()


def _graves(onglet: Any) -> list[tuple[str, Any]]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 (facultatif hors de ces essais)

    trouves = Axe().run(onglet).response["violations"]
    return [(v["id"], v["nodes"][0]["target"]) for v in trouves if v["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("largeur", LARGEURS)
def test_les_ecrans_vides_refuses_ou_illisibles_sont_accessibles(onglet, largeur):
    onglet.set_viewport_size({"width": largeur, "height": 900})
    fautes = []
    for adresse in ETATS:
        onglet.goto(adresse)
        fautes += [(adresse, *faute) for faute in _graves(onglet)]
        if onglet.evaluate("document.documentElement.scrollWidth") > largeur:
            fautes.append((adresse, "déborde"))
    assert not fautes


@pytest.mark.parametrize("largeur", [640, 768, 1920])
def test_les_ecrans_de_saisie_tiennent_a_toute_largeur(onglet, largeur):
    onglet.set_viewport_size({"width": largeur, "height": 900})
    fautes = []
    for adresse in SAISIES:
        onglet.goto(adresse)
        fautes += [(adresse, *faute) for faute in _graves(onglet)]
        if onglet.evaluate("document.documentElement.scrollWidth") > largeur:
            fautes.append((adresse, "déborde"))
    assert not fautes


def test_une_saisie_refusee_ou_doublee_reste_accessible(onglet, service):
    onglet.set_viewport_size({"width": 1280, "height": 900})
    onglet.goto(f"{INCOMPLET}?onglet=factures")
    onglet.fill("#c-factures-0-montant_ttc", "douze")
    onglet.keyboard.press("Tab")
    onglet.wait_for_selector("#dit-factures-0-montant_ttc .bloquant")
    assert not _graves(onglet)
    fichier = service.dossiers / "2026-0074" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + "\n# une autre main\n", "utf-8")
    onglet.fill("#c-factures-0-objet", "Tables")
    onglet.keyboard.press("Tab")
    onglet.wait_for_selector("#dit-factures-0-objet .double")
    assert not _graves(onglet)
    assert "ailleurs" in onglet.locator("#annonce").inner_text()


OU_EN_EST_LE_FOCUS = """() => {
  const ici = document.activeElement;
  if (!ici || ici === document.body) return null;
  window.vus ??= new Map();
  if (!window.vus.has(ici)) window.vus.set(ici, window.vus.size);
  const bords = ici.getBoundingClientRect(), style = getComputedStyle(ici);
  const nom = ici.getAttribute("aria-label") || ici.labels?.[0]?.innerText || ici.innerText || ici.value || "";
  return {rang: window.vus.get(ici), balise: ici.tagName, nom: nom.trim(),
    montre: bords.width > 0 && bords.bottom > 0 && bords.top < innerHeight,
    trait: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2};
}"""


@pytest.mark.parametrize("adresse", SAISIES)
def test_le_clavier_seul_va_partout_se_voit_et_ne_se_prend_nulle_part(onglet, adresse):
    onglet.set_viewport_size({"width": 1280, "height": 900})
    onglet.goto(adresse)
    vus: list[dict] = []
    for _ in range(400):
        onglet.keyboard.press("Tab")
        ici = onglet.evaluate(OU_EN_EST_LE_FOCUS)
        if ici is None or (vus and ici["rang"] == 0):
            break
        if not vus or ici["rang"] != vus[-1]["rang"]:  # une date se parcourt jour, mois, année
            vus.append(ici)
    else:
        pytest.fail("le focus tourne sans sortir")
    assert vus[0]["nom"] == "Aller au contenu"
    assert [v["rang"] for v in vus] == sorted({v["rang"] for v in vus})
    assert not [v for v in vus if not v["montre"] or not v["trait"] or not v["nom"]]


def test_quitter_un_champ_au_clavier_mene_au_suivant_une_fois_enregistre(onglet):
    onglet.goto(f"{INCOMPLET}?onglet=factures")
    onglet.focus("#c-factures-0-objet")
    onglet.keyboard.type(" et chaises")
    onglet.keyboard.press("Tab")
    suivant = onglet.evaluate("document.activeElement.id")
    onglet.wait_for_selector("#dit-factures-0-objet .enregistre")
    assert suivant
    assert suivant != "c-factures-0-objet"
    assert onglet.evaluate("document.activeElement.id") == suivant
    assert "Enregistré" in onglet.locator("#annonce").inner_text()


def test_le_lien_d_evitement_mene_au_contenu(onglet):
    onglet.goto("/")
    onglet.keyboard.press("Tab")
    onglet.keyboard.press("Enter")
    onglet.keyboard.press("Tab")
    assert onglet.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_rien_ne_bouge_pour_qui_ne_le_veut_pas(onglet):
    onglet.emulate_media(reduced_motion="reduce")
    for adresse in ("/", f"{INCOMPLET}?onglet=factures"):
        onglet.goto(adresse)
        mouvements = onglet.evaluate(
            """[...document.querySelectorAll("*")].map((e) => getComputedStyle(e)).filter((s) =>
               s.animationName !== "none" || parseFloat(s.transitionDuration) > 0).length"""
        )
        assert mouvements == 0
    onglet.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize(
    ("adresse", "feuilles"),
    [("/", 1), (f"{INCOMPLET}?onglet=factures", 2), ("/dossiers/2026-0042/decompte", 2), ("/tableau", 3)],
)
def test_l_impression_a_ses_marges_et_ne_garde_que_ce_qui_se_lit(onglet, tmp_path, adresse, feuilles):
    """Quatorze millimètres blancs au moins autour, sur une feuille A4 ; pas plus de feuilles qu'il n'en faut."""
    onglet.goto(adresse)
    fichier = tmp_path / "page.pdf"
    onglet.pdf(path=fichier, prefer_css_page_size=True)
    with pdfium.PdfDocument(fichier) as imprime:
        vue = imprime[0].render().to_pil().convert("L")
        assert len(imprime) <= feuilles
        texte = " ".join(feuille.get_textpage().get_text_range() for feuille in imprime)
    assert vue.size == (595, 842)
    for marge in ((0, 0, 40, 842), (556, 0, 595, 842), (0, 0, 595, 35)):
        assert vue.crop(marge).getextrema() == (255, 255)
    assert vue.getextrema()[0] < 100
    assert "Aller au contenu" not in texte
    assert "Ajouter une facture" not in texte


@pytest.mark.parametrize("dossier", [INCOMPLET, "/dossiers/2026-0042"])
def test_imprime_un_dossier_n_a_pas_de_titre_sans_rien_dessous(onglet, dossier):
    vides = []
    onglet.emulate_media(media="print")
    for cle in ("parties", "contrat", "factures", "relances", "procedure", "suivi"):
        onglet.goto(f"{dossier}?onglet={cle}")
        vides += onglet.evaluate(
            """[...document.querySelectorAll(".colonne-saisie section")].filter((s) => s.offsetHeight &&
               ![...s.children].some((e) => e.tagName !== "H2" && e.offsetHeight)).map((s) => s.innerText)"""
        )
        assert onglet.locator(".colonne-saisie section:visible").count()
    onglet.emulate_media(media="screen")
    assert not vides

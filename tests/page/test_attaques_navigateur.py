"""La page attaquée depuis un vrai navigateur : un autre site, un autre port de la machine, un nom qui mène ici."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, ClassVar

import pytest

from generateur.page.rayons import Produit
from tests.page.service_reel import Service, ouvrir_service

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
HOSTILE = '<img src=x onerror=document.title="PIEGE">"\'{{7*7}}{%x%} \N{PILE OF POO} שלום'
RENVERSE = "\u202egpj.<b>"  # le nom d'un répertoire : le dossier, lui, refuse ce signe
DOSSIER = "/dossiers/2026-0074"


class _Malveillant(http.server.BaseHTTPRequestHandler):
    """Le site de l'attaquant : ses pages, et ce que les navigateurs lui disent."""

    pages: ClassVar[dict[str, str]] = {}
    recus: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.recus.append({nom.lower(): valeur for nom, valeur in self.headers.items()} | {"chemin": self.path})
        corps = self.pages.get(self.path, "rien").encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, *_: object) -> None:
        """Rien à l'écran."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    lieu = tmp_path_factory.mktemp("navigateur")
    with ouvrir_service(lieu) as ouvert:
        fichier = ouvert.dossiers / "2026-0074" / "dossier.toml"
        texte = fichier.read_text("utf-8").replace('"Hôtel des Embruns Bleus"', json.dumps(HOSTILE, ensure_ascii=False))
        fichier.write_text(texte, "utf-8")
        shutil.copytree(fichier.parent, ouvert.dossiers / RENVERSE)
        yield ouvert


@pytest.fixture(scope="module")
def malveillant() -> Iterator[int]:
    """Le port de l'attaquant."""
    serveur = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Malveillant)
    fil = threading.Thread(target=serveur.serve_forever)
    fil.start()
    yield serveur.server_address[1]
    serveur.shutdown()
    fil.join()
    serveur.server_close()


@pytest.fixture(scope="module")
def contexte() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors de ces essais)

    with sync_playwright() as conducteur:
        noms = "--host-resolver-rules=MAP ailleurs.example 127.0.0.1"
        options = ["--no-sandbox", "--disable-background-networking", "--no-first-run", noms]
        navigateur = conducteur.chromium.launch(executable_path=CHROMIUM, args=options)
        yield navigateur.new_context(locale="fr-FR")
        navigateur.close()


@pytest.fixture
def onglet(contexte: Any, service: Service) -> Iterator[Any]:
    """Un onglet dont la séance est ouverte."""
    ouvert = contexte.new_page()
    ouvert.goto(service.adresse)
    yield ouvert
    ouvert.close()


SITES = pytest.mark.parametrize("site", ["127.0.0.1", "localhost", "ailleurs.example"])


@SITES
def test_la_page_ne_se_montre_pas_dans_un_cadre(onglet, service, malveillant, site):
    _Malveillant.pages["/cadre"] = f'<iframe src="http://127.0.0.1:{service.port}/"></iframe>'
    onglet.goto(f"http://{site}:{malveillant}/cadre")
    onglet.wait_for_timeout(500)
    assert not [cadre for cadre in onglet.frames if "generateur" in cadre.content() and cadre.parent_frame]
    entetes = service.demander("GET", "/").entetes
    assert "frame-ancestors 'none'" in entetes["content-security-policy"]
    assert entetes["x-frame-options"] == "DENY"


@SITES
def test_le_formulaire_d_un_autre_site_ne_change_rien(onglet, service, malveillant, site):
    """Même s'il devinait le jeton des formulaires."""
    fichier = service.dossiers / "2026-0074" / "dossier.toml"
    avant = fichier.read_bytes()
    page = service.demander("GET", f"{DOSSIER}?onglet=factures").texte.split('name="page" value="')[1].split('"')[0]
    champs = {"csrf": service.csrf, "page": page, "lieu": "objet", "valeur": "PIEGE"}
    saisies = "".join(f'<input name="{nom}" value="{valeur}">' for nom, valeur in champs.items())
    for numero, type_ in enumerate(("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")):
        _Malveillant.pages[f"/formulaire{numero}"] = (
            f'<form method="post" enctype="{type_}" action="http://127.0.0.1:{service.port}{DOSSIER}/champ">'
            f'{saisies}<button id="b">ok</button></form>'
        )
        onglet.goto(f"http://{site}:{malveillant}/formulaire{numero}")
        with onglet.expect_response(f"**{DOSSIER}/champ") as reponse:
            onglet.click("#b")
        assert reponse.value.status == 403
    assert fichier.read_bytes() == avant


@SITES
def test_un_autre_site_ne_lit_rien(onglet, service, malveillant, site):
    adresse = f"http://127.0.0.1:{service.port}"
    _Malveillant.pages["/lecture"] = "lecture"
    onglet.goto(f"http://{site}:{malveillant}/lecture")
    lu = onglet.evaluate(
        """async (adresse) => {
          const lus = [];
          for (const mode of ["cors", "no-cors"]) {
            try {
              lus.push(await (await fetch(adresse + "/", {mode, credentials: "include"})).text());
            } catch { lus.push(""); }
          }
          const image = new Image();
          lus.push(await new Promise((dire) => {
            image.onload = () => dire("image lue"); image.onerror = () => dire("");
            image.src = adresse + "/dossiers/2026-0042/pieces/1/image";
          }));
          const script = document.createElement("script");
          lus.push(await new Promise((dire) => {
            script.onload = () => dire("script lu"); script.onerror = () => dire("");
            script.src = adresse + "/statique/page.js"; document.head.append(script);
          }));
          const fenetre = window.open(adresse + "/");
          await new Promise((dire) => setTimeout(dire, 700));
          try { lus.push(fenetre ? fenetre.document.body.innerText : ""); } catch { lus.push(""); }
          fenetre?.close();
          return lus;
        }""",
        adresse,
    )
    assert lu == ["", "", "", "", ""]


def test_un_nom_qui_se_met_a_mener_ici_n_ouvre_rien(onglet, service):
    reponse = onglet.goto(f"http://ailleurs.example:{service.port}/?jeton={service.jeton}")
    assert reponse.status == 421
    assert onglet.goto(f"http://ailleurs.example:{service.port}/").status == 421


def test_l_adresse_de_la_page_ne_fuit_pas_et_le_jeton_quitte_l_adresse(onglet, service, malveillant):
    assert onglet.url == f"http://127.0.0.1:{service.port}/"
    assert onglet.evaluate("performance.getEntriesByType('navigation')[0].name") == onglet.url
    _Malveillant.recus.clear()
    onglet.goto(f"http://127.0.0.1:{service.port}{DOSSIER}")
    ailleurs = f"http://ailleurs.example:{malveillant}/fuite"
    with onglet.expect_navigation(url=ailleurs):
        onglet.evaluate("adresse => { setTimeout(() => location.assign(adresse)) }", ailleurs)
    recus = list(_Malveillant.recus)
    assert ["referer" in recu for recu in recus if recu["chemin"] == "/fuite"] == [False]
    # ce que la page d'ailleurs demande ensuite (son icône) peut la nommer, elle ; rien ne nomme la nôtre
    assert not [recu for recu in recus if str(service.port) in recu.get("referer", "")]
    assert service.jeton not in json.dumps(recus)
    assert onglet.evaluate("document.referrer") == ""
    onglet.go_back()
    assert service.jeton not in onglet.url


ECRANS = ("/", DOSSIER, f"{DOSSIER}?onglet=factures", f"{DOSSIER}/pieces", f"{DOSSIER}/decompte", "/tableau")


@pytest.mark.parametrize("adresse", ECRANS)
def test_un_nom_hostile_est_un_texte_partout(onglet, service, adresse):
    onglet.goto(f"http://127.0.0.1:{service.port}{adresse}")
    assert onglet.title() != "PIEGE"
    assert onglet.locator("img[src='x']").count() == 0
    texte = onglet.locator("main").inner_text()
    assert HOSTILE.replace("'", "’") in texte


def test_un_repertoire_au_nom_renverse_ne_renverse_que_sa_case(onglet, service):
    onglet.goto(f"http://127.0.0.1:{service.port}/")
    assert onglet.locator("td", has_text="gpj").count() == 1
    assert onglet.locator("main b").count() == 0


def test_un_nom_hostile_reste_inerte_apres_un_enregistrement(onglet, service):
    onglet.goto(f"http://127.0.0.1:{service.port}{DOSSIER}?onglet=factures")
    onglet.fill("#c-factures-0-objet", HOSTILE)
    onglet.keyboard.press("Tab")
    onglet.wait_for_selector("#dit-factures-0-objet .enregistre")
    assert onglet.locator("img[src='x']").count() == 0
    assert onglet.title() != "PIEGE"
    onglet.reload()
    assert onglet.input_value("#c-factures-0-objet") == HOSTILE


def test_l_agenda_et_les_telechargements_ne_portent_pas_le_nom(service: Service) -> None:
    agenda = service.demander("GET", "/echeances/agenda")
    assert agenda.entetes["content-disposition"] == 'attachment; filename="echeances.ics"'
    assert "onerror" not in agenda.texte
    assert all(":" in ligne or ligne.startswith(" ") for ligne in agenda.texte.splitlines() if ligne)
    sortie = service.lieu / "sortie" / "2026-0042"
    sortie.mkdir(parents=True, exist_ok=True)
    (sortie / 'x"; filename="piege.html').write_text("<script>")
    cle = Produit(PurePosixPath("2026-0042", 'x"; filename="piege.html')).cle
    recue = service.demander("GET", f"/dossiers/2026-0042/produit/{cle}")
    assert recue.entetes["content-disposition"] == "attachment; filename*=utf-8''x%22%3B%20filename%3D%22piege.html"
    assert recue.entetes["content-type"] == "application/octet-stream"

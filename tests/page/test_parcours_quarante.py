"""De l'export de quarante débiteurs à une liasse déposable, par une personne qui ne voit que la page.

Chaque clic et chaque champ tapé se compte : un geste de plus fait échouer l'essai. Vingt-cinq jours passent entre la
mise en demeure et la liasse : la page est fermée, puis rouverte.
"""

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.outils.quarante_debiteurs import (
    A_DEPOSER,
    A_ECHELONNER,
    A_RELANCER,
    RECOMMANDE,
    SIREN_VENDEUR,
    VENDEUR,
    ecrire_export,
    ventes,
)
from tests.page.conftest import deponctuer

RACINE = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n'est pas installé"),
]
ENVOI, DEPOT = dt.date(2026, 11, 3), dt.date(2026, 11, 28)
CLICS, CHAMPS = 40, 12  # mesurés : l'un ou l'autre ne fait que baisser
ATTENTE = 90_000  # millisecondes ; une machine chargée


class Sophie:
    """Une personne devant la page : elle clique, elle tape, elle choisit des fichiers ; tout se compte."""

    def __init__(self, onglet: Any) -> None:
        self.onglet, self.clics, self.champs = onglet, 0, 0
        onglet.set_default_timeout(ATTENTE)

    def cliquer(self, genre: str, nom: str, *, exact: bool = False) -> None:
        self.onglet.get_by_role(genre, name=nom, exact=exact).first.click()
        self.clics += 1

    def ouvrir(self, selecteur: str) -> None:
        self.onglet.locator(selecteur).first.click()
        self.clics += 1

    def taper(self, selecteur: str, texte: str) -> None:
        """Un champ enregistré quand on le quitte : on attend que la page le dise."""
        self.onglet.fill(selecteur, texte)
        self.champs += 1
        self.onglet.keyboard.press("Tab")
        if selecteur.startswith("#c-"):
            self.onglet.wait_for_selector(f"#dit-{selecteur[3:]} .enregistre")

    def donner(self, selecteur: str, *fichiers: Path) -> None:
        self.onglet.set_input_files(selecteur, list(fichiers))
        self.clics += 1

    def lire(self, selecteur: str) -> str:
        return deponctuer(self.onglet.locator(selecteur).first.inner_text())

    def attendre(self, selecteur: str) -> None:
        self.onglet.wait_for_selector(selecteur)


@contextlib.contextmanager
def _page_ouverte(racine: Path, sortie: Path, jour: dt.date) -> Iterator[str]:
    """La page, ouverte par la commande elle-même à ce jour-là ; rend son adresse."""
    commande = [sys.executable, "-m", "generateur", "ouvrir", str(racine), "-o", str(sortie), "--au", jour.isoformat()]
    lance = subprocess.Popen(
        [*commande, "--sans-navigateur", "--json", "-q"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(RACINE)},
    )
    assert lance.stdout
    try:
        yield json.loads(lance.stdout.readline())["url"]
    finally:
        lance.send_signal(signal.SIGINT)
        lance.wait(timeout=60)
        lance.stdout.close()
    assert lance.returncode == 0


@pytest.fixture
def onglet() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors de ces essais)

    with sync_playwright() as conducteur:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        navigateur = conducteur.chromium.launch(executable_path=CHROMIUM, args=options)
        yield navigateur.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}).new_page()
        navigateur.close()


def test_de_quarante_debiteurs_a_une_liasse_deposable(onglet, tmp_path):
    racine, sortie, export = tmp_path / "mes-dossiers", tmp_path / "sortie", tmp_path / "export"
    factures = ecrire_export(export, ENVOI)
    sophie = Sophie(onglet)
    with _page_ouverte(racine, sortie, ENVOI) as adresse:
        onglet.goto(adresse)
        _importer(sophie, factures, export)
        _remplir_son_profil(sophie)
        _mettre_en_demeure(sophie, export)
        _relancer(sophie)
    with _page_ouverte(racine, sortie, DEPOT) as adresse:
        onglet.goto(adresse)
        _produire_la_liasse(sophie, export)
        _echelonner(sophie, export)
        _suivre(sophie)
    assert sophie.clics <= CLICS
    assert sophie.champs <= CHAMPS
    assert len([p for p in racine.iterdir() if (p / "dossier.toml").is_file()]) == 40
    _lire_la_liasse(sortie)
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


def _remplir_son_profil(sophie: Sophie) -> None:
    sophie.cliquer("link", "remplir son profil")
    for champ, valeur in (
        ("denomination", VENDEUR),
        ("forme", "SARL"),
        ("siren", SIREN_VENDEUR),
        ("iban", "FR76 3000 6000 0112 3456 7890 189"),
        ("adresse-voie", "8 quai de la Pêcherie"),
        ("adresse-code_postal", "69001"),
        ("adresse-commune", "Lyon"),
        ("representant-nom", "Jeanne Aubry"),
        ("representant-qualite", "gérante"),
    ):
        sophie.taper(f"#c-creancier-{champ}", valeur)
    sophie.cliquer("link", "Voir les dossiers")


def _mettre_en_demeure(sophie: Sophie, export: Path) -> None:
    sophie.cliquer("link", A_DEPOSER)
    sophie.taper("#c-debiteurs-0-forme", "SARL")
    assert "Compris : commerçant" in sophie.lire("#dit-debiteurs-0-qualite")
    sophie.cliquer("link", "Pièces", exact=True)
    sophie.donner("#fichiers", export / "Bon de commande Montbrun.pdf", export / "BL Montbrun.pdf")
    sophie.cliquer("button", "Ajouter", exact=True)
    sophie.cliquer("button", "Accepter ce qui est certain")
    sophie.attendre("text=Bon de livraison")
    sophie.cliquer("button", "Écrire la mise en demeure")
    sophie.attendre(".produits a")
    sophie.cliquer("link", "notez son envoi")
    sophie.taper("#numero-1", RECOMMANDE)
    sophie.donner("#preuve-1", export / "Preuve de dépôt.pdf")
    sophie.cliquer("button", "Noter l’envoi")
    sophie.attendre("text=L’avis est revenu")


def _relancer(sophie: Sophie) -> None:
    sophie.cliquer("link", "Dossiers", exact=True)
    sophie.cliquer("link", A_RELANCER)
    sophie.cliquer("link", "Relance du jour")
    sophie.cliquer("button", "Préparer la relance")
    sophie.attendre(".message")
    assert A_RELANCER in sophie.lire(".message")
    sophie.cliquer("button", "C’est fait")
    sophie.attendre("text=Prochaine relance")


def _produire_la_liasse(sophie: Sophie, export: Path) -> None:
    sophie.cliquer("link", A_DEPOSER)
    sophie.cliquer("link", "Relances et mise en demeure")
    sophie.taper("#presentee-1", "2026-11-05")
    sophie.donner("#accuse-1", export / "Avis de réception.pdf")
    sophie.cliquer("button", "Noter l’avis")
    sophie.attendre(".etat.pret")
    sophie.cliquer("button", "Produire la liasse")
    sophie.attendre(".produits a")
    assert "_liasse.pdf" in sophie.lire(".produits li a")
    assert "déposez-la au greffe : Tribunal des activités économiques de Lyon" in sophie.lire(".suite")
    with sophie.onglet.context.expect_page() as lecteur:
        sophie.ouvrir(".produits li a")
    assert lecteur.value.url
    lecteur.value.close()


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


def _lire_la_liasse(sortie: Path) -> None:
    """La requête, son bordereau et son décompte, lus dans le PDF : au centime, et recomptés ici."""
    reference = "2026-brasserie-montbrun"
    manifeste = json.loads((sortie / reference / "manifeste.json").read_text("utf-8"))
    assert manifeste["verdict"] == "pret"
    assert manifeste["procedure"] == "injonction_de_payer"
    assert manifeste["juridiction"]["siege"] == "Lyon"
    pages = pypdf.PdfReader(sortie / reference / f"{reference}_liasse.pdf").pages
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for dit in (A_DEPOSER, VENDEUR, "injonction de payer", "Bon de commande", "Bon de livraison", RECOMMANDE[:6]):
        assert dit.casefold() in texte.casefold()
    titres = [piece["titre"] for piece in manifeste["pieces"]]
    assert len(titres) == 7
    assert all(titre.replace("\u00a0", " ") in texte for titre in titres)
    principal = sum(vente.ttc for vente in ventes(ENVOI) if vente.client.nom == A_DEPOSER)
    interets = _recompter_les_interets(texte)
    assert manifeste["total"] == f"{principal + interets + 2 * 40:.2f}"
    assert f"Total des intérêts courus {_dire(interets)}" in texte
    assert f"80,00 € {_dire(Decimal(manifeste['total']))}" in texte


def _recompter_les_interets(texte: str) -> Decimal:
    """Chaque période du décompte imprimé, refaite à la main : base × taux × jours ÷ 365, au centime."""
    decompte = texte[texte.index("Intérêts, période par période") :].partition("Total des intérêts courus")[0]
    motif = r"FA-2026-\d{4} (\S{10}) (\S{10}) (\d+) ([\d ]+,\d\d) € ([\d,]+) % \D+L441-10 II C\. com\. ([\d ]+,\d\d) €"
    periodes = re.findall(motif, decompte)
    assert len(periodes) == 3
    total = Decimal(0)
    for du, au, jours, base, taux, dit in periodes:
        assert (_jour(au) - _jour(du)).days + 1 == int(jours)
        somme = (_nombre(base) * _nombre(taux) * int(jours) / 36500).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert somme == _nombre(dit)
        total += somme
    return total


def _nombre(texte: str) -> Decimal:
    return Decimal(texte.replace(" ", "").replace(",", "."))


def _jour(texte: str) -> dt.date:
    return dt.datetime.strptime(texte, "%d/%m/%Y").replace(tzinfo=dt.UTC).date()


def _dire(somme: Decimal) -> str:
    return f"{somme:,.2f}".replace(",", " ").replace(".", ",") + " €"


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

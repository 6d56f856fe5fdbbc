"""Une personne devant la page, dans un vrai navigateur : ses gestes comptés, les étapes communes aux chemins."""

import contextlib
import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pypdf

from tests.outils.quarante_debiteurs import RECOMMANDE, SIREN_VENDEUR, VENDEUR, Vente
from tests.page.conftest import deponctuer

RACINE = Path(__file__).parents[2]
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

    def choisir(self, selecteur: str, valeur: str) -> None:
        """Dans une liste dont rien n'est choisi d'avance."""
        assert not self.onglet.input_value(selecteur)
        self.onglet.select_option(selecteur, valeur)
        self.champs += 1

    def donner(self, selecteur: str, *fichiers: Path) -> None:
        self.onglet.set_input_files(selecteur, list(fichiers))
        self.clics += 1

    def lire(self, selecteur: str) -> str:
        return deponctuer(self.onglet.locator(selecteur).first.inner_text())

    def attendre(self, selecteur: str) -> None:
        self.onglet.wait_for_selector(selecteur)


@contextlib.contextmanager
def page_ouverte(racine: Path, sortie: Path, jour: dt.date) -> Iterator[str]:
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


def remplir_son_profil(sophie: Sophie) -> None:
    """Ce sans quoi rien ne se dépose ; le nom n'est retapé que s'il n'y est pas."""
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
        if sophie.onglet.input_value(f"#c-creancier-{champ}") != valeur:
            sophie.taper(f"#c-creancier-{champ}", valeur)


def verser_les_preuves(sophie: Sophie, export: Path) -> None:
    """Le bon de commande et le bon de livraison, reconnus et rangés."""
    sophie.cliquer("link", "Pièces", exact=True)
    sophie.donner("#fichiers", export / "Bon de commande Montbrun.pdf", export / "BL Montbrun.pdf")
    sophie.cliquer("button", "Ajouter", exact=True)
    sophie.cliquer("button", "Accepter ce qui est certain")
    sophie.onglet.wait_for_selector("#s-libres", state="detached")
    sophie.attendre("text=Bon de livraison")


def mettre_en_demeure(sophie: Sophie, export: Path) -> None:
    """La lettre écrite, puis son envoi noté."""
    sophie.cliquer("button", "Écrire la mise en demeure")
    sophie.attendre(".produits a")
    sophie.cliquer("link", "notez son envoi")
    sophie.taper("#numero-1", RECOMMANDE)
    sophie.donner("#preuve-1", export / "Preuve de dépôt.pdf")
    sophie.cliquer("button", "Noter l’envoi")
    sophie.attendre("text=L’avis est revenu")


def produire_la_liasse(sophie: Sophie, export: Path) -> None:
    """L'avis noté, la liasse produite, puis ouverte dans le lecteur du navigateur."""
    sophie.cliquer("link", "Relances et mise en demeure")
    sophie.taper("#presentee-1", "2026-11-05")
    sophie.choisir("#issue-1", "distribuee")
    sophie.donner("#accuse-1", export / "Avis de réception.pdf")
    sophie.cliquer("button", "Noter l’avis")
    sophie.onglet.wait_for_selector("#accuse-1", state="detached")
    sophie.attendre(".etat.pret")
    sophie.cliquer("button", "Produire la liasse")
    sophie.attendre(".produits a")
    assert "_liasse.pdf" in sophie.lire(".produits li a")
    assert "déposez-la au greffe : Tribunal des activités économiques de Lyon" in sophie.lire(".suite")
    with sophie.onglet.context.expect_page() as lecteur:
        sophie.ouvrir(".produits li a")
    assert lecteur.value.url
    lecteur.value.close()


def lire_la_liasse(sortie: Path, reference: str, ventes: Sequence[Vente]) -> None:
    """La requête, son bordereau et son décompte, lus dans le PDF : au centime, et recomptés ici.

    `ventes` : les factures réclamées ; outre elles, la liasse porte cinq pièces.
    """
    manifeste = json.loads((sortie / reference / "manifeste.json").read_text("utf-8"))
    assert manifeste["verdict"] == "pret"
    assert manifeste["procedure"] == "injonction_de_payer"
    assert manifeste["juridiction"]["siege"] == "Lyon"
    pages = pypdf.PdfReader(sortie / reference / f"{reference}_liasse.pdf").pages
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    debiteur = ventes[0].client.nom
    for dit in (debiteur, VENDEUR, "injonction de payer", "Bon de commande", "Bon de livraison", RECOMMANDE[:6]):
        assert dit.casefold() in texte.casefold()
    titres = [piece["titre"] for piece in manifeste["pieces"]]
    assert len(titres) == 5 + len(ventes)
    assert all(titre.replace("\u00a0", " ") in texte for titre in titres)
    interets = _recompter_les_interets(texte)
    assert manifeste["total"] == f"{sum(v.ttc for v in ventes) + interets + 40 * len(ventes):.2f}"
    assert f"Total des intérêts courus {_dire(interets)}" in texte
    assert f"{_dire(Decimal(40 * len(ventes)))} " in texte
    assert _dire(Decimal(manifeste["total"])) in texte


def _recompter_les_interets(texte: str) -> Decimal:
    """Chaque période du décompte imprimé, refaite à la main : base × taux × jours ÷ 365, au centime."""
    decompte = texte[texte.index("Intérêts, période par période") :].partition("Total des intérêts courus")[0]
    motif = r"FA-2026-\d{4} (\S{10}) (\S{10}) (\d+) ([\d ]+,\d\d) € ([\d,]+) % \D+L441-10 II C\. com\. ([\d ]+,\d\d) €"
    periodes = re.findall(motif, decompte)
    assert periodes
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

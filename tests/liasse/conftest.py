"""De quoi fabriquer des actes et des pièces PDF, et lire une liasse avec deux lecteurs."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from generateur.liasse import scellement
from generateur.liasse.assemblage import prevoir_pages
from generateur.liasse.plan import ElementActe, ElementPiece, Options, PlanLiasse
from tests.outils.certificats import certifier, horloge_factice

JOUR = dt.date(2026, 11, 21)
A4 = (595.0, 842.0)


def ecrire_pdf(
    chemin: Path, pages: Sequence[Sequence[str]], *, feuille: tuple[float, float] = A4, corps: float = 10
) -> Path:
    """Une liste de lignes par page, à partir du haut à gauche."""
    dessin = canvas.Canvas(str(chemin), pagesize=feuille, invariant=1)
    for lignes in pages:
        dessin.setFont("Helvetica", corps)
        for rang, ligne in enumerate(lignes):
            dessin.drawString(60, feuille[1] - 60 - 16 * rang, ligne)
        dessin.showPage()
    dessin.save()
    return chemin


class Atelier:
    """Fabrique un plan complet (couverture, bordereau, requête, pièces) dans un dossier."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier

    def piece(self, numero: str, titre: str, pages: int = 1, **reglages) -> ElementPiece:
        lignes = [[f"{titre}, feuillet {rang + 1}"] for rang in range(pages)]
        return ElementPiece(numero, titre, ecrire_pdf(self.dossier / f"s{numero}.pdf", lignes, **reglages))

    def plan(
        self,
        pieces: Sequence[ElementPiece],
        *,
        requete: Sequence[str] | None = None,
        options: Options | None = None,
        projet: bool = False,
    ) -> PlanLiasse:
        """Le plan, bordereau compris, dont les pages sont mesurées comme le fait la chaîne."""
        citations = requete or [f"Ce point est établi (pièce n° {piece.numero})." for piece in pieces]
        actes = [
            ElementActe("couverture", "Couverture", ecrire_pdf(self.dossier / "c.pdf", [["Dossier"]])),
            ElementActe("bordereau", "Bordereau des pièces", self.dossier / "b.pdf", "Bordereau"),
            ElementActe("requete", "Requête", ecrire_pdf(self.dossier / "r.pdf", [citations])),
        ]
        plan = PlanLiasse(
            "2026-0042", "Lumen c/ Débitrice", "Atelier Lumen", JOUR, tuple(actes), tuple(pieces), "Lumen", projet
        )
        par_page = 40
        nombre = -(-len(pieces) // par_page) or 1
        ecrire_pdf(self.dossier / "b.pdf", [["Bordereau"]] * nombre)
        debuts = prevoir_pages(plan, options).pages_debut
        lignes = [f"{p.numero}    {p.titre}    {debuts[p.numero]}" for p in pieces]
        feuillets = [["Bordereau", *lignes[par_page * n : par_page * (n + 1)]] for n in range(nombre)]
        ecrire_pdf(self.dossier / "b.pdf", feuillets)
        return plan


@pytest.fixture
def atelier(tmp_path: Path) -> Atelier:
    return Atelier(tmp_path)


@pytest.fixture
def corpus() -> Callable[[str], Path]:
    """Chemin d'un fichier du corpus ; le test se saute si le corpus n'est pas là."""
    racine = Path(__file__).parents[3] / "shared" / "corpus" / "pdf"

    def trouver(nom: str) -> Path:
        chemin = racine / nom
        if not chemin.exists():
            pytest.skip("le corpus ../shared/corpus/pdf n'est pas là")
        return chemin

    return trouver


@pytest.fixture(scope="module")
def autorite():
    return certifier("Autorité d'essai")


@pytest.fixture(scope="module")
def certificat(autorite, tmp_path_factory):
    titulaire = certifier("Atelier Lumen", autorite)
    return titulaire.ecrire_p12(tmp_path_factory.mktemp("certificats") / "lumen.p12", autorite)


@pytest.fixture
def horloge(autorite, tmp_path, monkeypatch):
    """L'échange avec l'autorité d'horodatage, sans réseau : tout le reste du chemin est le vrai."""
    factice = horloge_factice(autorite, tmp_path)
    demandes = []

    async def repondre(_horodateur, demande):
        demandes.append(demande)
        return factice.request_tsa_response(demande)

    monkeypatch.setattr(scellement.Horodateur, "async_request_tsa_response", repondre)
    return demandes

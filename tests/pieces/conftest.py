"""De quoi éprouver la préparation des pièces : atelier partagé, moteur bureautique factice, petits fichiers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pikepdf
import pytest

from generateur.contrats import Conversion, Disponibilite
from generateur.erreurs import ErreurRendu
from generateur.pieces.atelier import Atelier
from generateur.pieces.limites import Limites
from generateur.pieces.preparation import Preparee, preparer_piece


class MoteurFactice:
    """Écrit un PDF de deux pages pour tout document ; peut manquer ou échouer."""

    nom = "factice"

    def __init__(self, *, presente: bool = True, echoue: bool = False) -> None:
        self._presente = presente
        self._echoue = echoue
        self.recus: list[bytes] = []

    def disponibilite(self) -> Disponibilite:
        return Disponibilite(self._presente, remede="" if self._presente else "Installez LibreOffice.")

    def convertir(self, conversions: Sequence[Conversion]) -> None:
        for conversion in conversions:
            self.recus.append(conversion.source.read_bytes())
            if self._echoue:
                raise ErreurRendu("document refusé")
            ecrire_pdf(conversion.cible, 2)

    def fermer(self) -> None:
        return


def ecrire_pdf(cible: Path, pages: int, texte: str = "Facture F2026-118", **enregistrement: object) -> Path:
    """PDF lisible de tant de pages."""
    with pikepdf.new() as pdf:
        police = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for rang in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=police))
            contenu = f"BT /F 20 Tf 72 700 Td ({texte} page {rang + 1}) Tj ET"
            page.obj.Contents = pdf.make_stream(contenu.encode("ascii"))
        pdf.save(cible, **enregistrement)
    return cible


Preparer = Callable[..., Preparee]


@pytest.fixture(scope="session")
def atelier() -> Iterator[Atelier]:
    with Atelier() as ouvert:
        yield ouvert


@pytest.fixture
def preparer(atelier: Atelier, tmp_path: Path) -> Preparer:
    """Prépare une pièce vers tmp_path/cible.pdf."""

    def _preparer(source: Path, **options: object) -> Preparee:
        cible = tmp_path / "cible.pdf"
        return preparer_piece(source, cible, atelier=atelier, **({"titre": "Essai"} | options))

    return _preparer


@pytest.fixture
def limites_basses() -> Limites:
    return Limites(octets=200_000, octets_texte=10_000, pages=3, pixels=10_000, octets_decompresses=100_000)

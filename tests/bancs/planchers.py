"""Ce que coûtent les bibliothèques seules, sur ce qu'un dossier vient de produire : ce sous quoi rien ne descend."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
from pikepdf.pdfa import validate_written

from generateur.contrats import Conversion, MoteurRendu
from generateur.liasse.archivage import NIVEAU

ESSAIS = 5
CHARGEMENT = "import click, docxtpl, lxml.etree, num2words, pikepdf, PIL.Image, pydantic, pypdfium2"


def mesurer_planchers(publie: Path, moteur: MoteurRendu, atelier: Path) -> dict[str, float]:
    """Libellé → secondes, le plus court de quelques essais."""
    actes = sorted((publie / "actes").glob("*.docx"))
    pdfs = sorted((publie / "actes").glob("*.pdf"))
    pieces = sorted((publie / "pieces").glob("*.pdf"))
    conversions = [Conversion(acte, atelier / f"{acte.stem}.pdf") for acte in actes]
    nue = atelier / "nue.pdf"
    mesures: dict[str, Callable[[], object]] = {
        "actes rendus par dxpdf": lambda: moteur.convertir(conversions),
        "actes jugés PDF/A par pikepdf": lambda: [validate_written(pdf, NIVEAU) for pdf in pdfs],
        "pièces lues par PDFium, texte compris": lambda: [_lire(piece) for piece in pieces],
        "pages des pièces rendues une fois par PDFium": lambda: [_rendre(piece) for piece in pieces],
        "actes et pièces réunis par pikepdf": lambda: _reunir([*pdfs, *pieces], nue),
    }
    if shutil.which("qpdf"):
        arguments = ["qpdf", "--empty", "--pages", *map(str, (*pdfs, *pieces)), "--", str(nue)]
        mesures["actes et pièces réunis par la commande qpdf"] = lambda: subprocess.run(arguments, check=True)
    mesures["Python et les bibliothèques chargés"] = lambda: subprocess.run(
        [sys.executable, "-c", CHARGEMENT], check=True
    )
    return {libelle: min(_chronometrer(faire) for _ in range(ESSAIS)) for libelle, faire in mesures.items()}


def _chronometrer(faire: Callable[[], object]) -> float:
    debut = time.perf_counter()
    faire()
    return time.perf_counter() - debut


def _lire(pdf: Path) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def _rendre(pdf: Path) -> None:
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            page.render(scale=1)


def _reunir(pdfs: list[Path], cible: Path) -> None:
    with pikepdf.new() as reunion:
        for pdf in pdfs:
            with pikepdf.open(pdf) as source:
                reunion.pages.extend(source.pages)
        reunion.save(cible)

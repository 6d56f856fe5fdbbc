"""Tout fichier des corpus finit en PDF au bon nombre de pages, ou en refus nommé ; jamais en trace ni en blocage."""

import json
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurOutilAbsent, ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.preparation import preparer_piece
from tests.pieces.conftest import MoteurFactice

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PDF = json.loads((CORPUS / "pdf" / "MANIFESTE.json").read_text())["fichiers"] if CORPUS.exists() else []
AUTRES = sorted(f for f in (CORPUS / "pieces").rglob("*") if f.is_file() and f.suffix != ".md")
PAGES_ATTENDUES = {
    "testTIFF_multipage.tif": 2,
    "testHEIF.heic": 1,
    "testWEBP.webp": 1,
    "testJPEG.jp2": 1,
    "simple.mbox": 2,
    "testRFC822_multipart_attachments.eml": 3,
    "testEmailWithPNGAtt.eml": 2,
    "testOCR.pdf": 1,
}
REFUSES = {
    *("testMSG.msg", "testZip_relative.zip", "testWORD_truncated.docx", "testODTEncrypted.odt"),
    *("testWORD_protected_passtika.doc", "testEXCEL_protected_passtika.xls", "protectedFile.xlsx"),
    *("testPKCS7_signed_data_def.p7m", "balloon_trunc2.jp2", "testODTnotaZipFile.odt"),
}
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="corpus ../shared/corpus absent")


def _preparer(source: Path, cible: Path, atelier: Atelier) -> int | None:
    """Nombre de pages du PDF écrit, None si la pièce est refusée dans les formes."""
    try:
        preparee = preparer_piece(
            source, cible, titre="Pièce du corpus", moteur_bureautique=MoteurFactice(), atelier=atelier
        )
    except (ErreurPiece, ErreurOutilAbsent) as refus:
        _verifier_refus(refus, source)
        assert not cible.exists()
        return None
    with pikepdf.open(cible) as pdf, pypdfium2.PdfDocument(cible) as relu:
        assert len(pdf.pages) == len(relu) == preparee.pages
        assert not pdf.is_encrypted
    return preparee.pages


def _verifier_refus(refus: ErreurGenerateur, source: Path) -> None:
    assert refus.code in {CodeSortie.PIECE_MANQUANTE, CodeSortie.OUTIL_ABSENT}
    assert "Pièce du corpus" in refus.message
    assert source.name in refus.message
    assert refus.remede
    assert "met en échec" not in refus.message, "l'enfant est tombé"


@pytest.mark.parametrize("fiche", PDF, ids=lambda fiche: fiche["file"][-60:])
def test_pdf_du_corpus(fiche: dict[str, object], tmp_path: Path, atelier: Atelier) -> None:
    pages = _preparer(CORPUS / "pdf" / str(fiche["file"]), tmp_path / "cible.pdf", atelier)
    if fiche["pikepdf"] == "ok":
        assert pages in {None, fiche["pages_pikepdf"]}
    if fiche["pikepdf"] == "password":
        assert pages is None


@pytest.mark.parametrize("source", AUTRES, ids=lambda source: source.name)
def test_autre_fichier_du_corpus(source: Path, tmp_path: Path, atelier: Atelier) -> None:
    pages = _preparer(source, tmp_path / "cible.pdf", atelier)
    if source.name in PAGES_ATTENDUES:
        assert pages == PAGES_ATTENDUES[source.name]
    if source.name in REFUSES:
        assert pages is None


def test_presque_tout_pdf_sain_du_corpus_est_accepte(tmp_path: Path, atelier: Atelier) -> None:
    """Un refus est légitime ; que tout soit refusé ne le serait pas."""
    sains = [f for f in PDF if f["pikepdf"] == "ok" and f["pypdf"] == "ok" and f["pages_pikepdf"]]
    acceptes = [
        fiche
        for rang, fiche in enumerate(sains)
        if _preparer(CORPUS / "pdf" / fiche["file"], tmp_path / f"{rang}.pdf", atelier)
    ]
    assert len(acceptes) >= 0.9 * len(sains)

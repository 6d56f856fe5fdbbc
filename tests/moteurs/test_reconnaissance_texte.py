"""La reconnaissance de texte : une phrase et un remède si ses outils manquent, le texte du scan s'ils sont là."""

import shutil
import stat
import sys
from importlib.resources import files

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from generateur.contrats import Conversion
from generateur.erreurs import CodeSortie, ErreurOutilAbsent, ErreurRendu
from generateur.moteurs import choisir_reconnaissance
from generateur.moteurs.reconnaissance_texte import ReconnaissanceTexte

PRESENTE = ReconnaissanceTexte().disponibilite().presente
exige_outils = pytest.mark.skipif(not PRESENTE, reason="OCRmyPDF et le français de Tesseract ne sont pas installés")


@pytest.fixture
def scan(tmp_path):
    """Une page A4 numérisée à 150 points par pouce, sans un caractère de texte."""
    image = Image.new("L", (1240, 1754), 255)
    police = ImageFont.truetype(str(files("font_source_sans_pro").joinpath("files", "SourceSansPro-Semibold.ttf")), 48)
    ImageDraw.Draw(image).text((150, 300), "Reçu conforme, sans réserve", fill=0, font=police)
    image.save(tmp_path / "scan.pdf", resolution=150)
    return tmp_path / "scan.pdf"


def _faux(tmp_path, monkeypatch, corps, nom="ocrmypdf"):
    programme = tmp_path / "bin" / nom
    programme.parent.mkdir(exist_ok=True)
    programme.write_text(f"#!{sys.executable}\nimport sys, time\n{corps}\n")
    programme.chmod(programme.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programme.parent))


def test_sans_les_programmes_une_raison_et_un_remede(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ErreurOutilAbsent, match="OCRmyPDF n'est pas installé") as refus:
        choisir_reconnaissance()
    assert refus.value.code == CodeSortie.OUTIL_ABSENT
    assert "tesseract-ocr-fra" in refus.value.remede


def test_sans_le_francais_ce_n_est_pas_utilisable(tmp_path, monkeypatch):
    _faux(tmp_path, monkeypatch, "print('16.0.0')")
    _faux(tmp_path, monkeypatch, "print('tesseract 5.3.0' if '--version' in sys.argv else 'eng')", "tesseract")
    assert ReconnaissanceTexte().disponibilite().raison == "Tesseract n'a pas le français"


@pytest.mark.parametrize(
    "corps", ["sys.exit(2)", "open(sys.argv[-1], 'wb').write(b'%PDF-1.4')", "pass", "time.sleep(60)"]
)
def test_un_echec_nomme_le_document_et_n_ecrit_rien(tmp_path, monkeypatch, scan, corps):
    _faux(tmp_path, monkeypatch, corps)
    cible = tmp_path / "sorti.pdf"
    with pytest.raises(ErreurRendu, match=r"scan\.pdf"):
        ReconnaissanceTexte(delai=3).convertir([Conversion(scan, cible)])
    assert not cible.exists()


@exige_outils
@pytest.mark.outils
def test_ajoute_le_texte_francais_sans_toucher_a_l_image(tmp_path, scan):
    ReconnaissanceTexte().convertir([Conversion(scan, tmp_path / "sorti.pdf")])
    with pypdfium2.PdfDocument(tmp_path / "sorti.pdf") as document, pypdfium2.PdfDocument(scan) as origine:
        assert "Reçu conforme, sans réserve" in document[0].get_textpage().get_text_bounded()
        images = [next(iter(lu[0].get_objects(filter=[3]))).get_bitmap().to_pil() for lu in (document, origine)]
    assert images[0].tobytes() == images[1].tobytes()


@exige_outils
@pytest.mark.outils
def test_la_version_dit_les_deux_programmes():
    assert shutil.which("tesseract")
    assert ReconnaissanceTexte().disponibilite().version.startswith("OCRmyPDF ")

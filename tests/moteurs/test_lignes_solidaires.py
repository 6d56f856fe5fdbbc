"""Un en-tête de tableau ne reste pas seul en bas de page, et le Word livré n'en sait rien."""

import zipfile

import pypdfium2
import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.shared import Pt

from generateur.contrats import Conversion
from generateur.moteurs.lignes_solidaires import copier_avec_entetes_lies
from generateur.moteurs.rendu_dxpdf import RenduDxpdf


def _ecrire(chemin, lignes_avant: int, *, entete: bool = True):
    """Des lignes de texte de 20 points, puis un tableau de trois lignes de même hauteur."""
    document = Document()
    normal = document.styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = Pt(20), Pt(0)
    for _ in range(lignes_avant):
        document.add_paragraph("texte")
    tableau = document.add_table(rows=3, cols=2)
    for rang, ligne in enumerate(tableau.rows):
        for cellule in ligne.cells:
            cellule.text = "entete" if rang == 0 else f"ligne{rang}"
    if entete:
        tableau.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.save(str(chemin))
    return chemin


@pytest.fixture
def textes(tmp_path):
    moteur = RenduDxpdf(executants=1)

    def _textes(docx):
        moteur.convertir([Conversion(docx, tmp_path / "rendu.pdf")])
        document = pypdfium2.PdfDocument(tmp_path / "rendu.pdf")
        pages = [page.get_textpage().get_text_range() for page in document]
        document.close()
        return pages

    yield _textes
    moteur.fermer()


def test_l_en_tete_suit_toujours_sa_premiere_ligne(tmp_path, textes):
    seuls = []
    for lignes in range(28, 35):  # le tableau passe par toutes les places du bas de la page
        pages = textes(_ecrire(tmp_path / "acte.docx", lignes))
        seuls += [lignes for page in pages if "entete" in page and "ligne1" not in page and "ligne2" not in page]
    assert seuls == []


def test_rien_d_autre_que_le_rendu_ne_reste(tmp_path, textes):
    docx = _ecrire(tmp_path / "acte.docx", 3)
    octets = docx.read_bytes()
    textes(docx)
    assert docx.read_bytes() == octets
    assert {chemin.name for chemin in tmp_path.iterdir()} == {"acte.docx", "rendu.pdf"}


def test_un_document_sans_en_tete_passe_tel_quel(tmp_path):
    docx = _ecrire(tmp_path / "acte.docx", 1, entete=False)
    assert copier_avec_entetes_lies(docx, tmp_path / "copie.docx") == docx
    assert not (tmp_path / "copie.docx").exists()


@pytest.mark.parametrize("contenu", [b"", b"pas un zip"])
def test_un_document_illisible_passe_tel_quel(tmp_path, contenu):
    (tmp_path / "casse.docx").write_bytes(contenu)
    assert copier_avec_entetes_lies(tmp_path / "casse.docx", tmp_path / "copie.docx") == tmp_path / "casse.docx"


def test_la_copie_garde_toutes_les_parties(tmp_path):
    docx = _ecrire(tmp_path / "acte.docx", 1)
    copie = copier_avec_entetes_lies(docx, tmp_path / "copie.docx")
    with zipfile.ZipFile(docx) as avant, zipfile.ZipFile(copie) as apres:
        assert apres.namelist() == avant.namelist()
        changes = [nom for nom in avant.namelist() if avant.read(nom) != apres.read(nom)]
    assert changes == ["word/document.xml"]

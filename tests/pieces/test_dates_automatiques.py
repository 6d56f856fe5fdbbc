"""Un document bureautique garde la date qu'il porte, et ce que sa conversion cache se dit."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from generateur.contrats import Conversion
from generateur.pieces.neutralisation import neutraliser
from tests.pieces.conftest import MoteurFactice, Preparer
from tests.pieces.test_bureautique import _docx
from tests.pieces.test_contenu_cache import _ecrire

FEUILLE = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>{}</row></sheetData></worksheet>'
TEXTE_ODF = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def _lire(cible: Path, nom: str) -> str:
    with zipfile.ZipFile(cible) as archive:
        return archive.read(nom).decode()


def _neutraliser(source: Path) -> Path:
    cible = source.with_stem("copie")
    assert neutraliser(str(source), str(cible), source.suffix, 1_000_000) == {"avertissements": []}
    return cible


@pytest.mark.parametrize("instruction", [' DATE \\@ "dd/MM/yyyy" ', " time ", "DATE"])
def test_une_date_automatique_de_word_reste_celle_du_document(tmp_path: Path, instruction: str) -> None:
    instruction = instruction.replace('"', "&quot;")
    corps = f"<w:p><w:r><w:instrText>{instruction}</w:instrText></w:r><w:r><w:t>12/01/2026</w:t></w:r></w:p>"
    corps += f'<w:p><w:fldSimple w:instr="{instruction}"><w:r><w:t>13/01/2026</w:t></w:r></w:fldSimple></w:p>'
    corps += "<w:p><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>DATE convenue</w:t></w:r></w:p>"
    document = _lire(_neutraliser(_docx(tmp_path / "a.docx", corps)), "word/document.xml")
    assert instruction not in document.replace("DATE convenue", "")
    assert document.count("QUOTE") == 2
    assert all(garde in document for garde in ("12/01/2026", "13/01/2026", " PAGE ", "DATE convenue"))


def test_la_date_du_jour_d_un_classeur_est_la_derniere_enregistree(tmp_path: Path) -> None:
    cellules = (
        '<c r="A1"><f>TODAY()</f><v>46034</v></c><c r="B1"><f>A1+30</f><v>46064</v></c><c r="C1"><f>NOW()</f></c>'
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", FEUILLE.format(cellules))
    feuille = _lire(_neutraliser(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml")
    assert "TODAY" not in feuille
    assert all(garde in feuille for garde in ("46034", "A1+30", "46064", "NOW()"))


def test_une_date_automatique_d_un_odt_est_fixee(tmp_path: Path) -> None:
    contenu = f'<o:d xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="{TEXTE_ODF}">'
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("content.xml", f"{contenu}<text:date>12/01/2026</text:date></o:d>")
    assert '<text:date text:fixed="true">12/01/2026' in _lire(_neutraliser(tmp_path / "a.odt"), "content.xml")


def test_une_date_automatique_d_un_rtf_devient_inerte(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1{\field{\*\fldinst { DATE }}{\fldrslt {12/01/2026}}} DATE DATES}")
    assert _neutraliser(tmp_path / "a.rtf").read_bytes() == (
        rb"{\rtf1{\field{\*\fldinst { XATE }}{\fldrslt {12/01/2026}}} DATE DATES}"
    )


def test_un_texte_blanc_du_document_est_dit_cache(tmp_path: Path, preparer: Preparer) -> None:
    class EcritEnBlanc(MoteurFactice):
        def convertir(self, conversions: Sequence[Conversion]) -> None:
            for conversion in conversions:
                _ecrire(conversion.cible, "1 g BT /F 14 Tf 72 600 Td (SECRET) Tj ET")

    preparee = preparer(_docx(tmp_path / "a.docx", "<w:p/>"), moteur_bureautique=EcritEnBlanc())
    assert [(c.nature, c.texte) for c in preparee.caches] == [("texte de la couleur du fond", "SECRET")]

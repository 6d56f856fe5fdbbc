"""Un fichier est ce que disent ses octets, pas son extension."""

import zipfile
from pathlib import Path

import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.familles import Famille, reconnaitre
from generateur.pieces.refus import reconnaitre_ou_refuser

COURRIEL = b"From: a@exemple.fr\r\nTo: b@exemple.fr\r\nSubject: x\r\n\r\nBonjour"


@pytest.mark.parametrize(
    ("nom", "octets", "famille"),
    [
        ("facture.txt", b"%PDF-1.4\n", Famille.PDF),
        ("scan.pdf", b"\xff\xd8\xff\xe0", Famille.IMAGE),
        ("photo.jpg", b"\0\0\0\x18ftypheic", Famille.IMAGE),
        ("film.jpg", b"\0\0\0\x18ftypmp42", Famille.SON_OU_VIDEO),
        ("erreur.pdf", b"<html><body>404</body></html>", Famille.PDF),
        ("courriel", COURRIEL, Famille.COURRIEL),
        ("courriel.emlx", b"65\n" + COURRIEL, Famille.COURRIEL),
        ("note.txt", b"Date: 3 mars\nObjet: note\n\nTexte", Famille.TEXTE),
        ("note.txt", "Reçu 8 640,00 €".encode("utf-16"), Famille.TEXTE),
        ("boite", b"From a@b Mon Jun 01 10:00:00 2009\nSubject: x\n\ny", Famille.BOITE),
        ("page.html", b"<!DOCTYPE html><html></html>", Famille.PAGE_WEB),
        ("lettre", rb"{\rtf1 Bonjour}", Famille.BUREAUTIQUE),
        ("f.xml", b"<?xml version='1.0'?><rsm:CrossIndustryInvoice/>", Famille.FACTURE_XML),
        ("f.xml", b"<?xml version='1.0'?><svg/>", Famille.DESSIN),
        ("f.xml", b"<?xml version='1.0'?><a/>", Famille.XML),
        ("lettre.docx", b"pas un zip", Famille.BUREAUTIQUE_ABIMEE),
        ("inconnu", bytes(range(256)), Famille.INCONNUE),
    ],
)
def test_reconnait_une_famille_a_son_contenu(tmp_path: Path, nom: str, octets: bytes, famille: Famille) -> None:
    (tmp_path / nom).write_bytes(octets)
    assert reconnaitre(tmp_path / nom).famille is famille


@pytest.mark.parametrize(
    ("genre", "extension"),
    [("text", ".fodt"), ("spreadsheet", ".fods"), ("presentation", ".fodp"), ("graphics", ".fodg"), ("", ".fodt")],
)
@pytest.mark.parametrize("nom", ["document.xml", "document.fodt"])
def test_reconnait_un_opendocument_a_plat_a_son_genre(tmp_path: Path, nom: str, genre: str, extension: str) -> None:
    declare = f' office:mimetype="application/vnd.oasis.opendocument.{genre}"' if genre else ""
    (tmp_path / nom).write_text(f'<?xml version="1.0"?>\n<office:document xmlns:office="urn:x"{declare}/>')
    reconnue = reconnaitre(tmp_path / nom)
    assert (reconnue.famille, reconnue.extension) == (Famille.BUREAUTIQUE, extension)


@pytest.mark.parametrize(
    ("entrees", "famille", "extension"),
    [
        (["[Content_Types].xml", "word/document.xml"], Famille.BUREAUTIQUE, ".docx"),
        (["[Content_Types].xml", "xl/workbook.xml"], Famille.BUREAUTIQUE, ".xlsx"),
        (["Index/Document.iwa"], Famille.IWORK, ""),
        (["contrat.pdf"], Famille.ARCHIVE, ".zip"),
    ],
)
def test_reconnait_un_paquet_a_ce_qu_il_renferme(
    tmp_path: Path, entrees: list[str], famille: Famille, extension: str
) -> None:
    with zipfile.ZipFile(tmp_path / "fichier", "w") as archive:
        for entree in entrees:
            archive.writestr(entree, "x")
    reconnue = reconnaitre(tmp_path / "fichier")
    assert (reconnue.famille, reconnue.extension) == (famille, extension)


def test_refuse_une_archive_en_listant_son_contenu(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "envoi.zip", "w") as archive:
        for nom in ("contrat.pdf", "../../etc/passwd", "photo.jpg"):
            archive.writestr(nom, "x")
    with pytest.raises(ErreurPiece, match=r"« contrat\.pdf », « \.\./\.\./etc/passwd » et « photo\.jpg »"):
        reconnaitre_ou_refuser(str(tmp_path / "envoi.zip"))


@pytest.mark.parametrize("famille", [f for f in Famille if f is not Famille.ARCHIVE])
def test_chaque_famille_se_prepare_et_s_examine_ou_se_refuse(famille: Famille) -> None:
    from generateur.pieces.inspection import EXAMENS  # noqa: PLC0415
    from generateur.pieces.preparation import PREPARATIONS  # noqa: PLC0415
    from generateur.pieces.refus import _REFUS  # noqa: PLC0415

    # un PDF est traité dès son ouverture (pieces/accueil.py)
    assert (famille in PREPARATIONS) == (famille in EXAMENS)
    assert (famille is Famille.PDF or famille in EXAMENS) != (famille in _REFUS)

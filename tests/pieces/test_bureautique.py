"""Les documents bureautiques : rien ne mène dehors, et l'absence de LibreOffice se dit."""

import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from generateur.erreurs import CodeSortie, ErreurOutilAbsent, ErreurPiece
from generateur.liasse.assainissement import assainir
from generateur.moteurs.rendu_libreoffice import RenduLibreOffice, chercher_soffice
from generateur.pieces.limites import Limites
from generateur.pieces.neutralisation import neutraliser
from tests.pieces.conftest import MoteurFactice, Preparer

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _docx(chemin: Path, document: str = "<w:p/>", relations: str = "", **autres: bytes) -> Path:
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {_W}>{document}</w:document>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships {_R}>{relations}</Relationships>")
        for nom, contenu in autres.items():
            archive.writestr(nom, contenu)
    return chemin


def _neutraliser(source: Path, extension: str = ".docx") -> tuple[Path, int]:
    cible = source.with_name(f"neutre{extension}")
    resultat = neutraliser(str(source), str(cible), extension, 10_000_000)
    return cible, len(resultat["avertissements"])


def test_retire_les_relations_externes_sauf_les_liens_cliquables(tmp_path: Path) -> None:
    relations = (
        f'<Relationship Id="a" Type="{_TYPE}/image" Target="http://espion.exemple/x.png" TargetMode="External"/>'
        f'<Relationship Id="b" Type="{_TYPE}/attachedTemplate" Target="file:///etc/x.dotm" TargetMode="External"/>'
        f'<Relationship Id="c" Type="{_TYPE}/hyperlink" Target="http://exemple.fr" TargetMode="External"/>'
        f'<Relationship Id="d" Type="{_TYPE}/image" Target="media/x.png"/>'
    )
    cible, nb_avis = _neutraliser(_docx(tmp_path / "a.docx", relations=relations))
    with zipfile.ZipFile(cible) as archive:
        restent = archive.read("word/_rels/document.xml.rels").decode()
    assert nb_avis == 1
    assert "espion" not in restent
    assert "dotm" not in restent
    assert 'Id="c"' in restent
    assert 'Id="d"' in restent


@pytest.mark.parametrize(
    "instructions",
    [
        ['INCLUDEPICTURE "http://espion.exemple/x"'],
        ["INCLUDE", 'TEXT "/etc/passwd"'],
        ["DDEAUTO cmd"],
        ["includetext x"],
    ],
)
def test_vide_les_champs_qui_incluent_un_fichier(tmp_path: Path, instructions: list[str]) -> None:
    champs = "".join(f"<w:r><w:instrText>{texte}</w:instrText></w:r>" for texte in instructions)
    corps = f"<w:p>{champs}<w:r><w:t>LINK INCLUDETEXT du contrat</w:t></w:r></w:p>"
    cible, _ = _neutraliser(_docx(tmp_path / "a.docx", corps))
    with zipfile.ZipFile(cible) as archive:
        document = archive.read("word/document.xml").decode()
    assert "espion" not in document
    assert "passwd" not in document
    assert "cmd" not in document
    assert "LINK INCLUDETEXT du contrat" in document  # le texte de l'auteur ne change pas


def test_garde_intact_un_document_sans_lien(tmp_path: Path) -> None:
    source = _docx(tmp_path / "a.docx", "<w:p><w:instrText>PAGE</w:instrText></w:p>")
    cible, nb_avis = _neutraliser(source)
    with zipfile.ZipFile(source) as avant, zipfile.ZipFile(cible) as apres:
        assert [avant.read(nom) for nom in avant.namelist()] == [apres.read(nom) for nom in apres.namelist()]
    assert nb_avis == 0


def test_retire_d_un_odt_les_images_liees(tmp_path: Path) -> None:
    espaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    contenu = (
        f'<office:document-content {espaces}><draw:image xlink:href="../../../etc/passwd"/>'
        '<draw:image xlink:href="Pictures/a.png"/><text:a xlink:href="http://exemple.fr"/>'
        '<text:section-source xlink:href="http://espion.exemple"/></office:document-content>'
    )
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("content.xml", contenu)
    cible, _ = _neutraliser(tmp_path / "a.odt", ".odt")
    with zipfile.ZipFile(cible) as archive:
        reste = archive.read("content.xml").decode()
    assert "passwd" not in reste
    assert "espion" not in reste
    assert "Pictures/a.png" in reste
    assert "http://exemple.fr" in reste


@pytest.mark.parametrize(
    ("extension", "avant", "apres"),
    [
        (".rtf", rb'{\field{\*\fldinst INCLUDEPICTURE "x"}}', rb'{\field{\*\fldinst XNCLUDEPICTURE "x"}}'),
        (".doc", b"\x13 INCLUDETEXT x", b"\x13 XNCLUDETEXT x"),
        (".doc", "\x13DDE x".encode("utf-16-le"), "\x13XDE x".encode("utf-16-le")),
        (".doc", b"nous disons INCLUDETEXT", b"nous disons INCLUDETEXT"),
    ],
)
def test_rend_inertes_les_champs_d_un_format_binaire(
    tmp_path: Path, extension: str, avant: bytes, apres: bytes
) -> None:
    (tmp_path / "a").write_bytes(avant)
    cible, _ = _neutraliser(tmp_path / "a", extension)
    assert cible.read_bytes() == apres


@pytest.mark.parametrize(
    "entete", [b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', b'<!ENTITY % x SYSTEM "http://e">']
)
def test_refuse_les_entites_xml(tmp_path: Path, entete: bytes) -> None:
    source = _docx(tmp_path / "a.docx", **{"word/styles.xml": entete + b"<a>&x;</a>"})
    with pytest.raises(ErreurPiece, match="entités XML"):
        _neutraliser(source)


def test_refuse_une_bombe_de_decompression(tmp_path: Path, preparer: Preparer, limites_basses: Limites) -> None:
    source = _docx(tmp_path / "a.docx", **{"word/media/a.bin": b"\0" * 200_000})
    moteur = MoteurFactice()
    with pytest.raises(ErreurPiece, match="se décompresse en plus de"):
        preparer(source, moteur_bureautique=moteur, limites=limites_basses)
    assert not moteur.recus


def test_le_moteur_ne_recoit_que_la_copie_neutralisee(tmp_path: Path, preparer: Preparer) -> None:
    relation = f'<Relationship Id="a" Type="{_TYPE}/image" Target="http://espion.exemple" TargetMode="External"/>'
    moteur = MoteurFactice()
    source = _docx(tmp_path / "a.docx", relations=relation)
    preparee = preparer(source, moteur_bureautique=moteur)
    assert preparee.pages == 2
    assert "extérieur" in preparee.avertissements[0]
    (tmp_path / "recu.docx").write_bytes(moteur.recus[0])
    with zipfile.ZipFile(tmp_path / "recu.docx") as recu:
        assert b"espion" not in recu.read("word/_rels/document.xml.rels")


@pytest.mark.parametrize("moteur", [None, MoteurFactice(presente=False)])
def test_dit_que_seul_libreoffice_manque(tmp_path: Path, preparer: Preparer, moteur: MoteurFactice | None) -> None:
    with pytest.raises(ErreurOutilAbsent, match=r"« Essai » \(a\.docx\)") as erreur:
        preparer(_docx(tmp_path / "a.docx"), moteur_bureautique=moteur)
    assert erreur.value.code is CodeSortie.OUTIL_ABSENT
    assert "Installez LibreOffice" in erreur.value.remede


def _a_plat(chemin: Path, genre: str, corps: str) -> Path:
    espaces = "".join(
        f' xmlns:{nom}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"' for nom in ("office", "text", "table")
    )
    chemin.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document{espaces} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.{genre}"><office:body><office:{genre}>{corps}'
        f"</office:{genre}></office:body></office:document>"
    )
    return chemin


_CELLULE = "<table:table-cell office:value-type='string'><text:p>Grand livre client</text:p></table:table-cell>"
_CACHEE = "<table:table-cell office:value-type='string'><text:p>marge 62 %</text:p></table:table-cell>"
_FEUILLE = (
    f"<table:table table:name='F'><table:table-row>{_CELLULE}</table:table-row>"
    f"<table:table-row table:visibility='collapse'>{_CACHEE}</table:table-row></table:table>"
)


@pytest.mark.outils
@pytest.mark.skipif(chercher_soffice() is None, reason="LibreOffice n'est pas installé")
@pytest.mark.parametrize(
    ("nom", "genre", "corps", "lu"),
    [
        ("commande.fodt", "text", "<text:p>Bon de commande signé</text:p>", "Bon de commande signé"),
        ("compte.fods", "spreadsheet", _FEUILLE, "Grand livre client"),
        ("compte.xml", "spreadsheet", _FEUILLE, "Grand livre client"),
    ],
)
def test_un_opendocument_a_plat_devient_une_piece(
    tmp_path: Path, preparer: Preparer, nom: str, genre: str, corps: str, lu: str
) -> None:
    moteur = RenduLibreOffice()
    try:
        preparee = preparer(_a_plat(tmp_path / nom, genre, corps), moteur_bureautique=moteur)
    finally:
        moteur.fermer()
    with pypdfium2.PdfDocument(tmp_path / "cible.pdf") as pdf:
        texte = pdf[0].get_textpage().get_text_bounded()
    assert lu in texte
    assert "marge" not in texte
    assert [cache.nature for cache in preparee.caches] == ["lignes ou colonnes masquées"] * (genre == "spreadsheet")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        assert assainir(pdf) == [], "convertir n'ajoute aucune remarque au manifeste"


def test_refuse_un_paquet_abime(tmp_path: Path) -> None:
    octets = bytearray(_docx(tmp_path / "a.docx", "<w:p>texte</w:p>" * 500).read_bytes())
    debut = octets.index(b"word/document.xml") + 40
    octets[debut : debut + 20] = b"\xff" * 20
    (tmp_path / "b.docx").write_bytes(octets)
    with pytest.raises(ErreurPiece, match="abîmé ou incomplet"):
        _neutraliser(tmp_path / "b.docx")


def test_un_document_que_libreoffice_refuse_est_une_piece_en_cause(tmp_path: Path, preparer: Preparer) -> None:
    with pytest.raises(ErreurPiece, match="n'a pas pu convertir"):
        preparer(_docx(tmp_path / "a.docx"), moteur_bureautique=MoteurFactice(echoue=True))

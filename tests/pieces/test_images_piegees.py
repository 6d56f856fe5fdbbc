"""Une image qui annonce peu de points et en fait décoder des milliards est refusée, par son nom, sans être décodée."""

import struct
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from generateur.erreurs import ErreurPiece
from tests.pieces.conftest import Preparer, ecrire_pdf

_REGION_GENERIQUE, _PAGE_JBIG2 = 38, 48


def _segment(numero: int, genre: int, contenu: bytes) -> bytes:
    return struct.pack(">IBBBI", numero, genre, 0, 1, len(contenu)) + contenu


def coder_jbig2(cote: int, cote_des_regions: int, regions: int) -> bytes:
    """Un flux JBIG2 de cette taille, où tant de régions se dessinent."""
    flux = _segment(0, _PAGE_JBIG2, struct.pack(">IIIIBH", cote, cote, 0, 0, 0, 0))
    reglages = bytes([0, 3, 0xFF, 0xFD, 0xFF, 2, 0xFE, 0xFE, 0xFE])
    for numero in range(1, regions + 1):
        region = struct.pack(">IIIIB", cote_des_regions, cote_des_regions, 0, 0, 0)
        flux += _segment(numero, _REGION_GENERIQUE, region + reglages + bytes.fromhex("12345678abcdffac"))
    return flux


def coder_jpeg2000(cote: int) -> bytes:
    """Le début d'un flux JPEG 2000 de cette taille."""
    return b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 41, 0, cote, cote, 0, 0) + b"\0" * 100


def poser(cible: Path, codage: Name | Array, octets: bytes, communs: bytes = b"") -> Path:
    with pikepdf.new() as pdf:
        image = Stream(pdf, octets)
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, codage
        image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = 1000, 1000, 1, Name.DeviceGray
        if communs:
            image.DecodeParms = Dictionary(JBIG2Globals=pdf.make_stream(communs))
        page = pdf.add_blank_page(page_size=(595, 842)).obj
        page.Resources = Dictionary(XObject=Dictionary(I=image))
        page.Contents = Stream(pdf, b"q 500 0 0 700 40 40 cm /I Do Q")
        pdf.save(cible)
    return cible


@pytest.mark.parametrize(
    ("codage", "octets", "communs"),
    [
        (Name.JBIG2Decode, coder_jbig2(1000, 40_000, 1), b""),
        (Name.JBIG2Decode, coder_jbig2(1000, 1000, 700), b""),
        (Name.JBIG2Decode, coder_jbig2(1000, 1000, 1), coder_jbig2(1000, 30_000, 1)),
        (Array([Name.ASCIIHexDecode, Name.JBIG2Decode]), coder_jbig2(1000, 40_000, 1).hex().encode() + b">", b""),
        (Name.JPXDecode, coder_jpeg2000(50_000), b""),
    ],
    ids=["grande région", "régions répétées", "segments communs", "codée deux fois", "JPEG 2000"],
)
def test_refuse_une_image_piegee(tmp_path: Path, preparer: Preparer, codage, octets, communs) -> None:
    with pytest.raises(ErreurPiece, match="millions de points pour en montrer 1 : elle bloquerait") as erreur:
        preparer(poser(tmp_path / "a.pdf", codage, octets, communs))
    assert "numérisez-le de nouveau" in erreur.value.remede


@pytest.mark.parametrize("regions", [1, 4])
def test_une_image_jbig2_ordinaire_entre(tmp_path: Path, preparer: Preparer, regions: int) -> None:
    source = poser(tmp_path / "a.pdf", Name.JBIG2Decode, coder_jbig2(1000, 1000, regions))
    assert preparer(source).pages == 1


def test_refuse_un_dessin_de_page_range_comme_une_image(tmp_path: Path, preparer: Preparer) -> None:
    with pikepdf.open(ecrire_pdf(tmp_path / "a.pdf", 2)) as pdf:
        bombe = Stream(pdf, coder_jbig2(1000, 40_000, 1))
        bombe.Filter = Name.JBIG2Decode
        pdf.pages[1].obj.Contents = Array([pdf.pages[1].obj.Contents, pdf.make_indirect(bombe)])
        pdf.save(tmp_path / "b.pdf")
    with pytest.raises(ErreurPiece, match=r"La page 2 .* codage d'image \(JBIG2Decode\)"):
        preparer(tmp_path / "b.pdf")

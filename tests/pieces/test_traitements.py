"""Alléger et reconnaître, sur option : la perte est dite, le texte et les pages ne bougent pas."""

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from generateur.erreurs import ErreurPiece, ErreurRendu
from generateur.pieces.lecture_scans import ajouter_texte
from generateur.pieces.traitements import alleger_images

PAGE = (1860, 2630)  # A4 à 225 points par pouce


def _image(pdf, vue, **cles):
    flux = pdf.make_stream(vue.tobytes())
    espace = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB, "CMYK": pikepdf.Name.DeviceCMYK}[vue.mode]
    nature = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "ColorSpace": espace, "BitsPerComponent": 8}
    for cle, contenu in (nature | {"Width": vue.width, "Height": vue.height} | cles).items():
        flux[f"/{cle}"] = contenu
    return flux


def _pdf(cible, *vues, **cles):
    """Une page A4 par vue, avec une ligne de texte."""
    with pikepdf.new() as pdf:
        police = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for vue in vues:
            page = pdf.add_blank_page(page_size=(595, 842))
            objets = pikepdf.Dictionary(Vue=_image(pdf, vue, **cles))
            page.obj.Resources = pikepdf.Dictionary(XObject=objets, Font=pikepdf.Dictionary(F=police))
            page.obj.Contents = pdf.make_stream(
                b"q 595 0 0 842 0 0 cm /Vue Do Q BT /F 20 Tf 72 700 Td (Scan n 1) Tj ET"
            )
        pdf.save(cible, static_id=True)
    return cible


def _bruit(mode="RGB", taille=PAGE):
    return Image.effect_noise(taille, 8).convert(mode)


def _lire(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_une_page_numerisee_s_allege_et_la_perte_se_dit(atelier, tmp_path, mode):
    pdf = _pdf(tmp_path / "scan.pdf", _bruit(mode), _bruit(mode, (400, 300)))
    avant = pdf.stat().st_size
    dit = alleger_images(pdf, atelier=atelier)
    assert pdf.stat().st_size < avant / 4
    assert "avec perte : 200 points par pouce au plus, JPEG de qualité 75" in dit
    assert dit.startswith("2 image(s)")
    assert _lire(pdf) == ["Scan n 1", "Scan n 1"]
    with pikepdf.open(pdf) as lu:
        tailles = [(int(i.Width), int(i.Height)) for page in lu.pages for i in page.get_images().values()]
        modes = {
            Image.open(io.BytesIO(i.read_raw_bytes())).mode for page in lu.pages for i in page.get_images().values()
        }
    assert max(tailles[0]) <= round(842 * 200 / 72)
    assert tailles[1] == (400, 300)
    assert modes == {mode}


def test_alleger_deux_fois_donne_les_memes_octets(atelier, tmp_path):
    vue = _bruit()
    essais = [_pdf(tmp_path / f"{rang}.pdf", vue) for rang in range(2)]
    for essai in essais:
        alleger_images(essai, atelier=atelier)
    assert essais[0].read_bytes() == essais[1].read_bytes()


@pytest.mark.parametrize(
    ("mode", "cles"),
    [
        ("CMYK", {}),
        ("L", {"Decode": pikepdf.Array([1, 0])}),
        ("RGB", {"Mask": pikepdf.Array([0, 10, 0, 10, 0, 10])}),
        ("L", {"ImageMask": True}),
    ],
)
def test_une_image_que_l_on_trahirait_reste_telle_quelle(atelier, tmp_path, mode, cles):
    pdf = _pdf(tmp_path / "scan.pdf", _bruit(mode, (1200, 1600)), **cles)
    octets = pdf.read_bytes()
    assert alleger_images(pdf, atelier=atelier) == ""
    assert pdf.read_bytes() == octets


def test_ce_qui_ne_gagne_rien_reste_tel_quel(atelier, tmp_path):
    pdf = _pdf(tmp_path / "logo.pdf", Image.new("RGB", (40, 40), "red"))
    assert alleger_images(pdf, atelier=atelier) == ""


class ReconnaissanceFactice:
    """Ajoute à chaque page une couche de texte d'un nom tiré au sort, comme OCRmyPDF ; peut perdre une page."""

    def __init__(self, tirage, *, perd=False, echoue=False):
        self._tirage, self._perd, self._echoue = tirage, perd, echoue

    def disponibilite(self):
        return type("Etat", (), {"version": "factice 1"})()

    def convertir(self, conversions):
        if self._echoue:
            raise ErreurRendu("refus")
        for conversion in conversions:
            with pikepdf.open(conversion.source) as pdf:
                for page in pdf.pages:
                    nom = pikepdf.Name(f"/OCR-{self._tirage}")
                    couche = pdf.make_stream(b"BT /F 8 Tf 3 Tr 10 10 Td (texte reconnu) Tj ET")
                    couche.Type, couche.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
                    couche.BBox = pikepdf.Array([0, 0, 595, 842])
                    couche.Resources = pikepdf.Dictionary(Font=page.obj.Resources.Font)
                    page.obj.Resources.XObject[nom] = couche
                    page.contents_add(f"/OCR-{self._tirage} Do".encode())
                if self._perd:
                    del pdf.pages[-1]
                pdf.docinfo["/ModDate"] = f"D:{self._tirage}"
                pdf.save(conversion.cible)


def test_le_texte_reconnu_ne_porte_rien_du_hasard(atelier, tmp_path):
    vue = _bruit("L", (300, 400))
    essais = [_pdf(tmp_path / f"{rang}.pdf", vue, vue) for rang in range(2)]
    for tirage, essai in zip(("zD_Ul", "Kr-9X"), essais, strict=True):
        lu = ajouter_texte(essai, titre="Bon", moteur=ReconnaissanceFactice(tirage), atelier=atelier)
        assert lu.pages == (1, 2)
        assert "sur 2\xa0page(s) (1 et 2)" in lu.phrase
    assert essais[0].read_bytes() == essais[1].read_bytes()
    assert all("texte reconnu" in texte for texte in _lire(essais[0]))


@pytest.mark.parametrize("faute", [{"perd": True}, {"echoue": True}])
def test_une_page_perdue_ou_un_echec_nomme_la_piece(atelier, tmp_path, faute):
    pdf = _pdf(tmp_path / "scan.pdf", _bruit("L", (300, 400)), _bruit("L", (300, 400)))
    octets = pdf.read_bytes()
    with pytest.raises(ErreurPiece, match="« Bon »") as refus:
        ajouter_texte(pdf, titre="Bon", moteur=ReconnaissanceFactice("x", **faute), atelier=atelier)
    assert "--ocr" in refus.value.remede
    assert pdf.read_bytes() == octets

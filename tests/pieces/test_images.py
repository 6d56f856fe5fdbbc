"""Les images : droites, A4, sans perte, bornées."""

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageOps

from generateur.erreurs import ErreurPiece
from generateur.pieces.fond_image import FOND, choisir_fond
from generateur.pieces.limites import Limites
from tests.pieces.conftest import Preparer


def _mire(taille: tuple[int, int] = (300, 200)) -> Image.Image:
    image = Image.new("RGB", taille, "white")
    dessin = ImageDraw.Draw(image)
    largeur, hauteur = taille
    dessin.rectangle((0, 0, largeur // 3, hauteur // 3), fill="red")
    dessin.rectangle((2 * largeur // 3, 2 * hauteur // 3, largeur, hauteur), fill="blue")
    dessin.rectangle((0, 2 * hauteur // 3, largeur // 3, hauteur), fill="green")
    return image


@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_obeit_a_l_orientation_exif(tmp_path: Path, preparer: Preparer, orientation: int, extension: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = tmp_path / f"a.{extension}"
    _mire().save(source, exif=exif, quality=95)
    preparer(source)
    with Image.open(source) as couchee:
        droite = ImageOps.exif_transpose(couchee)
    with pypdfium2.PdfDocument(tmp_path / "cible.pdf") as pdf:
        page = pdf[0].render(scale=1).to_pil().convert("RGB")
    assert (page.width > page.height) == (droite.width > droite.height)
    echelle = 0.72  # cent points par pouce : l'image n'est pas étirée au-delà
    gauche, haut = (page.width - droite.width * echelle) / 2, (page.height - droite.height * echelle) / 2
    for x in (0.1, 0.5, 0.9):
        for y in (0.1, 0.5, 0.9):
            vu = page.getpixel((int(gauche + x * droite.width * echelle), int(haut + y * droite.height * echelle)))
            voulu = droite.getpixel((int(x * droite.width), int(y * droite.height)))
            assert max(abs(a - b) for a, b in zip(vu, voulu, strict=True)) < 40


@pytest.mark.parametrize(("orientation", "en_portrait"), [(1, False), (6, True), (3, False)])
def test_redresse_une_telecopie_tournee(
    tmp_path: Path, preparer: Preparer, orientation: int, *, en_portrait: bool
) -> None:
    page = Image.new("1", (400, 200), 1)
    ImageDraw.Draw(page).rectangle((0, 0, 150, 80), fill=0)  # un pavé noir dans le coin haut gauche
    page.save(tmp_path / "a.tif", compression="group4", tiffinfo={0x0112: orientation})
    preparer(tmp_path / "a.tif")
    with Image.open(tmp_path / "a.tif") as couchee:
        droite = ImageOps.exif_transpose(couchee).convert("L")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.Vue).as_pil_image().convert("L")
        matrice = [float(n) for n in pdf.pages[0].obj.Contents.read_bytes().split()[1:7]]
        assert (pdf.pages[0].mediabox[3] > pdf.pages[0].mediabox[2]) is en_portrait
    assert vue.tobytes() == droite.tobytes()
    assert matrice[0] > 0
    assert matrice[1] == matrice[2] == 0


def test_range_un_jpeg_tel_quel(tmp_path: Path, preparer: Preparer) -> None:
    _mire().save(tmp_path / "a.jpg", quality=60)
    preparee = preparer(tmp_path / "a.jpg")
    assert preparee.sans_texte
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pdf.pages[0].obj.Resources.XObject.Vue
        assert vue.Filter == "/DCTDecode"
        donnees = vue.read_raw_bytes()
    assert donnees == (tmp_path / "a.jpg").read_bytes()


@pytest.mark.parametrize("format_image", ["PNG", "BMP", "GIF", "TIFF", "WEBP"])
def test_ne_perd_aucun_pixel(tmp_path: Path, preparer: Preparer, format_image: str) -> None:
    source = tmp_path / "image_sans_extension"
    _mire().save(source, format_image, **({"lossless": True} if format_image == "WEBP" else {}))
    preparer(source)
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.Vue).as_pil_image().convert("RGB")
    with Image.open(source) as origine:
        assert vue.tobytes() == origine.convert("RGB").tobytes()


def test_la_transparence_devient_du_blanc(tmp_path: Path, preparer: Preparer) -> None:
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(tmp_path / "a.png")
    preparer(tmp_path / "a.png")
    with pypdfium2.PdfDocument(tmp_path / "cible.pdf") as pdf:
        assert pdf[0].render(scale=0.5).to_pil().convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize(("encre", "fonds_gris"), [("white", 1), ("#e8f0f0", 1), ("black", 0), ("#c00000", 0)])
def test_un_texte_blanc_sur_fond_transparent_recoit_un_fond_et_c_est_dit(
    tmp_path: Path, preparer: Preparer, encre: str, fonds_gris: int
) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((20, 40), "Bon pour accord", fill=encre)
    image.save(tmp_path / "a.png")
    preparee = preparer(tmp_path / "a.png")
    assert ["fond gris" in dit for dit in preparee.avertissements] == [True] * fonds_gris
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.Vue).as_pil_image()
    sombre, clair = vue.convert("L").getextrema()
    assert clair - sombre > 100  # l'encre se lit


@pytest.mark.parametrize("couleur", ["#1a73e8", "#c00000", "black", "#ffd700"])
def test_le_texte_blanc_d_un_logo_colore_ne_se_perd_pas(tmp_path: Path, preparer: Preparer, couleur: str) -> None:
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    dessin = ImageDraw.Draw(image)
    dessin.ellipse((20, 20, 180, 180), fill=couleur)
    dessin.text((70, 80), "AL", fill="white", font_size=40)
    dessin.text((220, 70), "Atelier Lumen", fill="white", font_size=50)
    image.save(tmp_path / "a.png")
    assert "fond gris" in preparer(tmp_path / "a.png").avertissements[0]
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.Vue).as_pil_image().convert("L")
    sombre, clair = vue.crop((220, 60, 600, 140)).getextrema()
    assert clair - sombre > 100, "le texte blanc se lit"
    assert abs(vue.getpixel((100, 30)) - vue.getpixel((5, 5))) > 25, "le logo se distingue du fond"


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_une_image_toute_blanche_et_opaque_n_a_pas_besoin_de_fond(mode: str) -> None:
    assert choisir_fond(Image.new(mode, (50, 50), "white")) == FOND


def test_le_blanc_pris_dans_une_couleur_ne_change_rien_au_fond(tmp_path: Path, preparer: Preparer) -> None:
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    dessin = ImageDraw.Draw(image)
    dessin.rectangle((20, 20, 580, 180), fill="#1a73e8")
    dessin.text((70, 80), "Atelier Lumen", fill="white", font_size=40)
    image.save(tmp_path / "a.png")
    assert preparer(tmp_path / "a.png").avertissements == ()


def test_une_page_blanche_aux_marges_transparentes_reste_blanche(tmp_path: Path, preparer: Preparer) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    dessin = ImageDraw.Draw(image)
    dessin.rectangle((10, 10, 190, 90), fill="white")
    dessin.text((20, 40), "Facture", fill="black")
    image.save(tmp_path / "a.png")
    assert preparer(tmp_path / "a.png").avertissements == ()


@pytest.mark.parametrize("taille", [(2, 2), (1, 1), (3, 15_000)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_une_image_minuscule_ou_demesuree_entre_aussi(
    tmp_path: Path, preparer: Preparer, taille: tuple[int, int], mode: str
) -> None:
    Image.new(mode, taille, "red").save(tmp_path / "a.png")
    assert preparer(tmp_path / "a.png").pages == 1


def test_chaque_page_d_un_tiff_devient_une_page(tmp_path: Path, preparer: Preparer) -> None:
    vues = [_mire().rotate(90 * n, expand=True) for n in range(3)]
    vues[0].save(tmp_path / "a.tif", save_all=True, append_images=vues[1:])
    assert preparer(tmp_path / "a.tif").pages == 3
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        formes = [page.mediabox[2] > page.mediabox[3] for page in pdf.pages]
    assert formes == [True, False, True]


def test_dit_qu_une_animation_n_est_reproduite_qu_en_partie(tmp_path: Path, preparer: Preparer) -> None:
    vues = [Image.new("L", (20, 20), nuance) for nuance in (0, 100, 200)]
    vues[0].save(tmp_path / "a.gif", save_all=True, append_images=vues[1:])
    preparee = preparer(tmp_path / "a.gif")
    assert preparee.pages == 1
    assert "première des 3 vues" in preparee.avertissements[0]


def test_redresse_les_pixels_d_une_telecopie(tmp_path: Path, preparer: Preparer) -> None:
    Image.new("1", (1728, 1100)).save(tmp_path / "a.tif", dpi=(204, 98), compression="group4")
    preparer(tmp_path / "a.tif")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        assert pdf.pages[0].mediabox[3] > pdf.pages[0].mediabox[2]


def test_tient_dans_une_page_a4_avec_ses_marges(tmp_path: Path, preparer: Preparer) -> None:
    _mire((900, 400)).save(tmp_path / "a.png")
    preparer(tmp_path / "a.png")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        page = pdf.pages[0]
        a, _, _, d, e, f = (float(n) for n in page.obj.Contents.read_bytes().split()[1:7])
        largeur, hauteur = (float(n) for n in page.mediabox[2:])
    assert (round(largeur), round(hauteur)) == (842, 595)
    assert min(e, f, largeur - e - a, hauteur - f - d) >= 33.9


def test_refuse_une_image_tronquee(tmp_path: Path, preparer: Preparer) -> None:
    tampon = io.BytesIO()
    _mire((800, 800)).save(tampon, "JPEG", quality=95)
    (tmp_path / "a.jpg").write_bytes(tampon.getvalue()[: len(tampon.getvalue()) // 2])
    with pytest.raises(ErreurPiece, match="incomplète ou abîmée"):
        preparer(tmp_path / "a.jpg")


def test_refuse_une_bombe_de_pixels_sans_la_decoder(tmp_path: Path, preparer: Preparer) -> None:
    entete = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    morceau = struct.pack(">I", 13) + b"IHDR" + entete + struct.pack(">I", zlib.crc32(b"IHDR" + entete))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + morceau + b"\0\0\0\0IDAT")
    with pytest.raises(ErreurPiece, match="60000 × 60000 pixels"):
        preparer(tmp_path / "a.png")


def test_borne_les_pixels_de_chaque_vue_d_un_tiff(tmp_path: Path, preparer: Preparer, limites_basses: Limites) -> None:
    petite, grande = Image.new("1", (50, 50)), Image.new("1", (500, 500))
    petite.save(tmp_path / "a.tif", save_all=True, append_images=[grande])
    with pytest.raises(ErreurPiece, match="500 × 500 pixels"):
        preparer(tmp_path / "a.tif", limites=limites_basses)

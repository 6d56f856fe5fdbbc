"""Une capture plus longue qu'une feuille est coupée où rien n'est écrit : tout s'y retrouve, et tout s'y lit."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from generateur.pieces.atelier import Atelier
from generateur.pieces.inspection import inspecter
from generateur.pieces.limites import Limites
from tests.pieces.captures import ecrire_bruit, ecrire_conversation, ecrire_tableau
from tests.pieces.conftest import Preparer

LISIBLE = Limites().corps_lisible
CLAIRE, SOMBRE = ecrire_conversation(1080, 7740), ecrire_conversation(1290, 9000, sombre=True, texte=45)


def lire_vues(cible: Path) -> list[Image.Image]:
    with pikepdf.open(cible) as pdf:
        return [pikepdf.PdfImage(page.obj.Resources.XObject.Vue).as_pil_image().convert("RGB") for page in pdf.pages]


def recoller(vues: list[Image.Image], *, est_haute: bool = True) -> Image.Image:
    cotes = [vue.height if est_haute else vue.width for vue in vues]
    taille = (vues[0].width, sum(cotes)) if est_haute else (sum(cotes), vues[0].height)
    image = Image.new("RGB", taille)
    for rang, vue in enumerate(vues):
        image.paste(vue, (0, sum(cotes[:rang])) if est_haute else (sum(cotes[:rang]), 0))
    return image


@pytest.mark.parametrize(
    ("image", "pages"),
    [(CLAIRE, 6), (SOMBRE, 6), (ecrire_bruit(300, 2000), 2), (ecrire_conversation(400, 20_000), 21)],
    ids=["claire", "sombre", "sans rangée vide", "très longue"],
)
def test_chaque_rangee_est_dans_une_page_et_une_seule(tmp_path: Path, preparer: Preparer, image, pages) -> None:
    image.save(tmp_path / "a.png")
    preparee = preparer(tmp_path / "a.png")
    assert preparee.pages == preparee.fidelite.comparees == pages
    assert recoller(lire_vues(tmp_path / "cible.pdf")).tobytes() == image.tobytes()


@pytest.mark.parametrize("image", [CLAIRE, SOMBRE], ids=["claire", "sombre"])
def test_la_coupe_passe_entre_deux_bulles(tmp_path: Path, preparer: Preparer, image) -> None:
    image.save(tmp_path / "a.png")
    preparer(tmp_path / "a.png")
    for vue in lire_vues(tmp_path / "cible.pdf"):
        for rangee in (0, vue.height - 1):
            assert len(vue.crop((0, rangee, vue.width, rangee + 1)).getcolors()) == 1


def test_un_texte_ordinaire_reste_lisible_et_la_taille_est_dite(tmp_path: Path, preparer: Preparer) -> None:
    CLAIRE.save(tmp_path / "a.png")
    dit = preparer(tmp_path / "a.png").avertissements[0].replace("\u00a0", " ")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        for page in pdf.pages:
            pas = float(page.obj.Contents.read_bytes().split()[1]) / int(page.obj.Resources.XObject.Vue.Width)
            assert 14 * pas >= LISIBLE
    assert "1080 × 7740 pixels) coupée en 6 pages" in dit
    assert "un texte de 14 pixels s'y imprime à 6,8 points (plus petite taille lisible : 5 points)" in dit


def test_une_image_tres_large_est_coupee_entre_ses_colonnes(tmp_path: Path, preparer: Preparer) -> None:
    image = ecrire_tableau(6000, 500)
    image.save(tmp_path / "a.png")
    assert preparer(tmp_path / "a.png").pages == 6
    vues = lire_vues(tmp_path / "cible.pdf")
    assert recoller(vues, est_haute=False).tobytes() == image.tobytes()
    for vue in vues:
        assert vue.crop((0, 0, 1, vue.height)).getcolors() == [(vue.height, (255, 255, 255))]


def test_une_capture_trop_large_est_tournee_puis_dite(tmp_path: Path, preparer: Preparer) -> None:
    for largeur, tournee, dite in ((1290, False, False), (1920, True, False), (2560, True, True)):
        ecrire_conversation(largeur, 3 * largeur).save(tmp_path / "a.png")
        avertissement = preparer(tmp_path / "a.png").avertissements[0]
        with pikepdf.open(tmp_path / "cible.pdf") as pdf:
            assert (pdf.pages[0].mediabox[2] > pdf.pages[0].mediabox[3]) is tournee
        assert ("sous la plus petite taille lisible" in avertissement) is dite


def test_sans_rangee_vide_la_coupe_est_dite(tmp_path: Path, preparer: Preparer) -> None:
    ecrire_bruit(300, 2000).save(tmp_path / "a.png")
    assert "la coupe passe dans un contenu à la fin de la page 1" in preparer(tmp_path / "a.png").avertissements[0]


@pytest.mark.parametrize("taille", [(1080, 2400), (1080, 1920), (4032, 3024), (2480, 3508), (60, 9000)])
def test_un_ecran_une_photo_une_page_numerisee_restent_entiers(
    tmp_path: Path, preparer: Preparer, taille: tuple[int, int]
) -> None:
    Image.new("L", taille, "white").save(tmp_path / "a.png")
    preparee = preparer(tmp_path / "a.png")
    assert (preparee.pages, preparee.avertissements) == (1, ())


def test_une_longue_capture_couchee_est_redressee_puis_coupee(tmp_path: Path, preparer: Preparer) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    CLAIRE.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.png", exif=exif)
    assert preparer(tmp_path / "a.png").pages == 6
    assert recoller(lire_vues(tmp_path / "cible.pdf")).tobytes() == CLAIRE.tobytes()


def test_une_longue_capture_transparente_est_coupee_sur_son_fond(tmp_path: Path, preparer: Preparer) -> None:
    image = Image.new("RGBA", (400, 4000), (0, 0, 0, 0))
    for y in range(20, 3980, 30):
        ImageDraw.Draw(image).text((20, y), "Bon pour accord", fill="black")
    image.save(tmp_path / "a.png")
    assert preparer(tmp_path / "a.png").pages > 1
    with pypdfium2.PdfDocument(tmp_path / "cible.pdf") as pdf:
        assert all(page.render(scale=1).to_pil().convert("L").getextrema()[0] < 100 for page in pdf)


def test_l_examen_annonce_la_meme_decoupe(tmp_path: Path, atelier: Atelier, preparer: Preparer) -> None:
    for nom, image, a_regarder in (("a.png", CLAIRE, False), ("b.png", ecrire_bruit(300, 2000), True)):
        image.save(tmp_path / nom)
        vue = inspecter(tmp_path, [(nom, None)], atelier=atelier)[nom]
        preparee = preparer(tmp_path / nom)
        assert (vue.pages, vue.observations) == (preparee.pages, preparee.avertissements)
        assert vue.a_regarder is a_regarder


@pytest.mark.parametrize(
    ("taille", "est_dite"),
    [((390, 6000), True), ((6000, 390), True), ((595, 842), False), ((3370, 2384), False), ((220, 700), False)],
    ids=["page qui défile", "très large", "A4", "plan A0", "ticket"],
)
def test_une_page_de_pdf_qui_defile_est_dite(
    tmp_path: Path, atelier: Atelier, preparer: Preparer, taille: tuple[int, int], *, est_dite: bool
) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.add_blank_page(page_size=taille)
        pdf.save(tmp_path / "a.pdf")
    vue = inspecter(tmp_path, [("a.pdf", None)], atelier=atelier)["a.pdf"]
    preparee = preparer(tmp_path / "a.pdf")
    assert (vue.observations, vue.a_regarder) == (preparee.avertissements, est_dite)
    dits = " ".join(preparee.avertissements).replace("\u00a0", " ")
    assert ("Page(s) 2 : bien plus longue(s) qu'une feuille" in dits) is est_dite
    assert ("y ferait 1,4 points (plus petite taille lisible : 5 points)" in dits) is est_dite

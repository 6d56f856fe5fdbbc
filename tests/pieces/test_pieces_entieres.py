"""Ce qu'une pièce taisait encore : texte qui ne sert que de découpe, champ blanc, choix dit par son rang."""

import pikepdf
from pikepdf import Array, Name, String
from PIL import Image, ImageDraw

from tests.pieces.conftest import Preparer
from tests.pieces.test_champs_remplis import Formulaire, encre, montrer
from tests.pieces.test_contenu_cache import _ecrire


def test_un_texte_qui_ne_sert_que_de_decoupe_est_dit_invisible(tmp_path, preparer: Preparer):
    seul = _ecrire(tmp_path / "a.pdf", "q BT 7 Tr /F 14 Tf 72 600 Td (SECRET) Tj ET Q")
    assert [(c.nature, c.texte) for c in preparer(seul).caches] == [("texte invisible", "SECRET")]
    rempli = _ecrire(tmp_path / "b.pdf", "q BT 7 Tr /F 14 Tf 72 600 Td (Montre) Tj ET 0 0 595 842 re f Q")
    assert preparer(rempli).caches == ()


def test_un_champ_rempli_en_blanc_est_dit_cache(tmp_path, preparer: Preparer):
    fait = Formulaire(tmp_path / "a.pdf")
    fait.poser((60, 600, 360, 620), FT=Name.Tx, V=String("Nous renonçons"), DA=String("/Helv 12 Tf 1 g"))
    fait.poser((60, 500, 360, 520), FT=Name.Tx, V=String("Montré"), DA=String("/Helv 12 Tf 0 g"))
    caches = preparer(fait.ecrire()).caches
    assert [(c.nature, c.page, c.texte) for c in caches] == [("texte de la couleur du fond", 1, "Nous renonçons")]


def test_une_liste_montre_le_choix_dont_elle_ne_dit_que_le_rang(tmp_path, preparer: Preparer):
    fait = Formulaire(tmp_path / "a.pdf")
    choix = Array([Array([String(c), String(f"Choix {c}")]) for c in "ABC"])
    rangs = {"dit": {"I": Array([1])}, "muet": {}}
    for y, cles in zip((600, 400), rangs.values(), strict=True):
        fait.poser((60, y, 360, y + 90), FT=Name.Ch, Opt=choix, DA=String("/Helv 12 Tf 0 g"), **cles)
    preparer(fait.ecrire())
    image = montrer(tmp_path / "cible.pdf")
    assert encre(image, (60, 600, 360, 690)) > encre(image, (60, 400, 360, 490)) + 0.05


def test_un_texte_noir_et_un_blanc_se_lisent_sur_le_meme_fond(tmp_path, preparer: Preparer):
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    for y, couleur in ((20, "white"), (120, "black")):
        ImageDraw.Draw(image).text((20, y), "Bon pour accord", fill=couleur, font_size=40)
    image.save(tmp_path / "a.png")
    preparer(tmp_path / "a.png")
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        vue = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject.Vue).as_pil_image().convert("L")
    for haut in (0, 100):
        sombre, clair = vue.crop((0, haut, 600, haut + 100)).getextrema()
        assert clair - sombre > 100

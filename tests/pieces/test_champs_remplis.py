"""Un formulaire rempli garde ce qu'il montre : rien ne s'y efface, ne s'y coche ni ne s'y réduit sans un mot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageStat

from generateur.pieces.preparation import Preparee
from tests.pieces.conftest import Preparer

RECTANGLE = (60, 600, 360, 700)
CASES = ((50, 716, 62, 728), (50, 686, 62, 698), (50, 656, 62, 668))
ECARTS = Path(__file__).parents[3] / "shared" / "corpus" / "ecarts"


class Formulaire:
    """Un formulaire d'une page, fabriqué champ par champ."""

    def __init__(self, cible: Path, *, est_a_redessiner: bool = False) -> None:
        self.cible = cible
        self.pdf = pikepdf.new()
        self.pdf.add_blank_page(page_size=(595, 842))
        self.helv = self.pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        )
        self.pdf.pages[0].obj.Annots = Array()
        self.pdf.Root.AcroForm = Dictionary(
            Fields=Array(), DR=Dictionary(Font=Dictionary(Helv=self.helv)), DA=String("/Helv 12 Tf 0 g")
        )
        if est_a_redessiner:
            self.pdf.Root.AcroForm.NeedAppearances = True

    def dessin(self, operations: str, largeur: float, hauteur: float) -> Any:
        flux = Stream(self.pdf, operations.encode("cp1252"))
        flux.Type, flux.Subtype, flux.BBox = Name.XObject, Name.Form, Array([0, 0, largeur, hauteur])
        flux.Resources = Dictionary(Font=Dictionary(Helv=self.helv))
        return self.pdf.make_indirect(flux)

    def poser(self, rectangle: tuple[float, ...] = RECTANGLE, *, parent: Any = None, **cles: Any) -> Any:
        champ = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array(rectangle), **({"F": 4} | cles))
        if parent is None and Name.T not in champ:
            champ.T = String(f"champ{len(self.pdf.pages[0].obj.Annots)}")
        champ = self.pdf.make_indirect(champ)
        self.pdf.pages[0].obj.Annots.append(champ)
        if parent is None:
            self.pdf.Root.AcroForm.Fields.append(champ)
        else:
            champ.Parent = parent
            parent.Kids.append(champ)
        return champ

    def parent(self, **cles: Any) -> Any:
        champ = self.pdf.make_indirect(Dictionary(T=String("choix"), Kids=Array(), **cles))
        self.pdf.Root.AcroForm.Fields.append(champ)
        return champ

    def cases(self, etats: tuple[str, ...], coche: str, **cles: Any) -> None:
        """Des cases de même nom, dessinées, dont une cochée."""
        parent = self.parent(FT=Name.Btn, V=Name("/" + coche), **cles)
        for rectangle, etat in zip(CASES, etats, strict=True):
            dessins = Dictionary({f"/{etat}": self.dessin("0 g 2 2 8 8 re f", 12, 12), "/Off": self.dessin("", 12, 12)})
            self.poser(
                rectangle, parent=parent, AP=Dictionary(N=dessins), AS=Name("/" + (etat if etat == coche else "Off"))
            )

    def ecrire(self) -> Path:
        self.pdf.save(self.cible)
        return self.cible


Fabrique = Callable[..., Formulaire]


@pytest.fixture
def formulaire(tmp_path: Path) -> Fabrique:
    return lambda **options: Formulaire(tmp_path / "formulaire.pdf", **options)


def montrer(fichier: Path, echelle: float = 1) -> Image.Image:
    """La page telle qu'un lecteur la montre, champs compris."""
    with pypdfium2.PdfDocument(fichier) as document:
        document.init_forms()
        return document[0].render(scale=echelle, grayscale=True).to_pil().convert("L")


def encre(image: Image.Image, rectangle: tuple[float, ...]) -> float:
    """Part d'encre d'une zone (repère PDF, en points, image à un point par pixel)."""
    x0, y0, x1, y1 = (int(cote) for cote in rectangle)
    zone = image.crop((x0, 842 - y1, x1, 842 - y0))
    return 1 - ImageStat.Stat(zone).mean[0] / 255


def texte(fichier: Path) -> str:
    with pypdfium2.PdfDocument(fichier) as document:
        return str(document[0].get_textpage().get_text_bounded()).replace("\r\n", "\n")


@pytest.fixture
def preparer_formulaire(preparer: Preparer, tmp_path: Path) -> Callable[[Formulaire], tuple[Preparee, Path]]:
    def _preparer(fait: Formulaire) -> tuple[Preparee, Path]:
        preparee = preparer(fait.ecrire())
        with pikepdf.open(tmp_path / "cible.pdf") as pdf:
            assert not [a for a in pdf.pages[0].obj.get("/Annots", []) if a.Subtype == Name.Widget]
        return preparee, tmp_path / "cible.pdf"

    return _preparer


@pytest.mark.parametrize("est_a_redessiner", [False, True])
def test_une_apparence_enregistree_est_gardee_meme_a_cote_d_un_champ_qui_n_en_a_pas(
    formulaire, preparer_formulaire, est_a_redessiner
):
    fait = formulaire(est_a_redessiner=est_a_redessiner)
    lignes = ["Première ligne", "Deuxième : je reconnais devoir", "Troisième : 1 200 EUR"]
    dessin = "BT /Helv 9 Tf 14 TL 5 80 Td " + " ".join(f"({ligne}) Tj T*" for ligne in lignes) + " ET"
    fait.poser(FT=Name.Tx, Ff=4096, V=String("\n".join(lignes)), AP=Dictionary(N=fait.dessin(dessin, 300, 100)))
    fait.poser((60, 60, 200, 110), FT=Name.Sig)
    source = montrer_sans_redessin(fait)
    _, cible = preparer_formulaire(fait)
    assert montrer(cible).tobytes() == source.tobytes()
    assert all(ligne in texte(cible) for ligne in lignes)


def montrer_sans_redessin(fait: Formulaire) -> Image.Image:
    """Le formulaire avec les seules apparences qu'il porte."""
    redessine = fait.pdf.Root.AcroForm.get("/NeedAppearances")
    fait.pdf.Root.AcroForm.NeedAppearances = False
    image = montrer(fait.ecrire())
    if redessine is not None:
        fait.pdf.Root.AcroForm.NeedAppearances = redessine
    return image


@pytest.mark.parametrize("est_a_redessiner", [False, True])
@pytest.mark.parametrize("cles", [{}, {"Ff": 1 << 15}])
@pytest.mark.parametrize("etats", [("0", "1", "2"), ("Oui", "Non", "Delai"), ("a", "1", "a")])
def test_des_cases_de_meme_nom_gardent_chacune_leur_etat(
    formulaire, preparer_formulaire, est_a_redessiner, cles, etats
):
    fait = formulaire(est_a_redessiner=est_a_redessiner)
    fait.cases(etats, etats[1], **cles)
    fait.poser(FT=Name.Tx, V=String("sans apparence"))
    _, cible = preparer_formulaire(fait)
    assert [encre(montrer(cible), case) > 0.2 for case in CASES] == [False, True, False]


@pytest.mark.parametrize(
    ("cles", "est_cochee"),
    [
        ({"AS": Name.Yes, "V": Name.Yes}, True),
        ({"V": Name.Yes}, True),
        ({"AS": Name.Off, "V": Name.Off}, False),
        ({}, False),
        ({"AS": Name.Yes, "V": Name.Yes, "MK": Dictionary(CA=String("8"))}, True),
        ({"AS": Name.Oui, "V": Name.Oui, "Ff": 1 << 15, "MK": Dictionary(CA=String("l"))}, True),
    ],
)
def test_une_case_sans_apparence_se_dessine_dans_son_etat(formulaire, preparer_formulaire, cles, est_cochee):
    fait = formulaire()
    fait.poser((60, 700, 80, 720), FT=Name.Btn, **cles)
    preparee, cible = preparer_formulaire(fait)
    assert (encre(montrer(cible), (60, 700, 80, 720)) > 0.1) is est_cochee
    assert bool(preparee.avertissements) is est_cochee


def test_un_etat_coche_dont_le_dessin_manque_est_dessine(formulaire, preparer_formulaire):
    fait = formulaire()
    vide = Dictionary(Off=fait.dessin("", 20, 20))
    fait.poser((60, 700, 80, 720), FT=Name.Btn, AS=Name.Oui, V=Name.Oui, AP=Dictionary(N=vide))
    _, cible = preparer_formulaire(fait)
    assert encre(montrer(cible), (60, 700, 80, 720)) > 0.1


def test_un_bouton_dont_rien_ne_dit_l_etat_reste_vide_et_se_dit(formulaire, preparer_formulaire):
    fait = formulaire()
    parent = fait.parent(FT=Name.Btn, Ff=1 << 15, V=Name("/2"))
    for case in CASES:
        fait.poser(case, parent=parent)
    preparee, cible = preparer_formulaire(fait)
    assert montrer(cible).getextrema() == (255, 255)
    assert any("« choix »" in a and "coché" in a for a in preparee.avertissements)


def test_les_libelles_disent_quel_bouton_la_valeur_designe(formulaire, preparer_formulaire):
    fait = formulaire()
    parent = fait.parent(FT=Name.Btn, Ff=1 << 15, V=Name("/2"), Opt=Array([String("a"), String("b"), String("c")]))
    for case in CASES:
        fait.poser(case, parent=parent)
    _, cible = preparer_formulaire(fait)
    assert [encre(montrer(cible), case) > 0.1 for case in CASES] == [False, False, True]


@pytest.mark.parametrize("corps", [0, 9])
def test_un_texte_de_plusieurs_lignes_revient_a_la_ligne_dans_son_cadre(formulaire, preparer_formulaire, corps):
    fait = formulaire()
    mots = [f"mot{rang}" for rang in range(60)]
    fait.poser(FT=Name.Tx, Ff=4096, V=String(" ".join(mots)), DA=String(f"/Helv {corps} Tf 0 g"))
    _, cible = preparer_formulaire(fait)
    assert set(mots) <= set(texte(cible).split())
    image = montrer(cible)
    assert len(texte(cible).strip().split("\n")) > 3
    x0, y0, x1, y1 = RECTANGLE
    image.paste(255, (x0, 842 - y1, x1, 842 - y0))
    assert image.getextrema() == (255, 255), "rien ne déborde du cadre"


def test_un_texte_trop_long_pour_son_cadre_est_reduit_et_dit(formulaire, preparer_formulaire):
    fait = formulaire()
    mots = [f"mot{rang}" for rang in range(150)]
    fait.poser(FT=Name.Tx, Ff=4096, V=String(" ".join(mots)), DA=String("/Helv 14 Tf 0 g"))
    preparee, cible = preparer_formulaire(fait)
    with pypdfium2.PdfDocument(cible) as document:
        visible = document[0].get_textpage().get_text_bounded(60, 599, 361, 701)
    assert set(mots) <= set(visible.split())
    assert any("réduit" in a for a in preparee.avertissements)


@pytest.mark.parametrize(("quadrage", "cote"), [(0, "gauche"), (1, "centre"), (2, "droite")])
def test_le_texte_garde_son_alignement(formulaire, preparer_formulaire, quadrage, cote):
    fait = formulaire()
    fait.poser((60, 600, 360, 620), FT=Name.Tx, V=String("1 200,00 €"), Q=quadrage)
    _, cible = preparer_formulaire(fait)
    assert "1 200,00 €" in texte(cible)
    cadre = montrer(cible).point(lambda n: 255 - n).getbbox()
    assert cadre is not None
    gauche, _, droite, _ = cadre
    assert {"gauche": gauche < 66, "centre": 170 < gauche < droite < 250, "droite": droite > 354}[cote]


def test_un_peigne_met_chaque_caractere_dans_sa_case(formulaire, preparer_formulaire):
    fait = formulaire()
    fait.poser((60, 600, 360, 620), FT=Name.Tx, Ff=1 << 24, MaxLen=10, V=String("75008123"))
    _, cible = preparer_formulaire(fait)
    image = montrer(cible)
    assert [encre(image, (60 + 30 * n, 600, 90 + 30 * n, 620)) > 0.005 for n in range(10)] == [True] * 8 + [False] * 2


@pytest.mark.parametrize("options", [0, 1 << 17])
def test_un_choix_montre_son_libelle_jamais_sa_valeur_d_echange(formulaire, preparer_formulaire, options):
    fait = formulaire()
    couples = [Array([String("VIR"), String("Virement émis")]), Array([String("CHQ"), String("Chèque")])]
    fait.poser(FT=Name.Ch, Ff=options, Opt=Array(couples), V=String("VIR"))
    _, cible = preparer_formulaire(fait)
    assert "Virement émis" in texte(cible)
    assert "VIR" not in texte(cible)
    assert ("Chèque" in texte(cible)) is (options == 0)


@pytest.mark.parametrize("valeur", ["Ελληνικά", "Привет мир", "zażółć gęślą", "d’accord – 5 €"])
def test_un_texte_que_la_police_du_champ_n_ecrit_pas_prend_une_police_incorporee(
    formulaire, preparer_formulaire, valeur
):
    fait = formulaire()
    fait.poser(FT=Name.Tx, V=String(valeur), DA=String("/Helv 0 Tf 0 g"))
    preparee, cible = preparer_formulaire(fait)
    assert valeur in texte(cible)
    assert not any("aucune police" in a for a in preparee.avertissements)


@pytest.mark.parametrize("valeur", ["株式会社", "شركة"])
def test_un_texte_que_rien_ne_dessine_est_dit(formulaire, preparer_formulaire, valeur):
    fait = formulaire()
    fait.poser(FT=Name.Tx, T=String("dénomination"), V=String(valeur))
    preparee, _ = preparer_formulaire(fait)
    assert any("« dénomination »" in a and "aucune police" in a for a in preparee.avertissements)


@pytest.mark.parametrize("drapeau", [2, 32])
def test_un_champ_qui_ne_se_voit_pas_ne_sort_pas(formulaire, preparer_formulaire, drapeau):
    fait = formulaire()
    dessin = fait.dessin("BT /Helv 9 Tf 5 80 Td (accepter 50 %) Tj ET", 300, 100)
    fait.poser(FT=Name.Tx, V=String("accepter 50 %"), F=drapeau, AP=Dictionary(N=dessin))
    fait.poser((60, 400, 360, 420), FT=Name.Tx, V=String("accepter 60 %"), F=drapeau)
    _, cible = preparer_formulaire(fait)
    assert montrer(cible).getextrema() == (255, 255)
    assert "accepter" not in texte(cible)


def test_un_dessin_vide_est_refait_quand_le_document_le_demande(formulaire, preparer_formulaire):
    fait = formulaire(est_a_redessiner=True)
    fait.poser(FT=Name.Tx, V=String("Bon pour accord"), AP=Dictionary(N=fait.dessin("/Tx BMC EMC", 300, 100)))
    perime = fait.dessin("BT /Helv 9 Tf 5 10 Td (0,00) Tj ET", 300, 20)
    fait.poser((60, 400, 360, 420), FT=Name.Tx, V=String("1 200,00"), AP=Dictionary(N=perime))
    _, cible = preparer_formulaire(fait)
    assert "Bon pour accord" in texte(cible)
    assert "1 200,00" in texte(cible)


def test_un_bouton_poussoir_garde_son_inscription(formulaire, preparer_formulaire):
    fait = formulaire()
    fait.poser(FT=Name.Btn, Ff=1 << 16, MK=Dictionary(CA=String("Imprimer"), BG=Array([0.9])))
    _, cible = preparer_formulaire(fait)
    assert "Imprimer" in texte(cible)


def test_un_champ_d_un_calque_eteint_le_reste(formulaire, preparer_formulaire):
    fait = formulaire()
    calque = fait.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Interne")))
    fait.pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=Dictionary(OFF=Array([calque])))
    fait.poser(FT=Name.Tx, OC=calque, AP=Dictionary(N=fait.dessin("0 g 5 5 90 90 re f", 300, 100)))
    _, cible = preparer_formulaire(fait)
    assert montrer(cible).getextrema() == (255, 255)


def test_les_ecarts_connus_se_montrent_comme_leur_source(preparer, tmp_path):
    if not ECARTS.is_dir():
        pytest.skip("le corpus partagé n'est pas là")
    preparer(ECARTS / "cases_a_cocher_meme_nom.pdf")
    image = montrer(tmp_path / "cible.pdf")
    assert [encre(image, case) > 0.2 for case in CASES] == [False, True, False]
    preparer(ECARTS / "f_sans_apparence_need.pdf")
    assert encre(montrer(tmp_path / "cible.pdf"), (230, 695, 250, 715)) > 0.1
    assert "1 234,56 EUR ACCEPTE" in texte(tmp_path / "cible.pdf")

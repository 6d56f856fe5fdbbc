"""Ce que l'emprise dit vide l'est : jamais un signe, un filet, une image ni une annotation n'y est dessiné."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from generateur.domaine.emprises import COLONNES, RANGEES, dresser_emprise, lire_emprise
from generateur.pieces.bornes_des_objets import relever_emprise

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PAPIER = 247  # tout ce qui se distingue du papier blanc
A4 = (0.0, 0.0, 595.0, 842.0)


def ecrire_page(cible: Path, contenu: bytes, **page: object) -> Path:
    with pikepdf.new() as pdf:
        feuille = pdf.add_blank_page(page_size=(595, 842)).obj
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        feuille.Resources = Dictionary(Font=Dictionary(F=police))
        feuille.Contents = Stream(pdf, contenu)
        for cle, valeur in page.items():
            feuille[f"/{cle}"] = valeur
        pdf.save(cible)
    return cible


def emprise_de(fichier: Path):
    with pypdfium2.PdfDocument(fichier) as document:
        return lire_emprise(relever_emprise(document[0]))


def test_le_texte_d_une_page_n_occupe_que_ses_cases(tmp_path):
    emprise = emprise_de(ecrire_page(tmp_path / "a.pdf", b"BT /F 12 Tf 100 700 Td (Facture) Tj ET"))
    assert not emprise.est_vide((110, 702, 120, 706))
    assert emprise.est_vide((100, 600, 200, 660))
    assert emprise.est_vide((400, 13, 580, 30))


@pytest.mark.parametrize(
    ("contenu", "zone"),
    [
        (b"0.5 w 100 20 m 500 20 l S", (300, 15, 310, 18)),
        (b"q 50 0 0 50 500 10 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q", (510, 20, 520, 30)),
        (b"1 0 0 1 0 -690 cm BT /F 12 Tf 100 700 Td (bas) Tj ET", (100, 12, 110, 14)),
    ],
    ids=["filet", "image", "texte déplacé"],
)
def test_ce_qui_est_peint_occupe_sa_place(tmp_path, contenu, zone):
    assert not emprise_de(ecrire_page(tmp_path / "a.pdf", contenu)).est_vide(zone)


def test_une_annotation_occupe_sa_place(tmp_path):
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([590, 30, 400, 10]), C=Array([1, 0, 0]))
    emprise = emprise_de(ecrire_page(tmp_path / "a.pdf", b"", Annots=Array([note])))
    assert not emprise.est_vide((450, 15, 460, 20))
    assert emprise.est_vide((100, 15, 110, 20))


def test_une_police_dessinee_laisse_la_page_a_mesurer(tmp_path):
    """Les bornes que ses signes annoncent peuvent mentir."""
    with pikepdf.open(ecrire_page(tmp_path / "a.pdf", b"BT /T 12 Tf 100 700 Td (A) Tj ET")) as pdf:
        signe = Stream(pdf, b"1000 0 0 0 1 1 d1 0 0 900 900 re f")
        police = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=Array([0, 0, 1, 1]),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
            CharProcs=Dictionary(A=signe),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.A])),
            FirstChar=65,
            LastChar=65,
            Widths=Array([1000]),
        )
        pdf.pages[0].obj.Resources.Font.T = police
        pdf.save(tmp_path / "b.pdf")
    assert emprise_de(tmp_path / "b.pdf") is None


def test_hors_de_la_page_rien_n_est_dit(tmp_path):
    emprise = emprise_de(ecrire_page(tmp_path / "a.pdf", b"", CropBox=Array([100, 100, 400, 500])))
    assert emprise.boite == (100, 100, 400, 500)
    assert emprise.est_vide((100, 100, 400, 500))
    assert not emprise.est_vide((90, 200, 120, 220))


def test_l_emprise_ecrite_se_relit():
    emprise = dresser_emprise(A4, [(0, 0, 10, 10), (500, 800, 700, 900)])
    assert lire_emprise(emprise.ecrire()) == emprise
    assert len(emprise.rangees) == RANGEES
    assert emprise.rangees[0] == 1
    assert emprise.rangees[-1] >> (COLONNES - 1) == 1


@pytest.mark.parametrize("texte", ["", "0 0 595 842", "0 0 595 842 zz", "0 0 595 842 00000001"])
def test_ce_qui_n_est_pas_une_emprise_ne_dit_rien(texte):
    assert lire_emprise(texte) is None


@pytest.mark.parametrize("cote", [float("nan"), float("inf")])
def test_une_borne_qui_n_est_pas_un_nombre_est_un_doute(cote):
    with pytest.raises(ValueError, match=r"nan|inf"):
        dresser_emprise(A4, [(0, 0, cote, 10)])


@pytest.mark.skipif(not CORPUS.exists(), reason="corpus ../shared/corpus absent")
@pytest.mark.parametrize("part", range(4))
def test_ce_que_les_pdf_du_corpus_disent_vide_est_blanc(part):
    verifiees = 0
    for fichier in sorted(CORPUS.rglob("*.pdf"))[part::4]:
        try:
            document = pypdfium2.PdfDocument(fichier)
            if document.get_formtype():
                document.init_forms()
            page = document[0]
        except pypdfium2.PdfiumError:
            continue
        with document:
            emprise = lire_emprise(relever_emprise(page))
            largeur, hauteur = page.get_size()
            if emprise is None or largeur * hauteur > 2_000_000 or page.get_rotation():
                continue
            gauche, bas, droite, haut = emprise.boite
            pas = (droite - gauche) / largeur
            vue = page.render(scale=1).to_pil().convert("L").point(lambda niveau: 255 * (niveau < PAPIER))
            for rang in range(1, RANGEES - 1, 3):
                bande = (gauche + 6, bas + (haut - bas) * rang / RANGEES, droite - 6)
                zone = (*bande, bas + (haut - bas) * (rang + 1) / RANGEES)
                premiere, derniere = (int((haut - y) / pas) for y in (zone[3], zone[1]))
                if derniere > premiere + 1 and emprise.est_vide(zone):
                    vide = vue.crop((6, premiere + 1, vue.width - 6, derniere))
                    assert vide.getbbox() is None, (fichier.name, zone)
                    verifiees += 1
    assert verifiees > 100

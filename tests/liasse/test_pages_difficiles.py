"""Pages tournées, décalées, minuscules, pleines, mal formées : lisibles, droites, tamponnées hors du texte."""

import json
import re
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from PIL import ImageChops

from generateur.erreurs import ErreurPiece
from generateur.liasse.assemblage import assembler
from generateur.liasse.geometrie import lire_cadre, transformer
from generateur.liasse.plan import PLACES_TAMPON, ElementPiece, Options
from generateur.publication.verification import PROFONDEUR_LISIBLE, _profondeur

BALISE = "q 0 g 100 100 50 80 re f Q BT /F1 12 Tf 120 300 Td (Contenu) Tj ET"
CARRELAGE = " ".join(f"BT /F1 8 Tf {x} {y} Td (XXXXXXXX) Tj ET" for x in range(0, 600, 40) for y in range(0, 845, 9))


def piece_brute(dossier: Path, contenu: str | list[str] | None = BALISE, **page) -> ElementPiece:
    """Une pièce d'une page, au dictionnaire de page choisi."""
    chemin = dossier / "brute.pdf"
    with pikepdf.new() as pdf:
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        reglages = {
            "MediaBox": Array([0, 0, 595, 842]),
            "Resources": Dictionary(Font=Dictionary(F1=police)),
            **page,
        }
        objet = Dictionary(Type=Name.Page, **{cle: valeur for cle, valeur in reglages.items() if valeur is not None})
        if isinstance(contenu, str):
            objet.Contents = Stream(pdf, contenu.encode())
        elif contenu is not None:
            objet.Contents = Array([Stream(pdf, morceau.encode()) for morceau in contenu])
        pdf.pages.append(pikepdf.Page(objet))
        pdf.save(chemin)
    return ElementPiece("1", "Brute", chemin)


def produire(atelier, tmp_path, piece, **options):
    assembler(atelier.plan([piece]), tmp_path / "l.pdf", tmp_path / "p", Options(**options))
    document = pypdfium2.PdfDocument(tmp_path / "l.pdf")
    page = document[3]
    texte = re.sub(r"\s+", " ", page.get_textpage().get_text_range())
    image = page.render(grayscale=True).to_pil()
    taille = page.get_size()
    document.close()
    return texte, image, taille


def boites_de(fichier: Path, rang: int, *mots: str):
    """Boîte (repère du PDF) de chaque mot sur la page."""
    with pypdfium2.PdfDocument(fichier) as document:
        texte = document[rang].get_textpage()
        boites = []
        for mot in mots:
            depart, nombre = texte.search(mot).get_next()
            cotes = [texte.get_charbox(i) for i in range(depart, depart + nombre) if texte.get_charbox(i)[2]]
            boites.append(
                (min(c[0] for c in cotes), min(c[1] for c in cotes), max(c[2] for c in cotes), max(c[3] for c in cotes))
            )
        return boites


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("boite", [(0, 0, 595, 842), (-200, 300, 395, 1142)])
def test_tampon_et_folio_se_lisent_droits_sur_une_page_tournee_ou_decalee(atelier, tmp_path, rotation, boite):
    piece = piece_brute(tmp_path, contenu=None, MediaBox=Array(list(boite)), Rotate=rotation)
    texte, image, taille = produire(atelier, tmp_path, piece)
    assert "Pièce n° 1" in texte
    assert "4 / 4" in texte
    largeur, hauteur = taille
    encre = ImageChops.invert(image).getbbox()
    # le tampon en haut à droite, le folio en bas à droite, tels que la page se voit
    assert encre[0] > largeur / 2
    haut = ImageChops.invert(image.crop((0, 0, int(largeur), int(hauteur / 4)))).getbbox()
    bas = ImageChops.invert(image.crop((0, int(hauteur * 0.9), int(largeur), int(hauteur)))).getbbox()
    assert haut[2] - haut[0] > haut[3] - haut[1]
    assert bas[2] - bas[0] > bas[3] - bas[1]


@pytest.mark.parametrize("place", PLACES_TAMPON)
def test_le_tampon_va_ou_on_le_demande_si_la_place_est_libre(atelier, tmp_path, place):
    produire(atelier, tmp_path, piece_brute(tmp_path), tampon_place=place)
    ((gauche, bas, droite, haut),) = boites_de(tmp_path / "l.pdf", 3, "Pièce n° 1")
    vertical, horizontal = place.split("_")
    assert (bas > 700) == (vertical == "haut")
    centre = (gauche + droite) / 2
    assert {"gauche": centre < 200, "droite": centre > 400, "centre": 250 < centre < 350}[horizontal]
    assert haut < 842


def test_une_page_pleine_est_reduite_et_rien_ne_recouvre_son_texte(atelier, tmp_path):
    produire(atelier, tmp_path, piece_brute(tmp_path, contenu=CARRELAGE))
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as document:
        textes = document[3].get_textpage()
        signes = [(textes.get_text_range(i, 1), textes.get_charbox(i)) for i in range(textes.count_chars())]
    contenu = [boite for signe, boite in signes if signe == "X"]
    marques = boites_de(tmp_path / "l.pdf", 3, "Pièce n° 1", "4 / 4")
    assert len(contenu) == 15 * 94 * 8
    for m in marques:
        touches = [c for c in contenu if c[0] < m[2] and m[0] < c[2] and c[1] < m[3] and m[1] < c[3]]
        assert not touches


def test_le_tampon_change_de_coin_plutot_que_de_couvrir_le_texte(atelier, tmp_path):
    entete = " ".join(f"BT /F1 14 Tf 330 {y} Td (EN-TETE DU DEBITEUR EN HAUT) Tj ET" for y in range(740, 842, 12))
    produire(atelier, tmp_path, piece_brute(tmp_path, contenu=entete))
    ((gauche, bas, _, _),) = boites_de(tmp_path / "l.pdf", 3, "Pièce n° 1")
    assert bas > 700
    assert gauche < 200


def test_une_page_minuscule_recoit_une_feuille_plus_grande(atelier, tmp_path):
    texte, _, taille = produire(atelier, tmp_path, piece_brute(tmp_path, "", MediaBox=Array([0, 0, 40, 30])))
    assert "Pièce n° 1" in texte
    assert "4 / 4" in texte
    assert taille[0] < 200
    assert taille[1] < 140


@pytest.mark.parametrize(
    "contenu",
    [
        "q q q 2 0 0 2 50 50 cm " + BALISE,
        "Q Q Q " + BALISE + " Q Q",
        ["q 1 0 0 1 0 0 cm BT /F1 12 Tf 120 300 Td", "(Contenu) Tj ET Q"],
    ],
)
def test_des_etats_mal_equilibres_ne_deplacent_pas_les_marques(atelier, tmp_path, contenu):
    texte, _, _ = produire(atelier, tmp_path, piece_brute(tmp_path, contenu))
    assert "Contenu" in texte
    tampon, folio = boites_de(tmp_path / "l.pdf", 3, "Pièce n° 1", "4 / 4")
    assert tampon[1] > 780
    assert folio[3] < 30


def test_ni_contenu_ni_ressources_ni_boite(atelier, tmp_path):
    texte, _, taille = produire(atelier, tmp_path, piece_brute(tmp_path, None, Resources=None, MediaBox=None))
    assert "Pièce n° 1" in texte
    assert taille == (612, 792)


def test_des_noms_de_ressources_deja_pris_ne_se_heurtent_pas(atelier, tmp_path):
    police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier)
    ressources = Dictionary(Font=Dictionary(Marque=police, F1=police), XObject=Dictionary())
    contenu = "BT /Marque 12 Tf 120 300 Td (Contenu) Tj ET"
    texte, _, _ = produire(atelier, tmp_path, piece_brute(tmp_path, contenu, Resources=ressources))
    assert "Contenu" in texte
    polices = pypdf.PdfReader(tmp_path / "l.pdf").pages[3]["/Resources"]["/XObject"]["/Contenu"]
    interieur = polices["/Resources"]["/XObject"]["/Contenu"]["/Resources"]["/Font"]
    assert interieur["/Marque"]["/BaseFont"] == "/Courier"


def test_une_page_laissee_telle_quelle_garde_son_image(atelier, tmp_path):
    piece = piece_brute(tmp_path)
    with pypdfium2.PdfDocument(piece.pdf) as document:
        avant = document[0].render(grayscale=True).to_pil()
    _, apres, _ = produire(atelier, tmp_path, piece)
    milieu = (0, 100, 595, 780)
    assert ImageChops.difference(avant.crop(milieu), apres.crop(milieu)).getbbox() is None


def test_unite_et_rognage(atelier, tmp_path):
    piece = piece_brute(
        tmp_path, UserUnit=2, MediaBox=Array([0, 0, 400, 500]), CropBox=Array([50, 50, 350, 450]), Rotate=90
    )
    texte, _, _ = produire(atelier, tmp_path, piece)
    assert "Pièce n° 1" in texte
    with pikepdf.open(tmp_path / "l.pdf") as pdf:
        cadre = lire_cadre(pdf.pages[3].obj)
        assert cadre.dimensions == (800, 600)
        assert transformer(cadre.vers_pdf, 0, 0) == (350, 50)


def test_un_lien_suit_le_contenu_reduit(atelier, tmp_path):
    annotation = Dictionary(
        Type=Name.Annot, Subtype=Name.Highlight, Rect=Array([100, 100, 200, 120]), QuadPoints=Array([100, 120] * 4)
    )
    produire(atelier, tmp_path, piece_brute(tmp_path, CARRELAGE, Annots=Array([annotation])))
    with pikepdf.open(tmp_path / "l.pdf") as pdf:
        rectangle = [float(cote) for cote in pdf.pages[3].Annots[0].Rect]
    assert rectangle[2] - rectangle[0] < 99
    assert rectangle[1] > 100


def test_des_formes_imbriquees_sans_fin_ne_bloquent_pas(atelier, tmp_path):
    """Dix niveaux de dix appels : dix milliards de dessins si l'on mesurait la page en la dessinant."""
    with pikepdf.new() as pdf:
        forme = None
        for _ in range(10):
            dessin = Stream(pdf, b"0 0 10 10 re f" if forme is None else b"/F Do " * 10)
            dessin.Type, dessin.Subtype, dessin.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 800])
            if forme is not None:
                dessin.Resources = Dictionary(XObject=Dictionary(F=forme))
            forme = pdf.make_indirect(dessin)
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(F=forme))
        pdf.pages[0].obj.Contents = Stream(pdf, b"/F Do")
        pdf.save(tmp_path / "bombe.pdf")
    plan = atelier.plan([ElementPiece("1", "Bombe", tmp_path / "bombe.pdf")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    lecteur = pypdf.PdfReader(assemblage.fichier)
    assert _profondeur(lecteur.pages[3]["/Resources"]) > PROFONDEUR_LISIBLE


def test_corpus_un_fichier_sur_neuf_entre_entier_ou_est_refuse_par_son_nom(atelier, tmp_path, corpus):
    """Un échantillon de toutes les familles du corpus."""
    manifeste = corpus("MANIFESTE.json")
    fichiers = sorted(json.loads(manifeste.read_text("utf-8"))["fichiers"], key=lambda f: f["file"])
    issues = {"entres": 0, "refuses": 0}
    for fiche in fichiers[::9]:
        piece = ElementPiece("1", "Piece", manifeste.parent / fiche["file"])
        if not fiche["pages_pikepdf"]:  # ni pikepdf ni nous n'en tirons une page
            with pytest.raises(ErreurPiece, match="Pièce n° 1") as refus:
                atelier.plan([piece])
            assert refus.value.remede
            issues["refuses"] += 1
            continue
        assemblage = assembler(atelier.plan([piece]), tmp_path / "l.pdf", tmp_path / "p")
        issues["entres"] += 1
        assert assemblage.pieces[0].pages == fiche["pages_pikepdf"], fiche["file"]
        with pypdfium2.PdfDocument(assemblage.fichier) as document:
            assert len(document) == len(pypdf.PdfReader(assemblage.fichier).pages) == assemblage.pages
            texte = document[3].get_textpage().get_text_range()
        assert "Pièce n° 1" in texte, fiche["file"]
    assert issues["entres"] > 20
    assert issues["refuses"] > 4

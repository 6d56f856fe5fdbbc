"""Tampon et folio : dans une place libre, où ils se lisent, à la taille d'une page ordinaire une fois imprimés."""

from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from generateur.domaine.emprises import dresser_emprise
from generateur.liasse import encre
from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import ElementPiece, Options

A4 = (595.276, 841.89)
LIGNE = "abcdefghij klmnop qrst " * 12


def ecrire_fond(chemin, fond, encre, *, opacite=1.0, pleine=True, feuille=A4, corps=9.0):
    """Une page au fond uni, couverte de texte (ou seulement en son milieu)."""
    dessin = canvas.Canvas(str(chemin), pagesize=feuille, invariant=1)
    dessin.setFillColorRGB(*fond)
    dessin.rect(0, 0, *feuille, stroke=0, fill=1)
    dessin.setFillColorRGB(*encre, alpha=opacite)
    dessin.setFont("Helvetica", corps)
    marge = 0 if pleine else 110
    for rang in range(int((feuille[1] - 2 * marge) / 10.8)):
        dessin.drawString(marge, feuille[1] - marge - corps - rang * 10.8, LIGNE[: 260 if pleine else 70])
    dessin.save()
    return chemin


def liasser(atelier, tmp_path, source, **options):
    """Assemble la seule pièce ; rend la page, rendue à trois points par pixel, et où sont ses marques (pixels)."""
    plan = atelier.plan([ElementPiece("1", "Capture", source)], projet=options.pop("projet", False))
    assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(**options))
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as document:
        page = document[3]
        largeur, hauteur = page.get_size()
        pas = min(3.0, 6000 / max(largeur, hauteur))
        image = page.render(scale=pas).to_pil().convert("RGB")
        textes = page.get_textpage()
        boites = []
        for mot in ("Pièce n° 1", "4 / 4"):
            depart, nombre = textes.search(mot).get_next()
            signes = [textes.get_charbox(rang) for rang in range(depart, depart + nombre)]
            signes = [boite for boite in signes if boite[2] > boite[0]]
            gauche, droite = min(b[0] for b in signes), max(b[2] for b in signes)
            bas, haut = min(b[1] for b in signes), max(b[3] for b in signes)
            x, y, *_ = page.get_mediabox()
            boites.append((gauche - x, bas - y, droite - x, haut - y))
    return image, pas, (largeur, hauteur), boites


def rendre_sans_marques(source, image, pas):
    """La page d'origine, au même pas."""
    with pypdfium2.PdfDocument(source) as document:
        return document[0].render(scale=pas).to_pil().convert("RGB").resize(image.size)


def fond_et_encre(image, pas, boite):
    """La couleur la plus répandue dans la boîte, et celle qui s'en éloigne le plus."""
    hauteur = image.height
    zone = image.crop(
        (int(boite[0] * pas), int(hauteur - boite[3] * pas), int(boite[2] * pas) + 1, int(hauteur - boite[1] * pas) + 1)
    )
    couleurs = sorted(zone.getcolors(1 << 20), reverse=True)
    fond = couleurs[0][1]
    encre = max((couleur for _, couleur in couleurs), key=lambda c: abs(luminance(c) - luminance(fond)))
    return fond, encre


def luminance(couleur):
    lineaires = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in couleur]
    return 0.2126 * lineaires[0] + 0.7152 * lineaires[1] + 0.0722 * lineaires[2]


def contraste(une, autre):
    claire, sombre = sorted((luminance(une), luminance(autre)), reverse=True)
    return (claire + 0.05) / (sombre + 0.05)


def est_uni(image, pas, boite, fond, tolerance=12, marge=2.0):
    """Autour des lettres, rien que le fond : une couronne à `marge` points de la marque."""
    x0, x1 = int((boite[0] - marge) * pas), int((boite[2] + marge) * pas)
    y0, y1 = int(image.height - (boite[3] + marge) * pas), int(image.height - (boite[1] - marge) * pas)
    tour = [(x, y) for x in range(x0, x1) for y in (y0, y1)] + [(x, y) for y in range(y0, y1) for x in (x0, x1)]
    dehors = [image.getpixel((x, y)) for x, y in tour if 0 <= x < image.width and 0 <= y < image.height]
    return all(max(abs(a - b) for a, b in zip(point, fond, strict=True)) <= tolerance for point in dehors)


SOMBRES = {
    "noir": ((0, 0, 0), (1, 1, 1)),
    "nuit": ((0.07, 0.09, 0.15), (0.9, 0.9, 0.9)),
    "bleu des marques": ((0.11, 0.20, 0.42), (1, 1, 1)),
    "rouge": ((0.7, 0.05, 0.05), (1, 1, 1)),
    "gris moyen": ((0.5, 0.5, 0.5), (0, 0, 0)),
    "vert": ((0.0, 0.35, 0.2), (1, 1, 0.8)),
}


@pytest.mark.parametrize("nom", SOMBRES)
@pytest.mark.parametrize("place", ["haut_droite", "bas_gauche"])
def test_sur_un_fond_sombre_le_tampon_et_le_folio_se_lisent(atelier, tmp_path, nom, place):
    source = ecrire_fond(tmp_path / "s.pdf", *SOMBRES[nom], pleine=False)
    image, pas, _, boites = liasser(atelier, tmp_path, source, tampon_place=place)
    for boite in boites:
        fond, encre = fond_et_encre(image, pas, boite)
        assert contraste(fond, encre) >= 4.5
        assert est_uni(image, pas, boite, fond)


ENCRES = {
    "translucide sur jaune": ((0.9, 0.9, 0.2), (0, 0, 0), 0.3),
    "très translucide sur jaune": ((0.9, 0.9, 0.2), (0, 0, 0), 0.12),
    "translucide sur blanc": ((1, 1, 1), (0, 0, 0), 0.12),
    "translucide sur bleu clair": ((0.8, 0.9, 1), (1, 0, 0), 0.15),
    "même luminance": ((0.85, 0.3, 0.3), (0, 0.722, 0), 1.0),
    "même luminance, clairs": ((0.75, 0.85, 1.0), (0.75, 0.90, 0.6), 1.0),
    "jaune pâle sur blanc": ((1, 1, 1), (1, 1, 0.7), 1.0),
    "rose sur gris": ((0.8, 0.8, 0.8), (0.95, 0.73, 0.8), 1.0),
}


@pytest.mark.parametrize("nom", ENCRES)
@pytest.mark.parametrize("corps", [6.0, 9.0])
def test_une_encre_teintee_ou_translucide_n_est_jamais_recouverte(atelier, tmp_path, nom, corps):
    fond, encre, opacite = ENCRES[nom]
    source = ecrire_fond(tmp_path / "s.pdf", fond, encre, opacite=opacite, corps=corps)
    image, pas, _, boites = liasser(atelier, tmp_path, source)
    for boite in boites:
        # la page est pleine : il a fallu une bande, et elle est blanche
        assert fond_et_encre(image, pas, boite)[0] == (255, 255, 255)
        assert est_uni(image, pas, boite, (255, 255, 255), tolerance=0)


@pytest.mark.parametrize("encre", [(1, 1, 0.75), (0.8, 1, 1), (1, 0.93, 1)])
def test_le_folio_d_une_page_suivante_evite_une_encre_pale(atelier, tmp_path, encre):
    """Seule la place du folio y est mesurée : en couleurs elle aussi."""
    dessin = canvas.Canvas(str(tmp_path / "s.pdf"), pagesize=A4, invariant=1)
    dessin.drawString(60, 700, "Première page")
    dessin.showPage()
    dessin.setFillColorRGB(*encre)
    dessin.rect(0, 0, 595, 60, stroke=0, fill=1)
    dessin.save()
    assembler(atelier.plan([ElementPiece("1", "C", tmp_path / "s.pdf")]), tmp_path / "l.pdf", tmp_path / "p")
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as document:
        image = document[4].render().to_pil().convert("RGB")
    assert image.crop((0, 822, 595, 842)).getpixel((5, 5)) == (255, 255, 255)


def test_un_papier_grenu_sans_ecriture_reste_libre(atelier, tmp_path):
    """Le grain d'un scan n'est pas de l'encre : la page n'est pas réduite."""
    grain = Image.effect_noise((1240, 1754), 14).point(lambda n: max(0, min(255, n + 100)))
    crayon = ImageDraw.Draw(grain)
    crayon.text((300, 800), "Reconnaissance de dette", fill=20, font_size=60)
    grain.convert("RGB").save(tmp_path / "s.pdf", resolution=150.0)
    image, pas, _, boites = liasser(atelier, tmp_path, tmp_path / "s.pdf")
    assert image.size == rendre_sans_marques(tmp_path / "s.pdf", image, pas).size
    assert boites[0][1] > 700
    assert fond_et_encre(image, pas, boites[0])[0] != (255, 255, 255)


FEUILLES = {
    "A3": (842, 1191),
    "A0 en travers": (3370, 2384),
    "plan carré": (5000, 5000),
    "page web d'un seul tenant": (595, 9000),
    "ticket sans fin": (226, 6000),
    "bannière": (6000, 300),
    "ticket": (226, 700),
    "très étroite": (60, 800),
}


@pytest.mark.parametrize("nom", FEUILLES)
@pytest.mark.parametrize("pleine", [True, False])
def test_les_marques_gardent_leur_taille_une_fois_imprimees(atelier, tmp_path, nom, pleine):
    """Ajustée à une feuille A4, la page porte un tampon et un folio de la taille d'une page ordinaire."""
    source = ecrire_fond(tmp_path / "s.pdf", (1, 1, 1), (0, 0, 0), feuille=FEUILLES[nom], pleine=pleine)
    image, pas, taille, boites = liasser(atelier, tmp_path, source)
    petit, grand = sorted(taille)
    ajustement = min(1.0, A4[0] / petit, A4[1] / grand)
    ordinaire = ecrire_fond(tmp_path / "o.pdf", (1, 1, 1), (0, 0, 0), pleine=False)
    _, _, _, voulues = liasser(atelier, tmp_path, ordinaire)
    for boite, voulue in zip(boites, voulues, strict=True):
        assert (boite[3] - boite[1]) * ajustement == pytest.approx(voulue[3] - voulue[1], rel=0.13)
        assert 0 <= boite[0] < boite[2] <= taille[0]
        assert 0 <= boite[1] < boite[3] <= taille[1]
        assert est_uni(image, pas, boite, (255, 255, 255), tolerance=2, marge=2 / ajustement)
    assert not _se_touchent(*boites)


def _se_touchent(une, autre):
    return une[0] < autre[2] and autre[0] < une[2] and une[1] < autre[3] and autre[1] < une[3]


@pytest.mark.parametrize("fond", [(0, 0, 0), (1, 1, 1), (0.75, 0.1, 0.1)])
def test_le_filigrane_projet_se_voit_sur_tout_fond(atelier, tmp_path, fond):
    source = ecrire_fond(tmp_path / "s.pdf", fond, fond)
    image, pas, (largeur, hauteur), _ = liasser(atelier, tmp_path, source, projet=True)
    milieu = image.crop([int(c * pas) for c in (largeur * 0.2, hauteur * 0.2, largeur * 0.8, hauteur * 0.8)])
    fond_rendu = tuple(round(255 * c) for c in fond)
    ecarts = [max(abs(a - b) for a, b in zip(c, fond_rendu, strict=True)) for _, c in milieu.getcolors(1 << 22)]
    assert max(ecarts) >= 30


@pytest.mark.parametrize("nom", ["p_fond_noir.pdf", "p_meme_luminance.pdf", "p_transparence.pdf"])
def test_les_pieces_d_exemple_portent_des_marques_lisibles(atelier, tmp_path, ecarts, nom):
    image, pas, _, boites = liasser(atelier, tmp_path, ecarts(nom))
    for boite in boites:
        fond, encre = fond_et_encre(image, pas, boite)
        assert contraste(fond, encre) >= 4.5
        assert est_uni(image, pas, boite, fond)


def test_une_place_que_l_emprise_dit_vide_n_est_pas_mesuree(atelier, tmp_path, monkeypatch):
    """Un dessin trop lourd pour être mesuré garde sa taille, si l'on sait déjà où il n'est pas."""
    monkeypatch.setattr(encre, "DESSIN_INTERDIT", 0)
    monkeypatch.setattr(encre, "DESSIN_A_EPARGNER", 0)
    piece = atelier.piece("1", "Facture")
    assembler(atelier.plan([piece]), tmp_path / "mesuree.pdf", tmp_path / "p")
    sue = dresser_emprise((0, 0, 595, 842), [(50, 700, 500, 790)])
    connue = replace(piece, emprises=(sue.ecrire(),))
    assembler(atelier.plan([connue]), tmp_path / "sue.pdf", tmp_path / "q")
    assert est_reduite(tmp_path / "mesuree.pdf")
    assert not est_reduite(tmp_path / "sue.pdf")


def test_ce_que_l_emprise_ne_dit_pas_vide_se_mesure(atelier, tmp_path):
    """Elle ne fait jamais refuser une place libre."""
    pleine = dresser_emprise((0, 0, 595, 842), [(0, 0, 595, 842)])
    piece = atelier.piece("1", "Facture")
    assert liasser_avec(atelier, tmp_path, piece, pleine) == liasser_avec(atelier, tmp_path, piece)


def test_l_emprise_d_une_autre_page_ne_vaut_rien(atelier, tmp_path):
    """Crue, elle poserait les marques sur l'écrit."""
    source = ecrire_fond(tmp_path / "s.pdf", (1, 1, 1), (0, 0, 0))
    piece = ElementPiece("1", "Facture", source)
    vides = {boite: dresser_emprise(boite, []) for boite in ((0, 0, 842, 595), (0, 0, *A4))}
    etrangere, menteuse = (liasser_avec(atelier, tmp_path, piece, vide) for vide in vides.values())
    mesuree = liasser_avec(atelier, tmp_path, piece)
    assert etrangere == mesuree
    assert menteuse != mesuree


def liasser_avec(atelier, tmp_path, piece, emprise=None):
    """Les octets de la liasse de cette pièce, dont on sait déjà cette emprise."""
    connue = replace(piece, emprises=(emprise.ecrire(),) if emprise else ())
    assembler(atelier.plan([connue]), tmp_path / "l.pdf", tmp_path / "p")
    return (tmp_path / "l.pdf").read_bytes()


def est_reduite(liasse):
    """Vrai si la page de la pièce a été réduite pour dégager ses marques."""
    with pypdfium2.PdfDocument(liasse) as document:
        textes = document[3].get_textpage()
        depart, _ = textes.search("Facture, feuillet").get_next()
        gauche = textes.get_charbox(depart)[0]
    return abs(gauche - 60) > 2

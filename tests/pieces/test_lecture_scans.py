"""Lire les scans : page par page, dans le bon sens, sans jamais donner du bruit pour du texte."""

import random
from importlib.resources import files

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from generateur.moteurs.reconnaissance_texte import ReconnaissanceTexte
from generateur.pieces.lecture_scans import ajouter_texte
from generateur.pieces.texte_reconnu import choisir, juger

exige_outils = pytest.mark.skipif(
    not ReconnaissanceTexte().disponibilite().presente, reason="OCRmyPDF et le français de Tesseract ne sont pas là"
)
POLICE = str(files("font_source_sans_pro").joinpath("files", "SourceSansPro-Semibold.ttf"))
RECONNAISSANCE = "Facture du 12 mars 2026\nReconnaissance de dette\nSomme de 1 234,56 euros\nSignature du gérant"
LONG = "\n".join(
    [
        "Je soussigné Marc Delaunay, gérant de la société Les Comptoirs Beaurivage, reconnais",
        "devoir à la société Atelier Lumen la somme de deux mille quatre cents euros",
        "au titre des factures restées impayées, et je m'engage à la régler en octobre.",
    ]
    * 6
)
A4 = (595, 842)


def numeriser(texte, quarts=0, corps=40):
    """Une page de papier gris à 150 points par pouce, couchée d'autant de quarts de tour."""
    image = Image.new("L", (1240, 1754), 235)
    police = ImageFont.truetype(POLICE, corps if len(texte) < 200 else 26)
    ImageDraw.Draw(image).multiline_text((120, 220), texte, fill=25, font=police, spacing=14)
    return image.rotate(90 * quarts, expand=True)


def griffonner():
    """Des traits à la main, sans un mot."""
    tirage = random.Random(7)  # noqa: S311 (une image d'essai)
    image = Image.new("L", (1240, 1754), 235)
    crayon = ImageDraw.Draw(image)
    for ligne in range(20):
        points = [(100 + 14 * n, 200 + 70 * ligne + tirage.randint(-24, 24)) for n in range(70)]
        crayon.line(points, fill=40, width=4)
    return image


def ecrire(chemin, *pages):
    """Chaque page : une image (ou None), une ligne de texte (ou "")."""
    dessin = canvas.Canvas(str(chemin), pagesize=A4, invariant=1)
    for image, texte in pages:
        feuille = A4 if image is None or image.height >= image.width else A4[::-1]
        dessin.setPageSize(feuille)
        if image is not None:
            dessin.drawImage(ImageReader(image), 0, 0, *feuille)
        for rang, ligne in enumerate(texte.splitlines()):
            dessin.drawString(40, feuille[1] - 30 - 14 * rang, ligne)
        dessin.showPage()
    dessin.save()
    return chemin


def lire(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def rendre(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=0.5).to_pil().convert("RGB") for page in document]


TEXTE_ORDINAIRE = "\n".join(["Article premier. Les présentes conditions régissent toutes les ventes."] * 6)
PAPIER = Image.new("L", (620, 877), 200)
SCAN = PAPIER.copy()
ImageDraw.Draw(SCAN).text((100, 100), "Bon pour accord", fill=30, font_size=20)


def test_une_page_numerisee_blanche_est_dite_blanche_et_n_est_pas_lue(tmp_path):
    taches = Image.effect_noise((620, 877), 6).point(lambda niveau: niveau + 90)  # le grain du papier
    folio = PAPIER.copy()
    ImageDraw.Draw(folio).text((300, 800), "page 2", fill=30, font_size=12)
    pages = [(SCAN, ""), (PAPIER, ""), (taches, ""), (folio, ""), (None, "")]
    assert choisir(str(ecrire(tmp_path / "s.pdf", *pages)), None) == {"pages": [1, 4], "blanches": [2, 3, 5]}


@pytest.mark.parametrize(
    ("pages", "voulues"),
    [
        ([(SCAN, "")], [1]),
        ([(None, TEXTE_ORDINAIRE), (SCAN, ""), (None, TEXTE_ORDINAIRE), (SCAN, "")], [2, 4]),
        ([(None, "Une seule ligne, sans image.")], []),
        ([(None, "")], []),
        ([(SCAN, "28/03/2026 14:02  FAX 04 78 00 00 00  p. 1/1")], [1]),
        ([(SCAN, TEXTE_ORDINAIRE)], []),
        ([(Image.new("L", (80, 60), 120).resize((400, 300)), "")], [1]),
    ],
)
def test_seules_les_pages_sans_texte_qui_montrent_quelque_chose_sont_a_lire(tmp_path, pages, voulues):
    assert choisir(str(ecrire(tmp_path / "s.pdf", *pages)), None)["pages"] == voulues


def test_un_scan_deja_reconnu_n_est_pas_relu(tmp_path):
    dessin = canvas.Canvas(str(tmp_path / "s.pdf"), pagesize=A4, invariant=1)
    dessin.drawImage(ImageReader(SCAN), 0, 0, *A4)
    texte = dessin.beginText(60, 700)
    texte.setTextRenderMode(3)
    texte.textLine("Reconnu ailleurs")
    dessin.drawText(texte)
    dessin.save()
    assert choisir(str(tmp_path / "s.pdf"), None)["pages"] == []


@pytest.mark.parametrize(
    ("texte", "est_net"),
    [
        (RECONNAISSANCE, True),
        (LONG, True),
        ("BON DE LIVRAISON N° BL-118\nRECU LE 28/03/2026 CACHET ET SIGNATURE", True),
        ("F2026-101 303,50 60,60 364,10 02/04/2026", True),
        ("Ana}iqep np s1njeusis\nsoins 9G‘ÿ£Z I ®Pp euIWOoS\nyep °p s2ue", False),
        ("I1N3S31qQq2p np Ssinjeubplis 9S‘hÿ£Z L =p =UUIUuIOS 32112pPp Sp S=DuessIeuuo>zsyr", False),
        ("9T0T/ÿ0/8T 9TOT/ÿO/LT 9T0T/ÿ0/9T", False),
        ("~ _ ,; |} ° '- .. | / \\ _— «", False),
    ],
)
def test_du_bruit_se_distingue_d_un_texte(tmp_path, texte, est_net):
    pdf = ecrire(tmp_path / "s.pdf", (None, texte))
    (lecture,) = juger(str(pdf), 1)["lectures"]
    assert (lecture["qualite"] >= 0.7) == est_net
    assert (lecture["qualite"] >= 0.5) == est_net


class Lecteur:
    """Un moteur qui lit selon le sens de la page : ses réponses sont écrites d'avance, par angle."""

    def __init__(self, reponses):
        self.reponses, self.demandes = reponses, []

    def disponibilite(self):
        return type("Etat", (), {"version": "factice 1"})()

    def convertir(self, conversions):
        for conversion in conversions:
            with pikepdf.open(conversion.source) as pdf:
                tour = int(pdf.pages[0].obj.get("/Rotate", 0))
                self.demandes.append((tour, len(pdf.pages)))
                for page in pdf.pages:
                    police = pikepdf.Dictionary(
                        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                    )
                    couche = pdf.make_stream(b"BT /F 8 Tf 3 Tr 10 10 Td (%s) Tj ET" % self.reponses[tour].encode())
                    couche.Type, couche.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
                    couche.BBox = pikepdf.Array([0, 0, 842, 842])
                    couche.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=police))
                    page.add_resource(couche, pikepdf.Name.XObject, name=pikepdf.Name("/OCR-xyz"))
                    page.contents_add(b"q 1 0 0 1 50 100 cm /OCR-xyz Do Q", prepend=True)
                pdf.save(conversion.cible)


def test_une_page_qui_n_a_pas_de_sens_est_relue_tournee(atelier, tmp_path):
    pdf = ecrire(tmp_path / "s.pdf", (SCAN, ""))
    avant = rendre(pdf)
    moteur = Lecteur({0: "9S'hxZ Lp =UUIUuIOS", 90: "aaUb Qqq2p", 270: "Somme de 1 234 euros", 180: "jamais lu"})
    lu = ajouter_texte(pdf, titre="Bon", moteur=moteur, atelier=atelier)
    assert [tour for tour, _ in moteur.demandes] == [0, 90, 270]
    assert lire(pdf) == ["Somme de 1 234 euros"]
    assert "après les avoir tournées : 1" in lu.phrase
    assert ImageChops.difference(rendre(pdf)[0], avant[0]).getbbox() is None
    with pikepdf.open(pdf) as relu:
        assert int(relu.pages[0].obj.get("/Rotate", 0)) == 0


def test_une_page_illisible_dans_tous_les_sens_est_dite_et_ne_recoit_rien(atelier, tmp_path):
    pdf = ecrire(tmp_path / "s.pdf", (SCAN, ""))
    octets = pdf.read_bytes()
    lu = ajouter_texte(
        pdf, titre="Bon", moteur=Lecteur(dict.fromkeys((0, 90, 180, 270), "x9Q ~|= zZpq")), atelier=atelier
    )
    assert lu.pages == ()
    assert "surtout du bruit" in lu.phrase
    assert "reconnu sur" not in lu.phrase
    assert pdf.read_bytes() == octets


def test_une_page_ou_rien_n_est_lu_est_dite(atelier, tmp_path):
    pdf = ecrire(tmp_path / "s.pdf", (SCAN, ""))
    lu = ajouter_texte(pdf, titre="Bon", moteur=Lecteur({0: ""}), atelier=atelier)
    assert lu.pages == ()
    assert "aucun texte n'y a été lu" in lu.phrase


def test_les_liens_et_les_autres_pages_ne_bougent_pas(atelier, tmp_path):
    pdf = ecrire(tmp_path / "s.pdf", (None, TEXTE_ORDINAIRE), (SCAN, ""), (None, TEXTE_ORDINAIRE))
    with pikepdf.open(pdf, allow_overwriting_input=True) as ouvert:
        with ouvert.open_outline() as plan:
            plan.root.append(pikepdf.OutlineItem("Scan", 1))
        ouvert.save()
    avant, vues = lire(pdf), rendre(pdf)
    moteur = Lecteur({0: "Somme de 1 234 euros"})
    lu = ajouter_texte(pdf, titre="Bon", moteur=moteur, atelier=atelier)
    assert moteur.demandes == [(0, 1)]  # seule la page numérisée est donnée à lire
    assert lu.pages == (2,)
    assert lire(pdf) == [avant[0], "Somme de 1 234 euros", avant[2]]
    assert all(ImageChops.difference(*paire).getbbox() is None for paire in zip(vues, rendre(pdf), strict=True))
    with pypdfium2.PdfDocument(pdf) as document:
        assert [s.get_dest().get_index() for s in document.get_toc()] == [1]


def test_sans_page_a_lire_le_moteur_n_est_pas_demande(atelier, tmp_path):
    pdf = ecrire(tmp_path / "s.pdf", (None, TEXTE_ORDINAIRE))
    assert ajouter_texte(pdf, titre="Bon", moteur=None, atelier=atelier) is None


def place_de(pdf, rang, mot):
    """Où est le mot, en part de la largeur et de la hauteur de la page telle qu'on la voit."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[rang]
        textes = page.get_textpage()
        depart, nombre = textes.search(mot).get_next()
        boites = [textes.get_charbox(n) for n in range(depart, depart + nombre)]
        x0, y0, x1, y1 = page.get_mediabox()
    milieu = (
        (min(b[0] for b in boites) + max(b[2] for b in boites)) / 2,
        (min(b[1] for b in boites) + max(b[3] for b in boites)) / 2,
    )
    return (milieu[0] - x0) / (x1 - x0), (milieu[1] - y0) / (y1 - y0)


@exige_outils
@pytest.mark.outils
@pytest.mark.parametrize("quarts", [0, 1, 2, 3])
@pytest.mark.parametrize("texte", [RECONNAISSANCE, LONG])
def test_un_scan_se_lit_dans_tous_les_sens_et_le_texte_est_sous_son_image(atelier, tmp_path, quarts, texte):
    image = numeriser(texte, quarts)
    pdf = ecrire(tmp_path / "s.pdf", (image, ""))
    avant = rendre(pdf)
    lu = ajouter_texte(pdf, titre="Bon", moteur=ReconnaissanceTexte(), atelier=atelier)
    assert lu.pages == (1,)
    mot = "Facture" if texte == RECONNAISSANCE else "soussigné"
    assert mot in lire(pdf)[0]
    assert ImageChops.difference(rendre(pdf)[0], avant[0]).getbbox() is None
    # l'encre de la première ligne, là où le mot est posé
    x, y = place_de(pdf, 0, mot)
    vue = image.crop(
        [
            round(image.width * x) - 40,
            round(image.height * (1 - y)) - 40,
            round(image.width * x) + 40,
            round(image.height * (1 - y)) + 40,
        ]
    )
    assert min(vue.getextrema()) < 100
    pres_du_haut = {0: 1 - y, 1: x, 2: y, 3: 1 - x}[quarts]
    assert pres_du_haut < 0.25


@exige_outils
@pytest.mark.outils
def test_un_document_mixte_un_fax_et_un_griffonnage(atelier, tmp_path):
    pdf = ecrire(
        tmp_path / "s.pdf",
        (None, TEXTE_ORDINAIRE),
        (numeriser(RECONNAISSANCE), ""),
        (numeriser(LONG), "28/03/2026 14:02  FAX 04 78 00 00 00  p. 1/1"),
        (griffonner(), ""),
    )
    lu = ajouter_texte(pdf, titre="Bon", moteur=ReconnaissanceTexte(), atelier=atelier)
    assert lu.pages == (2, 3)
    assert "4" in lu.phrase.split("texte reconnu")[1].split(".", 2)[-1]
    textes = lire(pdf)
    assert "Reconnaissance de dette" in textes[1]
    assert "soussigné" in textes[2]
    assert textes[3] == ""


@exige_outils
@pytest.mark.outils
@pytest.mark.parametrize(("nom", "page"), [("ocr_90.pdf", 1), ("ocr_mixte.pdf", 2)])
def test_les_exemples_couche_et_mixte_se_lisent(atelier, tmp_path, ecarts, nom, page):
    pdf = tmp_path / nom
    pdf.write_bytes(ecarts(nom).read_bytes())
    lu = ajouter_texte(pdf, titre="Bon", moteur=ReconnaissanceTexte(), atelier=atelier)
    assert lu.pages == (page,)
    assert "Reconnaissance de dette" in lire(pdf)[page - 1]

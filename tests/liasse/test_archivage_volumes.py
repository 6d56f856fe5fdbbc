"""PDF/A-2b et volumes pour les portails."""

import datetime as dt
import hashlib
import random
import re

import pikepdf
import pypdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream
from reportlab.pdfgen import canvas

from generateur.erreurs import ErreurPiece
from generateur.liasse.archivage import ecrire_pdfa, juger_pdfa, profil_srgb, relever_obstacles
from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import ElementActe, ElementPiece, Options, PlanLiasse
from generateur.liasse.police_des_marques import incorporer

JOUR = dt.date(2026, 11, 21)


def ecrire_acte_incorpore(chemin, texte=b"Requete"):
    """Un acte comme le moteur les rend : police incorporée, aucune métadonnée."""
    with pikepdf.new() as pdf:
        ressources = Dictionary(Font=Dictionary(F1=incorporer(pdf)))
        contenu = Stream(pdf, b"BT /F1 12 Tf 60 700 Td (" + texte + b") Tj ET")
        page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Resources=ressources, Contents=contenu)
        pdf.pages.append(pikepdf.Page(page))
        pdf.save(chemin)
    return chemin


def octets_incompressibles(graine, nombre):
    return random.Random(graine).randbytes(nombre)  # noqa: S311 — une image de remplissage


def ecrire_lourde(chemin, pages, octets):
    with pikepdf.new() as pdf:
        for rang in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
            charge = Stream(pdf, octets_incompressibles(rang, octets))
            charge.Type, charge.Subtype, charge.Width, charge.Height = Name.XObject, Name.Image, 1, octets
            charge.ColorSpace, charge.BitsPerComponent = Name.DeviceGray, 8
            pdf.pages[-1].obj.Resources = Dictionary(XObject=Dictionary(Im=charge))
            pdf.pages[-1].obj.Contents = Stream(pdf, b"q 20 0 0 20 100 400 cm /Im Do Q")
        pdf.save(chemin)
    return chemin


def test_un_acte_incorpore_devient_pdfa(tmp_path):
    source = ecrire_acte_incorpore(tmp_path / "a.pdf")
    ecrire_pdfa(source, tmp_path / "b.pdf", "Requête", JOUR)
    ecrire_pdfa(source, tmp_path / "c.pdf", "Requête", JOUR)
    assert juger_pdfa(tmp_path / "b.pdf") == []
    assert (tmp_path / "b.pdf").read_bytes() == (tmp_path / "c.pdf").read_bytes()
    lecteur = pypdf.PdfReader(tmp_path / "b.pdf")
    assert lecteur.xmp_metadata.pdfaid_part == "2"
    assert lecteur.xmp_metadata.pdfaid_conformance == "B"
    assert lecteur.xmp_metadata.xmp_create_date.date() == lecteur.metadata.creation_date.date() == JOUR
    assert lecteur.root_object["/OutputIntents"][0]["/DestOutputProfile"]["/N"] == 3
    assert lecteur.trailer["/ID"]


def test_le_juge_dit_pourquoi_un_document_ne_peut_pas_l_etre(tmp_path):
    source = tmp_path / "a.pdf"
    dessin = canvas.Canvas(str(source))
    dessin.setFillColorCMYK(0, 1, 1, 0)
    dessin.drawString(60, 700, "Texte")
    dessin.save()
    ecrire_pdfa(source, tmp_path / "b.pdf", "Facture", JOUR)
    assert juger_pdfa(tmp_path / "b.pdf") == ["couleurs CMJN sans profil", "police non incorporée : Helvetica"]


def test_le_profil_de_couleur_ne_porte_aucune_date_du_jour():
    assert profil_srgb()[24:28] == bytes([0x07, 0xD0, 0, 1])
    assert profil_srgb()[36:40] == b"acsp"


def test_la_liasse_dit_quelle_piece_empeche_pdfa(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(pdfa=True))
    assert "Pièce n° 1 « Facture » : police non incorporée : Helvetica" in assemblage.obstacles_pdfa


def test_la_liasse_entiere_en_pdfa_quand_tout_le_permet(tmp_path):
    pieces = (ElementPiece("1", "Facture", ecrire_acte_incorpore(tmp_path / "p.pdf")),)
    acte = ElementActe("requete", "Requête", ecrire_acte_incorpore(tmp_path / "r.pdf", b"pi\xe8ce n\xb0 1"))
    plan = PlanLiasse("R", "Liasse", "Lumen", JOUR, (acte,), pieces, "Lumen")
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(pdfa=True))
    assert assemblage.obstacles_pdfa == ()
    with pikepdf.open(assemblage.fichier) as pdf:
        assert relever_obstacles(pdf, tmp_path / "essai.pdf") == []
    assert pypdf.PdfReader(assemblage.fichier).xmp_metadata.pdfaid_part == "2"


def test_les_volumes_passent_sous_la_limite_et_gardent_toutes_les_pages(atelier, tmp_path):
    pieces = [
        ElementPiece(str(n), f"Document {n}", ecrire_lourde(tmp_path / f"d{n}.pdf", pages, 60_000))
        for n, pages in ((1, 2), (2, 7), (3, 1))
    ]
    plan = atelier.plan(pieces)
    limite = 260_000
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(max_octets=limite))
    assert len(assemblage.volumes) > 2
    suivante = 1
    index = set()
    for volume in assemblage.volumes:
        assert volume.fichier.stat().st_size == volume.octets <= limite
        assert hashlib.sha256(volume.fichier.read_bytes()).hexdigest() == volume.sha256
        assert volume.premiere_page == suivante
        suivante = volume.derniere_page + 1
        with pypdfium2.PdfDocument(volume.fichier) as document:
            textes = [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]
            signets = [s.get_title() for s in document.get_toc()]
        index.add(textes[0].split("Index commun")[1])
        folios = [f"{page} / {assemblage.pages}" for page in range(volume.premiere_page, suivante)]
        assert all(folio in texte for folio, texte in zip(folios, textes[1:], strict=True))
        assert signets[0] == "Index commun des volumes"
        assert pypdf.PdfReader(volume.fichier).page_labels[1] == str(volume.premiere_page)
    assert suivante == assemblage.pages + 1
    assert len(index) == 1


def test_une_piece_coupee_a_son_signet_dans_chaque_volume(atelier, tmp_path):
    piece = ElementPiece("2", "Relevé", ecrire_lourde(tmp_path / "d.pdf", 9, 60_000))
    plan = atelier.plan([atelier.piece("1", "Facture"), piece, atelier.piece("3", "Courriel")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(max_octets=260_000))
    debut = assemblage.pages_debut["2"]
    coupes = [v for v in assemblage.volumes if v.premiere_page < debut + 9 and v.derniere_page >= debut]
    assert len(coupes) > 2
    for volume in coupes:
        lecteur = pypdf.PdfReader(volume.fichier)
        menes = {s.title: lecteur.get_destination_page_number(s) for s in lecteur.outline if not isinstance(s, list)}
        est_suite = volume.premiere_page > debut
        place = max(volume.premiere_page, debut) - volume.premiere_page + 1
        assert menes["Pièce n° 2 – Relevé" + " (suite)" * est_suite] == place


def test_une_liasse_assez_legere_reste_entiere(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    options = Options(max_octets=10_000_000)
    assert assembler(plan, tmp_path / "l.pdf", tmp_path / "p", options).volumes == ()


def test_une_page_plus_lourde_que_la_limite_est_nommee(atelier, tmp_path):
    plan = atelier.plan([ElementPiece("1", "Photo", ecrire_lourde(tmp_path / "d.pdf", 1, 300_000))])
    with pytest.raises(ErreurPiece, match="Pièce n° 1"):
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(max_octets=200_000))

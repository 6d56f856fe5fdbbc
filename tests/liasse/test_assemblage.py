"""La liasse relue par deux lecteurs qui ne l'ont pas écrite : pypdf et pdfium."""

import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String

from generateur.erreurs import ErreurEcriture, ErreurLiasse, ErreurPiece, ErreurUsage
from generateur.liasse.assemblage import assembler, mesurer, prevoir_pages
from generateur.liasse.plan import ElementPiece, Options


def _fichiers(assemblage):
    return {piece.numero: piece.fichier for piece in assemblage.pieces}


def lire_pages(fichier):
    with pypdfium2.PdfDocument(fichier) as document:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]


def liens_vers(fichier, rang):
    """Pages (à partir de 1) où mènent les liens d'une page, selon pypdf."""
    lecteur = pypdf.PdfReader(fichier)
    numeros = {page.indirect_reference.idnum: n for n, page in enumerate(lecteur.pages, 1)}
    annotations = lecteur.pages[rang].get("/Annots") or []
    return [numeros[lien.get_object()["/Dest"][0].idnum] for lien in annotations]


def test_ordonne_actes_puis_pieces_et_numerote_chaque_page(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture", 2), atelier.piece("2", "Bon", 1)])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces")
    pages = lire_pages(assemblage.fichier)
    assert assemblage.pages == len(pages) == mesurer(assemblage.fichier) == 6
    assert assemblage.pages_debut == {"1": 4, "2": 6}
    for numero, texte in enumerate(pages, 1):
        assert f"{numero} / 6" in texte
    textes_pypdf = [page.extract_text() for page in pypdf.PdfReader(assemblage.fichier).pages]
    assert all(f"{numero} / 6" in texte for numero, texte in enumerate(textes_pypdf, 1))


def test_tamponne_la_premiere_page_de_chaque_piece_et_elle_seule(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture", 2), atelier.piece("4 bis", "Bon", 1)])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces")
    pages = lire_pages(assemblage.fichier)
    assert [("Pièce n° 1" in texte, "Pièce n° 4 bis" in texte) for texte in pages[3:]] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert "Lumen" in pages[3]
    assert [fichier.name for fichier in _fichiers(assemblage).values()] == [
        "Piece_01_Facture.pdf",
        "Piece_04bis_Bon.pdf",
    ]
    assert "Pièce n° 4 bis" in lire_pages(_fichiers(assemblage)["4 bis"])[0]


def test_tamponne_toutes_les_pages_sur_option(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture", 3)])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces", Options(tampon_toutes_pages=True))
    assert all("Pièce n° 1" in texte for texte in lire_pages(assemblage.fichier)[3:])


def test_donne_les_memes_octets_deux_fois(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture", 2)], projet=True)
    premier = assembler(plan, tmp_path / "a.pdf", tmp_path / "pieces_a")
    second = assembler(plan, tmp_path / "b_.pdf", tmp_path / "pieces_b")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b_.pdf").read_bytes()
    assert premier.sha256 == second.sha256
    assert [piece.sha256 for piece in premier.pieces] == [piece.sha256 for piece in second.pieces]


def test_rend_l_empreinte_du_fichier_ecrit(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces")
    assert hashlib.sha256((tmp_path / "l.pdf").read_bytes()).hexdigest() == assemblage.sha256
    piece = assemblage.pieces[0]
    assert hashlib.sha256(piece.fichier.read_bytes()).hexdigest() == piece.sha256


def test_chaque_ligne_du_bordereau_et_chaque_citation_est_un_lien(atelier, tmp_path):
    pieces = [atelier.piece(str(n), f"Document {n}") for n in range(1, 6)]
    requete = ["Voir pièce n° 1, puis pièces n° 2, 3 et 4,", "et enfin (pièces n°", "4 à 5)."]
    plan = atelier.plan(pieces, requete=requete)
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces")
    assert liens_vers(assemblage.fichier, 1) == [4, 5, 6, 7, 8]
    assert liens_vers(assemblage.fichier, 2) == [4, 5, 6, 7, 7, 8]
    with pypdfium2.PdfDocument(assemblage.fichier) as document:
        page = document[2]
        texte = page.get_textpage()
        annotations = pypdf.PdfReader(assemblage.fichier).pages[2]["/Annots"]
        liens = [lien.get_object()["/Rect"] for lien in annotations]
        couverts = [texte.get_text_bounded(*(float(cote) for cote in boite)).strip() for boite in liens]
    assert couverts[1] == "pièces n° 2"
    assert couverts[2:4] == ["3", "4"]


def test_refuse_une_citation_sans_piece_et_une_piece_sans_citation(atelier, tmp_path):
    pieces = [atelier.piece("1", "Facture"), atelier.piece("2", "Bon")]
    with pytest.raises(ErreurLiasse, match="n° 9"):
        assembler(atelier.plan(pieces, requete=["pièces n° 1, 2 et 9"]), tmp_path / "l.pdf", tmp_path / "p")
    with pytest.raises(ErreurLiasse, match="Aucun acte ne cite la pièce n° 2"):
        assembler(atelier.plan(pieces, requete=["pièce n° 1"]), tmp_path / "l.pdf", tmp_path / "p")
    assert not (tmp_path / "l.pdf").exists()


def test_refuse_un_bordereau_qui_annonce_une_autre_page(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    with pytest.raises(ErreurLiasse, match="bordereau"):
        # les versos blancs décalent les pièces : le bordereau écrit sans eux est faux
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(versos_blancs=True))


def test_versos_blancs_font_commencer_chaque_element_au_recto(atelier, tmp_path):
    options = Options(versos_blancs=True)
    pieces = [atelier.piece("1", "Facture", 2), atelier.piece("2", "Bon", 1)]
    plan = atelier.plan(pieces, options=options)
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", options)
    assert assemblage.pages_actes == {"couverture": 1, "bordereau": 3, "requete": 5}
    assert assemblage.pages_debut == {"1": 7, "2": 9}
    pages = lire_pages(assemblage.fichier)
    assert len(pages) == 9
    assert pages[1].strip() == "2 / 9"


def test_bordereau_de_plusieurs_pages_et_cinq_cents_pieces(atelier, tmp_path):
    pieces = [atelier.piece(str(n), "Document") for n in range(1, 501)]
    requete = [f"pièces n° {n} à {n + 9}" for n in range(1, 500, 10)]
    plan = atelier.plan(pieces, requete=requete)
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    assert assemblage.pages_debut["500"] == assemblage.pages == prevoir_pages(plan).total
    assert liens_vers(assemblage.fichier, 1)[:2] == [assemblage.pages_debut["1"], assemblage.pages_debut["2"]]
    assert liens_vers(assemblage.fichier, 13)[-1] == assemblage.pages_debut["500"]


def test_metadonnees_etiquettes_et_ouverture(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    lecteur = pypdf.PdfReader(tmp_path / "l.pdf")
    assert lecteur.metadata.title == "Lumen c/ Débitrice"
    assert lecteur.metadata.author == "Atelier Lumen"
    assert lecteur.metadata.creation_date.strftime("%Y-%m-%d") == "2026-11-21"
    assert lecteur.xmp_metadata.dc_title["x-default"] == lecteur.metadata.title
    assert lecteur.page_mode == "/UseOutlines"
    assert lecteur.page_labels == ["1", "2", "3", "4"]
    assert str(lecteur.root_object["/Lang"]) == "fr-FR"


def test_les_cinq_sortes_de_signets_restent_sous_ceux_de_la_piece(atelier, tmp_path):
    piece = atelier.piece("1", "Contrat", 4)
    with pikepdf.open(piece.pdf, allow_overwriting_input=True) as pdf:
        pages = [page.obj for page in pdf.pages]
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array([String("article"), Array([pages[1], Name.Fit])])))
        racine = pdf.make_indirect(Dictionary(Type=Name.Outlines))
        cibles = [
            {"Dest": Array([pages[0], Name.XYZ, 0, 500, 0])},
            {"Dest": String("article")},
            {"A": Dictionary(S=Name.GoTo, D=Array([pages[2], Name.Fit]))},
            {},
        ]
        titres = ["page", "nommée", "action", "groupe"]
        elements = [
            pdf.make_indirect(Dictionary(Title=String(titre), Parent=racine, **cible))
            for titre, cible in zip(titres, cibles, strict=True)
        ]
        for un, suivant in pairwise(elements):
            un.Next = suivant
        dessous = Dictionary(Title=String("imbriqué"), Parent=elements[3], Dest=Array([pages[3], Name.Fit]))
        elements[3].First = elements[3].Last = pdf.make_indirect(dessous)
        elements[3].Next = elements[0]  # un cycle : toléré
        racine.First, racine.Last = elements[0], elements[3]
        pdf.Root.Outlines = racine
        pdf.save()
    plan = atelier.plan([piece])
    assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as document:
        plan_lu = [
            (s.level, s.get_title(), s.get_dest().get_index() + 1 if s.get_dest() else None) for s in document.get_toc()
        ]
    assert plan_lu == [
        (0, "Couverture", 1),
        (0, "Bordereau", 2),
        (0, "Requête", 3),
        (0, "Pièce n° 1 – Contrat", 4),
        (1, "page", 4),
        (1, "nommée", 5),
        (1, "action", 6),
        (1, "groupe", None),
        (2, "imbriqué", 7),
    ]


def test_les_liens_internes_de_deux_pieces_aux_memes_noms_restent_chez_elles(atelier, tmp_path):
    pieces = [atelier.piece("1", "Contrat", 2), atelier.piece("2", "Avenant", 2)]
    for piece in pieces:
        with pikepdf.open(piece.pdf, allow_overwriting_input=True) as pdf:
            pdf.Root.Dests = Dictionary(fin=Array([pdf.pages[1].obj, Name.Fit]))
            lien = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 700, 90, 720]), Dest=Name.fin)
            pdf.pages[0].Annots = Array([lien])
            pdf.save()
    assemblage = assembler(atelier.plan(pieces), tmp_path / "l.pdf", tmp_path / "p")
    assert liens_vers(assemblage.fichier, 3) == [5]
    assert liens_vers(assemblage.fichier, 5) == [7]
    assert liens_vers(_fichiers(assemblage)["2"], 0) == [2]


def test_projet_sur_chaque_page(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture", 2)], projet=True)
    assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    assert all("PROJET" in page.extract_text() for page in pypdf.PdfReader(tmp_path / "l.pdf").pages)


def test_nomme_la_piece_impossible(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    plan.pieces[0].pdf.write_bytes(b"ceci n'est pas un PDF")
    with pytest.raises(ErreurPiece, match="Pièce n° 1 « Facture »") as echec:
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    assert echec.value.remede
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plan.pieces[0].pdf, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(ErreurPiece, match="mot de passe"):
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p")


def test_refuse_deux_pieces_de_meme_numero_et_une_place_inconnue(atelier, tmp_path):
    pieces = [atelier.piece("1", "Facture")]
    plan = atelier.plan(pieces)
    with pytest.raises(ErreurUsage, match="au_milieu"):
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(tampon_place="au_milieu"))
    double = ElementPiece("1", "Autre", pieces[0].pdf)
    with pytest.raises(ErreurLiasse, match="Deux pièces"):
        assembler(replace(plan, pieces=(*plan.pieces, double)), tmp_path / "l.pdf", tmp_path / "p")


def test_une_seule_police_de_tampon_pour_toute_la_liasse(atelier, tmp_path):
    plan = atelier.plan([atelier.piece(str(n), "Facture") for n in range(1, 8)])
    assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    with pikepdf.open(tmp_path / "l.pdf") as pdf:
        polices = [o for o in pdf.objects if isinstance(o, Dictionary) and "Source" in str(o.get("/BaseFont", ""))]
    assert len(polices) == 1


def test_le_manifeste_joint_connait_les_pieces_et_exclut_pdfa(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])

    def dresser(assemblage):
        return "\n".join(piece.sha256 for piece in assemblage.pieces).encode()

    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(manifeste_joint=dresser))
    joints = pypdf.PdfReader(tmp_path / "l.pdf").attachments
    assert joints["manifeste.json"] == [assemblage.pieces[0].sha256.encode()]
    with pytest.raises(ErreurUsage, match="joint"):
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(manifeste_joint=b"{}", pdfa=True))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="ce système n'a pas de disque toujours plein")
def test_un_disque_plein_est_dit_en_francais(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "Piece_01_Facture.pdf").symlink_to("/dev/full")
    with pytest.raises(ErreurEcriture, match="Pièce n° 1"):
        assembler(plan, tmp_path / "l.pdf", tmp_path / "p")
    assert not (tmp_path / "l.pdf").exists()
    assert not list(tmp_path.glob(".liasse-*"))

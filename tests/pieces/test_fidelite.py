"""Chaque page touchée est comparée à ce que montrait sa source : une différence ne passe jamais sans un mot."""

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from generateur.pieces import documents_pdf
from generateur.pieces.documents_pdf import traiter
from generateur.pieces.fidelite import comparer
from tests.pieces.conftest import Preparer, ecrire_pdf

TEXTE = b"BT /F 11 Tf 72 700 Td (Bon pour accord, la somme de 1 200 EUR) Tj ET"
COCHE = b" 0 g 301 681 6 6 re f"
ROUGE = b"1 0 0 rg "  # en gris, la même clarté que 0,299
FOND_NOIR = b"0 g 0 0 595 842 re f 1 g "


def ecrire(cible: Path, *contenus: bytes) -> str:
    with pikepdf.new() as pdf:
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        for contenu in contenus:
            page = pdf.add_blank_page(page_size=(595, 842)).obj
            page.Resources = Dictionary(Font=Dictionary(F=police))
            page.Contents = pdf.make_stream(contenu)
        pdf.save(cible)
    return str(cible)


@pytest.mark.parametrize(
    ("avant", "apres", "differe"),
    [
        (TEXTE, TEXTE, False),
        (TEXTE + COCHE, TEXTE, True),
        (TEXTE, TEXTE + COCHE, True),
        (TEXTE, TEXTE.replace(b"1 200", b"2 400"), True),
        (TEXTE, b"1 0 0 1 0.3 0.3 cm " + TEXTE, False),
        (TEXTE, b"1 0 0 1 0 40 cm " + TEXTE, True),
        (FOND_NOIR + TEXTE, FOND_NOIR, True),
        (ROUGE + TEXTE, b"0.299 g " + TEXTE, True),
        (b"1 1 0 rg 72 690 200 20 re f 0 g " + TEXTE, TEXTE, True),
        (FOND_NOIR, FOND_NOIR + TEXTE, True),
    ],
)
def test_voit_ce_qui_manque_et_ce_qui_s_ajoute(tmp_path, avant, apres, differe):
    source, copie = ecrire(tmp_path / "a.pdf", TEXTE, avant), ecrire(tmp_path / "b.pdf", TEXTE, apres)
    vue = comparer(source, [None], copie, [1, 2], {})
    assert vue == {"comparees": 2, "differentes": [2] if differe else []}


def test_ce_que_l_on_a_dessine_soi_meme_ne_compte_pas(tmp_path):
    source, copie = ecrire(tmp_path / "a.pdf", TEXTE), ecrire(tmp_path / "b.pdf", TEXTE + COCHE)
    assert comparer(source, [None], copie, [1], {1: [(300, 680, 308, 688)]})["differentes"] == []
    assert comparer(source, [None], copie, [1], {1: [(200, 680, 208, 688)]})["differentes"] == [1]


@pytest.mark.parametrize("tour", [90, 180, 270])
def test_les_zones_suivent_une_page_tournee_ou_rognee(tmp_path, tour):
    fichiers = []
    for nom, contenu in (("a", TEXTE), ("b", TEXTE + COCHE)):
        ecrire(tmp_path / f"{nom}.pdf", contenu)
        with pikepdf.open(tmp_path / f"{nom}.pdf", allow_overwriting_input=True) as pdf:
            pdf.pages[0].obj.Rotate = tour
            pdf.pages[0].obj.CropBox = Array([50, 100, 550, 800])
            pdf.save()
        fichiers.append(str(tmp_path / f"{nom}.pdf"))
    assert comparer(fichiers[0], [None], fichiers[1], [1], {1: [(300, 680, 308, 688)]})["differentes"] == []
    assert comparer(fichiers[0], [None], fichiers[1], [1], {})["differentes"] == [1]


def test_une_page_que_la_copie_ne_montre_plus_differe(tmp_path):
    source, copie = ecrire(tmp_path / "a.pdf", TEXTE, TEXTE), ecrire(tmp_path / "b.pdf", TEXTE)
    assert comparer(source, [None], copie, [1, 2], {})["differentes"] == [2]


def formulaire(cible: Path, **cles: object) -> Path:
    """Deux pages, un champ dessiné sur la seconde."""
    with pikepdf.open(ecrire_pdf(cible.with_suffix(".vierge.pdf"), 2)) as pdf:
        dessin = pdf.make_stream(b"0 g 2 2 60 12 re f")
        dessin.Type, dessin.Subtype, dessin.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 20])
        champ = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String("nom"),
                Rect=Array([60, 500, 160, 520]),
                F=4,
                AP=Dictionary(N=dessin),
            )
        )
        pdf.pages[1].obj.Annots = Array([champ])
        pdf.Root.AcroForm = Dictionary(Fields=Array([champ]), **cles)
        pdf.save(cible)
    return cible


@pytest.mark.parametrize("cles", [{}, {"NeedAppearances": True}])
def test_seules_les_pages_touchees_sont_comparees(tmp_path: Path, preparer: Preparer, cles) -> None:
    assert preparer(ecrire_pdf(tmp_path / "a.pdf", 2)).fidelite.comparees == 0
    preparee = preparer(formulaire(tmp_path / "b.pdf", **cles))
    assert (preparee.fidelite.comparees, preparee.fidelite.differentes) == (1, ())
    assert preparee.avertissements == ()
    assert sorted(f.suffix for f in tmp_path.iterdir()) == [".pdf"] * 4, "aucune référence ne traîne"


def test_un_champ_perdu_en_route_se_dit(tmp_path, monkeypatch):
    """Si un dessin se perdait, la garde le verrait : elle ne se fie pas à qui l'a posé."""

    def perdre(pdf: pikepdf.Pdf) -> object:
        faits = documents_pdf.Champs(len(pdf.pages), [2])
        del pdf.pages[1].obj.Annots
        return faits

    monkeypatch.setattr(documents_pdf, "figer_champs", perdre)
    faits = traiter(str(formulaire(tmp_path / "a.pdf")), str(tmp_path / "b.pdf"), None, 10)
    assert faits["fidelite"] == {"comparees": 1, "differentes": [2]}
    assert "ne se montrent plus tout à fait comme dans l'original : 2" in faits["avertissements"][0]

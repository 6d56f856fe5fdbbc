"""La liasse écrite, hors du tampon et du folio, montre encore chaque page de pièce : une différence se nomme."""

import random
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from generateur.liasse.assemblage import assembler
from generateur.liasse.geometrie import IDENTITE
from generateur.liasse.plan import ElementPiece, Options
from generateur.operations.garde_de_la_liasse import comparer_a_la_liasse
from generateur.pieces.atelier import Atelier
from generateur.pieces.preparation import Fidelite

PAGE = b"BT /F 14 Tf 60 600 Td (Reconnaissance de dette) Tj ET 0 0 1 rg 60 500 200 30 re f "
PLEINE = b"0.2 0.5 0.3 rg 0 0 595 842 re f 1 g " + PAGE


@pytest.fixture(scope="module")
def enfant():
    with Atelier() as ouvert:
        yield ouvert


def ecrire(cible: Path, *contenus: bytes, **cles) -> Path:
    with pikepdf.new() as pdf:
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        for contenu in contenus:
            page = pdf.add_blank_page(page_size=(595, 842)).obj
            page.Resources = Dictionary(Font=Dictionary(F=police))
            page.Contents = pdf.make_stream(contenu)
            for cle, valeur in cles.items():
                page[f"/{cle}"] = valeur
        pdf.save(cible)
    return cible


def mettre_en_liasse(atelier, tmp_path, *contenus, options=None, projet=False, **cles):
    piece = ElementPiece("1", "Reconnaissance", ecrire(tmp_path / "piece.pdf", *contenus, **cles))
    plan = atelier.plan([piece])
    if projet:
        plan = type(plan)(**{**vars(plan), "projet": True})
    return assembler(plan, tmp_path / "l.pdf", tmp_path / "p", options or Options())


@pytest.mark.parametrize(
    "cles", [{}, {"Rotate": 90}, {"CropBox": Array([30, 60, 560, 800])}, {"Rotate": 270, "UserUnit": 2}]
)
@pytest.mark.parametrize("contenu", [PAGE, PLEINE], ids=["libre", "pleine"])
def test_tampon_et_folio_ne_changent_rien_d_autre(atelier, tmp_path, enfant, contenu, cles):
    assemblage = mettre_en_liasse(atelier, tmp_path, contenu, contenu, **cles)
    assert [page.rang for page in assemblage.pages_marquees] == [0, 1]
    est_deplacee = contenu == PLEINE or "UserUnit" in cles  # dont l'encre ne se mesure pas
    assert (assemblage.pages_marquees[0].contenu != IDENTITE) is est_deplacee
    vues = comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, enfant)
    assert vues == {"1": Fidelite(2, ())}


@pytest.mark.parametrize("contenu", [PAGE, PLEINE], ids=["libre", "pleine"])
@pytest.mark.parametrize(
    "ajout",
    [
        b"1 g 60 595 150 20 re f",
        b"1 0 0 rg 60 500 200 30 re f",
        b"1 0 1 rg BT /F 16 Tf 60 300 Td (facture annulee) Tj ET",
    ],
    ids=["masque blanc", "autre couleur", "mots ajoutés"],
)
def test_une_difference_hors_des_marques_se_voit(atelier, tmp_path, enfant, contenu, ajout):
    assemblage = mettre_en_liasse(atelier, tmp_path, contenu, contenu)
    with pikepdf.open(assemblage.fichier, allow_overwriting_input=True) as pdf:
        page = pdf.pages[assemblage.pages_debut["1"]]  # la seconde de la pièce
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        forme = Stream(pdf, b"0 g " + ajout, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
        forme.Resources = Dictionary(Font=Dictionary(F=police))
        page.contents_add(b"q " + bytes(page.add_resource(forme, Name.XObject)) + b" Do Q", prepend=False)
        pdf.save()
    vues = comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, enfant)
    assert vues == {"1": Fidelite(2, (2,))}


def test_ce_qui_part_avec_une_annotation_retiree_se_voit(atelier, tmp_path, enfant):
    source = ecrire(tmp_path / "piece.pdf", PAGE)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        icone = Stream(pdf, b"0 g 0 0 30 30 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 30, 30]))
        jointe = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([300, 300, 330, 330]), F=4)
        jointe.AP = Dictionary(N=icone)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(jointe)])
        pdf.save()
    plan = atelier.plan([ElementPiece("1", "Reconnaissance", source)])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options())
    vues = comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, enfant)
    assert vues == {"1": Fidelite(1, (1,))}


def test_un_projet_ne_se_compare_pas_et_une_page_lourde_non_plus(atelier, tmp_path):
    assert mettre_en_liasse(atelier, tmp_path, PAGE, projet=True).pages_marquees == ()
    lourde = PAGE + b"% " + random.Random(7).randbytes(600_000).hex().encode()  # noqa: S311
    assert mettre_en_liasse(atelier, tmp_path, lourde).pages_marquees == ()


def test_se_comparent_la_page_tamponnee_la_deuxieme_et_la_derniere(atelier, tmp_path, enfant):
    assemblage = mettre_en_liasse(atelier, tmp_path, *[PAGE] * 8)
    assert len(assemblage.pages_marquees) == 8
    assert comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, enfant) == {"1": Fidelite(3, ())}
    toutes = mettre_en_liasse(atelier, tmp_path, *[PAGE] * 8, options=Options(tampon_toutes_pages=True))
    assert comparer_a_la_liasse(toutes.fichier, toutes.pages_marquees, enfant) == {"1": Fidelite(8, ())}


def test_une_comparaison_impossible_n_arrete_rien(atelier, tmp_path, enfant):
    assemblage = mettre_en_liasse(atelier, tmp_path, PAGE)
    (tmp_path / "piece.pdf").write_bytes(b"%PDF-1.7 abime")
    assert comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, enfant) == {}

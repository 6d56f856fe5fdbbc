"""Rien d'actif n'entre dans la liasse ; ce qui se voyait se voit encore."""

import re

import pikepdf
import pypdf
import pypdfium2
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Stream, String

from generateur.liasse.assainissement import assainir
from generateur.liasse.assemblage import assembler

ACTIFS = re.compile(rb"/JavaScript|/JS\b|/Launch|/URI|/GoToR|/SubmitForm|/EmbeddedFile|/XFA|/RichMedia|/AA\b|/Widget")


def annotation(nature, **cles):
    return Dictionary(Type=Name.Annot, Subtype=Name("/" + nature), Rect=Array([60, 700, 160, 720]), **cles)


@pytest.fixture
def piece_armee(atelier):
    """Une pièce qui porte tout ce qu'un PDF peut avoir d'actif."""
    piece = atelier.piece("1", "Contrat", 2)
    with pikepdf.open(piece.pdf, allow_overwriting_input=True) as pdf:
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.Root.OpenAction = script
        pdf.Root.AA = Dictionary(WC=script)
        pdf.attachments["secret.txt"] = AttachedFileSpec(
            pdf, b"secret", filename="secret.txt", description="", mime_type="", creation_date="", mod_date=""
        )
        pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), script]))
        page = pdf.pages[0].obj
        page.AA = Dictionary(O=script)
        page.Annots = Array(
            [
                annotation("Link", A=Dictionary(S=Name.URI, URI=String("https://exemple.fr"))),
                annotation("Link", A=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
                annotation("Link", A=Dictionary(S=Name.GoToR, F=String("autre.pdf"), D=Array([0, Name.Fit]))),
                annotation("Link", A=Dictionary(S=Name.GoTo, D=Array([pdf.pages[1].obj, Name.Fit]))),
                annotation("RichMedia"),
                annotation("FileAttachment", FS=Dictionary(F=String("x"))),
                annotation("Text", Contents=String("une remarque"), AA=Dictionary(E=script)),
            ]
        )
        element = pdf.make_indirect(Dictionary(Title=String("Site"), A=Dictionary(S=Name.URI, URI=String("http://x"))))
        pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=element, Last=element))
        pdf.save()
    return piece


def objets(fichier):
    with pikepdf.open(fichier) as pdf:
        return b"\n".join(
            objet.unparse(resolved=True) for objet in pdf.objects if isinstance(objet, Dictionary | Stream)
        )


def test_retire_tout_ce_qui_agit_de_la_liasse_comme_de_la_piece(atelier, tmp_path, piece_armee):
    assert ACTIFS.search(objets(piece_armee.pdf))
    assemblage = assembler(atelier.plan([piece_armee]), tmp_path / "l.pdf", tmp_path / "p")
    for fichier in (assemblage.fichier, assemblage.pieces[0].fichier):
        assert not ACTIFS.search(objets(fichier))
        lecteur = pypdf.PdfReader(fichier)
        assert not lecteur.attachments
        assert "/OpenAction" not in lecteur.root_object
    retraits = assemblage.pieces[0].retraits
    assert {"JavaScript", "fichiers joints", "liens vers l'extérieur", "lancement de programme"} <= set(retraits)
    assert list(retraits) == sorted(retraits)


@pytest.mark.parametrize(
    ("action", "dit"),
    [
        (lambda page: Array([page, Name.XYZ, None, None, 0]), []),
        (lambda page: Dictionary(S=Name.GoTo, D=Array([page, Name.Fit])), []),
        (lambda _: Dictionary(S=Name.Named, N=Name.Print), ["action à l'ouverture"]),
        (
            lambda page: Dictionary(S=Name.GoTo, D=Array([page, Name.Fit]), Next=Dictionary(S=Name.JavaScript)),
            ["action à l'ouverture"],
        ),
    ],
)
def test_la_page_montree_a_l_ouverture_n_est_pas_une_action(atelier, action, dit):
    with pikepdf.open(atelier.piece("1", "Contrat").pdf) as pdf:
        pdf.Root.OpenAction = action(pdf.pages[0].obj)
        assert assainir(pdf) == dit
        assert "/OpenAction" not in pdf.Root


def test_garde_le_lien_interne_la_remarque_et_le_signet(atelier, tmp_path, piece_armee):
    assemblage = assembler(atelier.plan([piece_armee]), tmp_path / "l.pdf", tmp_path / "p")
    annotations = [a.get_object() for a in pypdf.PdfReader(assemblage.fichier).pages[3]["/Annots"]]
    assert [a["/Subtype"] for a in annotations] == ["/Link", "/Text"]
    with pypdfium2.PdfDocument(assemblage.fichier) as document:
        site = [s.get_dest() for s in document.get_toc() if s.get_title() == "Site"]
    assert site == [None]


def test_un_champ_rempli_garde_ce_qu_il_montrait(atelier, tmp_path):
    piece = atelier.piece("1", "Formulaire")
    with pikepdf.open(piece.pdf, allow_overwriting_input=True) as pdf:
        police = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        champ = annotation(
            "Widget", FT=Name.Tx, T=String("nom"), V=String("Valeur saisie"), DA=String("/Helv 10 Tf 0 g"), F=4
        )
        dessin = Stream(pdf, b"/Tx BMC q BT /Helv 10 Tf 2 5 Td (Valeur saisie) Tj ET Q EMC")
        dessin.Type, dessin.Subtype, dessin.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 20])
        dessin.Resources = Dictionary(Font=Dictionary(Helv=police))
        champ.AP = Dictionary(N=dessin)
        champ = pdf.make_indirect(champ)
        pdf.pages[0].obj.Annots = Array([champ])
        pdf.Root.AcroForm = Dictionary(Fields=Array([champ]), DR=Dictionary(Font=Dictionary(Helv=police)))
        pdf.save()
    assemblage = assembler(atelier.plan([piece]), tmp_path / "l.pdf", tmp_path / "p")
    page = pypdf.PdfReader(assemblage.fichier).pages[3]
    assert "Valeur saisie" in page.extract_text()
    assert "/Annots" not in page


def test_un_calque_eteint_le_reste_dans_la_liasse(atelier, tmp_path):
    piece = atelier.piece("1", "Plan")
    with pikepdf.open(piece.pdf, allow_overwriting_input=True) as pdf:
        calque = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Caché")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=Dictionary(OFF=Array([calque])))
        page = pdf.pages[0]
        page.obj.Resources.Properties = Dictionary(MC0=calque)
        page.contents_add(b"/OC /MC0 BDC 0 g 100 300 300 200 re f EMC")
        pdf.save()
    assembler(atelier.plan([piece]), tmp_path / "l.pdf", tmp_path / "p")
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as document:
        image = document[3].render(grayscale=True).to_pil()
    assert image.crop((100, 340, 400, 540)).getextrema() == (255, 255)


def test_rien_a_retirer_d_un_document_inerte(atelier):
    with pikepdf.open(atelier.piece("1", "Facture").pdf) as pdf:
        assert assainir(pdf) == []

"""Une liasse ne se déclare PDF/A-2b que si le validateur l'approuve, où que se cache ce qui l'interdit."""

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from pikepdf.pdfa import validate_written

from generateur.erreurs import ErreurGenerateur
from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import ElementActe, ElementPiece, Options, PlanLiasse
from generateur.liasse.police_des_marques import incorporer
from tests.liasse.conftest import JOUR

CARRE = b"100 100 200 200 re f"


def police_nue():
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def forme(pdf, dessin, **cles):
    flux = Stream(pdf, dessin)
    flux.Type, flux.Subtype, flux.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
    for cle, valeur in cles.items():
        flux[f"/{cle}"] = valeur
    return pdf.make_indirect(flux)


def image(pdf, espace, octets, **cles):
    flux = Stream(pdf, octets)
    flux.Type, flux.Subtype, flux.Width, flux.Height, flux.BitsPerComponent = Name.XObject, Name.Image, 1, 1, 8
    flux.ColorSpace = espace
    for cle, valeur in cles.items():
        flux[f"/{cle}"] = valeur
    return pdf.make_indirect(flux)


def teinte(sorties):
    """Fonction d'une encre nommée vers une autre couleur."""
    return Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([0] * sorties), C1=Array([1] * sorties), N=1)


def _police_directe(_pdf, page):
    page.Resources = Dictionary(Font=Dictionary(F1=police_nue()))
    return b"BT /F1 12 Tf 60 700 Td (Texte) Tj ET"


def _police_d_une_forme(pdf, page):
    texte = forme(pdf, b"BT /F1 12 Tf 60 700 Td (Texte) Tj ET", Resources=Dictionary(Font=Dictionary(F1=police_nue())))
    page.Resources = Dictionary(
        XObject=Dictionary(X=forme(pdf, b"/Y Do", Resources=Dictionary(XObject=Dictionary(Y=texte))))
    )
    return b"/X Do"


def _police_d_un_motif(pdf, page):
    motif = Stream(pdf, b"BT /F1 12 Tf 2 2 Td (T) Tj ET")
    motif.Type, motif.PatternType, motif.PaintType, motif.TilingType = Name.Pattern, 1, 1, 1
    motif.BBox, motif.XStep, motif.YStep = Array([0, 0, 20, 20]), 20, 20
    motif.Resources = Dictionary(Font=Dictionary(F1=police_nue()))
    page.Resources = Dictionary(Pattern=Dictionary(M=pdf.make_indirect(motif)))
    return b"/Pattern cs /M scn " + CARRE


def _police_d_une_apparence(pdf, page):
    apparence = forme(pdf, b"BT /F1 12 Tf 2 2 Td (Vu) Tj ET", Resources=Dictionary(Font=Dictionary(F1=police_nue())))
    tampon = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([60, 600, 160, 640]), F=4, AP=Dictionary(N=apparence)
    )
    page.Annots = Array([pdf.make_indirect(tampon)])
    return b""


def _cmjn_d_une_forme(pdf, page):
    page.Resources = Dictionary(XObject=Dictionary(X=forme(pdf, b"0.1 0.9 0 0 k " + CARRE)))
    return b"/X Do"


def _cmjn_d_une_image_incorporee(_pdf, _page):
    return b"q 50 0 0 50 100 100 cm BI /W 1 /H 1 /BPC 8 /CS /CMYK ID \x10\x20\x30\x40 EI Q"


def _cmjn_nomme(_pdf, page):
    page.Resources = Dictionary(ColorSpace=Dictionary(C=Name.DeviceCMYK))
    return b"/C cs 0.1 0.9 0 0 sc " + CARRE


def _cmjn_par_defaut(_pdf, page):
    """DefaultCMYK ne donne aucun profil s'il renvoie à lui-même."""
    page.Resources = Dictionary(ColorSpace=Dictionary(DefaultCMYK=Name.DeviceCMYK))
    return b"0.1 0.9 0 0 k " + CARRE


def _encre_nommee(_pdf, page):
    espace = Array([Name.Separation, Name("/Or"), Name.DeviceCMYK, teinte(4)])
    page.Resources = Dictionary(ColorSpace=Dictionary(S=espace))
    return b"/S cs 0.5 scn " + CARRE


def _encres_nommees(pdf, page):
    fonction = Stream(pdf, b"{ 0 0 }")
    fonction.FunctionType, fonction.Domain, fonction.Range = 4, Array([0, 1, 0, 1]), Array([0, 1] * 4)
    espace = Array([Name.DeviceN, Array([Name("/Or"), Name("/Argent")]), Name.DeviceCMYK, pdf.make_indirect(fonction)])
    page.Resources = Dictionary(ColorSpace=Dictionary(S=espace))
    return b"/S cs 0.5 0.2 scn " + CARRE


def _image_indexee_cmjn(pdf, page):
    espace = Array([Name.Indexed, Name.DeviceCMYK, 0, String(b"\x10\x20\x30\x40")])
    page.Resources = Dictionary(XObject=Dictionary(I=image(pdf, espace, b"\0")))
    return b"q 50 0 0 50 100 100 cm /I Do Q"


def _image_cmjn(pdf, page):
    page.Resources = Dictionary(XObject=Dictionary(I=image(pdf, Name.DeviceCMYK, b"\1\2\3\4")))
    return b"q 50 0 0 50 100 100 cm /I Do Q"


def _degrade_cmjn(_pdf, page):
    degrade = Dictionary(ShadingType=2, ColorSpace=Name.DeviceCMYK, Coords=Array([0, 0, 100, 100]), Function=teinte(4))
    page.Resources = Dictionary(Shading=Dictionary(D=degrade))
    return b"/D sh"


def _groupe_cmjn(_pdf, page):
    page.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK)
    return CARRE


def _groupe_cmjn_d_une_forme(pdf, page):
    groupe = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK, I=True)
    page.Resources = Dictionary(XObject=Dictionary(X=forme(pdf, CARRE, Group=groupe)))
    return b"/X Do"


def _glyphe_cmjn(pdf, page):
    glyphe = Stream(pdf, b"1000 0 d0 0 1 0 0 k 0 0 700 700 re f")
    police = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 700, 700]), FirstChar=97, LastChar=97,
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), Widths=Array([1000]), Resources=Dictionary(),
        CharProcs=Dictionary(a=pdf.make_indirect(glyphe)),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.a])),
    )  # fmt: skip
    page.Resources = Dictionary(Font=Dictionary(F1=police))
    return b"BT /F1 30 Tf 60 700 Td (a) Tj ET"


def _masque_cmjn(pdf, page):
    masque = Dictionary(
        Type=Name.Mask, S=Name.Luminosity,
        G=forme(pdf, b"0 1 0 0 k " + CARRE, Group=Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK)),
    )  # fmt: skip
    page.Resources = Dictionary(ExtGState=Dictionary(E=Dictionary(Type=Name.ExtGState, SMask=masque)))
    return b"/E gs " + CARRE


def _jpeg2000(pdf, page):
    page.Resources = Dictionary(
        XObject=Dictionary(I=image(pdf, Name.DeviceGray, b"\xff\x4f\xff\x51", Filter=Name.JPXDecode))
    )
    return b"q 50 0 0 50 100 100 cm /I Do Q"


def _lzw(pdf, page):
    page.Resources = Dictionary(
        XObject=Dictionary(I=image(pdf, Name.DeviceGray, b"\x80\x0b\x60\x50", Filter=Name.LZWDecode))
    )
    return b"q 50 0 0 50 100 100 cm /I Do Q"


def _postscript(pdf, page):
    page.Resources = Dictionary(XObject=Dictionary(X=forme(pdf, CARRE, Subtype2=Name.PS, PS=Stream(pdf, b"showpage"))))
    return b"/X Do"


def _note_sans_apparence(pdf, page):
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Highlight, Rect=Array([60, 600, 160, 640]), QuadPoints=Array([60, 640] * 4)
    )
    page.Annots = Array([pdf.make_indirect(note)])
    return b""


OBSTACLES = {
    nom.removeprefix("_"): fonction
    for nom, fonction in list(globals().items())
    if nom.startswith("_") and getattr(fonction, "__module__", "") == __name__
}


def ecrire(chemin: Path, fabriquer=None) -> Path:
    with pikepdf.new() as pdf:
        page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Resources=Dictionary())
        pdf.pages.append(pikepdf.Page(page))
        objet = pdf.pages[0].obj
        if fabriquer is None:
            objet.Resources = Dictionary(Font=Dictionary(F1=incorporer(pdf)))
            dessin = b"BT /F1 12 Tf 60 700 Td (pi\xe8ce n\xb0 1) Tj ET"
        else:
            dessin = fabriquer(pdf, objet)
        objet.Contents = pdf.make_stream(dessin)
        # flux écrits tels quels : qpdf recomprimerait ce que l'essai veut interdit
        pdf.save(chemin, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return chemin


def assembler_pdfa(tmp_path, source):
    acte = ElementActe("requete", "Requête", ecrire(tmp_path / "r.pdf"))
    plan = PlanLiasse("R", "Liasse", "Lumen", JOUR, (acte,), (ElementPiece("1", "Facture", source),), "Lumen")
    return assembler(plan, tmp_path / "l.pdf", tmp_path / "p", Options(pdfa=True))


def est_declaree(fichier: Path) -> bool:
    with pikepdf.open(fichier) as pdf:
        return b"pdfaid" in pdf.Root.Metadata.read_bytes() or Name.OutputIntents in pdf.Root


@pytest.mark.parametrize("nom", OBSTACLES)
def test_un_obstacle_cache_interdit_la_declaration_et_se_nomme(tmp_path, nom):
    assemblage = assembler_pdfa(tmp_path, ecrire(tmp_path / "s.pdf", OBSTACLES[nom]))
    assert not est_declaree(assemblage.fichier)
    assert assemblage.obstacles_pdfa
    assert all(obstacle.startswith("Pièce n° 1 « Facture » : ") for obstacle in assemblage.obstacles_pdfa)


@pytest.mark.parametrize(
    ("nom", "cause"),
    [
        ("police_directe", "police non incorporée : Helvetica"),
        ("police_d_une_forme", "police non incorporée : Helvetica"),
        ("police_d_une_apparence", "police non incorporée : Helvetica"),
        ("cmjn_d_une_forme", "couleurs CMJN sans profil"),
        ("cmjn_nomme", "couleurs CMJN sans profil"),
        ("encre_nommee", "encre nommée"),
        ("cmjn_par_defaut", "couleurs CMJN sans profil"),
        ("jpeg2000", "JPEG 2000"),
        ("lzw", "compression interdite"),
        ("image_cmjn", "couleurs CMJN sans profil"),
        ("note_sans_apparence", "annotation sans apparence"),
    ],
)
def test_la_cause_est_dite_en_francais(tmp_path, nom, cause):
    assemblage = assembler_pdfa(tmp_path, ecrire(tmp_path / "s.pdf", OBSTACLES[nom]))
    assert any(cause in obstacle for obstacle in assemblage.obstacles_pdfa), assemblage.obstacles_pdfa


def test_une_police_citee_mais_jamais_employee_n_est_pas_un_obstacle(tmp_path):
    def fabriquer(pdf, page):
        page.Resources = Dictionary(Font=Dictionary(F1=incorporer(pdf)))
        return b"BT /F1 12 Tf 60 700 Td (Texte) Tj ET"

    assemblage = assembler_pdfa(tmp_path, ecrire(tmp_path / "s.pdf", fabriquer))
    assert assemblage.obstacles_pdfa == ()
    assert est_declaree(assemblage.fichier)


@pytest.mark.outils
def test_le_corpus_ne_se_declare_que_si_le_validateur_approuve(tmp_path, corpus):
    """Chaque fichier du corpus, seule pièce d'une liasse demandée en PDF/A-2b."""
    declares, fautes = 0, {}
    for source in sorted(corpus("MANIFESTE.json").parent.rglob("*.pdf")):
        try:
            assemblage = assembler_pdfa(tmp_path, source)
        except ErreurGenerateur:
            continue
        approuve = validate_written(assemblage.fichier, "2b").passed
        if est_declaree(assemblage.fichier) != (not assemblage.obstacles_pdfa):
            fautes[source.name] = "déclaration et obstacles se contredisent"
        if est_declaree(assemblage.fichier):
            declares += 1
            if not approuve:
                fautes[source.name] = "déclarée, et refusée par le validateur"
    assert not fautes
    assert declares > 20


@pytest.mark.parametrize("nom", ["pdfa_cmjn_forme.pdf", "pdfa_police_directe.pdf"])
def test_les_exemples_de_fausses_declarations_ne_se_declarent_plus(tmp_path, ecarts, nom):
    assemblage = assembler_pdfa(tmp_path, ecarts(nom))
    assert not est_declaree(assemblage.fichier)
    assert assemblage.obstacles_pdfa

"""Les altérations qui ne touchent presque rien : un préfixe, un codage, un nom de ressource, un faux sceau.

Chacune se voit avec le PDF seul ; l'empreinte, elle, ne dépend ni des numéros d'objets, ni de leur rangement.
"""

import json
import shutil

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from generateur.erreurs import CodeSortie
from generateur.liasse.empreintes_pages import resumer_fichier
from generateur.publication.manifeste import CLE_EMPREINTE, resumer_contenu


def _fax(pdf):
    """Une image au trait, codée comme une télécopie."""
    return Stream(
        pdf,
        b"\x00\x10\x01" * 8,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=8,
        Height=8,
        BitsPerComponent=1,
        ColorSpace=Name.DeviceGray,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=-1, Columns=8, Rows=8),
    )


@pytest.fixture
def modele(tmp_path):
    """Un PDF de deux pages qui porte un peu de tout ce qu'un lecteur montre."""
    pdf = pikepdf.new()
    forme = Stream(pdf, b"0 0 10 10 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10]))
    calque = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Calque")))
    ressources = Dictionary(
        XObject=Dictionary(P=_fax(pdf), M=forme, Parent=forme),
        Properties=Dictionary(MC0=calque),
        ExtGState=Dictionary(G=Dictionary(ca=1)),
    )
    for _ in range(2):
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].obj.Resources = ressources
        pdf.pages[-1].obj.Contents = Stream(pdf, b"/P Do /M Do /Parent Do")
    page = pdf.pages[0].obj
    champ = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("nom"), V=String("oui"), Kids=Array()))
    case = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 9, 9]), P=page, Parent=champ)
    )
    champ.Kids.append(case)
    lien = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Dest=Array([pdf.pages[1].obj, Name.Fit])
    )
    page.Annots = Array([case, pdf.make_indirect(lien)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([champ]), DA=String("/Helv 0 Tf"))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, P=String("A-"))]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=Dictionary(ON=Array([calque])))
    pdf.Root.OutputIntents = Array([Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, Info=String("sRGB"))])
    signet = pdf.make_indirect(Dictionary(Title=String("Pièce"), Dest=Array([page, Name.Fit]), C=Array([0, 0, 0])))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=signet, Last=signet, Count=1))
    with pdf.open_metadata() as meta:
        meta["dc:title"] = "Dossier"
    pdf.docinfo["/Keywords"] = "un"
    fichier = tmp_path / "modele.pdf"
    pdf.save(fichier)
    return fichier


def _faux_sceau(pdf):
    """Un champ de signature visible, par-dessus la page : son apparence n'est pas celle d'un sceau."""
    apparence = Stream(pdf, b"1 1 1 rg 0 0 595 842 re f", Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, FT=Name.Sig, T=String("x"), Rect=Array([0, 0, 595, 842]),
        AP=Dictionary(N=apparence),
    )  # fmt: skip
    pdf.pages[0].obj.Annots.append(pdf.make_indirect(note))


def _titre_xmp(pdf):
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta["dc:title"] = "Autre dossier"


def _ressource(nom):
    def changer(pdf):
        objets = pdf.pages[0].obj.Resources.XObject
        objets[nom] = Stream(pdf, b"0 0 99 99 re f", Subtype=Name.Form, BBox=Array([0, 0, 99, 99]))

    return changer


FINES = {
    "préfixe des étiquettes": lambda pdf: pdf.Root.PageLabels.Nums[1].__setitem__(Name.P, String("B-")),
    "codage d'une image": lambda pdf: pdf.pages[0].obj.Resources.XObject.P.DecodeParms.__setitem__(
        Name.BlackIs1, value=True
    ),
    "Decode d'une image": lambda pdf: pdf.pages[0].obj.Resources.XObject.P.__setitem__(Name.Decode, Array([1, 0])),
    "image nommée P": _ressource("/P"),
    "forme nommée M": _ressource("/M"),
    "forme nommée Parent": _ressource("/Parent"),
    "faux sceau visible": _faux_sceau,
    "titre des métadonnées": _titre_xmp,
    "mot-clé": lambda pdf: pdf.docinfo.__setitem__("/Keywords", "deux"),
    "propriété inconnue": lambda pdf: pdf.docinfo.__setitem__("/Etat", "annulée"),
    "valeur d'un champ": lambda pdf: pdf.Root.AcroForm.Fields[0].__setitem__(Name.V, String("non")),
    "apparences à refaire": lambda pdf: pdf.Root.AcroForm.__setitem__(Name.NeedAppearances, value=True),
    "formulaire XFA": lambda pdf: pdf.Root.AcroForm.__setitem__(Name.XFA, Stream(pdf, b"<xdp/>")),
    "profil de couleurs": lambda pdf: pdf.Root.OutputIntents[0].__setitem__(Name.Info, String("autre")),
    "calque éteint": lambda pdf: pdf.Root.OCProperties.D.__setitem__(Name.OFF, Array([pdf.Root.OCProperties.OCGs[0]])),
    "nom d'un calque": lambda pdf: pdf.Root.OCProperties.OCGs[0].__setitem__(Name.Name, String("Autre")),
    "couleur d'un signet": lambda pdf: pdf.Root.Outlines.First.__setitem__(Name.C, Array([1, 1, 1])),
    "signet replié": lambda pdf: pdf.Root.Outlines.First.__setitem__(Name.Count, -1),
    "cible d'un lien": lambda pdf: pdf.pages[0].obj.Annots[1].Dest.__setitem__(0, pdf.pages[0].obj),
    "état graphique": lambda pdf: pdf.pages[0].obj.Resources.ExtGState.G.__setitem__(Name.BM, Name.Multiply),
    "texte de remplacement": lambda pdf: pdf.Root.__setitem__(
        Name.StructTreeRoot, Dictionary(K=Dictionary(S=Name.P, ActualText=String("annulée")))
    ),
    "clé inconnue de page": lambda pdf: pdf.pages[1].obj.__setitem__(Name.PresSteps, Dictionary(Dur=1)),
    "fichier associé": lambda pdf: pdf.pages[1].obj.__setitem__(Name.AF, Array([Dictionary(Type=Name.Filespec)])),
    "case déplacée": lambda pdf: pdf.pages[0].obj.Annots[0].__setitem__(Name.Rect, Array([9, 9, 18, 18])),
}


def _refaire(fichier, cible, changer=lambda _pdf: None, **options):
    with pikepdf.open(fichier) as pdf:
        changer(pdf)
        pdf.save(cible, **options)
    return resumer_fichier(cible)


@pytest.mark.parametrize("alteration", FINES)
def test_une_alteration_fine_change_l_empreinte(modele, tmp_path, alteration):
    assert _refaire(modele, tmp_path / "a.pdf", FINES[alteration]) != resumer_fichier(modele)


def _tout_indirect(pdf):
    for page in pdf.pages:
        for cle in ("/Resources", "/MediaBox", "/Annots"):
            if cle in page.obj:
                page.obj[cle] = pdf.make_indirect(page.obj[cle])


def _tout_direct(pdf):
    for page in pdf.pages:
        page.obj.Contents = Array([page.obj.Contents])
        page.obj.Resources = Dictionary(dict(page.obj.Resources.items()))


@pytest.mark.parametrize("ranger", [_tout_indirect, _tout_direct])
def test_un_objet_direct_ou_indirect_se_vaut(modele, tmp_path, ranger):
    temoin = resumer_fichier(modele)
    options = {"linearize": True} if ranger is _tout_indirect else {}
    assert _refaire(modele, tmp_path / "a.pdf", ranger, **options) == temoin


def test_deux_chaines_ne_se_confondent_pas(modele, tmp_path):
    un = _refaire(modele, tmp_path / "a.pdf", lambda pdf: pdf.Root.__setitem__(Name.X, Array([String("a) (b")])))
    deux = _refaire(
        modele, tmp_path / "b.pdf", lambda pdf: pdf.Root.__setitem__(Name.X, Array([String("a"), String("b")]))
    )
    assert un != deux


@pytest.fixture(scope="module")
def modele_produit(tmp_path_factory, racine):
    from generateur.cli import executer  # noqa: PLC0415 (une production pour tout le module)

    base = tmp_path_factory.mktemp("fines")
    shutil.copytree(racine / "dossiers" / "2026-0042", base / "dossiers" / "2026-0042")
    shutil.copytree(racine / "dossiers" / "creanciers", base / "dossiers" / "creanciers")
    code = executer(
        ["produire", str(base / "dossiers" / "2026-0042"), "-o", str(base / "s"), "--joindre-manifeste", "-q"]
    )
    assert code == 0
    return base


@pytest.fixture
def produit(modele_produit, tmp_path):
    shutil.copytree(modele_produit / "dossiers", tmp_path / "dossiers")
    return shutil.copytree(modele_produit / "s" / "2026-0042", tmp_path / "s" / "2026-0042")


def _controles(reponse, objet):
    return [c for c in reponse.objet["controles"] if c["objet"] == objet]


def test_un_fichier_que_le_manifeste_n_annonce_pas_est_nomme(commander, produit):
    shutil.copy(min((produit / "pieces").glob("*.pdf")), produit / "pieces" / "Piece_99_Aveu.pdf")
    reponse = commander("verifier-liasse", produit, "--json")
    assert reponse.objet["conforme"] is None
    (controle,) = _controles(reponse, "pieces/Piece_99_Aveu.pdf")
    assert controle["etat"] == "non_prouve"


def test_avec_le_pdf_seul_ce_que_l_empreinte_ne_couvre_pas_est_dit(commander, produit, tmp_path):
    seule = shutil.copy(produit / "2026-0042_liasse.pdf", tmp_path / "seule.pdf")
    reponse = commander("verifier-liasse", seule, "--json")
    (controle,) = _controles(reponse, "hors des empreintes")
    assert controle["etat"] == "non_prouve"
    assert "date de modification" in controle["message"]


def test_deux_manifestes_joints_se_voient(commander, produit, tmp_path):
    seule = shutil.copy(produit / "2026-0042_liasse.pdf", tmp_path / "seule.pdf")
    with pikepdf.open(seule, allow_overwriting_input=True) as pdf:
        noms = pdf.Root.Names.EmbeddedFiles.Names
        noms.append(String("manifeste.json"))
        noms.append(noms[1])
        pdf.save(seule)
    reponse = commander("verifier-liasse", seule, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME


def _signer(produit, changer):
    fichier = produit / "manifeste.json"
    contenu = json.loads(fichier.read_text(encoding="utf-8"))
    changer(contenu)
    contenu[CLE_EMPREINTE] = resumer_contenu(contenu)
    fichier.write_text(json.dumps(contenu), encoding="utf-8")


@pytest.mark.parametrize(
    ("cle", "valeur"), [("pages", 10**15), ("page_debut", 10**15), ("page_debut", -(10**15)), ("pages", -5)]
)
def test_une_etendue_demesuree_est_une_difference(commander, produit, cle, valeur):
    _signer(produit, lambda m: m["pieces"][1].__setitem__(cle, valeur))
    reponse = commander("verifier-liasse", produit, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME


@pytest.mark.parametrize(
    "texte",
    ['{"x": "\\ud800", ', '{"x": ' + "1" * 5000 + ", ", '{"x": ' + "[" * 5000 + "]" * 5000 + ", ", '{"x": NaN, '],
    ids=["demi-signe", "entier", "imbriqué", "NaN"],
)
def test_un_manifeste_hostile_n_est_jamais_une_erreur_interne(commander, produit, texte):
    fichier = produit / "manifeste.json"
    fichier.write_text(texte + fichier.read_text(encoding="utf-8").lstrip()[1:], encoding="utf-8")
    assert commander("verifier-liasse", produit, "--json").code in {CodeSortie.LECTURE, CodeSortie.LIASSE_NON_CONFORME}


def test_verifier_repare_d_abord_un_echange_interrompu(commander, produit):
    produit.rename(produit.parent / ".2026-0042.ancien")
    assert commander("verifier-liasse", produit, "--json").objet["conforme"] is True
    produit.rename(produit.parent / ".2026-0042.pret")
    assert commander("verifier-liasse", produit / "2026-0042_liasse.pdf", "--json").objet["conforme"] is True

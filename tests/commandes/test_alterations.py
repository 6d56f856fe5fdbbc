"""Une liasse altérée se voit, ou ce qui n'a pas pu être prouvé est dit : jamais « conforme » par défaut.

Trente altérations, du PDF seul (manifeste joint) puis avec tout le répertoire produit.
"""

import json
import shutil

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from generateur.cli import executer
from generateur.erreurs import CodeSortie
from generateur.publication.manifeste import CLE_EMPREINTE, resumer_contenu


@pytest.fixture(scope="module")
def modele(tmp_path_factory, racine):
    """Un dossier produit une fois, manifeste joint."""
    base = tmp_path_factory.mktemp("alterations")
    shutil.copytree(racine / "dossiers" / "2026-0042", base / "dossiers" / "2026-0042")
    shutil.copytree(racine / "dossiers" / "creanciers", base / "dossiers" / "creanciers")
    code = executer(
        ["produire", str(base / "dossiers" / "2026-0042"), "-o", str(base / "s"), "--joindre-manifeste", "-q"]
    )
    assert code == 0
    return base


@pytest.fixture
def liasse(modele, tmp_path):
    """La liasse seule, copiée loin de tout."""
    return shutil.copy(modele / "s" / "2026-0042" / "2026-0042_liasse.pdf", tmp_path / "2026-0042_liasse.pdf")


def _masque_blanc(pdf):
    page = pdf.pages[4]
    page.contents_add(b"q 1 1 1 rg 0 300 600 200 re f Q")


def _texte_ajoute(pdf):
    page = pdf.pages[6]
    police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources.Font[Name("/Zz")] = pdf.make_indirect(police)
    page.contents_add(b"BT /Zz 30 Tf 72 400 Td (facture annulee) Tj ET")


def _retirer_page(pdf):
    del pdf.pages[9]


def _permuter_pages(pdf):
    page = pdf.pages[9]
    pdf.pages.append(page)
    del pdf.pages[9]


def _doubler_page(pdf):
    pdf.pages.insert(5, pdf.pages[4])


def _tourner(pdf):
    pdf.pages[8].obj.Rotate = 90


def _rogner(pdf):
    pdf.pages[8].obj.CropBox = Array([100, 100, 400, 400])


def _agrandir(pdf):
    pdf.pages[8].obj.UserUnit = 2


def _annoter(pdf):
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([100, 500, 300, 550]), Contents=String("payé"),
        DA=String("/Helv 12 Tf 0 g"),
    )  # fmt: skip
    pdf.pages[7].obj.Annots = Array([pdf.make_indirect(note)])


def _retirer_liens(pdf):
    for page in pdf.pages:
        if "/Annots" in page.obj:
            del page.obj["/Annots"]
            return


def _devier_lien(pdf):
    for page in pdf.pages:
        for lien in page.obj.get("/Annots", ()):
            if "/Dest" in lien:
                lien.Dest[0] = pdf.pages[-1].obj
                return


def _renommer_signet(pdf):
    pdf.Root.Outlines.First.Title = String("Liasse annulée")


def _retirer_signets(pdf):
    del pdf.Root.Outlines


def _etiqueter(pdf):
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))


def _agir_a_l_ouverture(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _action_de_page(pdf):
    pdf.pages[3].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://exemple.example")))


def _joindre(pdf):
    pdf.attachments["autre.txt"] = pikepdf.AttachedFileSpec(
        pdf, b"autre chose", filename="autre.txt", description="", mime_type="", creation_date="", mod_date=""
    )


def _changer_titre(pdf):
    pdf.docinfo["/Title"] = "Autre dossier"


def _calque_masque(pdf):
    calque = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=Dictionary(OFF=Array([calque])))


def _champ(pdf):
    champ = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("montant"), V=String("0")))
    pdf.Root.AcroForm = Dictionary(Fields=Array([champ]))


def _etat_graphique(pdf):
    page = pdf.pages[6]
    page.obj.Resources[Name.ExtGState] = Dictionary(Zg=Dictionary(ca=0.01, CA=0.01))
    page.contents_add(b"/Zg gs", prepend=True)


def _contenu_d_une_police(pdf):
    for objet in pdf.objects:
        if isinstance(objet, pikepdf.Stream) and "/Length1" in objet:
            objet.write(objet.read_bytes()[:-64] + bytes(64))
            return


def _table_de_lecture(pdf):
    for objet in pdf.objects:
        if isinstance(objet, pikepdf.Dictionary) and "/ToUnicode" in objet:
            objet.ToUnicode = pdf.make_stream(objet.ToUnicode.read_bytes().replace(b"<0031>", b"<0039>") + b" ")
            return


def _remplacer_une_page_par_une_autre(pdf):
    pdf.pages[5] = pdf.pages[6]


def _remplacer_par_une_image(pdf):
    image = pdf.make_stream(
        bytes(3 * 4), Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2, BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
    )  # fmt: skip
    page = pdf.pages[4].obj
    page.Resources = Dictionary(XObject=Dictionary(Im=image))
    page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")


def _dessiner_dans_une_forme(pdf):
    page = pdf.pages[4].obj
    forme = pdf.make_stream(
        b"1 1 1 rg 0 0 600 800 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 600, 800])
    )
    page.Resources.XObject = Dictionary(Fz=forme)
    pikepdf.Page(page).contents_add(b"/Fz Do")


def _changer_le_cadre(pdf):
    pdf.pages[2].obj.MediaBox = Array([0, 0, 595, 700])


def _afficher_en_plein_ecran(pdf):
    pdf.Root.PageMode = Name.FullScreen


def _langue(pdf):
    pdf.Root.Lang = String("en")


def _transition(pdf):
    pdf.pages[1].obj.Dur = 1


ALTERATIONS = [
    _masque_blanc, _texte_ajoute, _retirer_page, _permuter_pages, _doubler_page, _tourner, _rogner, _agrandir, _annoter,
    _retirer_liens, _devier_lien, _renommer_signet, _retirer_signets, _etiqueter, _agir_a_l_ouverture, _action_de_page,
    _joindre, _changer_titre, _calque_masque, _champ, _etat_graphique, _contenu_d_une_police, _table_de_lecture,
    _remplacer_une_page_par_une_autre, _remplacer_par_une_image, _dessiner_dans_une_forme, _changer_le_cadre,
    _afficher_en_plein_ecran, _langue, _transition,
]  # fmt: skip


def _alterer(fichier, alteration):
    with pikepdf.open(fichier, allow_overwriting_input=True) as pdf:
        alteration(pdf)
        pdf.save(fichier)


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda f: f.__name__.strip("_"))
def test_le_pdf_seul_voit_l_alteration(commander, liasse, alteration):
    _alterer(liasse, alteration)
    reponse = commander("verifier-liasse", liasse, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME
    assert reponse.objet["conforme"] is False


def test_le_pdf_seul_intact_ne_se_dit_pas_conforme(commander, liasse):
    """Son manifeste joint pourrait avoir été refait avec lui : cela reste à prouver, et c'est dit."""
    reponse = commander("verifier-liasse", liasse, "--json")
    assert reponse.code == CodeSortie.FAIT
    assert reponse.objet["conforme"] is None
    assert any(c["etat"] == "non_prouve" and c["objet"] == "manifeste joint" for c in reponse.objet["controles"])


@pytest.mark.parametrize(
    "options",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "recompress_flate": True},
        {"linearize": True},
        {"stream_decode_level": pikepdf.StreamDecodeLevel.generalized, "compress_streams": False},
    ],
)
def test_ranger_autrement_le_fichier_ne_change_rien_a_ce_qu_il_montre(commander, liasse, options):
    with pikepdf.open(liasse, allow_overwriting_input=True) as pdf:
        pdf.save(liasse, **options)
    assert commander("verifier-liasse", liasse, "--json").objet["conforme"] is None


def test_une_liasse_chiffree_est_refusee_par_son_nom(commander, liasse):
    with pikepdf.open(liasse, allow_overwriting_input=True) as pdf:
        pdf.save(liasse, encryption=pikepdf.Encryption(owner="a", user=""))
    reponse = commander("verifier-liasse", liasse, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME
    assert "chiffrée" in reponse.objet["erreur"]["message"]


@pytest.fixture
def produit(modele, tmp_path):
    """Le répertoire produit, entier, et son dossier à côté."""
    shutil.copytree(modele / "dossiers", tmp_path / "dossiers")
    return shutil.copytree(modele / "s" / "2026-0042", tmp_path / "s" / "2026-0042")


def _changer_manifeste(produit, changer):
    fichier = produit / "manifeste.json"
    contenu = json.loads(fichier.read_text(encoding="utf-8"))
    changer(contenu)
    fichier.write_text(json.dumps(contenu), encoding="utf-8")


def test_le_repertoire_intact_est_conforme(commander, produit):
    objet = commander("verifier-liasse", produit, "--json").objet
    assert (objet["conforme"], objet["entiere"]) == (True, True)


def _supprimer(motif):
    def faire(produit):
        min(produit.glob(motif)).unlink()

    return faire


def _allonger(motif):
    def faire(produit):
        fichier = min(produit.glob(motif))
        fichier.write_bytes(fichier.read_bytes() + b"\n")

    return faire


def _poser(cle, valeur):
    return lambda produit: _changer_manifeste(produit, lambda m: m.__setitem__(cle, valeur))


def _poser_piece(cle, valeur):
    return lambda produit: _changer_manifeste(produit, lambda m: m["pieces"][1].__setitem__(cle, valeur))


DEGATS = {
    "acte Word": _allonger("actes/*.docx"),
    "acte PDF": _allonger("actes/*.pdf"),
    "acte absent": _supprimer("actes/*.pdf"),
    "pièce": _allonger("pieces/*.pdf"),
    "pièce absente": _supprimer("pieces/*.pdf"),
    "fiche interne": _allonger("*_fiche_interne.pdf"),
    "liasse": _allonger("*_liasse.pdf"),
    "total": _poser("total", "9999.99"),
    "procédure": _poser("procedure", "petites_creances"),
    "verdict": _poser("verdict", "irrecevable"),
    "titre": _poser_piece("titre", "Facture annulée"),
    "numéro": _poser_piece("numero", ".*"),
    "numéro ouvert": _poser_piece("numero", "("),
    "nom trop long": _poser_piece("fichier", "pieces/" + "a" * 5000),
    "source trop longue": _poser_piece("source", "b/" * 3000 + "c"),
    "pièce retirée": lambda produit: _changer_manifeste(produit, lambda m: m["pieces"].pop(1)),
    "dernière retirée": lambda produit: _changer_manifeste(produit, lambda m: m["pieces"].pop()),
    "date": _poser("au", "2026-01-01"),
}


@pytest.mark.parametrize("degat", DEGATS)
def test_le_repertoire_voit_le_degat(commander, produit, degat):
    DEGATS[degat](produit)
    reponse = commander("verifier-liasse", produit, "--json")
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME
    assert reponse.objet["conforme"] is False


def test_une_piece_retiree_du_manifeste_se_voit_meme_si_son_empreinte_est_refaite(commander, produit):
    def retirer(contenu):
        contenu["pieces"].pop(2)
        contenu[CLE_EMPREINTE] = resumer_contenu(contenu)

    _changer_manifeste(produit, retirer)
    assert commander("verifier-liasse", produit, "--json").objet["conforme"] is False


def test_un_volume_supprime_est_une_difference(commander, produit):
    def annoncer(contenu):
        contenu["volumes"] = [{"fichier": "2026-0042_volume_1.pdf", "sha256": "0" * 64}]
        contenu[CLE_EMPREINTE] = resumer_contenu(contenu)

    _changer_manifeste(produit, annoncer)
    objet = commander("verifier-liasse", produit, "--json").objet
    assert objet["conforme"] is False
    (controle,) = (c for c in objet["controles"] if "volume" in c["objet"])
    assert controle["etat"] == "differe"

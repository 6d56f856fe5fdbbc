"""Ce qu'une pièce porte sans le montrer : relevé, retiré quand rien de visible n'en dépend, nommé sinon."""

import re
import subprocess
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from generateur.domaine.fichiers import ContenuCache
from generateur.erreurs import ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.inspection import inspecter
from tests.pieces.conftest import MoteurFactice, Preparer, ecrire_pdf

VISIBLE = "BT /F 14 Tf 72 760 Td (Facture F2026-118) Tj ET\n"
SECRET = re.compile(rb"SECRET\w*")


def _ecrire(cible: Path, contenu: str, *annotations: Dictionary, regler: Any = None) -> Path:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842)).obj
        police = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F=police))
        page.Contents = pdf.make_stream((VISIBLE + contenu).encode("latin-1"))
        if annotations:
            page.Annots = Array([pdf.make_indirect(annotation) for annotation in annotations])
        if regler:
            regler(pdf, page)
        pdf.save(cible)
    return cible


def _annoter(nature: str, texte: str, drapeaux: int = 4, **cles: Any) -> Dictionary:
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name(nature),
        Rect=Array([72, 500, 300, 520]),
        Contents=String(texte),
        F=drapeaux,
        **cles,
    )


def _restes(pdf: Path) -> set[bytes]:
    """Les mots secrets que porte encore le PDF, tout décompressé."""
    clair = pdf.with_suffix(".qdf")
    commande = ["qpdf", "--qdf", "--object-streams=disable", "--decode-level=generalized", str(pdf), str(clair)]
    subprocess.run(commande, check=False, capture_output=True)
    lu = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True).stdout
    return set(SECRET.findall(clair.read_bytes() + lu))


def _natures(caches: tuple[ContenuCache, ...], sort: str) -> set[str]:
    return {cache.nature for cache in caches if cache.sort == sort}


@pytest.mark.parametrize(
    ("nature", "contenu"),
    [
        ("texte recouvert", "BT /F 14 Tf 72 700 Td (SECRET accepter) Tj ET 0 g 60 690 300 30 re f"),
        ("texte recouvert", "BT /F 14 Tf 72 700 Td (Reste SECRET fin) Tj ET 1 0 0 rg 100 690 70 30 re f"),
        ("texte recouvert", "BT /F 14 Tf 72 700 Td (SECRET accepter) Tj ET 0 G 24 w 60 704 m 360 704 l S"),
        ("texte de la couleur du fond", "1 g BT /F 14 Tf 72 600 Td (SECRET) Tj ET"),
        ("texte de la couleur du fond", "0 g 60 590 300 30 re f BT /F 14 Tf 72 600 Td (SECRET) Tj ET"),
        ("texte invisible", "BT 3 Tr /F 14 Tf 72 600 Td (SECRET) Tj ET"),
        ("texte invisible", "BT 3 Tr /F 14 Tf 250 760 Td (SECRET) Tj ET"),
        ("texte invisible", "BT /F 0.3 Tf 72 600 Td (SECRET) Tj ET"),
        ("texte rogné", "BT /F 14 Tf 72 -100 Td (SECRET) Tj ET"),
        ("texte rogné", "q 0 0 10 10 re W n BT /F 14 Tf 72 600 Td (SECRET) Tj ET Q"),
    ],
)
def test_nomme_la_page_d_un_texte_qui_ne_se_voit_pas(
    tmp_path: Path, preparer: Preparer, nature: str, contenu: str
) -> None:
    preparee = preparer(_ecrire(tmp_path / "a.pdf", contenu))
    assert [(cache.nature, cache.page, cache.sort) for cache in preparee.caches] == [(nature, 1, "reste")]
    assert "ECRET" in preparee.caches[0].texte


def test_nomme_la_page_d_un_texte_hors_du_cadre_de_lecture(tmp_path: Path, preparer: Preparer) -> None:
    def rogner(_pdf: pikepdf.Pdf, page: Any) -> None:
        page.CropBox = Array([0, 200, 595, 842])

    source = _ecrire(tmp_path / "a.pdf", "BT /F 14 Tf 72 100 Td (SECRET) Tj ET", regler=rogner)
    assert _natures(preparer(source).caches, "reste") == {"texte rogné"}


@pytest.mark.parametrize(
    "contenu",
    [
        "0 0 0.5 rg 60 590 300 30 re f 1 g BT /F 14 Tf 72 600 Td (Titre sur fond sombre) Tj ET",
        "0.9 g 60 590 300 30 re f 0 g BT /F 14 Tf 72 600 Td (Ligne de tableau) Tj ET 60 590 300 30 re S",
        "BT /F 14 Tf 72 600 Td (Texte au bord du cadre) Tj ET 0 g 60 580 300 1 re f",
        "BT /F 14 Tf 72 600 Td (Texte dans un cadre large) Tj ET 0 G 6 w 60 580 300 60 re S",
    ],
)
def test_un_texte_qui_se_voit_n_est_pas_dit_cache(tmp_path: Path, preparer: Preparer, contenu: str) -> None:
    assert preparer(_ecrire(tmp_path / "a.pdf", contenu)).caches == ()


def test_la_position_que_seul_le_xmp_dit_est_retiree_et_dite(tmp_path: Path, preparer: Preparer) -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="45,45.5N" '
        b'exif:GPSLongitude="4,50.1E"/></rdf:RDF></x:xmpmeta>'
    )
    Image.new("RGB", (40, 40), "white").save(tmp_path / "a.jpg", xmp=xmp)
    (cache,) = preparer(tmp_path / "a.jpg").caches
    assert (cache.nature, cache.texte, cache.sort) == ("position de la photo", "45,45.5N ; 4,50.1E", "retire")
    assert b"45,45.5N" not in (tmp_path / "cible.pdf").read_bytes()


def _scan(tmp_path: Path) -> Path:
    image = Image.new("RGB", (800, 1000), "white")
    trait = ImageDraw.Draw(image)
    for y in range(50, 950, 40):
        trait.text((60, y), "ligne du scan lorem ipsum dolor sit amet", fill="black")
    image.save(tmp_path / "scan.jpg", comment=b"SECRET")
    return tmp_path / "scan.jpg"


def _ecrire_scan(tmp_path: Path, contenu: str) -> Path:
    octets = _scan(tmp_path).read_bytes()

    def poser(pdf: pikepdf.Pdf, page: Any) -> None:
        image = Stream(pdf, octets, Type=Name.XObject, Subtype=Name.Image, Width=800, Height=1000)
        image.BitsPerComponent, image.ColorSpace, image.Filter = 8, Name.DeviceRGB, Name.DCTDecode
        page.Resources.XObject = Dictionary(I=pdf.make_indirect(image))

    return _ecrire(tmp_path / "a.pdf", f"q 595 0 0 744 0 50 cm /I Do Q {contenu}", regler=poser)


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        ("BT 3 Tr /F 8 Tf 45 750 Td (ligne du scan lorem) Tj ET", set()),  # texte reconnu, sur l'encre
        ("BT 3 Tr /F 14 Tf 45 750 Td (ligne du scan lorem ipsum) Tj ET", set()),  # il déborde de l'encre qu'il double
        ("BT 3 Tr /F 8 Tf 445 720 Td (SECRET) Tj ET", {"texte invisible"}),
        ("0 g 40 680 200 40 re f", {"image recouverte"}),
    ],
)
def test_un_scan_reconnu_n_est_pas_suspect_mais_ce_qu_on_y_masque_l_est(
    tmp_path: Path, preparer: Preparer, contenu: str, attendu: set[str]
) -> None:
    preparee = preparer(_ecrire_scan(tmp_path, contenu))
    assert _natures(preparee.caches, "reste") - {"texte recouvert"} == attendu
    assert "commentaire de l’image" in _natures(preparee.caches, "retire")


def test_les_notes_partent_et_ce_qui_se_voit_reste(tmp_path: Path, preparer: Preparer) -> None:
    bords = Array([72, 520, 300, 520, 72, 500, 300, 500])
    source = _ecrire(
        tmp_path / "a.pdf",
        "",
        _annoter("/Text", "SECRET accepter 50 %"),
        _annoter("/Highlight", "SECRETSURLIGNE", QuadPoints=bords, C=Array([1, 1, 0]), T=String("SECRETAUTEUR")),
        _annoter("/FreeText", "Bon pour accord", 0, DA=String("/Helv 12 Tf 0 g")),
        _annoter("/FreeText", "SECRETMASQUE", 2),
        _annoter("/Square", "SECRETHORSECRAN", 32),
        _annoter("/Popup", "SECRETBULLE"),
    )
    preparee = preparer(source)
    assert not _restes(tmp_path / "cible.pdf")
    assert _natures(preparee.caches, "retire") == {"note", "annotation masquée"}
    assert "icône" in next(cache.texte for cache in preparee.caches if "accepter" in cache.texte)
    with pikepdf.open(tmp_path / "cible.pdf") as pdf:
        restees = {str(annotation.Subtype): annotation for annotation in pdf.pages[0].Annots}
    assert set(restees) == {"/Highlight", "/FreeText"}
    assert all(int(annotation.F) & 4 for annotation in restees.values())  # ce qui se voit s'imprime
    assert str(restees["/FreeText"].Contents) == "Bon pour accord"


def test_un_caviardage_non_applique_est_dit(tmp_path: Path, preparer: Preparer) -> None:
    source = _ecrire(tmp_path / "a.pdf", "BT /F 14 Tf 72 505 Td (Sous le cadre) Tj ET", _annoter("/Redact", ""))
    assert _natures(preparer(source).caches, "reste") == {"caviardage non appliqué"}


@pytest.mark.parametrize("membre", ["expression", "règle", "état à l'écran"])
def test_un_passage_que_ses_calques_cachent_part_meme_si_aucun_n_est_dit_eteint(
    tmp_path: Path, preparer: Preparer, membre: str
) -> None:
    def poser(pdf: pikepdf.Pdf, page: Any) -> None:
        calque = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("public")))
        reglages = Dictionary()
        porte: Any = calque
        if membre == "expression":
            porte = pdf.make_indirect(Dictionary(Type=Name.OCMD, VE=Array([Name.Not, calque])))
        elif membre == "règle":
            porte = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=Array([calque]), P=Name.AllOff))
        else:
            calque.Usage = Dictionary(View=Dictionary(ViewState=Name.OFF))
            automatique = Dictionary(Event=Name.View, Category=Array([Name.View]), OCGs=Array([calque]))
            reglages = Dictionary(AS=Array([automatique]))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=reglages)
        page.Resources.Properties = Dictionary(A=porte)

    contenu = "/OC /A BDC BT /F 14 Tf 72 600 Td (SECRET) Tj ET EMC"
    preparee = preparer(_ecrire(tmp_path / "a.pdf", contenu, regler=poser))
    assert _natures(preparee.caches, "retire") == {"calque éteint"}
    assert preparee.fidelite.differentes == ()
    assert _restes(tmp_path / "cible.pdf") == set()


def test_une_annotation_d_un_calque_eteint_n_est_pas_dite_montree(tmp_path: Path, preparer: Preparer) -> None:
    def poser(pdf: pikepdf.Pdf, page: Any) -> None:
        calque = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("interne")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([calque]), D=Dictionary(OFF=Array([calque])))
        page.Annots = Array([pdf.make_indirect(_annoter("/FreeText", "SECRET", OC=calque))])

    preparee = preparer(_ecrire(tmp_path / "a.pdf", "", regler=poser))
    assert [(cache.nature, cache.sort) for cache in preparee.caches] == [("calque éteint", "retire")]
    assert _restes(tmp_path / "cible.pdf") == set()


def test_un_calque_eteint_part_avec_son_nom_et_les_autres_restent(tmp_path: Path, preparer: Preparer) -> None:
    def superposer(pdf: pikepdf.Pdf, page: Any) -> None:
        eteint = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("SECRETCALQUE")))
        allume = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Plan")))
        groupe = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=Array([eteint]), P=Name.AllOn))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([eteint, allume]), D=Dictionary(OFF=Array([eteint])))
        forme = Stream(pdf, b"BT /F 14 Tf 72 300 Td (SECRETFORME) Tj ET", Type=Name.XObject, Subtype=Name.Form)
        forme.BBox, forme.Resources, forme.OC = Array([0, 0, 595, 842]), page.Resources, eteint
        page.Resources.Properties = Dictionary(A=eteint, B=allume, C=groupe)
        page.Resources.XObject = Dictionary(X=pdf.make_indirect(forme))

    contenu = (
        "/OC /A BDC BT /F 14 Tf 72 600 Td (SECRET) Tj (SECRETBIS) ' ET 10 10 50 50 re f EMC "
        "/OC /B BDC BT /F 14 Tf 72 500 Td (Calque montre) Tj ET EMC "
        "/OC /C BDC BT /F 14 Tf 72 400 Td (SECRETGROUPE) Tj ET EMC q /X Do Q"
    )
    preparee = preparer(_ecrire(tmp_path / "a.pdf", contenu, regler=superposer))
    assert _natures(preparee.caches, "retire") == {"calque éteint"}
    assert (preparee.fidelite.comparees, preparee.fidelite.differentes) == (1, ())
    assert not _restes(tmp_path / "cible.pdf")
    lu = subprocess.run(["pdftotext", str(tmp_path / "cible.pdf"), "-"], check=True, capture_output=True).stdout
    assert b"Calque montre" in lu


def test_les_metadonnees_partent(tmp_path: Path, preparer: Preparer) -> None:
    def decrire(pdf: pikepdf.Pdf, page: Any) -> None:
        pdf.docinfo[Name.Author] = "SECRETAUTEUR"
        page.PieceInfo = Dictionary(X=Dictionary(Private=String("SECRETPRIVE")))
        xmp = (
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights>SECRETXMP</dc:rights>'
            b"</rdf:Description></rdf:RDF></x:xmpmeta>"
        )
        pdf.Root.Metadata = Stream(pdf, xmp, Type=Name.Metadata, Subtype=Name.XML)

    preparee = preparer(_ecrire(tmp_path / "a.pdf", "", regler=decrire))
    (metadonnees,) = preparee.caches
    assert "SECRETAUTEUR" in metadonnees.texte
    assert "SECRETXMP" in metadonnees.texte
    assert not _restes(tmp_path / "cible.pdf")


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "gif"])
def test_position_et_commentaires_d_une_photo_sont_dits_et_retires(
    tmp_path: Path, preparer: Preparer, extension: str
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRETDESCRIPTION"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 45.0, 30.0), 3: "E", 4: (4.0, 50.0, 0.0)})
    textes = PngInfo()
    textes.add_text("Comment", "SECRETPNG")
    options: dict[str, dict[str, Any]] = {
        "jpg": {"exif": exif, "comment": b"SECRETCOM", "xmp": b"<x><a>SECRETXMP</a></x>"},
        "png": {"exif": exif, "pnginfo": textes},
        "webp": {"exif": exif},
        "tif": {"exif": exif},
        "gif": {"comment": b"SECRETGIF"},
    }
    source = tmp_path / f"photo.{extension}"
    Image.new("RGB", (400, 300), "orange").save(source, **options[extension])
    preparee = preparer(source)
    assert _natures(preparee.caches, "retire") >= {"commentaire de l’image"}
    assert ("position de la photo" in _natures(preparee.caches, "retire")) == (extension not in {"gif", "tif"})
    assert not _restes(tmp_path / "cible.pdf")


def test_ce_qui_suit_une_photo_n_entre_pas_dans_la_liasse(tmp_path: Path, preparer: Preparer) -> None:
    source = tmp_path / "animee.jpg"
    Image.new("RGB", (400, 300), "orange").save(source, progressive=True)
    source.write_bytes(source.read_bytes() + b"SECRETVIDEO" * 10)
    assert preparer(source).pages == 1
    assert b"SECRETVIDEO" not in (tmp_path / "cible.pdf").read_bytes()


def _courriel(tmp_path: Path, jointe: Path | None = None) -> Path:
    lignes = ["From: a@exemple.test", "To: b@exemple.test", "Bcc: SECRET@exemple.test", "Subject: Relance"]
    source = tmp_path / "message.eml"
    if jointe is None:
        source.write_text("\n".join([*lignes, "", "Bonjour"]), "utf-8")
        return source
    message = EmailMessage()
    for ligne in lignes:
        cle, valeur = ligne.split(": ")
        message[cle] = valeur
    message.set_content("Bonjour")
    message.add_attachment(jointe.read_bytes(), maintype="application", subtype="pdf", filename="devis.pdf")
    source.write_bytes(message.as_bytes())
    return source


def test_la_copie_cachee_d_un_courriel_ne_s_imprime_pas(tmp_path: Path, preparer: Preparer) -> None:
    preparee = preparer(_courriel(tmp_path))
    assert [(cache.nature, cache.texte) for cache in preparee.caches] == [("copie cachée", "SECRET@exemple.test")]
    assert not _restes(tmp_path / "cible.pdf")


def test_une_piece_jointe_est_regardee_comme_une_piece(tmp_path: Path, preparer: Preparer, atelier: Atelier) -> None:
    jointe = _ecrire(tmp_path / "devis.pdf", "", _annoter("/Text", "SECRETNOTE"))
    source = _courriel(tmp_path, jointe)
    preparee = preparer(source)
    assert {(cache.nature, cache.jointe) for cache in preparee.caches} == {("copie cachée", ""), ("note", "devis.pdf")}
    assert not _restes(tmp_path / "cible.pdf")
    vue = inspecter(tmp_path, [("message.eml", None)], atelier=atelier)["message.eml"]
    assert vue.caches == preparee.caches


def test_l_inspection_sait_ce_que_la_preparation_trouvera(tmp_path: Path, preparer: Preparer, atelier: Atelier) -> None:
    source = _ecrire(tmp_path / "a.pdf", "1 g BT /F 14 Tf 72 600 Td (SECRET) Tj ET", _annoter("/Text", "SECRETNOTE"))
    vue = inspecter(tmp_path, [("a.pdf", None)], atelier=atelier)["a.pdf"]
    assert {cache.nature for cache in vue.caches} == {"note", "texte de la couleur du fond"}
    assert vue.caches == preparer(source).caches


def test_commentaires_et_modifications_d_un_document_word(tmp_path: Path, preparer: Preparer, atelier: Atelier) -> None:
    espace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    corps = (
        f"<w:document {espace}><w:body><w:p><w:r><w:t>Accord</w:t></w:r>"
        "<w:del><w:r><w:delText>accepter 50 %</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>plafond 3 000</w:t></w:r></w:p></w:body></w:document>"
    )
    notes = f"<w:comments {espace}><w:comment><w:p><w:r><w:t>tenir bon</w:t></w:r></w:p></w:comment></w:comments>"
    source = tmp_path / "accord.docx"
    with zipfile.ZipFile(source, "w") as paquet:
        paquet.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        paquet.writestr("word/document.xml", corps)
        paquet.writestr("word/comments.xml", notes)
    moteur = MoteurFactice()
    preparee = preparer(source, moteur_bureautique=moteur)
    vue = inspecter(tmp_path, [("accord.docx", None)], atelier=atelier, moteur_bureautique=moteur)["accord.docx"]
    assert vue.caches == preparee.caches
    assert {(cache.nature, cache.texte, cache.sort) for cache in preparee.caches} == {
        ("modification suivie", "barré : accepter 50 %", "reste"),
        ("texte masqué", "plafond 3 000", "retire"),
        ("commentaire", "tenir bon", "retire"),
    }


def test_une_piece_ordinaire_ne_cache_rien(tmp_path: Path, preparer: Preparer) -> None:
    assert preparer(ecrire_pdf(tmp_path / "a.pdf", 3)).caches == ()


def test_un_porte_documents_de_mille_fichiers_dit_quoi_faire_sans_les_nommer_tous(
    tmp_path: Path, preparer: Preparer
) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Collection = Dictionary(Type=Name.Collection)
        for rang in range(1000):
            pdf.attachments[f"devis_{rang:04d}.pdf"] = b"x"
        pdf.save(tmp_path / "a.pdf")
    with pytest.raises(ErreurPiece, match="990 autres") as refus:
        preparer(tmp_path / "a.pdf")
    assert "documents utiles" in refus.value.remede


def test_mille_fichiers_joints_n_arretent_rien(tmp_path: Path, preparer: Preparer) -> None:
    def joindre(pdf: pikepdf.Pdf, _page: Any) -> None:
        for rang in range(1000):
            pdf.attachments[f"devis_{rang:04d}.pdf"] = b"x"

    preparee = preparer(_ecrire(tmp_path / "a.pdf", "", regler=joindre))
    assert [(cache.nature, cache.sort) for cache in preparee.caches] == [("fichiers joints", "retire")]
    assert "995 autres" in preparee.caches[0].texte


def test_commentaires_lignes_et_feuilles_masques_d_un_classeur(tmp_path: Path, preparer: Preparer) -> None:
    classeur = Workbook()
    feuille = classeur.active
    feuille["A1"] = "Visible"
    feuille["A1"].comment = Comment("tenir bon", "Claire")
    feuille.row_dimensions[5].hidden = True
    classeur.create_sheet("Marges").sheet_state = "hidden"
    classeur.save(tmp_path / "suivi.xlsx")
    preparee = preparer(tmp_path / "suivi.xlsx", moteur_bureautique=MoteurFactice())
    assert _natures(preparee.caches, "retire") >= {"commentaire", "lignes ou colonnes masquées", "feuille masquée"}

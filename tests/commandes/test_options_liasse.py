"""Les options de la liasse par la ligne de commande : manifeste joint, sources, volumes, fichiers joints, images."""

import json
import shutil
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from PIL import Image

from generateur.cli import executer
from generateur.erreurs import CodeSortie
from generateur.moteurs.reconnaissance_texte import ReconnaissanceTexte
from generateur.publication.manifeste import empreinte

EXEMPLES = Path(__file__).parents[2] / "dossiers"
REFERENCE = "2026-0042"
SCANNE = "2026-0063"  # son bon de livraison est une image
INTERNE = {"constats", "verdict", "total", "versions", "source", "empreinte_entrees", "date"}


@pytest.fixture(scope="module")
def jointe(tmp_path_factory):
    """Une liasse dont le manifeste réduit est joint, à côté d'une copie de son dossier."""
    racine = tmp_path_factory.mktemp("jointe")
    shutil.copytree(EXEMPLES / REFERENCE, racine / "dossiers" / REFERENCE)
    shutil.copytree(EXEMPLES / "creanciers", racine / "dossiers" / "creanciers")
    dossier, sortie = str(racine / "dossiers" / REFERENCE), str(racine / "sortie")
    assert executer(["produire", dossier, "-o", sortie, "-q", "--joindre-manifeste"]) == 0
    return racine


def _etats(objet, message):
    return {
        c["etat"] for c in objet["controles"] if c["objet"].startswith("Pièce") and c["message"].startswith(message)
    }


def _cles(valeur):
    if isinstance(valeur, dict):
        return set(valeur) | {cle for contenu in valeur.values() for cle in _cles(contenu)}
    return {cle for element in valeur for cle in _cles(element)} if isinstance(valeur, list) else set()


def test_le_manifeste_joint_ne_dit_rien_d_interne(jointe):
    liasse = pypdf.PdfReader(jointe / "sortie" / REFERENCE / f"{REFERENCE}_liasse.pdf")
    joint = json.loads(liasse.attachments["manifeste.json"][0])
    assert set(joint) == {"reference", "liasse", "pieces"}
    assert set(joint["liasse"]) == {"fichier", "pages", "pages_sha256", "document_sha256"}
    assert not _cles(joint) & INTERNE
    publie = json.loads((jointe / "sortie" / REFERENCE / "manifeste.json").read_text("utf-8"))
    for piece, reduite in zip(publie["pieces"], joint["pieces"], strict=True):
        assert reduite.items() <= piece.items()


def test_le_pdf_seul_se_verifie_avec_son_manifeste_joint(commander, jointe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seul = shutil.copy(jointe / "sortie" / REFERENCE / f"{REFERENCE}_liasse.pdf", tmp_path)
    objet = commander("verifier-liasse", seul, "--json").objet
    assert (objet["conforme"], objet["entiere"]) == (None, False)
    assert _etats(objet, "tampon") == {"prouve"}
    assert _etats(objet, "source") == {"non_prouve"}
    dossier = jointe / "dossiers" / REFERENCE
    assert _etats(commander("verifier-liasse", seul, "--dossier", dossier, "--json").objet, "source") == {"prouve"}


def test_le_code_de_sortie_ne_fait_passer_le_non_prouve_pour_prouve_que_si_l_on_veut(
    commander, jointe, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    publie = jointe / "sortie" / REFERENCE
    seul = shutil.copy(publie / f"{REFERENCE}_liasse.pdf", tmp_path)
    for chemin, conforme, code, code_strict in (
        (publie, True, 0, 0),
        (seul, None, 0, CodeSortie.LIASSE_NON_CONFORME),
    ):
        reponse = commander("verifier-liasse", chemin, "--json")
        strict = commander("verifier-liasse", chemin, "--tout-prouver", "--json")
        assert (reponse.objet["conforme"], reponse.code, strict.code) == (conforme, code, code_strict)
        assert strict.objet == reponse.objet


def test_les_sources_se_trouvent_pres_de_la_sortie(commander, jointe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    objet = commander("verifier-liasse", jointe / "sortie" / REFERENCE, "--json").objet
    assert objet["entiere"]
    assert _etats(objet, "source") == {"prouve"}


def test_une_source_changee_se_voit_et_se_nomme(commander, jointe, tmp_path):
    copie = tmp_path / REFERENCE
    shutil.copytree(jointe / "dossiers" / REFERENCE, copie)
    (copie / "pieces" / "cgv.pdf").write_bytes(b"autre")
    reponse = commander("verifier-liasse", jointe / "sortie" / REFERENCE, "--dossier", copie)
    assert reponse.code == CodeSortie.LIASSE_NON_CONFORME
    (differe,) = [ligne for ligne in reponse.sortie.splitlines() if "DIFFÈRE" in ligne]
    assert "Pièce n° 2 : source" in differe


def test_un_dossier_de_sources_absent_se_dit(commander, jointe, tmp_path):
    reponse = commander("verifier-liasse", jointe / "sortie" / REFERENCE, "--dossier", tmp_path / "rien")
    assert reponse.code == CodeSortie.LECTURE


def test_la_verification_dit_chaque_piece_une_fois(commander, jointe):
    lignes = commander("verifier-liasse", jointe / "sortie" / REFERENCE).sortie.splitlines()
    assert len([ligne for ligne in lignes if "Pièce n°" in ligne]) == 11
    assert all(ligne.count("Pièce n°") <= 1 for ligne in lignes)


@pytest.mark.parametrize("option", [["--pdfa"], ["--max-mo", "1"]])
def test_le_manifeste_ne_se_joint_ni_en_pdfa_ni_pour_un_portail(commander, tmp_path, option):
    reponse = commander("produire", EXEMPLES / REFERENCE, "-o", tmp_path / "s", "--joindre-manifeste", *option)
    assert reponse.code == CodeSortie.USAGE
    assert not (tmp_path / "s").exists()


def _ajouter_scan(dossier, nom):
    image = Image.effect_noise((1800, 2500), 8).point(lambda nuance: min(255, nuance + 110)).convert("RGB")
    image.save(dossier / "pieces" / f"{nom}.png")
    fichier = dossier / "dossier.toml"
    bloc = f'\n[[pieces]]\nfichier = "pieces/{nom}.png"\ntitre = "Photographie {nom}"\n'
    fichier.write_text(fichier.read_text("utf-8") + bloc, encoding="utf-8")


def test_alleger_pour_un_portail_dit_la_perte_et_reste_prouvable(commander, copier, tmp_path):
    dossier = copier(REFERENCE)
    for nom in ("un", "deux"):
        _ajouter_scan(dossier, nom)
    refus = commander("produire", dossier, "-o", tmp_path / "s", "--max-mo", "1")
    assert refus.code == CodeSortie.PIECE_MANQUANTE
    assert "--alleger-images" in refus.messages
    objet = commander("produire", dossier, "-o", tmp_path / "s", "--max-mo", "1", "--alleger-images", "--json").objet
    assert [any("avec perte" in o for o in piece["observations"]) for piece in objet["pieces"]][-2:] == [True, True]
    publie = tmp_path / "s" / REFERENCE
    assert len(objet["volumes"]) > 1
    suivante = 1
    for volume in objet["volumes"]:
        fichier = publie / volume["fichier"]
        assert fichier.stat().st_size <= 1_000_000
        assert empreinte(fichier) == volume["sha256"]
        assert len(pypdf.PdfReader(fichier).pages) == volume["pages"]
        assert volume["premiere_page"] == suivante
        suivante = volume["derniere_page"] + 1
    assert suivante == objet["liasse"]["pages"] + 1
    verification = commander("verifier-liasse", publie, "--json").objet
    assert verification["entiere"]
    assert {v["fichier"] for v in objet["volumes"]} <= {c["objet"] for c in verification["controles"]}
    fiche = "".join(p.extract_text() for p in pypdf.PdfReader(publie / f"{REFERENCE}_fiche_interne.pdf").pages)
    assert "avec perte" in " ".join(fiche.split())


def test_sans_option_rien_n_est_recompresse(commander, copier, tmp_path):
    dossier = copier(REFERENCE)
    _ajouter_scan(dossier, "un")
    objet = commander("produire", dossier, "-o", tmp_path / "s", "--json").objet
    assert objet["pieces"][-1]["observations"] == []
    page = pypdf.PdfReader(tmp_path / "s" / REFERENCE / objet["pieces"][-1]["fichier"]).pages[0]
    with Image.open(dossier / "pieces" / "un.png") as origine:
        assert page.images[0].image.tobytes() == origine.tobytes()


def test_ocr_sans_ses_outils_sort_9_avant_tout(commander, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    reponse = commander("produire", EXEMPLES / SCANNE, "-o", tmp_path / "s", "--ocr")
    assert reponse.code == CodeSortie.OUTIL_ABSENT
    assert "apt install ocrmypdf" in reponse.messages
    assert not (tmp_path / "s").exists()


@pytest.mark.outils
@pytest.mark.skipif(not ReconnaissanceTexte().disponibilite().presente, reason="OCRmyPDF n'est pas installé")
def test_ocr_rend_le_scan_cherchable_et_garde_l_original(commander, tmp_path, monkeypatch):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    for sortie in ("a", "b"):
        assert commander("produire", EXEMPLES / SCANNE, "-o", tmp_path / sortie, "--ocr").code == 0
    publie = tmp_path / "a" / SCANNE
    manifeste = json.loads((publie / "manifeste.json").read_text("utf-8"))
    (scan,) = [piece for piece in manifeste["pieces"] if any("texte reconnu" in o for o in piece["observations"])]
    assert "BON DE LIVRAISON" in pypdf.PdfReader(publie / scan["fichier"]).pages[0].extract_text()
    # les données du portail sont parmi les autres fichiers, dans « actes/ »
    (garde,) = [autre for autre in manifeste["autres"] if not autre["fichier"].startswith("actes/")]
    assert (publie / garde["fichier"]).read_bytes() == (EXEMPLES / SCANNE / scan["source"]).read_bytes()
    assert "texte ajouté" in pypdf.PdfReader(publie / "actes" / "bordereau.pdf").pages[0].extract_text()
    for liasse in (f"{SCANNE}_liasse.pdf", "manifeste.json"):
        assert (publie / liasse).read_bytes() == (tmp_path / "b" / SCANNE / liasse).read_bytes()


@pytest.fixture
def avec_jointes(copier):
    """Un dossier dont la facture renferme un XML, un bon et une photo, sous des noms piégés."""
    dossier = copier(REFERENCE)
    facture = dossier / "pieces" / "f2026-118.pdf"
    photo = dossier / "photo.png"
    Image.new("RGB", (80, 60), "white").save(photo)
    contenus = {
        "factur-x.xml": b"<rsm:CrossIndustryInvoice/>",
        "../../bon « signé ».pdf": (dossier / "pieces" / "bl118.pdf").read_bytes(),
        "photo.png": photo.read_bytes(),
        "faux.pdf": b"MZ pas un document",
    }
    with pikepdf.open(facture, allow_overwriting_input=True) as pdf:
        for rang, (nom, octets) in enumerate(contenus.items()):
            pdf.attachments[f"piece {rang}"] = pikepdf.AttachedFileSpec(
                pdf, octets, filename=nom, description="", mime_type="", creation_date="", mod_date=""
            )
        pdf.save()
    return dossier


def test_un_document_joint_a_un_pdf_est_propose_comme_piece(commander, avec_jointes):
    objet = commander("verifier", avec_jointes, "--json").objet
    (constat,) = [c for c in objet["constats"] if c["code"] == "PIECE_JOINTE_NON_VERSEE"]
    assert constat["gravite"] == "information"
    assert "« photo.png »" in constat["message"]
    assert "factur-x.xml" not in constat["message"]
    assert f"« generateur extraire {avec_jointes.as_posix()} »" in constat["remede"]


def test_extraire_range_les_documents_seuls_sans_rien_ecraser(commander, avec_jointes):
    pieces = avec_jointes / "pieces"
    (pieces / "f2026-118_photo.png").write_bytes(b"deja la")
    avant = {fichier: fichier.read_bytes() for fichier in avec_jointes.rglob("*") if fichier.is_file()}
    objet = commander("extraire", avec_jointes, "--json").objet
    assert [extrait["fichier"] for extrait in objet["extraits"]] == [
        "pieces/f2026-118_bon_signe.pdf", "pieces/f2026-118_photo_2.png",
    ]  # fmt: skip
    assert sorted(objet["ecartes"]) == ["factur-x.xml", "faux.pdf"]
    apres = {fichier: fichier.read_bytes() for fichier in avec_jointes.parent.rglob("*") if fichier.is_file()}
    assert avant.items() <= apres.items()
    assert (pieces / "f2026-118_bon_signe.pdf").read_bytes() == (pieces / "bl118.pdf").read_bytes()
    assert commander("extraire", avec_jointes, "--json").objet == objet, "déjà là, rien n'est refait"


def test_les_lignes_proposees_par_extraire_font_des_pieces(commander, avec_jointes, tmp_path):
    sortie = commander("extraire", avec_jointes).sortie
    fichier = avec_jointes / "dossier.toml"
    bloc = sortie.partition("[[pieces]]")
    fichier.write_text(fichier.read_text("utf-8") + "\n" + bloc[1] + bloc[2], encoding="utf-8")
    objet = commander("produire", avec_jointes, "-o", tmp_path / "s", "--json").objet
    assert "bon « signé »" in {piece["titre"] for piece in objet["pieces"]}


def test_extraire_n_ecrit_pas_hors_du_dossier(commander, avec_jointes, tmp_path):
    dehors = tmp_path / "dehors"
    (avec_jointes / "pieces").rename(dehors)
    (avec_jointes / "pieces").symlink_to(dehors)
    avant = sorted(dehors.iterdir())
    commander("extraire", avec_jointes)
    assert sorted(dehors.iterdir()) == avant


def test_les_pages_de_garde_comptent_et_le_bordereau_suit(commander, tmp_path):
    sans = commander("produire", EXEMPLES / REFERENCE, "-o", tmp_path / "sans", "--json").objet
    avec = commander("produire", EXEMPLES / REFERENCE, "-o", tmp_path / "avec", "--intercalaires", "--json").objet
    assert avec["liasse"]["pages"] == sans["liasse"]["pages"] + len(sans["pieces"])
    assert [p["pages"] for p in avec["pieces"]] == [p["pages"] + 1 for p in sans["pieces"]]
    assert [p["page_debut"] - q["page_debut"] for p, q in zip(avec["pieces"], sans["pieces"], strict=True)] == list(
        range(len(sans["pieces"]))
    )
    publie = tmp_path / "avec" / avec["reference"]
    lues = pypdf.PdfReader(publie / avec["liasse"]["fichier"])
    for piece in avec["pieces"]:
        texte = lues.pages[piece["page_debut"] - 1].extract_text()
        assert " ".join(piece["titre"].split()) in " ".join(texte.split())
    assert commander("verifier-liasse", publie).code == 0


def test_sans_couverture_la_liasse_s_ouvre_sur_le_bordereau(commander, tmp_path):
    manifeste = commander("produire", EXEMPLES / REFERENCE, "-o", tmp_path, "--sans-couverture", "--json").objet
    assert "couverture" not in {acte["nom"] for acte in manifeste["actes"]}
    assert next(acte["page_debut"] for acte in manifeste["actes"] if acte["nom"] == "bordereau") == 1


@pytest.mark.parametrize("taille", ["5", "37"])
def test_une_taille_de_tampon_illisible_est_refusee(commander, tmp_path, taille):
    reponse = commander("produire", EXEMPLES / REFERENCE, "-o", tmp_path, "--tampon-taille", taille)
    assert reponse.code == CodeSortie.USAGE


@pytest.mark.parametrize("place", ["haut_droite", "haut_gauche", "haut_centre"])
def test_le_tampon_et_le_folio_du_meme_coin_ne_se_touchent_pas(commander, tmp_path, place):
    """Le folio garde sa place, le tampon s'en écarte ; la liasse reste vérifiable."""
    options = ("-o", tmp_path, "--folio-place", place, "--folio-taille", "14", "--tampon-taille", "14", "-q")
    assert commander("produire", EXEMPLES / REFERENCE, *options).code == 0
    manifeste = json.loads((tmp_path / REFERENCE / "manifeste.json").read_text("utf-8"))
    liasse = tmp_path / REFERENCE / manifeste["liasse"]["fichier"]
    total = manifeste["liasse"]["pages"]
    with pypdfium2.PdfDocument(liasse) as document:
        for piece in manifeste["pieces"]:
            texte = document[piece["page_debut"] - 1].get_textpage()
            tampon = _boite(texte, f"Pièce n°\xa0{piece['numero']}")
            folio = _boite(texte, f"{piece['page_debut']} / {total}")
            separes = tampon[2] <= folio[0] or folio[2] <= tampon[0] or tampon[3] <= folio[1] or folio[3] <= tampon[1]
            assert separes, (piece["numero"], tampon, folio)
    assert commander("verifier-liasse", tmp_path / REFERENCE, "--json").code == 0


def _boite(page, passage):
    """Le rectangle du dernier passage qui se lit ainsi, espaces confondues ; les marques sont posées après le texte."""
    texte = page.get_text_range().replace("\xa0", " ")
    debut = texte.rindex(passage.replace("\xa0", " "))
    boites = [page.get_charbox(rang) for rang in range(debut, debut + len(passage)) if not texte[rang].isspace()]
    return (
        min(b[0] for b in boites),
        min(b[1] for b in boites),
        max(b[2] for b in boites),
        max(b[3] for b in boites),
    )


def test_un_formulaire_garde_ce_qu_il_montre_et_le_manifeste_dit_la_comparaison(tmp_path):
    """Une case dessinée, cochée, et une autre sans apparence : les deux se voient, la fiche dit la seconde."""
    dossier, sortie = tmp_path / "dossiers" / REFERENCE, tmp_path / "sortie"
    shutil.copytree(EXEMPLES / REFERENCE, dossier)
    shutil.copytree(EXEMPLES / "creanciers", tmp_path / "dossiers" / "creanciers")
    remplacee = min((dossier / "pieces").glob("*.pdf"))
    with pikepdf.open(remplacee, allow_overwriting_input=True) as pdf:
        dessins = pikepdf.Dictionary(Oui=pdf.make_stream(b"0 g 0 0 12 12 re f"))
        dessins.Oui.Type, dessins.Oui.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        dessins.Oui.BBox = pikepdf.Array([0, 0, 12, 12])
        cases = [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Btn,
                T=nom,
                F=4,
                V=pikepdf.Name.Oui,
                AS=pikepdf.Name.Oui,
                Rect=pikepdf.Array([x, 60, x + 12, 72]),
                **autres,
            )
            for nom, x, autres in (("dessinee", 40, {"AP": pikepdf.Dictionary(N=dessins)}), ("accord", 80, {}))
        ]
        champs = pikepdf.Array([pdf.make_indirect(case) for case in cases])
        pdf.pages[0].obj.Annots = champs
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=champs, NeedAppearances=True)
        pdf.save()
    assert executer(["produire", str(dossier), "-o", str(sortie), "-q"]) == 0
    manifeste = json.loads((sortie / REFERENCE / "manifeste.json").read_text("utf-8"))
    (piece,) = [p for p in manifeste["pieces"] if p["source"].endswith(remplacee.name)]
    en_liasse = {"comparees": min(3, piece["pages"]), "differentes": []}
    assert piece["fidelite"] == {"comparees": 1, "differentes": [], "en_liasse": en_liasse}
    assert {p["fidelite"]["comparees"] for p in manifeste["pieces"] if p is not piece} == {0}
    assert any("« accord »" in observation for observation in piece["observations"])
    with pypdfium2.PdfDocument(sortie / REFERENCE / f"{REFERENCE}_liasse.pdf") as liasse:
        vue = liasse[piece["page_debut"] - 1].render(grayscale=True).to_pil()
    haut = vue.height - 72
    for x in (40, 80):
        assert vue.crop((x, haut, x + 12, haut + 12)).getextrema()[0] < 60, "la case est cochée"
    fiches = list((sortie / REFERENCE).rglob("*fiche*.pdf"))
    assert any("« accord »" in page.extract_text() for fiche in fiches for page in pypdf.PdfReader(fiche).pages)

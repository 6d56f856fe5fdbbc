"""verifier-liasse : ce qui est prouvé, ce qui diffère, ce qui n'a pas pu être prouvé."""

import hashlib
import json
import shutil

import pikepdf
import pytest

from generateur.domaine.numeros import RANGS
from generateur.erreurs import ErreurLecture, ErreurLiasse
from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import Options
from generateur.publication.manifeste import resumer_contenu
from generateur.publication.verification import verifier_liasse


def empreinte(chemin):
    return hashlib.sha256(chemin.read_bytes()).hexdigest()


def decrire_manifeste(plan, assemblage, dossier, *, reduit=False):
    sources = {piece.numero: piece.pdf for piece in plan.pieces}
    pieces = [
        {
            "numero": piece.numero,
            "titre": piece.titre,
            "fichier": piece.fichier.relative_to(dossier).as_posix(),
            "sha256": piece.sha256,
            "pages": piece.pages,
            "page_debut": piece.page_debut,
            "source": f"sources/{sources[piece.numero].name}",
            "source_sha256": empreinte(sources[piece.numero]),
        }
        for piece in assemblage.pieces
    ]
    liasse = {"fichier": assemblage.fichier.name, "pages": assemblage.pages}
    if not reduit:
        liasse["sha256"] = assemblage.sha256
    contenu = {"reference": plan.reference, "liasse": liasse, "pieces": pieces}
    return json.dumps(contenu if reduit else signer(contenu))


def signer(contenu):
    """Le même manifeste, avec l'empreinte de son contenu."""
    return contenu | {"empreinte_manifeste": resumer_contenu(contenu)}


@pytest.fixture
def produit(atelier, tmp_path):
    """Un dossier produit complet, sources à portée."""
    dossier = tmp_path / "sortie"
    (dossier / "sources").mkdir(parents=True)
    plan = atelier.plan([atelier.piece("1", "Facture", 2), atelier.piece("11", "Bon")])
    assemblage = assembler(plan, dossier / "l.pdf", dossier / "pieces")
    for piece in plan.pieces:
        shutil.copy(piece.pdf, dossier / "sources")
    (dossier / "manifeste.json").write_text(decrire_manifeste(plan, assemblage, dossier), "utf-8")
    return dossier


def etats(verification, objet):
    return [controle.etat for controle in verification.controles if controle.objet == objet]


def test_prouve_un_dossier_intact_par_son_dossier_ou_par_son_pdf(produit):
    for chemin in (produit, produit / "l.pdf"):
        verification = verifier_liasse(chemin)
        assert verification.entiere
        assert verification.conforme
        assert etats(verification, "Pièce n° 11") == ["prouve"] * 3


def test_dit_quelle_piece_differe(produit):
    fichier = produit / "pieces" / "Piece_11_Bon.pdf"
    fichier.write_bytes(fichier.read_bytes() + b"\n")
    verification = verifier_liasse(produit)
    assert verification.conforme is False
    assert etats(verification, "Pièce n° 1") == ["prouve"] * 3
    assert etats(verification, "Pièce n° 11") == ["prouve", "differe", "prouve"]


def test_dit_ce_qui_n_est_pas_a_portee(produit):
    shutil.rmtree(produit / "sources")
    verification = verifier_liasse(produit)
    assert verification.conforme is None
    assert not verification.entiere
    assert etats(verification, "Pièce n° 1") == ["prouve", "prouve", "non_prouve"]


def test_voit_une_page_retiree_et_un_tampon_deplace(produit):
    with pikepdf.open(produit / "l.pdf", allow_overwriting_input=True) as pdf:
        del pdf.pages[4]
        pdf.save()
    verification = verifier_liasse(produit)
    assert etats(verification, "liasse") == ["differe", "differe"]
    assert "differe" in etats(verification, "Pièce n° 11")


def test_ne_confond_pas_la_piece_1_et_la_piece_11(produit):
    manifeste = json.loads((produit / "manifeste.json").read_text("utf-8"))
    manifeste["pieces"] = [{**manifeste["pieces"][1], "numero": "1"}]
    (produit / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    assert etats(verifier_liasse(produit), "Pièce n° 1")[0] == "differe"


@pytest.mark.parametrize("suffixe", RANGS[1:])
def test_voit_une_piece_que_le_manifeste_ignore_quel_que_soit_son_suffixe(atelier, tmp_path, suffixe):
    plan = atelier.plan([atelier.piece("4", "Facture"), atelier.piece(f"4 {suffixe}", "Bon")])
    assemblage = assembler(plan, tmp_path / "l.pdf", tmp_path / "pieces", Options(exiger_citations=False))
    manifeste = json.loads(decrire_manifeste(plan, assemblage, tmp_path))
    (tmp_path / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    assert etats(verifier_liasse(tmp_path), f"Pièce n° 4 {suffixe}")[0] == "prouve"
    del manifeste["pieces"][1]
    (tmp_path / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    assert etats(verifier_liasse(tmp_path), "pièces") == ["differe"]


@pytest.mark.parametrize(
    ("cle", "valeur"),
    [("liasse", []), ("liasse", {"fichier": 3, "pages": 1}), ("pieces", {}), ("pieces", [3]), ("autres", 7)],
)
def test_un_manifeste_hostile_se_refuse_en_nommant_la_cle(produit, cle, valeur):
    manifeste = json.loads((produit / "manifeste.json").read_text("utf-8")) | {cle: valeur}
    (produit / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    with pytest.raises(ErreurLecture, match=cle):
        verifier_liasse(produit)


def test_un_manifeste_d_une_autre_version_se_verifie(produit):
    manifeste = json.loads((produit / "manifeste.json").read_text("utf-8")) | {"inconnue": {"a": 1}}
    (produit / "manifeste.json").write_text(json.dumps(signer(manifeste)), "utf-8")
    assert verifier_liasse(produit).entiere


def test_lit_le_manifeste_joint_quand_le_pdf_est_seul(atelier, tmp_path):
    plan = atelier.plan([atelier.piece("1", "Facture")])
    dossier = tmp_path / "seul"
    dossier.mkdir()
    options = Options(manifeste_joint=lambda a: decrire_manifeste(plan, a, dossier, reduit=True).encode())
    assembler(plan, dossier / "l.pdf", dossier / "pieces", options)
    shutil.rmtree(dossier / "pieces")
    verification = verifier_liasse(dossier / "l.pdf")
    assert verification.conforme is None  # rien ne dit que ce manifeste joint est celui d'origine
    assert etats(verification, "Pièce n° 1") == ["prouve", "non_prouve", "non_prouve"]
    assert etats(verification, "liasse") == ["non_prouve", "prouve"]


@pytest.mark.parametrize("cle", ["fichier", "source"])
@pytest.mark.parametrize("chemin", ["../secret.pdf", "/etc/hostname", "pieces/../../secret.pdf", "C:\\secret.pdf"])
def test_ne_lit_rien_hors_des_dossiers(produit, cle, chemin):
    (produit.parent / "secret.pdf").write_bytes(b"secret")
    manifeste = json.loads((produit / "manifeste.json").read_text("utf-8"))
    manifeste["pieces"][0][cle] = chemin
    (produit / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    assert etats(verifier_liasse(produit), "Pièce n° 1").count("non_prouve") == 1


@pytest.mark.parametrize("reference", ["..", "../sources", "/etc", "a/b", 12, None])
def test_une_reference_piegee_ne_mene_nulle_part(produit, reference):
    shutil.rmtree(produit / "sources")
    manifeste = json.loads((produit / "manifeste.json").read_text("utf-8")) | {"reference": reference}
    (produit / "manifeste.json").write_text(json.dumps(manifeste), "utf-8")
    assert etats(verifier_liasse(produit), "Pièce n° 1") == ["prouve", "prouve", "non_prouve"]


def test_refuse_sans_manifeste_ou_avec_un_manifeste_mal_forme(produit):
    (produit / "manifeste.json").write_text("{", "utf-8")
    with pytest.raises(ErreurLecture):
        verifier_liasse(produit)
    (produit / "manifeste.json").unlink()
    with pytest.raises(ErreurLiasse):
        verifier_liasse(produit)
    with pytest.raises(ErreurLiasse, match="manifeste"):
        verifier_liasse(produit / "l.pdf")
    with pytest.raises(ErreurLiasse, match="introuvable"):
        verifier_liasse(produit / "absent.pdf")

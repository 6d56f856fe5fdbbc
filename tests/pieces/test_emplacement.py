"""Un fichier de pièce est dans le dossier, jamais ailleurs."""

import unicodedata
from pathlib import Path

import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.emplacement import est_present, lister_presents, localiser


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    racine = tmp_path / "2026-0042"
    (racine / "pieces").mkdir(parents=True)
    (racine / "pieces" / "Facture_118.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "secret.txt").write_text("secret")
    return racine


def test_trouve_le_fichier_du_dossier(dossier: Path) -> None:
    assert localiser(dossier, "pieces/Facture_118.pdf").read_bytes() == b"%PDF-1.4"
    assert localiser(dossier, r"pieces\Facture_118.pdf").name == "Facture_118.pdf"


def test_liste_ce_qui_est_range_dans_pieces_sauf_les_fichiers_du_systeme(dossier: Path) -> None:
    for nom in (".DS_Store", "Thumbs.db", "~$Contrat.docx"):
        (dossier / "pieces" / nom).write_bytes(b"x")
    (dossier / "pieces" / "relances").mkdir()
    (dossier / "pieces" / "relances" / unicodedata.normalize("NFD", "reçue.eml")).write_bytes(b"x")
    assert lister_presents(dossier) == ("pieces/Facture_118.pdf", "pieces/relances/reçue.eml")


@pytest.mark.parametrize("chemin", ["../secret.txt", "pieces/../../secret.txt", "/etc/passwd", "C:/a.pdf"])
def test_refuse_un_chemin_qui_sort_du_dossier(dossier: Path, chemin: str) -> None:
    with pytest.raises(ErreurPiece, match="sort du dossier"):
        localiser(dossier, chemin)


@pytest.mark.parametrize("vers", ["../../secret.txt", "/etc/passwd"])
def test_refuse_un_lien_symbolique_qui_sort_du_dossier(dossier: Path, vers: str) -> None:
    (dossier / "pieces" / "lien.pdf").symlink_to(vers)
    with pytest.raises(ErreurPiece, match="lien vers un fichier hors du dossier"):
        localiser(dossier, "pieces/lien.pdf")


def test_refuse_un_dossier_lie_qui_sort(dossier: Path) -> None:
    (dossier / "ailleurs").symlink_to("..")
    with pytest.raises(ErreurPiece, match="hors du dossier"):
        localiser(dossier, "ailleurs/secret.txt")


def test_accepte_un_lien_qui_reste_dans_le_dossier(dossier: Path) -> None:
    (dossier / "pieces" / "lien.pdf").symlink_to("Facture_118.pdf")
    assert localiser(dossier, "pieces/lien.pdf").read_bytes() == b"%PDF-1.4"


def test_refuse_un_lien_brise(dossier: Path) -> None:
    (dossier / "pieces" / "lien.pdf").symlink_to("absent.pdf")
    with pytest.raises(ErreurPiece, match="ne mène à rien"):
        localiser(dossier, "pieces/lien.pdf")


@pytest.mark.parametrize("chemin", ["pieces/facture_118.PDF", "pieces/Facture-118.pdf", "Facture_118.pdf"])
def test_propose_le_nom_le_plus_proche(dossier: Path, chemin: str) -> None:
    with pytest.raises(ErreurPiece, match="introuvable") as erreur:
        localiser(dossier, chemin)
    assert "pieces/Facture_118.pdf" in erreur.value.remede
    assert not est_present(dossier, chemin)


@pytest.mark.parametrize("chemin", ["pieces/zzz.docx", "pieces/avis.pdf", "pieces/LRAR signée.pdf"])
def test_ne_propose_rien_qui_ne_ressemble_pas(dossier: Path, chemin: str) -> None:
    with pytest.raises(ErreurPiece) as erreur:
        localiser(dossier, chemin)
    assert "Facture" not in erreur.value.remede


def test_admet_les_accents_decomposes(dossier: Path) -> None:
    decompose = unicodedata.normalize("NFD", "reçu.pdf")
    (dossier / "pieces" / decompose).write_bytes(b"x")
    assert localiser(dossier, "pieces/reçu.pdf").name == decompose


@pytest.mark.parametrize(("nom", "motif"), [("pieces", "n'est pas un fichier"), ("pieces/vide.pdf", "est vide")])
def test_refuse_un_dossier_et_un_fichier_vide(dossier: Path, nom: str, motif: str) -> None:
    (dossier / "pieces" / "vide.pdf").touch()
    with pytest.raises(ErreurPiece, match=motif):
        localiser(dossier, nom)
    assert est_present(dossier, nom)

"""L'inspection dit l'état de chaque fichier sans jamais lever."""

from pathlib import Path

import pikepdf
import pytest

from generateur.pieces.inspection import inspecter
from tests.pieces.conftest import MoteurFactice, ecrire_pdf


@pytest.fixture
def racine(tmp_path: Path) -> Path:
    (tmp_path / "pieces").mkdir()
    ecrire_pdf(tmp_path / "pieces" / "facture.pdf", 3)
    ecrire_pdf(tmp_path / "pieces" / "releve.pdf", 1, encryption=pikepdf.Encryption(user="lumen", owner="x", R=6))
    (tmp_path / "pieces" / "lettre.rtf").write_bytes(rb"{\rtf1 Bonjour}")
    (tmp_path / "pieces" / "note.txt").write_text("Reçu de 1 200 €", encoding="cp1252")
    (tmp_path / "pieces" / "vide.pdf").touch()
    (tmp_path / "pieces" / "relance.eml").write_bytes(b"From: a@b.fr\nTo: c@d.fr\nSubject: Relance\n\nBonjour")
    return tmp_path


def test_lit_pages_et_texte_d_un_pdf(racine: Path) -> None:
    etat = inspecter(racine, [("pieces/facture.pdf", None)])["pieces/facture.pdf"]
    assert (etat.existe, etat.lisible, etat.pages, etat.code_sortie) == (True, True, 3, 0)
    assert "Facture F2026-118 page 3" in etat.texte
    assert not etat.sans_texte


def test_juge_le_mot_de_passe(racine: Path) -> None:
    for mot_de_passe, lisible in ((None, False), ("faux", False), ("lumen", True)):
        etat = inspecter(racine, [("pieces/releve.pdf", mot_de_passe)])["pieces/releve.pdf"]
        assert etat.lisible is lisible
        assert etat.code_sortie == (0 if lisible else 8)


def test_distingue_absent_vide_et_outil_manquant(racine: Path) -> None:
    chemins = ["pieces/absente.pdf", "pieces/vide.pdf", "pieces/lettre.rtf"]
    etats = inspecter(racine, [(chemin, None) for chemin in chemins])
    assert [etats[c].existe for c in chemins] == [False, True, True]
    assert [etats[c].code_sortie for c in chemins] == [8, 8, 9]
    assert all(etats[c].raison and etats[c].remede and not etats[c].lisible for c in chemins)


def test_un_document_word_est_lisible_avec_un_moteur(racine: Path) -> None:
    etats = inspecter(racine, [("pieces/lettre.rtf", None)], moteur_bureautique=MoteurFactice())
    assert etats["pieces/lettre.rtf"].lisible


def test_lit_le_texte_des_courriels_et_des_notes(racine: Path) -> None:
    etats = inspecter(racine, [("pieces/note.txt", None), ("pieces/relance.eml", None)])
    assert etats["pieces/note.txt"].texte == "Reçu de 1 200 €"
    assert "Relance\nBonjour" in etats["pieces/relance.eml"].texte


def test_un_chemin_hors_du_dossier_est_illisible_sans_etre_lu(racine: Path) -> None:
    (racine.parent / "dehors.pdf").write_bytes(b"%PDF-")
    etat = inspecter(racine, [("../dehors.pdf", None)])["../dehors.pdf"]
    assert not etat.existe
    assert "sort du dossier" in etat.raison

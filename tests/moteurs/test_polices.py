"""Nos polices ont tout ce qu'un acte français écrit, et le moteur ne voit qu'elles."""

import sys
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from docx import Document
from fontTools.ttLib import TTFont

from generateur.erreurs import ErreurOutilAbsent
from generateur.moteurs import polices
from generateur.moteurs.polices import (
    demande_les_polices_du_systeme,
    environnement_des_polices,
    fichiers_polices,
    signes_absents,
)
from generateur.redaction.gabarits import Bibliotheque
from tests.outils.modeles_word import ecrire_charte, ecrire_modele

FRANCAIS = "éèêëàâäîïôöùûüÿçœŒæÆÉÈÀÇ€«»’‘“”–—…•°§\u00a0"


@pytest.mark.parametrize("fichier", fichiers_polices(), ids=lambda fichier: fichier.stem)
def test_chaque_police_ecrit_le_francais(fichier):
    absents = [signe for signe in FRANCAIS if ord(signe) not in TTFont(fichier).getBestCmap()]
    assert absents == []


def test_l_espace_fine_vient_de_l_une_des_deux_familles():
    assert signes_absents("8\u202f640,00\u00a0€ ☐ № αβ Ж") == ""


def test_les_signes_que_nos_polices_n_ont_pas_sont_dits():
    assert signes_absents("Société 😀 שם 😀") == "😀שם"


def test_des_polices_absentes_disent_quoi_reinstaller(monkeypatch):
    monkeypatch.setattr(polices, "_FAMILLES", (("paquet_absent", "Absente"),))
    fichiers_polices.cache_clear()
    try:
        with pytest.raises(ErreurOutilAbsent, match=r"Absente-Regular\.ttf"):
            fichiers_polices()
    finally:
        fichiers_polices.cache_clear()


def test_un_document_gonfle_ne_se_lit_pas_en_entier(tmp_path):
    """Il est décompressé par le programme lui-même, qu'aucune borne de mémoire ne garde."""
    piece = tmp_path / "piece.docx"
    with zipfile.ZipFile(piece, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as membre:
        for _ in range(100):
            membre.write(b" " * 1_000_000)
    tracemalloc.start()
    try:
        assert demande_les_polices_du_systeme(piece)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fontconfig n'est privé que sous Linux")
def test_le_fontconfig_prive_ne_montre_que_nos_fichiers(tmp_path):
    dossier = tmp_path / "é & <x>"
    dossier.mkdir()
    arbre = ET.parse(environnement_des_polices(dossier)["FONTCONFIG_FILE"])  # noqa: S314 - écrit par nous
    dossiers = {Path(e.text) for e in arbre.iter("dir")}
    assert dossiers == {fichier.parent for fichier in fichiers_polices()}
    assert {Path(e.text) for e in arbre.find("selectfont/acceptfont")} == set(fichiers_polices())
    assert not list(arbre.iter("include"))


def test_un_acte_du_programme_se_contente_de_nos_polices(tmp_path):
    ecrire_charte(tmp_path)
    ecrire_modele(tmp_path, "essai/acte", "{{ nom }}")
    gabarit = Bibliotheque(tmp_path).modele("essai/acte")
    acte = tmp_path / "acte.docx"
    acte.write_bytes(gabarit.rendre({"reference": "", "nom": "L’Œuvre à 8\u202f640\u00a0€"}))
    assert not demande_les_polices_du_systeme(acte)
    acte.write_bytes(gabarit.rendre({"reference": "", "nom": "שלום"}))
    assert demande_les_polices_du_systeme(acte)


def test_une_piece_etrangere_voit_les_polices_du_systeme(tmp_path):
    document = Document()
    document.add_paragraph("x").runs[0].font.name = "Calibri"
    document.save(str(tmp_path / "piece.docx"))
    assert demande_les_polices_du_systeme(tmp_path / "piece.docx")
    assert demande_les_polices_du_systeme(tmp_path / "piece.odt")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fontconfig n'est privé que sous Linux")
def test_fontconfig_ne_relit_pas_les_reglages_du_systeme(tmp_path):
    variables = environnement_des_polices(tmp_path)
    racine = Path(variables["FONTCONFIG_SYSROOT"])
    assert not (racine / "usr/share/fontconfig").exists()
    for vu in (Path(variables["FONTCONFIG_FILE"]), *fichiers_polices()):
        assert (racine / vu.relative_to(vu.anchor)).read_bytes() == vu.read_bytes()
    assert environnement_des_polices(tmp_path) == variables  # deux fois sans heurt

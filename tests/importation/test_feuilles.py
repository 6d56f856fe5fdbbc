"""Encodages, séparateurs, classeurs : lus tels quels ; démesurés, protégés ou piégés : refusés."""

import shutil
import subprocess
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from generateur.erreurs import ErreurLecture
from generateur.importation.feuilles import lire_feuilles, voter_separateur
from generateur.importation.lecteurs import choisir_lecteur
from generateur.importation.socle import Consignes

TEXTE = "Numéro;Débiteur;Montant TTC\nF1;Électricité & Fils;1 200,00 €\n"


@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_lit_chaque_codage(tmp_path, codage):
    fichier = tmp_path / "export.csv"
    fichier.write_bytes(TEXTE.encode(codage))
    (feuille,) = lire_feuilles(fichier)
    assert feuille.lignes[1][1] == "Électricité & Fils"


@pytest.mark.parametrize("separateur", [";", ",", "\t", "|"])
def test_le_separateur_se_vote_hors_des_guillemets(separateur):
    lignes = [separateur.join(("Numéro", "Client", "Total")), separateur.join(("F1", '"A;B,C|D\tE"', "12"))]
    assert voter_separateur("\n".join(lignes)) == separateur


def test_une_cellule_multiligne_reste_une_cellule(tmp_path):
    fichier = tmp_path / "export.csv"
    fichier.write_text('Numéro;Objet\nF1;"Lot 1\nLot 2"\nF2;x\n', encoding="utf-8")
    assert [ligne[0] for ligne in lire_feuilles(fichier)[0].lignes] == ["Numéro", "F1", "F2"]


def test_lit_un_classeur_et_situe_ses_lignes(tmp_path):
    classeur = openpyxl.Workbook()
    classeur.active.title = "Factures"
    classeur.active.append(["Numéro", "Montant TTC"])
    classeur.active.append(["F1", 1200.5])
    classeur.save(tmp_path / "e.xlsx")
    (feuille,) = lire_feuilles(tmp_path / "e.xlsx")
    assert feuille.lignes[1] == ["F1", Decimal("1200.5")]
    assert feuille.situer(1) == "feuille Factures, ligne 2"


def test_ce_qu_un_filtre_masque_se_lit_et_se_dit(tmp_path):
    classeur = openpyxl.Workbook()
    factures, archive = classeur.active, classeur.create_sheet("Archive & co")
    factures.title = "Factures"
    for feuille in (factures, archive):
        feuille.append(["Numéro", "Client", "Montant TTC"])
        for rang in range(1, 4):
            feuille.append([f"{feuille.title} {rang}", "Alpha", 100])
    factures.row_dimensions[3].hidden = True
    archive.sheet_state = "hidden"
    classeur.save(tmp_path / "e.xlsx")
    fichier = tmp_path / "e.xlsx"
    lecture = choisir_lecteur(fichier).lire(fichier, Consignes())
    assert len(lecture.pieces) == 6
    assert [(doute.origine, doute.code, doute.message.replace("\u00a0", " ")) for doute in lecture.doutes] == [
        ("feuille Factures", "LIGNES_MASQUEES", "1 ligne masquée (3) est lue comme les autres"),
        (
            "feuille Archive & co",
            "LIGNES_MASQUEES",
            "cette feuille est masquée ; ses lignes sont lues comme les autres",
        ),
    ]


@pytest.mark.outils
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice n'est pas installé")
def test_un_filtre_d_opendocument_se_lit_aussi(tmp_path):
    classeur = openpyxl.Workbook()
    for rang in range(5):
        classeur.active.append([f"F{rang}"])
    classeur.active.row_dimensions[4].hidden = True
    classeur.save(tmp_path / "e.xlsx")
    commande = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}",
        "--headless",
        "--convert-to",
        "ods",
    ]
    subprocess.run([*commande, "--outdir", str(tmp_path), str(tmp_path / "e.xlsx")], check=True, capture_output=True)
    (feuille,) = lire_feuilles(tmp_path / "e.ods")
    assert feuille.masquees == {3}


def test_une_formule_piegee_reste_du_texte(tmp_path):
    fichier = tmp_path / "export.csv"
    fichier.write_text("Numéro;Client\nF1;=cmd|'/c calc'!A0\n", encoding="utf-8")
    assert lire_feuilles(fichier)[0].lignes[1][1] == "=cmd|'/c calc'!A0"


def test_deux_cellules_tres_eloignees_ne_font_tomber_que_l_enfant(tmp_path):
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = "Numéro"
    classeur.active["XFD1048576"] = "x"
    classeur.save(tmp_path / "loin.xlsx")
    with pytest.raises(ErreurLecture):
        lire_feuilles(tmp_path / "loin.xlsx")


def test_refuse_une_bombe_avant_de_la_decompresser(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (600 << 20))
    with pytest.raises(ErreurLecture, match="démesurément"):
        lire_feuilles(tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    ("octets", "raison"),
    [
        (b"", "vide"),
        (b"   \n\n", "vide"),
        (b"\x00\x01\x02\x03" * 100, "ni un texte"),
        (b"PK\x03\x04tronque", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "classeur"),
    ],
)
def test_un_fichier_qui_n_est_pas_un_export_dit_pourquoi(tmp_path, octets, raison):
    (tmp_path / "x.csv").write_bytes(octets)
    with pytest.raises(ErreurLecture, match=raison):
        lire_feuilles(tmp_path / "x.csv")

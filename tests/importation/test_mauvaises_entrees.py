"""De mauvaises entrées pour chaque lecteur : une phrase et un code, jamais une trace ni un dossier à moitié écrit."""

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pikepdf
import pytest

from generateur.cli import executer
from generateur.erreurs import CodeSortie, ErreurGenerateur
from generateur.importation.lecteurs import lister_formats
from generateur.importation.socle import Consignes
from tests.pieces.conftest import ecrire_pdf

ENTETE = ["Numéro", "Date", "Échéance", "Client", "Montant TTC", "Reste dû"]
LIGNE = ["F1", "01/05/2026", "31/05/2026", "Garage Lumen", "1 200,00", "1 200,00"]
CSV = "\n".join(";".join(ligne) for ligne in (ENTETE, LIGNE)).encode() + b"\n"


def _classeur():
    classeur, flux = openpyxl.Workbook(), io.BytesIO()
    for ligne in (ENTETE, LIGNE):
        classeur.active.append(ligne)
    classeur.save(flux)
    return flux.getvalue()


def _avec_macros():
    flux = io.BytesIO(_classeur())
    with zipfile.ZipFile(flux, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    return flux.getvalue()


def _bombe():
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as feuille:
            for _ in range(600):
                feuille.write(b"0" * 1024 * 1024)
    return flux.getvalue()


def _cellules_eloignees():
    classeur, flux = openpyxl.Workbook(), io.BytesIO()
    classeur.active["A1"], classeur.active["XFD1048576"] = "Numéro", "loin"
    classeur.save(flux)
    return flux.getvalue()


def _pdf_protege(tmp_path):
    with pikepdf.open(ecrire_pdf(tmp_path / "source.pdf", 1)) as pdf:
        pdf.save(tmp_path / "protege.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    return (tmp_path / "protege.pdf").read_bytes()


@pytest.fixture
def commander(capsys):
    def _commander(*arguments):
        capsys.readouterr()
        code = executer([str(argument) for argument in arguments])
        lu = capsys.readouterr()
        return SimpleNamespace(code=int(code), messages=lu.err, objet=json.loads(lu.out))

    return _commander


RIRES = "".join(f'<!ENTITY a{n} "{"".join(f"&a{n - 1};" for _ in range(10))}">' for n in range(1, 10))
MAUVAIS = {
    "vide.csv": b"",
    "blancs.csv": b"\n\n  \n",
    "binaire.csv": bytes(range(256)) * 40,
    "nuls.csv": b"Num\x00ero;Date\n\x00\x00;\n",
    "entete_seul.csv": CSV.splitlines()[0] + b"\n",
    "guillemet.csv": CSV + b'F2;"01/05/2026;jamais ferm\xc3\xa9' + b"x" * 5000,
    "tronque.xlsx": _classeur()[:1500],
    "faux.xlsx": b"PK\x03\x04" + b"\x00" * 400,
    "protege.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le"),
    "bombe.xlsx": _bombe(),
    "eloignees.xlsx": _cellules_eloignees(),
    "tronque.pdf": b"%PDF-1.7\n1 0 obj\n<<",
    "pdf.csv": b"%PDF-1.7\n1 0 obj\n<<",
    "tronque.xml": b'<?xml version="1.0"?><Invoice><ID>F1',
    "autre.xml": b"<catalogue><livre/></catalogue>",
    "rires.xml": f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ah">{RIRES}]><Invoice>&a9;</Invoice>'.encode(),
    "profond.xml": b"<a>" * 20000 + b"</a>" * 20000,
    "liste.json": b"[1, 2, 3]",
    "tronque.json": b'{"client_invoices": [{"id": "1", "number"',
    "profond.json": b"[" * 100_000,
    "image.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 64,
    "sans_extension": b"\xff\xfe\x00\x01",
}


@pytest.mark.parametrize("format_impose", sorted(lister_formats()))
def test_aucun_lecteur_ne_leve_autre_chose_qu_une_phrase(tmp_path, format_impose):
    lecteur = lister_formats()[format_impose]
    for nom, octets in (MAUVAIS | {"protege.pdf": _pdf_protege(tmp_path)}).items():
        if format_impose != "tableau" and nom in {"bombe.xlsx", "eloignees.xlsx"}:
            continue  # le même décodeur de classeurs : une fois suffit
        fichier = tmp_path / nom
        fichier.write_bytes(octets)
        assert 0 <= lecteur.reconnaitre(fichier) <= 100, nom
        lue = _lire(lecteur, fichier)
        if isinstance(lue, ErreurGenerateur):
            assert (bool(lue.message), lue.code in {CodeSortie.LECTURE, CodeSortie.USAGE}) == (True, True), nom
        elif nom != "guillemet.csv":
            assert not [p for p in lue.pieces if (p.montant_ttc or 0) > 0], nom


def _lire(lecteur, fichier):
    try:
        return lecteur.lire(fichier, Consignes())
    except ErreurGenerateur as erreur:
        return erreur


@pytest.mark.parametrize("nom", sorted(set(MAUVAIS) - {"bombe.xlsx", "eloignees.xlsx", "guillemet.csv"}))
def test_rien_de_lisible_sort_trois_et_n_ecrit_rien(commander, tmp_path, nom):
    (tmp_path / nom).write_bytes(MAUVAIS[nom])
    reponse = commander("importer", tmp_path / nom, "-d", tmp_path / "dossiers", "--json")
    assert reponse.code == CodeSortie.LECTURE, reponse.messages
    erreur = reponse.objet["erreur"]
    assert erreur["message"]
    assert "Traceback" not in reponse.messages
    assert not (tmp_path / "dossiers").exists()


@pytest.mark.parametrize("nom", ["tronque.xlsx", "autre.xml", "binaire.csv"])
def test_un_bon_fichier_parmi_de_mauvais_est_importe_et_sort_douze(commander, tmp_path, nom):
    source = tmp_path / "source"
    source.mkdir()
    (source / nom).write_bytes(MAUVAIS[nom])
    (source / "bon.csv").write_bytes(CSV)
    reponse = commander("importer", source, "-d", tmp_path / "dossiers", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert reponse.objet["crees"] == 1
    (refus,) = reponse.objet["refus"]
    assert nom in refus["lieu"]


def test_deux_colonnes_qui_se_disputent_un_champ_sortent_deux(commander, tmp_path):
    (tmp_path / "e.csv").write_text("Numéro;Client;Montant TTC;Total TTC\nF1;Lumen;10,00;12,00\n", encoding="utf-8")
    reponse = commander("importer", tmp_path / "e.csv", "-d", tmp_path / "dossiers", "--json")
    assert reponse.code == CodeSortie.USAGE
    assert "--colonnes" in reponse.objet["erreur"]["remede"]


@pytest.mark.parametrize(
    ("nom", "octets"),
    [("classeur.csv", _classeur()), ("texte.xlsx", CSV), ("macros.xlsm", _avec_macros()), ("sans", CSV)],
)
def test_un_nom_trompeur_ne_change_pas_ce_qui_est_lu(commander, tmp_path, nom, octets):
    (tmp_path / nom).write_bytes(octets)
    reponse = commander("importer", tmp_path / nom, "-d", tmp_path / "dossiers", "--json")
    assert reponse.code == 0, reponse.messages
    assert [d["factures"] for d in reponse.objet["dossiers"]] == [["F1"]]


def test_un_fichier_qui_n_existe_pas_se_dit(commander, tmp_path):
    reponse = commander("importer", tmp_path / "absent.csv", "-d", tmp_path / "d", "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert Path(reponse.objet["erreur"]["lieu"]).name == "absent.csv"

"""D'un export et d'un répertoire de documents à une liasse : rien de retapé. Les sources d'exemple sont lues toutes."""

import re
import shutil
from pathlib import Path

import pypdf
import pytest

from generateur.importation.lecteurs import choisir_lecteur, lister_formats
from generateur.importation.socle import Consignes
from generateur.lecture.socle import lister_dossiers
from tests.outils.fabriquer_exemples_import import DUES, fabriquer

DOSSIERS = Path(__file__).parents[2] / "dossiers"
SOURCES = DOSSIERS / "exemples_import"
DOCUMENTS = SOURCES / "documents"
FICHIERS = sorted(p for p in SOURCES.rglob("*") if p.is_file() and DOCUMENTS not in p.parents)


def _lire(fichier):
    return choisir_lecteur(fichier).lire(fichier, Consignes())


def test_il_y_a_une_source_par_format():
    assert {_lire(fichier).format for fichier in FICHIERS} == set(lister_formats())


@pytest.mark.parametrize("fichier", FICHIERS, ids=lambda p: p.name)
def test_chaque_source_dit_les_memes_factures(fichier):
    lecture = _lire(fichier)
    assert not lecture.refus
    attendues = {due.numero: due.ttc.replace(",", ".") for due in DUES}
    for piece in lecture.pieces:
        assert str(piece.montant_ttc) == attendues[piece.numero]
    assert lecture.pieces or lecture.transactions


def test_le_script_refait_les_sources_livrees(tmp_path):
    for refait in fabriquer(tmp_path):
        livre = SOURCES / refait.relative_to(tmp_path)
        if refait.suffix == ".xlsx" or refait.parent.name == "facture_electronique":  # leurs dates de fabrication
            un, autre = _lire(refait), _lire(livre)
            assert [(p.numero, p.montant_ttc) for p in un.pieces] == [(p.numero, p.montant_ttc) for p in autre.pieces]
        else:
            assert refait.read_bytes() == livre.read_bytes()


def test_les_sources_ne_sont_pas_un_dossier_oublie():
    assert "exemples_import" not in {p.name for p in lister_dossiers(DOSSIERS)}


def test_d_un_export_a_une_liasse_sans_rien_retaper(commander, tmp_path):
    racine, sortie = tmp_path / "dossiers", tmp_path / "sortie"
    shutil.copytree(DOSSIERS / "creanciers", racine / "creanciers")
    profil = racine / "creanciers" / "atelier.toml"
    importe = commander(
        "importer", SOURCES / "tableau.csv", "-d", racine, "--creancier", profil, "--banque",
        SOURCES / "releve_bancaire.csv", "--documents", DOCUMENTS / "factures", "--json",
    )  # fmt: skip
    assert importe.code == 0, importe.messages
    assert [d["etat"] for d in importe.objet["dossiers"]] == ["cree", "ecarte"]  # le second a payé, dit la banque
    assert [r["certitude"] for r in importe.objet["rapprochements"]] == ["certaine"]
    dossier = racine / importe.objet["dossiers"][0]["reference"]
    for document in (DOCUMENTS / "suite").iterdir():
        shutil.copy(document, dossier / "pieces")
    propose = commander("completer", dossier, "--accepter", "--json").objet["propositions"]
    assert {p["fichier"]: p["ecrite"] for p in propose} == {
        "pieces/bon_de_commande.pdf": True,
        "pieces/bon_de_livraison.pdf": True,
        "pieces/photo.pdf": False,
        "pieces/relance.eml": True,
    }
    verifie = commander("verifier", dossier, "--json").objet
    assert verifie["verdict"] == "a_completer"
    codes = {c["code"] for c in verifie["constats"]}
    assert not codes & {"PIECE_FACTURE_MANQUANTE", "ECHEANCE_MANQUANTE", "ADRESSE_MANQUANTE", "PREUVE_COMMANDE_ABSENTE"}
    produit = commander("produire", dossier, "-o", sortie, "--projet", "--json")
    assert produit.code == 0, produit.messages
    liasse = pypdf.PdfReader(sortie / dossier.name / produit.objet["liasse"]["fichier"])
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in liasse.pages))
    assert len(liasse.pages) > 8
    for attendu in ("Les Comptoirs Beaurivage", "F2026-201", "2 400,00", "Relance facture F2026-201", "PROJET"):
        assert attendu in texte.replace("\u202f", " ").replace("\u00a0", " ")
    assert len(produit.objet["pieces"]) >= 4


def test_ce_qui_est_saisi_contre_le_xml_de_la_facture_est_un_avertissement(commander, tmp_path):
    def ecarts():
        return [
            (c["gravite"], c["message"])
            for c in commander("verifier", dossier, "--json").objet["constats"]
            if c["code"] == "ECART_FACTURE_ELECTRONIQUE"
        ]

    source = SOURCES / "facture_electronique" / "F2026-201.pdf"
    importe = commander("importer", source, "-d", tmp_path / "dossiers", "--json").objet
    dossier = Path(importe["dossiers"][0]["chemin"])
    assert not ecarts()
    toml = dossier / "dossier.toml"
    texte = toml.read_text("utf-8")
    toml.write_text(texte.replace('montant_ttc = "2400.00"', 'montant_ttc = "2500.00"'), "utf-8")
    ((gravite, message),) = ecarts()
    assert gravite == "avertissement"
    assert "2\u00a0500,00" in message or "2\u202f500,00" in message
    assert "2\u00a0400,00" in message or "2\u202f400,00" in message


def test_un_dossier_inchange_qui_a_un_conflit_le_dit(commander, tmp_path):
    export, racine = tmp_path / "export.csv", tmp_path / "dossiers"
    ligne = "F1;01/05/2026;{};Garage Lumen SAS;999999915;1200,00;1200,00"
    for echeance in ("31/05/2026", "15/06/2026"):
        entete = "Numéro;Date;Échéance;Client;SIREN;Montant TTC;Reste dû"
        export.write_text(f"{entete}\n{ligne.format(echeance)}\n", "utf-8")
        texte = commander("importer", export, "-d", racine).sortie
        toml = racine / "2026-garage-lumen-sas" / "dossier.toml"
        toml.write_text(toml.read_text("utf-8").replace("2026-05-31", "2026-06-10"), "utf-8")
    assert " inchangé " in texte
    assert "1 conflit à départager, voir plus bas" in texte.replace("\u00a0", " ")

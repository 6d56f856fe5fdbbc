"""« nouveau » sans rien retaper : depuis une facture, ou en quelques questions à un terminal."""

import datetime as dt
import sys
import tomllib
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from generateur.erreurs import CodeSortie
from generateur.importation.facture_imprimee import lire_facture_imprimee
from generateur.lecture.socle import lire_dossier

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "factures"
corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="le corpus de factures n'est pas à côté du dépôt")


def _donnees(racine):
    return tomllib.loads((racine / "R1" / "dossier.toml").read_text(encoding="utf-8"))


@corpus
def test_une_facture_electronique_remplit_un_dossier_lisible(commander, tmp_path):
    facture = CORPUS / "cas_limites" / "OK-001" / "facture.pdf"
    reponse = commander("nouveau", "R1", "--racine", tmp_path, "--depuis", facture, "--json")
    assert reponse.code == 0, reponse.messages
    lu = lire_dossier(tmp_path / "R1").dossier
    assert (lu.debiteur.siren, lu.creancier.siren, lu.factures[0].numero) == ("244500011", "392809137", "FA-2026-0001")
    assert (tmp_path / "R1" / lu.factures[0].fichier).read_bytes() == facture.read_bytes()
    assert [c["code"] for c in reponse.objet["constats"]] == ["CONDITIONS_PROPOSEES"]
    assert "# [[paiements]]" in (tmp_path / "R1" / "dossier.toml").read_text(encoding="utf-8")
    assert commander("nouveau", "R1", "--racine", tmp_path, "--depuis", facture).code == CodeSortie.USAGE


@corpus
def test_le_vendeur_de_la_facture_ne_remplace_pas_le_profil_choisi(commander, tmp_path):
    profil = tmp_path / "creanciers" / "moi.toml"
    profil.parent.mkdir()
    profil.write_text('denomination = "Moi"\n', encoding="utf-8")
    facture = CORPUS / "cas_limites" / "OK-001" / "factur-x.xml"
    assert commander("nouveau", "R1", "--racine", tmp_path, "--creancier", profil, "--depuis", facture).code == 0
    assert _donnees(tmp_path)["creancier"] == "../creanciers/moi.toml"


@corpus
def test_un_avoir_n_ouvre_pas_de_dossier(commander, tmp_path):
    avoir = CORPUS / "fnfe" / "Avoir_FR_type381_BASIC.pdf"
    assert commander("nouveau", "R1", "--racine", tmp_path, "--depuis", avoir).code == CodeSortie.USAGE
    assert not (tmp_path / "R1").exists()


def test_une_facture_imprimee_donne_ce_qu_elle_dit_sans_ambiguite(commander, tmp_path):
    feuille = Canvas(str(tmp_path / "f.pdf"))
    for rang, ligne in enumerate(
        (
            "Facture n° F2026-118",
            "Date : 01/04/2026",
            "Échéance : 01/05/2026",
            "Total HT 1 000,00",
            "Total TTC 1 200,00 €",
        )
    ):
        feuille.drawString(72, 700 - 20 * rang, ligne)
    feuille.save()
    assert commander("nouveau", "R1", "--racine", tmp_path, "--depuis", tmp_path / "f.pdf").code == 0
    facture = _donnees(tmp_path)["factures"][0]
    assert facture == {
        "numero": "F2026-118",
        "date": dt.date(2026, 4, 1),
        "echeance": dt.date(2026, 5, 1),
        "montant_ttc": "1200.00",
        "fichier": "pieces/f.pdf",
    }
    assert (tmp_path / "R1" / "pieces" / "f.pdf").is_file()


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Facture F1\nFacture F2", {}),
        ("Facture F1\nrappel : facture F1", {"numero": "F1"}),
        ("Total TTC 10,00\nMontant TTC 12,00", {}),
        ("Date : 01/05/2026\nEchéance : 01/04/2026", {}),
        ("Date : 31/02/2026", {}),
        ("rien", {}),
    ],
)
def test_ce_qui_hesite_est_tu(texte, attendu):
    assert lire_facture_imprimee(texte) == attendu


@pytest.mark.parametrize("contenu", [None, b"%PDF-1.7 tronque", b"\x00\x01binaire"])
def test_un_document_qui_ne_se_lit_pas_ne_cree_rien(commander, tmp_path, contenu):
    document = tmp_path / "f.pdf"
    if contenu is not None:
        document.write_bytes(contenu)
    reponse = commander("nouveau", "R1", "--racine", tmp_path, "--depuis", document, "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert not (tmp_path / "R1").exists()


def _repondre(monkeypatch, *reponses):
    """Une personne au clavier."""
    suite = iter(reponses)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(suite))


def test_quelques_reponses_suffisent_a_un_dossier_lisible(commander, tmp_path, monkeypatch):
    _repondre(monkeypatch, "Atelier", "Garage", "", "F1", "mille", "1 200,50", "01/04/2026", "", "Portes")
    reponse = commander("nouveau", "R1", "--racine", tmp_path)
    assert reponse.code == 0, reponse.messages
    lu = lire_dossier(tmp_path / "R1").dossier
    assert (lu.creancier.denomination, lu.debiteur.denomination, lu.objet) == ("Atelier", "Garage", "Portes")
    facture = lu.factures[0]
    assert (facture.numero, str(facture.montant_ttc), facture.date) == ("F1", "1200.50", dt.date(2026, 4, 1))
    assert facture.echeance is None
    assert "« mille » n'est pas un montant" in reponse.messages
    assert "Error" not in reponse.messages


def test_le_seul_profil_est_propose(commander, tmp_path, monkeypatch):
    profil = tmp_path / "creanciers" / "atelier.toml"
    profil.parent.mkdir()
    profil.write_text('denomination = "Atelier"\n', encoding="utf-8")
    _repondre(monkeypatch, "o", *[""] * 7)
    assert commander("nouveau", "R1", "--racine", tmp_path).code == 0
    assert _donnees(tmp_path)["creancier"] == "../creanciers/atelier.toml"


@pytest.mark.parametrize("options", [("--json",), ("-q",), ("--creancier", "creanciers/a.toml")])
def test_aucune_question_avec_une_option(commander, tmp_path, monkeypatch, options):
    (tmp_path / "creanciers").mkdir()
    (tmp_path / "creanciers" / "a.toml").write_text('denomination = "A"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _repondre(monkeypatch)
    assert commander("nouveau", "R1", "--racine", ".", *options).code == 0

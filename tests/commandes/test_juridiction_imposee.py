"""Un tribunal imposé au dossier : « choisir », la requête et son manifeste nomment le même, à sa seule adresse."""

import json

import pytest
from docx import Document

IMPOSEE = "Tribunal de commerce de Paris"


@pytest.fixture
def dossier(copier):
    racine = copier("2026-0042")
    fichier = racine / "dossier.toml"
    suite = f'\n[procedures.injonction_de_payer]\njuridiction = "{IMPOSEE}"\n'
    fichier.write_text(fichier.read_text("utf-8") + suite, encoding="utf-8")
    return racine


def test_choisir_dit_le_tribunal_impose(commander, dossier):
    objet = commander("choisir", dossier, "--au", "2026-11-21", "--json").objet
    assert (objet["juridiction"]["nom"], objet["juridiction"]["adresse"]) == (IMPOSEE, "")
    texte = commander("choisir", dossier, "--au", "2026-11-21").sortie
    assert f"Juridiction : {IMPOSEE} — à confirmer auprès du greffe" in texte.replace("\u00a0", " ")
    assert "Bonnel" not in texte


def test_la_requete_et_le_manifeste_sont_au_tribunal_impose(commander, dossier, tmp_path):
    assert commander("produire", dossier, "--au", "2026-11-21", "-o", tmp_path / "s", "-q").code == 0
    sortie = tmp_path / "s" / "2026-0042"
    manifeste = json.loads((sortie / "manifeste.json").read_text("utf-8"))
    assert manifeste["juridiction"]["nom"] == IMPOSEE
    document = Document(str(next((sortie / "actes").glob("requete*.docx"))))
    texte = "\n".join(p.text for p in document.paragraphs)
    texte += "\n".join(c.text for t in document.tables for r in t.rows for c in r.cells)
    assert "tribunal de commerce de Paris" in texte
    assert "69433" not in texte  # le code postal du greffe compétent

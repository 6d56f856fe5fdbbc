"""Ce que l'étude ajoute aux contrôles : fichiers oubliés, signes que les polices ne dessinent pas."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from generateur.operations.etude import etudier_dossier

JOUR = dt.date(2026, 11, 21)


@pytest.fixture
def exemple(tmp_path: Path, racine: Path) -> Path:
    """Une copie du premier dossier d'exemple."""
    shutil.copytree(racine / "dossiers" / "creanciers", tmp_path / "creanciers")
    return Path(shutil.copytree(racine / "dossiers" / "2026-0042", tmp_path / "2026-0042"))


def _constats(dossier: Path, code: str) -> list[str]:
    return [constat.message for constat in etudier_dossier(dossier, jour=JOUR).constats if constat.code == code]


def test_un_fichier_que_rien_ne_cite_se_dit(exemple):
    assert not _constats(exemple, "FICHIER_NON_CITE")
    (exemple / "pieces" / "oubli.pdf").write_bytes(b"%PDF-1.4")
    (message,) = _constats(exemple, "FICHIER_NON_CITE")
    assert "oubli.pdf" in message


def test_un_signe_que_les_polices_ne_dessinent_pas_se_dit(exemple):
    assert not _constats(exemple, "SIGNE_SANS_DESSIN")
    fichier = exemple / "dossier.toml"
    texte = fichier.read_text("utf-8")
    fichier.write_text(texte.replace("Fourniture", "漢 Fourniture", 1), "utf-8")
    (message,) = _constats(exemple, "SIGNE_SANS_DESSIN")
    assert "漢" in message


def test_un_bloc_inacheve_se_demande_avec_ce_qu_il_faut_ecrire(exemple):
    fichier = exemple / "dossier.toml"
    fichier.write_text(f"{fichier.read_text('utf-8')}\n[[interruptions]]\nauteur = 'débiteur'\n", "utf-8")
    (constat,) = (c for c in etudier_dossier(exemple, jour=JOUR).constats if c.code == "BLOC_INCOMPLET")
    assert constat.gravite == "a_completer"
    assert constat.lieu == "interruptions[1]"
    assert "date = 2026-05-31" in constat.remede
    assert 'nature = "reconnaissance"' in constat.remede

"""La barre d'avancement : au terminal seulement, et pas avant deux secondes."""

import click
import pytest

from generateur.commandes import avancee
from generateur.commandes.avancee import suivre_avancee
from generateur.commandes.presentation_import import presenter_avancee


@pytest.fixture
def suivre(monkeypatch, capsys):
    def _suivre(*, au_terminal, patience, silencieux=False):
        monkeypatch.setattr("sys.stderr.isatty", lambda: au_terminal, raising=False)
        monkeypatch.setattr(avancee, "_PATIENCE_S", patience)
        contexte = click.Context(click.Command("importer"), obj={"silencieux": silencieux})
        with contexte, suivre_avancee(presenter_avancee, frozenset({"Lecture"})) as avancer:
            for etape in ("Lecture", "Dossiers"):
                for rang in (1, 2, 3):
                    avancer(etape, rang, 3, f"{etape.lower()}{rang}")
        return capsys.readouterr()

    return _suivre


def test_au_terminal_une_barre_par_etape(suivre):
    vu = suivre(au_terminal=True, patience=0)
    assert not vu.out
    assert "Dossiers" in vu.err
    assert "100%" in vu.err
    assert "lecture1" not in vu.err


def test_rien_avant_deux_secondes(suivre):
    assert avancee._PATIENCE_S == 2
    assert not suivre(au_terminal=True, patience=60).err


def test_sans_terminal_une_ligne_par_fichier_et_aucune_barre(suivre):
    vu = suivre(au_terminal=False, patience=0)
    assert vu.err.splitlines() == ["[1/3] lecture1", "[2/3] lecture2", "[3/3] lecture3"]


def test_en_silence_rien(suivre):
    assert not suivre(au_terminal=True, patience=0, silencieux=True).err

"""La police des tampons : réduite une fois, gardée, jamais prise abîmée."""

import json

import pytest

from generateur.liasse import police_des_marques


@pytest.fixture
def cache_vide(tmp_path, monkeypatch):
    """Un cache d'utilisateur neuf, et la mémoire du processus oubliée avant et après."""
    monkeypatch.setattr(police_des_marques, "dossier_de_cache", lambda: tmp_path)
    police_des_marques.charger_police.cache_clear()
    yield tmp_path
    police_des_marques.charger_police.cache_clear()


@pytest.mark.usefixtures("cache_vide")
def test_la_police_relue_dans_le_cache_est_celle_qu_on_a_reduite(monkeypatch):
    faite = police_des_marques.charger_police()
    police_des_marques.charger_police.cache_clear()
    monkeypatch.setattr(police_des_marques, "_reduire", lambda _source: pytest.fail("la police devait venir du cache"))
    assert police_des_marques.charger_police() == faite


@pytest.mark.parametrize("abime", ["", "{", '{"octets": "AAAA", "sha256": "0", "mesures": {}}', "[]"])
def test_un_cache_abime_est_ignore_et_refait(cache_vide, abime):
    faite = police_des_marques.charger_police()
    (garde,) = (cache_vide / "tampons").iterdir()
    garde.write_text(abime)
    police_des_marques.charger_police.cache_clear()
    assert police_des_marques.charger_police() == faite
    assert json.loads(garde.read_text())["octets"]


def test_un_cache_interdit_ne_gene_pas(cache_vide):
    (cache_vide / "tampons").write_text("un fichier à la place du répertoire")
    assert police_des_marques.charger_police().octets

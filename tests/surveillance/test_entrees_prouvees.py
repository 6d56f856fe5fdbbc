"""Ce qui est gardé d'une commande à l'autre ne se croit pas sur son nom."""

import shutil

import pytest

from generateur.surveillance import entrees_prouvees
from generateur.surveillance.entrees_prouvees import EntreesProuvees


@pytest.fixture
def entrees(tmp_path, monkeypatch):
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    return EntreesProuvees(tmp_path / "gardees", 1000)


def test_une_entree_se_relit(entrees, tmp_path):
    entrees.garder("a", b"contenu")
    assert entrees.lire("a") == EntreesProuvees(tmp_path / "gardees", 1000).lire("a") == b"contenu"
    assert entrees.lire("b") is None


@pytest.mark.parametrize("abimer", [lambda o: o[:-1] + b"!", lambda o: b"!" + o[1:], lambda o: o[:10], lambda _: b""])
def test_une_entree_abimee_ne_compte_pas(entrees, tmp_path, abimer):
    entrees.garder("a", b"contenu")
    fichier = tmp_path / "gardees" / "a"
    fichier.write_bytes(abimer(fichier.read_bytes()))
    assert entrees.lire("a") is None


def test_l_entree_d_une_autre_mise_a_sa_place_ne_compte_pas(entrees, tmp_path):
    entrees.garder("a", b"contenu")
    shutil.copyfile(tmp_path / "gardees" / "a", tmp_path / "gardees" / "b")
    assert entrees.lire("b") is None


def test_un_lien_ne_compte_pas(entrees, tmp_path):
    entrees.garder("a", b"contenu")
    (tmp_path / "gardees" / "a").rename(tmp_path / "ailleurs")
    (tmp_path / "gardees" / "a").symlink_to(tmp_path / "ailleurs")
    assert entrees.lire("a") is None


def test_un_repertoire_ouvert_aux_autres_ne_compte_pas(entrees, tmp_path):
    entrees.garder("a", b"contenu")
    (tmp_path / "gardees").chmod(0o777)
    assert entrees.lire("a") is None


def test_sans_cache_rien_n_est_garde(tmp_path, monkeypatch):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    entrees = EntreesProuvees(tmp_path / "gardees", 1000)
    entrees.garder("a", b"contenu")
    assert entrees.lire("a") is None
    assert not (tmp_path / "gardees").exists()


def test_trop_d_entrees_font_repartir_de_rien(tmp_path, monkeypatch):
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    monkeypatch.setattr(entrees_prouvees, "_ECRITURES_ENTRE_COMPTES", 1)
    entrees = EntreesProuvees(tmp_path / "gardees", 2)
    for cle in ("a", "b", "c"):
        entrees.garder(cle, b"contenu")
    assert [cle for cle in ("a", "b", "c") if entrees.lire(cle)] == ["c"]

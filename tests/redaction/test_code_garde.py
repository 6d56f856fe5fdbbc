"""Le code compilé des modèles : repris quand rien n'a changé, jamais cru sur son nom."""

import shutil

import pytest
from jinja2 import FunctionLoader

from generateur.redaction import code_garde
from generateur.redaction.code_garde import CodeGarde
from generateur.redaction.grammaire import EnvironnementDesModeles

TEXTE = "Bonjour {{ nom }}."


@pytest.fixture
def garde(tmp_path, monkeypatch):
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    return tmp_path / "modeles"


def _remplir(garde, texte=TEXTE, nom="salut"):
    """Le texte rempli, et combien de fois il a fallu compiler."""
    environnement = EnvironnementDesModeles(bytecode_cache=CodeGarde(garde))
    compilations = []
    compiler = environnement.compile

    def compter(*arguments):
        compilations.append(arguments)
        return compiler(*arguments)

    environnement.compile = compter
    environnement.loader = FunctionLoader(lambda nom: (texte, f"modele:{nom}", None))
    return environnement.get_template(nom).render(nom="Lumen"), len(compilations)


def test_un_modele_inchange_n_est_compile_qu_une_fois(garde):
    assert _remplir(garde) == ("Bonjour Lumen.", 1)
    assert _remplir(garde) == ("Bonjour Lumen.", 0)


def test_un_modele_change_est_recompile(garde):
    _remplir(garde)
    assert _remplir(garde, "Bonsoir {{ nom }}.") == ("Bonsoir Lumen.", 1)


def test_une_entree_abimee_est_refaite(garde):
    _remplir(garde)
    (entree,) = garde.iterdir()
    entree.write_bytes(entree.read_bytes()[:-1] + b"!")
    assert _remplir(garde) == ("Bonjour Lumen.", 1)
    assert _remplir(garde) == ("Bonjour Lumen.", 0)


def test_l_entree_d_un_autre_modele_mise_a_sa_place_ne_compte_pas(garde):
    _remplir(garde, "Bonsoir {{ nom }}.")
    (autre,) = garde.iterdir()
    _remplir(garde)
    (entree,) = set(garde.iterdir()) - {autre}
    shutil.copyfile(autre, entree)
    assert _remplir(garde) == ("Bonjour Lumen.", 1)


def test_d_autres_regles_de_lecture_rendent_le_code_caduc(garde, monkeypatch):
    _remplir(garde)
    monkeypatch.setattr(code_garde, "version", lambda _: "99")
    assert _remplir(garde) == ("Bonjour Lumen.", 1)


def test_un_repertoire_ouvert_aux_autres_ne_compte_pas(garde):
    _remplir(garde)
    garde.chmod(0o777)
    assert _remplir(garde) == ("Bonjour Lumen.", 1)


def test_sans_cache_rien_n_est_garde(garde, monkeypatch):
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    assert _remplir(garde) == ("Bonjour Lumen.", 1)
    assert not garde.exists()


def test_trop_de_modeles_font_repartir_de_rien(garde, monkeypatch):
    monkeypatch.setattr(code_garde, "_ENTREES_MAXIMALES", 2)
    for rang in range(3):
        _remplir(garde, f"{rang} {{{{ nom }}}}")
    assert len(list(garde.iterdir())) == 1

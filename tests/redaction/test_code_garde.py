"""Le code compilé des modèles : repris quand rien n'a changé, jamais cru sur son nom."""

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


def test_d_autres_regles_de_lecture_rendent_le_code_caduc(garde, monkeypatch):
    _remplir(garde)
    monkeypatch.setattr(code_garde, "version", lambda _: "99")
    assert _remplir(garde) == ("Bonjour Lumen.", 1)

"""Ce que préparer un modèle donne : repris quand rien n'a changé, refait dès que quelque chose a changé."""

import pytest
from jinja2 import FunctionLoader

from generateur.redaction import balises, code_garde, controle_modeles
from generateur.redaction.code_garde import Baliseur, CodeGarde
from generateur.redaction.controle_modeles import exige_libreoffice
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.grammaire import EnvironnementDesModeles
from tests.outils.modeles_word import ecrire_charte, ecrire_modele

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

    environnement.compile = compter  # type: ignore[method-assign]  # pour compter les compilations
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
    monkeypatch.setattr(code_garde, "version_installee", lambda _: "99")
    assert _remplir(garde) == ("Bonjour Lumen.", 1)


def test_un_texte_deja_balise_n_est_pas_rebalise_sauf_s_il_change(garde, monkeypatch):
    faits = []
    monkeypatch.setattr(balises, "baliser", lambda xml: faits.append(xml) or f"<{xml}>")
    assert [Baliseur(garde)("a"), Baliseur(garde)("a"), Baliseur(garde)("b")] == ["<a>", "<a>", "<b>"]
    assert faits == ["a", "b"]


def test_un_autre_docxtpl_rebalise(garde, monkeypatch):
    Baliseur(garde)("a")
    monkeypatch.setattr(code_garde, "version_installee", lambda _: "99")
    monkeypatch.setattr(balises, "baliser", lambda _: "autrement")
    assert Baliseur(garde)("a") == "autrement"


def test_ce_qui_exige_libreoffice_se_redit_sans_relire_le_modele(tmp_path, garde, monkeypatch):
    monkeypatch.setattr(controle_modeles, "dossier_de_cache", lambda: garde)
    ecrire_charte(tmp_path)
    ecrire_modele(tmp_path, "essai/acte", "Avant", garnir=_petites_capitales)
    premiers = exige_libreoffice(Bibliotheque(tmp_path).modele("essai/acte"))
    assert [defaut.construction for defaut in premiers] == ["petites capitales"]
    monkeypatch.setattr(controle_modeles, "_constructions", lambda _: ())
    assert exige_libreoffice(Bibliotheque(tmp_path).modele("essai/acte")) == premiers
    ecrire_modele(tmp_path, "essai/acte", "Sans rien d'infidèle")
    assert exige_libreoffice(Bibliotheque(tmp_path).modele("essai/acte")) == ()


def _petites_capitales(document):
    document.add_paragraph().add_run("Tribunal").font.small_caps = True

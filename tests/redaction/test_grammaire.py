"""Un modèle ne montre pas un objet, n'appelle rien, n'assemble rien et finit toujours : sinon il est refusé (7)."""

import os
import re
from dataclasses import dataclass

import pytest
from jinja2 import TemplateSyntaxError

from generateur.erreurs import ErreurModele
from generateur.redaction.controle_modeles import verifier_modeles
from generateur.redaction.gabarits import Bibliotheque
from generateur.redaction.grammaire import EnvironnementDesModeles
from generateur.redaction.modeles_livres import lire_modeles
from tests.outils.modeles_word import ecrire_charte, ecrire_modele


@dataclass(frozen=True)
class Partie:
    """Un objet du contexte, qui porte ce qu'un acte servi ne doit pas dire."""

    nom: str = "Atelier Lumen"
    iban: str = "FR7630006000011234567890189"
    adresse: tuple[str, ...] = ("1 rue Haute", "69003 Lyon")


CONTEXTE = {
    "reference": "R-1",
    "creancier": Partie(),
    "debiteurs": (Partie(), Partie()),
    "complement": {"iban": "FR7630006000011234567890189", "rang": 3, "vrai": True},
}

INTERDITS = [
    "{{ creancier }}",
    "{{ creancier|pprint }}",
    "{{ creancier|upper }}",
    "{{ creancier|string }}",
    "{{ creancier ~ '' }}",
    "{{ '%s' % creancier }}",
    "{{ '%r'|format(creancier) }}",
    "{{ '{}'.format(creancier) }}",
    "{{ 'x'.join(debiteurs) }}",
    "{{ debiteurs|join(', ') }}",
    "{{ debiteurs }}",
    "{{ debiteurs[0] }}",
    "{{ debiteurs|first }}",
    "{{ creancier.adresse }}",
    "{{ creancier.adresse[0:] }}",
    "{{ complement }}",
    "{{ complement.vrai }}",
    "{{ complement.items }}",
    "{{ complement|tojson }}",
    "{{ complement|list }}",
    "{{ creancier.nom.upper }}",
    "{{ creancier.__class__ }}",
    "{{ creancier|attr('iban') }}",
    "{{ [creancier] }}",
    "{{ {'a': creancier} }}",
    "{{ self }}",
    "{% for x in range(10**9) %}{{ x }}{% endfor %}",
    "{{ 'x' * 999999999 }}",
    "{{ '%999999999d' % 3 }}",
    "{{ 3|string|center(999999999) }}",
    "{% set x = creancier %}{{ x }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}",
    "{% import 'essai/acte' as x %}",
    "{% extends 'essai/acte' %}",
    "{% for a in debiteurs %}{% for b in debiteurs %}{% for c in debiteurs %}{% for d in debiteurs %}x{% endfor %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in debiteurs recursive %}{{ loop(debiteurs) }}{% endfor %}",
]


@pytest.fixture
def racine(tmp_path):
    ecrire_charte(tmp_path)
    return tmp_path


@pytest.mark.parametrize("balise", INTERDITS)
def test_le_rendu_refuse(racine, balise):
    ecrire_modele(racine, "essai/acte", balise)
    with pytest.raises(ErreurModele) as refus:
        Bibliotheque(racine).modele("essai/acte").rendre(CONTEXTE)
    assert "FR76" not in f"{refus.value.message} {refus.value.lieu} {refus.value.remede}"


DITS_PAR_LE_CONTROLE = [
    b for b in INTERDITS if "join(', ')" not in b and any(signe in b for signe in ("%", "~", "*", "|pp", "("))
]


@pytest.mark.parametrize("balise", DITS_PAR_LE_CONTROLE)
def test_le_controle_des_modeles_refuse_aussi(racine, balise):
    ecrire_modele(racine, "essai/acte", balise)
    connus = {"reference", "creancier", "debiteurs", "complement"}
    assert any(defaut.gravite == "bloquant" for defaut in verifier_modeles(racine, connus))


def test_le_controle_voit_un_objet_entier(racine):
    ecrire_modele(racine, "essai/acte", "{{ creancier }}")
    connus = {"reference", "creancier", "creancier.nom", "creancier.iban"}
    (defaut,) = verifier_modeles(racine, connus)
    assert defaut.gravite == "bloquant"
    assert "creancier" in defaut.construction


@pytest.mark.parametrize(
    "balise",
    [
        "{{ creancier.nom }}",
        "{{ creancier.nom|upper }}",
        "{{ creancier.adresse|join(', ') }}",
        "{{ debiteurs|length }}",
        "{{ complement.rang }}",
        "{% for d in debiteurs %}{{ d.nom }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "{% if creancier.nom == 'x' %}a{% elif debiteurs|length > 1 %}b{% else %}c{% endif %}",
        "{{ creancier.nom[0]|upper }}{{ creancier.nom[1:] }}",
        "{{ 'a' if creancier.iban else 'b' }}",
    ],
)
def test_un_champ_une_condition_une_boucle_passent(racine, balise):
    ecrire_modele(racine, "essai/acte", balise)
    assert Bibliotheque(racine).modele("essai/acte").rendre(CONTEXTE)


def test_un_fragment_qui_s_insere_lui_meme_est_refuse(racine):
    ecrire_modele(racine, "essai/un", '{%p include "essai/deux" %}')
    ecrire_modele(racine, "essai/deux", '{%p include "essai/un" %}')
    with pytest.raises(ErreurModele):
        Bibliotheque(racine).modele("essai/un").rendre(CONTEXTE)


@pytest.mark.skipif(os.name != "posix", reason="tubes et périphériques POSIX")
@pytest.mark.parametrize("poser", ["tube", "périphérique", "répertoire"])
def test_un_tube_un_peripherique_ou_un_repertoire_n_est_pas_un_modele(racine, poser):
    (racine / "essai").mkdir()
    cible = racine / "essai" / "acte.docx"
    if poser == "tube":
        os.mkfifo(cible)
    elif poser == "périphérique":
        cible.symlink_to("/dev/zero")
    else:
        cible.mkdir()
    assert "essai/acte" not in lire_modeles(racine)
    with pytest.raises(ErreurModele):
        Bibliotheque(racine).modele("essai/acte")


@pytest.mark.parametrize(
    ("balise", "dit"),
    [
        ("{{ reference", "jamais fermée|avant d'être complète|n'est pas à sa place"),
        ("{% if %}x{% endif %}", "se ferme avant d'être complète"),
        ("{% for x in debiteurs %}x", "n'est jamais fermée"),
        ("{% endif %}", "« endif » n'ouvre ni ne ferme rien"),
        ("{% zut %}", "« zut » n'ouvre ni ne ferme rien"),
        ("{{ reference ! }}", "« ! » n'a pas sa place"),
        ("{{ reference reference }}", "« reference » n'est pas à sa place"),
        ("{{ }}", "se ferme avant d'être complète"),
    ],
)
def test_une_balise_cassee_se_dit_en_francais(balise, dit):
    with pytest.raises(TemplateSyntaxError, match=dit) as refus:
        EnvironnementDesModeles().from_string(balise)
    assert not re.search(r"\b(expected|unexpected|unknown|tag|token|Encountered)\b", str(refus.value))

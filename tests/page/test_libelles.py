"""Chaque clé et chaque valeur du dossier a un nom pour une personne."""

import tomllib
from pathlib import Path

import pytest

from tests.outils.fabriquer_aide import choix_de, cles_propres, modeles_du_dossier

LIBELLES = tomllib.loads((Path(__file__).parents[2] / "generateur" / "aide" / "libelles.toml").read_text("utf-8"))
CLES = {cle for modele in modeles_du_dossier().values() for cle in cles_propres(modele)}
VALEURS = {
    c for m in modeles_du_dossier().values() for champ in cles_propres(m).values() for c in choix_de(champ.annotation)
}


@pytest.mark.parametrize("cle", sorted(CLES))
def test_une_cle_a_son_libelle(cle):
    assert LIBELLES["cles"].get(cle)


@pytest.mark.parametrize("valeur", sorted(VALEURS))
def test_une_valeur_a_son_libelle(valeur):
    assert LIBELLES["valeurs"].get(valeur)


def test_aucun_libelle_ne_sert_a_rien():
    assert set(LIBELLES["cles"]) <= CLES
    assert set(LIBELLES["valeurs"]) <= VALEURS

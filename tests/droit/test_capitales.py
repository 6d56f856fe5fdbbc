"""Les adresses publiées en capitales, rendues lisibles."""

import pytest

from generateur.droit.capitales import adoucir_capitales


@pytest.mark.parametrize(
    ("publiee", "lue"),
    [
        ("13 BOULEVARD CLEMENCEAU, 21000 DIJON", "13 boulevard Clemenceau, 21000 Dijon"),
        ("PALAIS DE JUSTICE, BP 30108, RUE DE L'ÉGLISE", "Palais de Justice, BP 30108, rue de l'Église"),
        ("44 rue de Bonnel, 69433 Lyon Cedex 03", "44 rue de Bonnel, 69433 Lyon Cedex 03"),
        ("", ""),
    ],
)
def test_une_adresse_en_capitales_s_adoucit(publiee, lue):
    assert adoucir_capitales(publiee) == lue

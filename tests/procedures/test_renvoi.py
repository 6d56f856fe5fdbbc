"""« devant le tribunal » : la juridiction de renvoi (CPC 1408) reçoit l'article qu'elle n'a pas."""

import pytest

from generateur.procedures.injonction_de_payer import nommer_devant


@pytest.mark.parametrize(
    ("saisie", "dite"),
    [
        ("Tribunal de commerce de Lyon", "le tribunal de commerce de Lyon"),
        ("le tribunal de commerce de Lyon", "le tribunal de commerce de Lyon"),
        ("Chambre commerciale de Metz", "la chambre commerciale de Metz"),
        ("", ""),
    ],
)
def test_devant_le_tribunal(saisie, dite):
    assert nommer_devant(saisie) == dite

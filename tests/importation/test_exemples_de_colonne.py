"""Sous chaque en-tête, une valeur de l'export, telle qu'un tableur français la montre."""

import datetime as dt
from decimal import Decimal

from generateur.importation.entetes import Entete
from generateur.importation.feuilles import Feuille
from generateur.importation.tableau import _donner_exemples


def test_la_premiere_valeur_ecrite_fait_l_exemple():
    lignes = (
        ("Export du jour",),
        ("N°", "Échéance", "TTC", "", "Rien"),
        ("", dt.date(2026, 5, 31), None, "sans en-tête", None),
        ("F-1", dt.date(2026, 6, 15), Decimal("1300.50"), None),
        ("F-2", None, Decimal(7), None, ""),
    )
    entete = Entete(1, ("N°", "Échéance", "TTC", "", "Rien"), {"numero": 0})
    assert _donner_exemples(Feuille("", lignes), entete) == {"N°": "F-1", "Échéance": "31/05/2026", "TTC": "1300,5"}

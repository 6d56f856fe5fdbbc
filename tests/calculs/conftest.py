"""Un dossier minimal, complété par ce que chaque cas fait varier."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from generateur.domaine.dossier import Dossier

ADRESSE = {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"}
SOCIETE = {"nature": "personne_morale", "denomination": "Société d'essai", "forme": "SARL"}
FACTURE = {
    "numero": "F1",
    "date": dt.date(2026, 4, 1),
    "echeance": dt.date(2026, 5, 1),
    "montant_ttc": "10000.00",
}


def _partie(donnees: dict[str, Any]) -> dict[str, Any]:
    return {"adresse": ADRESSE, **donnees}


def _dossier(**donnees: Any) -> Dossier:
    """Deux sociétés, une facture de 10 000 € échue le 01/05/2026, sauf ce qui est donné."""
    return Dossier.model_validate(
        {
            "reference": "CAS-1",
            "objet": "Cas d'essai",
            **donnees,
            "creancier": _partie(donnees.get("creancier", SOCIETE)),
            "debiteurs": [_partie(debiteur) for debiteur in donnees.get("debiteurs", [SOCIETE])],
            "factures": [
                {"fichier": "pieces/facture.pdf", **FACTURE, **facture} for facture in donnees.get("factures", [{}])
            ],
        }
    )


@pytest.fixture(scope="session")
def fabriquer() -> Callable[..., Dossier]:
    return _dossier

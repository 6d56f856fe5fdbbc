"""L'espèce d'un cas : deux parties nommées par leur genre, une facture, et ce que le cas fait varier."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.controles.competence import juridiction_competente
from generateur.domaine.dossier import Dossier
from generateur.procedures.socle import Espece

LYON = {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"}
GENRES: Mapping[str, Mapping[str, Any]] = {
    "societe": {"nature": "personne_morale", "denomination": "Société d'essai", "forme": "SARL"},
    "association": {"nature": "personne_morale", "denomination": "Les Amis du Jeudi", "forme": "association"},
    "sci": {"nature": "personne_morale", "denomination": "SCI des Tilleuls", "forme": "SCI"},
    "gie": {"nature": "personne_morale", "denomination": "Groupement d'essai", "forme": "GIE"},
    "entrepreneur": {"nature": "entrepreneur_individuel", "nom": "Essai", "prenoms": "Jeanne"},
    "commercant": {"nature": "entrepreneur_individuel", "nom": "Essai", "prenoms": "Jeanne", "qualite": "commercant"},
    "artisan": {"nature": "entrepreneur_individuel", "nom": "Essai", "prenoms": "Luc", "qualite": "artisan"},
    "liberal": {"nature": "entrepreneur_individuel", "nom": "Essai", "prenoms": "Anne", "qualite": "liberal"},
    "consommateur": {"nature": "particulier", "nom": "Essai", "prenoms": "Paul", "qualite": "consommateur"},
    "personne_publique": {"nature": "personne_publique", "denomination": "Commune d'essai"},
}
FACTURE = {
    "numero": "F1",
    "date": dt.date(2026, 3, 1),
    "echeance": dt.date(2026, 4, 1),
    "montant_ttc": "1200.00",
    "fichier": "pieces/f1.pdf",
}


def _partie(donnees: str | Mapping[str, Any]) -> dict[str, Any]:
    """« association », ou { genre = "association", … } : le genre donne l'identité, le reste s'y ajoute."""
    propres = {"genre": donnees} if isinstance(donnees, str) else dict(donnees)
    genre = propres.pop("genre", "societe")
    return {"adresse": LYON, **GENRES[genre], **propres}


def _dossier(saisie: Mapping[str, Any]) -> Dossier:
    return Dossier.model_validate(
        {
            "reference": "CAS-1",
            "objet": "Cas d'essai",
            **saisie,
            "creancier": _partie(saisie.get("creancier", "societe")),
            "debiteurs": [_partie(debiteur) for debiteur in saisie.get("debiteurs", ["societe"])],
            "factures": [{**FACTURE, **facture} for facture in saisie.get("factures", [{}])],
        }
    )


@pytest.fixture(scope="session")
def juger() -> Callable[..., Espece]:
    """L'espèce à juger : le dossier saisi, chiffré et situé à cette date."""

    def _juger(saisie: Mapping[str, Any] | None = None, au: dt.date = dt.date(2026, 11, 21)) -> Espece:
        dossier = _dossier(saisie or {})
        decompte = chiffrer(dossier, au)
        return Espece(dossier, au, decompte, juridiction_competente(dossier, au, decompte.total))

    return _juger

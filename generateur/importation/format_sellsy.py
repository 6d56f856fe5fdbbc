"""Sellsy, exports des factures et des clients ; « À régler » n'est pas « réglée », l'avoir se dit dans le statut."""

from pathlib import Path

from generateur.importation.entetes import correspondances_communes
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture
from generateur.importation.tableau import Format, lire_tableau

NOM = "sellsy"
LIBELLE = "Sellsy, factures ou clients"
_FACTURES = ("numero", "statut", "montant du ttc")
_CLIENTS = ("id societe sellsy", "nom societe")
_CLIENTS_ECRAN = ("id sellsy", "nom", "n siren")
_COLONNES = {
    **correspondances_communes(),
    "numero": ["numero"],
    "montant_ttc": ["montant ttc", "total ttc", "montant"],
    "reste_du": ["montant du ttc"],
    "debiteur": ["client", "tiers", "societe", "nom societe", "nom"],
    "identifiant": ["id societe sellsy", "id sellsy"],
    "courriel": ["email societe", "email"],
    "telephone": ["telephone societe", "telephone"],
    "voie": ["adresse partie 1"],
}


def reconnaitre(fichier: Path) -> int:
    """D'après la ligne d'en-tête."""
    return noter(fichier, _FACTURES, _CLIENTS, _CLIENTS_ECRAN)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Voir tableau.lire_tableau."""
    return lire_tableau(fichier, consignes, Format(NOM, _COLONNES))

"""Tiime, classeurs des factures et des clients : ni échéance, ni reste dû, ni SIREN ; numéro rendu par un nombre."""

from pathlib import Path

from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture
from generateur.importation.tableau import Format, lire_tableau

NOM = "tiime"
LIBELLE = "Tiime, factures ou clients"
_FACTURES = ("date de facture", "numero de facture", "nom du client", "statut de la facture")
_CLIENTS = ("nom du client", "facture ttc", "encours")
_COLONNES = {
    "numero": ["numero de facture"],
    "date": ["date de facture"],
    "montant_ht": ["montant ht"],
    "montant_ttc": ["montant ttc"],
    "statut": ["statut de la facture"],
    "debiteur": ["nom du client"],
    "commune": ["ville"],
    "objet": ["intitule"],
}


def reconnaitre(fichier: Path) -> int:
    """D'après la ligne d'en-tête."""
    return noter(fichier, _FACTURES, _CLIENTS)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Voir tableau.lire_tableau."""
    return lire_tableau(fichier, consignes, Format(NOM, _COLONNES))

"""Pennylane, export « factures clients » : 28 colonnes, avoirs en montant négatif, statut sans « partielle »."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from generateur.importation.feuilles import Cellule
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture, PieceLue
from generateur.importation.tableau import Format, lire_tableau
from generateur.importation.valeurs_lues import normaliser_entete

NOM = "pennylane"
LIBELLE = "Pennylane, factures clients"
_SIGNATURE = ("identifiant facture", "numero de facture", "tiers", "montant restant ttc", "statut", "brouillon")
_COLONNES = {
    "numero": ["numero de facture"],
    "date": ["date"],
    "echeance": ["echeance"],
    "montant_ht": ["total ht"],
    "montant_tva": ["total tva"],
    "montant_ttc": ["total ttc"],
    "reste_du": ["montant restant ttc"],
    "paye": ["montant paye ttc"],
    "date_paiement": ["date de paiement"],
    "statut": ["statut"],
    "debiteur": ["tiers"],
    "identifiant": ["identifiant tiers"],
    "siren": ["siren tiers"],
    "devise": ["devise"],
    "objet": ["titre de la facture"],
    "fichier": ["fichier"],
    "est_brouillon": ["brouillon"],
}


def reconnaitre(fichier: Path) -> int:
    """D'après la ligne d'en-tête."""
    return noter(fichier, _SIGNATURE)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Voir tableau.lire_tableau."""
    return lire_tableau(fichier, consignes, Format(NOM, _COLONNES, _ajuster))


def _ajuster(piece: PieceLue, ligne: Mapping[str, Cellule]) -> PieceLue:
    """« Brouillon » est une colonne à part ; « En retard » n'exclut pas un paiement partiel."""
    if normaliser_entete(ligne.get("est_brouillon")) in {"true", "vrai", "oui", "1"}:
        return replace(piece, statut="brouillon")
    if piece.statut == "impayee" and piece.paye:
        return replace(piece, statut="partielle")
    return piece

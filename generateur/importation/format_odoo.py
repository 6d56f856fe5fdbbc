"""Odoo, liste des factures exportée : noms techniques ou libellés français ; avoirs en montants négatifs."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from generateur.importation.entetes import correspondances_communes
from generateur.importation.feuilles import Cellule
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture, PieceLue
from generateur.importation.tableau import Format, lire_tableau
from generateur.importation.valeurs_lues import normaliser_entete

NOM = "odoo"
LIBELLE = "Odoo, écritures ou factures"
_TECHNIQUE = ("name", "move type", "amount total signed")
_FRANCAIS = ("numero", "date de facturation", "total signe", "montant du signe")
_COLONNES = {
    "numero": ["name", "numero"],
    "type": ["move type", "type"],
    "date": ["invoice date", "date de facturation", "date"],
    "echeance": ["invoice date due", "date d echeance"],
    "montant_ht": ["amount untaxed signed", "montant hors taxes signe"],
    "montant_ttc": ["amount total signed", "total signe"],
    "reste_du": ["amount residual signed", "montant du signe"],
    "statut": ["payment state", "etat du paiement", "statut de paiement"],
    "debiteur": ["invoice partner display name", "client", "partenaire", "partner id"],
    "tva": ["partner id vat", "vat", "numero de tva"],
    "devise": ["currency id", "devise"],
    "objet": ["ref", "reference"],
    "fichier": correspondances_communes()["fichier"],
    "etat_ecriture": ["state", "statut", "etat"],
}


def reconnaitre(fichier: Path) -> int:
    """D'après la ligne d'en-tête."""
    return noter(fichier, _TECHNIQUE, _FRANCAIS)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Voir tableau.lire_tableau."""
    return lire_tableau(fichier, consignes, Format(NOM, _COLONNES, _ajuster))


def _ajuster(piece: PieceLue, ligne: Mapping[str, Cellule]) -> PieceLue:
    """L'état de l'écriture (brouillon, annulée) est une autre colonne que celui du paiement."""
    etat = normaliser_entete(ligne.get("etat_ecriture"))
    if etat in {"draft", "brouillon"}:
        return replace(piece, statut="brouillon")
    if etat in {"cancel", "cancelled", "annule", "annulee"}:
        return replace(piece, statut="annulee")
    return piece

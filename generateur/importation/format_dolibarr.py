"""Dolibarr, « factures clients et règlements » : une ligne par règlement, SIREN, SIRET et TVA du client."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from generateur.importation.feuilles import Cellule
from generateur.importation.signatures import noter
from generateur.importation.socle import Consignes, Lecture, PieceLue
from generateur.importation.tableau import Format, lire_tableau
from generateur.importation.valeurs_lues import normaliser_entete

NOM = "dolibarr"
LIBELLE = "Dolibarr, factures clients et règlements"
_SIGNATURE = ("raison sociale", "ref facture", "date facturation", "facture payee")


def _professionnel(rang: int, sens: str) -> list[str]:
    """Dolibarr nomme le SIREN et le SIRET « identifiant professionnel », selon sa version et sa langue."""
    noms = [f"profid{rang}", f"prof id {rang}", f"id prof {rang}", f"id pro {rang}", f"id professionnel {rang}"]
    return [*noms, *(f"{nom} {sens}" for nom in noms)]


_COLONNES = {
    "numero": ["ref facture"],
    "type": ["type"],
    "date": ["date facturation"],
    "echeance": ["date echeance"],
    "montant_ht": ["total ht"],
    "montant_tva": ["total tva"],
    "montant_ttc": ["total ttc"],
    "reste_du": ["rest", "reste"],
    "paye": ["montant reglement"],
    "date_paiement": ["date paiement"],
    "statut": ["statut facture"],
    "debiteur": ["raison sociale"],
    "identifiant": ["id tiers"],
    "siren": ["siren", "siren profid1", *_professionnel(1, "siren")],
    "siret": ["siret", "siret profid2", *_professionnel(2, "siret")],
    "tva": ["numero tva"],
    "voie": ["adresse"],
    "code_postal": ["code postal", "cp"],
    "commune": ["ville"],
    "telephone": ["tel", "telephone"],
    "devise": ["devise"],
    "objet": ["ref client"],
    "facture_payee": ["facture payee"],
}
_STATUTS = {"0": "brouillon", "3": "annulee"}


def reconnaitre(fichier: Path) -> int:
    """D'après la ligne d'en-tête."""
    return noter(fichier, _SIGNATURE)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Voir tableau.lire_tableau."""
    return lire_tableau(fichier, consignes, Format(NOM, _COLONNES, _ajuster))


def _ajuster(piece: PieceLue, ligne: Mapping[str, Cellule]) -> PieceLue:
    """Le statut peut être un chiffre, le règlement est celui de la ligne ; sans reste dû, ils le disent."""
    code = normaliser_entete(ligne.get("statut"))
    statut = (
        "soldee" if normaliser_entete(ligne.get("facture_payee")) in {"1", "oui"} else _STATUTS.get(code, piece.statut)
    )
    return replace(piece, statut=statut, paye=None)  # type: ignore[arg-type] # table

"""Qonto : relevé de transactions (CSV, français ou anglais) et factures clients (JSON de son outil officiel)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurLecture
from generateur.importation.entetes import comprendre, trouver_entete
from generateur.importation.feuilles import Feuille, lire_feuilles
from generateur.importation.signatures import noter
from generateur.importation.socle import (
    Consignes,
    Doute,
    Lecture,
    PieceLue,
    Refus,
    Reglement,
    Statut,
    Tiers,
    Transaction,
)
from generateur.importation.valeurs_lues import lire_date, lire_identifiant, lire_montant, lire_texte, normaliser_entete

NOM = "qonto"
LIBELLE = "Qonto, transactions ou factures clients"
_FRANCAIS = ("statut", "credit", "nom de la contrepartie", "reference")
_ANGLAIS = ("status", "credit", "counterparty name", "reference")
_COLONNES = {
    "statut": ["statut", "status"],
    "date": ["date de la valeur local", "settlement date local"],
    "credit": ["credit"],
    "contrepartie": ["nom de la contrepartie", "counterparty name"],
    "reference": ["reference"],
    "note": ["note"],
    "devise": ["devise", "currency"],
}
_REGLES = frozenset({"execute", "regle", "settled", "completed", "executed"})
_STATUTS: Mapping[str, Statut] = {"draft": "brouillon", "unpaid": "impayee", "paid": "soldee", "canceled": "annulee"}


def reconnaitre(fichier: Path) -> int:
    """Le relevé à ses en-têtes, les factures à leur objet JSON."""
    if fichier.suffix.lower() == ".json":
        return 80 if _lire_json(fichier) is not None else 0
    return noter(fichier, _FRANCAIS, _ANGLAIS)


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Lève ErreurLecture si rien ne se comprend."""
    if fichier.suffix.lower() == ".json":
        return _lire_factures(fichier)
    refus: list[Refus] = []
    transactions: list[Transaction] = []
    lignes = 0
    for feuille in lire_feuilles(fichier):
        rang = trouver_entete(feuille, _COLONNES)
        if rang is None:
            continue
        entete = comprendre(feuille, rang, _COLONNES, consignes.colonnes)
        for ligne in range(rang + 1, len(feuille.lignes)):
            if any(feuille.lignes[ligne]):
                lignes += 1
                transactions += _lire_transaction(feuille, ligne, entete.colonnes, refus)
    colonnes = dict.fromkeys(_COLONNES)
    return Lecture(fichier, NOM, lignes, refus=tuple(refus), transactions=tuple(transactions), colonnes=colonnes)


def _lire_transaction(
    feuille: Feuille, rang: int, colonnes: Mapping[str, int], refus: list[Refus]
) -> Iterator[Transaction]:
    """Un encaissement exécuté, en euros ; le reste ne paie aucune facture."""
    ligne = feuille.lignes[rang]

    def cellule(champ: str) -> Any:
        return ligne[colonnes[champ]] if champ in colonnes and colonnes[champ] < len(ligne) else None

    if normaliser_entete(cellule("statut")) not in _REGLES or lire_texte(cellule("devise")) not in {"", "EUR"}:
        return
    try:
        montant, date = lire_montant(cellule("credit")), lire_date(cellule("date"))
    except ValueError as erreur:
        refus.append(Refus(feuille.situer(rang), str(erreur)))
        return
    if montant and date:
        libelle = " ".join(filter(None, (lire_texte(cellule("reference")), lire_texte(cellule("note")))))
        contrepartie = lire_texte(cellule("contrepartie"))
        yield Transaction(
            feuille.situer(rang), date, montant, libelle or contrepartie, contrepartie, lire_texte(cellule("reference"))
        )


def _lire_json(fichier: Path) -> list[dict[str, Any]] | None:
    """Les factures de l'objet JSON, None si ce n'en est pas un."""
    try:
        donnees = json.loads(fichier.read_bytes(), parse_float=Decimal)
    except (OSError, ValueError, RecursionError):
        return None
    liste = donnees.get("client_invoices", donnees.get("data")) if isinstance(donnees, dict) else donnees
    if not isinstance(liste, list) or not all(isinstance(f, dict) and "total_amount" in f for f in liste) or not liste:
        return None
    return liste


def _lire_factures(fichier: Path) -> Lecture:
    factures = _lire_json(fichier)
    if factures is None:
        raise ErreurLecture(
            "ce JSON n'est pas la liste de factures de Qonto",
            lieu=fichier.name,
            remede="La produire avec l'outil officiel : qonto client-invoices list --output json.",
        )
    notes = _lire_avoirs(fichier)
    pieces: list[PieceLue] = []
    refus: list[Refus] = []
    doutes: list[Doute] = []
    for rang, facture in enumerate(factures, start=1):
        origine = f"facture {rang} du fichier"
        try:
            piece = _lire_facture(facture, origine)
            siens = [_lire_avoir(note, piece) for note in notes if _est_de(note, facture)]
        except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation) as erreur:
            refus.append(Refus(origine, f"illisible : {erreur}"))
            continue
        if siens:  # son reste dû ne les compte pas encore
            piece = replace(piece, reste_du=None, paye=piece.paye or Decimal(0))
        elif facture.get("credit_notes_ids"):
            doutes.append(_douter_des_avoirs(piece))
        pieces += [piece, *siens]
    return Lecture(fichier, NOM, len(factures), tuple(pieces), tuple(refus), tuple(doutes))


def _lire_avoirs(fichier: Path) -> list[Mapping[str, Any]]:
    """Les avoirs donnés à côté des factures, dans le même objet."""
    donnees = json.loads(fichier.read_bytes(), parse_float=Decimal)
    notes = donnees.get("credit_notes") if isinstance(donnees, dict) else None
    return [note for note in notes if isinstance(note, dict)] if isinstance(notes, list) else []


def _est_de(note: Mapping[str, Any], facture: Mapping[str, Any]) -> bool:
    return bool(facture.get("id")) and note.get("invoice_id") == facture.get("id")


def _lire_avoir(note: Mapping[str, Any], facture: PieceLue) -> PieceLue:
    return PieceLue(
        origine=f"avoir de la {facture.origine}",
        numero=str(note.get("number") or ""),
        debiteur=facture.debiteur,
        nature="avoir",
        date=lire_date(_jour(note.get("issue_date"))),
        montant_ttc=_montant(note["total_amount"]),
        facture_visee=facture.numero,
        devise=str(note["total_amount"].get("currency") or "EUR"),
    )


def _douter_des_avoirs(facture: PieceLue) -> Doute:
    message = f"facture {facture.numero} : Qonto lui connaît un avoir, dont le montant n'est pas dans ce fichier"
    remede = "L'ajouter au dossier (« generateur ajouter avoir »), ou donner aussi les avoirs (credit_notes) ici."
    return Doute(
        facture.origine, "RESTE_DU_INCOHERENT", f"{message} ; elle est réclamée sans lui", facture.numero, remede
    )


def _lire_facture(facture: Mapping[str, Any], origine: str) -> PieceLue:
    client = facture.get("client") or {}
    adresse = client.get("billing_address") or {}
    nom = client.get("name") or " ".join(filter(None, (client.get("first_name"), client.get("last_name"))))
    fiscal = lire_identifiant(client.get("tax_identification_number"))
    ttc, tva = _montant(facture.get("total_amount")), _montant(facture.get("vat_amount"))
    paye, le = _montant(facture.get("amount_paid")), lire_date(_jour(facture.get("paid_at")))
    return PieceLue(
        origine=origine,
        numero=str(facture.get("number") or facture.get("invoice_number") or ""),
        debiteur=Tiers(
            nom=nom,
            identifiant=str(client.get("id") or ""),
            siren=fiscal if len(fiscal) == 9 else "",  # noqa: PLR2004 (un SIREN)
            siret=fiscal if len(fiscal) == 14 else "",  # noqa: PLR2004 (un SIRET)
            tva=lire_identifiant(client.get("vat_number")),
            voie=str(adresse.get("street_address") or adresse.get("street") or ""),
            code_postal=str(adresse.get("zip_code") or ""),
            commune=str(adresse.get("city") or ""),
            courriel=str(client.get("email") or ""),
        ),
        date=lire_date(_jour(facture.get("issue_date"))),
        echeance=lire_date(_jour(facture.get("due_date"))),
        montant_ht=ttc - tva if ttc is not None and tva is not None else None,
        montant_tva=tva,
        montant_ttc=ttc,
        paye=paye,
        reste_du=ttc - paye if ttc is not None and paye is not None else None,
        reglements=(Reglement(paye, le),) if paye and le else (),
        statut=_STATUTS.get(str(facture.get("status")), "inconnu"),
        devise=str((facture.get("total_amount") or {}).get("currency") or "EUR"),
    )


def _montant(valeur: Any) -> Decimal | None:
    brut = valeur.get("value") if isinstance(valeur, Mapping) else valeur
    return None if brut in {None, ""} else Decimal(str(brut))


def _jour(valeur: Any) -> str | None:
    return str(valeur)[:10] if valeur else None

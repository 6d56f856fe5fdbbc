"""Rapprocher la banque des factures : montant et numéro exacts = certain ; montant et nom = probable, à confirmer.

Un virement ne paie qu'une facture, une facture n'est rapprochée qu'une fois ; deux candidats ne font pas un choix.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from generateur.importation.groupement import Groupe, aplatir_nom
from generateur.importation.socle import PieceLue, Reglement, Transaction
from generateur.importation.soldes import FactureDue, solder

_MOTS_SANS_NOM = frozenset(
    {"sarl", "sas", "sasu", "eurl", "sa", "sci", "snc", "vir", "virement", "sepa", "de", "la", "le"}
)
_LONGUEUR_MOT = 3


@dataclass(frozen=True)
class Rapprochement:
    """Un encaissement et la facture qu'il paraît payer."""

    transaction: Transaction
    facture: str
    certitude: Literal["certaine", "probable"]

    @property
    def reglement(self) -> Reglement:
        """Le paiement qu'il devient s'il est certain."""
        return Reglement(self.transaction.montant, self.transaction.date, self.transaction.libelle, "virement")


def rapprocher(groupes: Sequence[Groupe], transactions: Iterable[Transaction]) -> list[Rapprochement]:
    """Les rapprochements, dans l'ordre des encaissements."""
    dues = [(groupe, facture) for groupe in groupes for facture in solder(groupe).dues]
    trouves: list[Rapprochement] = []
    for transaction in transactions:
        prises = {rapprochement.facture for rapprochement in trouves}
        libres = [(g, f) for g, f in dues if f.piece.numero not in prises and _est_posterieure(transaction, f.piece)]
        trouves += _rapprocher_un(transaction, libres)
    return trouves


def _rapprocher_un(transaction: Transaction, dues: list[tuple[Groupe, FactureDue]]) -> Iterator[Rapprochement]:
    memes = [(groupe, facture) for groupe, facture in dues if facture.reste == transaction.montant]
    cites = [f for _, f in memes if cite_le_numero(f"{transaction.reference} {transaction.libelle}", f.piece.numero)]
    if len(cites) == 1:
        yield Rapprochement(transaction, cites[0].piece.numero, "certaine")
        return
    nommes = [facture for groupe, facture in memes if _nomme(transaction, groupe)]
    if len(nommes) == 1:
        yield Rapprochement(transaction, nommes[0].piece.numero, "probable")


def _est_posterieure(transaction: Transaction, piece: PieceLue) -> bool:
    return piece.date is None or transaction.date >= piece.date


def cite_le_numero(texte: str, numero: str) -> bool:
    """Vrai si le texte porte ce numéro entier, ponctuation et blancs mis à part : « F 2026-118 » cite F2026-118."""
    morceaux = re.findall(r"[0-9]+|[a-z]+", aplatir_nom(numero))
    if not morceaux or not any(morceau.isdigit() for morceau in morceaux):
        return False
    motif = r"(?<![0-9a-z])" + r"[^0-9a-z]*".join(map(re.escape, morceaux)) + r"(?![0-9a-z])"
    return re.search(motif, texte.casefold()) is not None


def _nomme(transaction: Transaction, groupe: Groupe) -> bool:
    """Vrai si tous les mots distinctifs du nom du débiteur sont dans le libellé ou la contrepartie."""
    mots = [m for m in aplatir_nom(groupe.tiers.nom).split() if m not in _MOTS_SANS_NOM and len(m) >= _LONGUEUR_MOT]
    dits = set(aplatir_nom(f"{transaction.libelle} {transaction.contrepartie}").split())
    return bool(mots) and all(mot in dits for mot in mots)

"""Rapprocher la banque des factures : montant et numéro exacts = certain ; montant et nom = probable, à confirmer.

Un virement ne paie qu'une facture, une facture n'est rapprochée qu'une fois ; deux candidats ne font pas un choix, et
un paiement que la source compte déjà n'en fait pas un second.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from generateur.importation.groupement import Groupe, aplatir_nom
from generateur.importation.numeros_cites import TextesCitants
from generateur.importation.socle import PieceLue, Reglement, Transaction, cumuler
from generateur.importation.soldes import FactureDue, solder

_MOTS_SANS_NOM = frozenset(
    {"sarl", "sas", "sasu", "eurl", "sa", "sci", "snc", "vir", "virement", "sepa", "de", "la", "le"}
)
_LONGUEUR_MOT = 3
_JOURS_D_ECART = 7  # entre le jour de la banque et celui où le logiciel l'a noté
Certitude = Literal["certaine", "probable"]


@dataclass(frozen=True)
class Rapprochement:
    """Un encaissement et la facture qu'il paraît payer."""

    transaction: Transaction
    facture: str
    certitude: Certitude
    debiteur: tuple[str, ...] = ()  # les clés du sien : deux clients peuvent porter le même numéro

    @property
    def reglement(self) -> Reglement:
        """Le paiement qu'il devient s'il est certain."""
        return Reglement(self.transaction.montant, self.transaction.date, self.transaction.libelle, "virement")


def rapprocher(groupes: Sequence[Groupe], transactions: Iterable[Transaction]) -> list[Rapprochement]:
    """Les rapprochements, dans l'ordre des encaissements ; un certain passe avant tout probable."""
    suite = list(transactions)
    if not suite:
        return []
    releve = _Releve(groupes, suite)
    trouves: dict[int, Rapprochement] = {}
    prises: set[tuple[tuple[str, ...], str]] = set()
    certitudes: tuple[tuple[Certitude, Callable[[int], Iterable[_Due]]], ...] = (
        ("certaine", releve.citees),
        ("probable", releve.nommees),
    )
    for certitude, chercher in certitudes:
        for rang, transaction in enumerate(suite):
            if rang in trouves:
                continue
            possibles = [due for due in chercher(rang) if _est_posterieure(transaction, due.facture.piece)]
            libres = [due for due in possibles if due.cle not in prises]
            if len(libres) == 1:
                trouves[rang] = Rapprochement(transaction, libres[0].cle[1], certitude, libres[0].cle[0])
                prises.add(libres[0].cle)
    return [trouves[rang] for rang in sorted(trouves)]


@dataclass(frozen=True)
class _Due:
    """Une facture due ; ce qui la distingue, les clés de son débiteur et son numéro ; ce qui la cite en banque."""

    facture: FactureDue
    cle: tuple[tuple[str, ...], str]
    citants: tuple[Transaction, ...]


class _Releve:
    """Les encaissements devant les factures dues, rangées pour ne pas comparer chacun à chacune."""

    def __init__(self, groupes: Sequence[Groupe], transactions: Sequence[Transaction]) -> None:
        self._transactions = transactions
        textes = TextesCitants([f"{t.reference} {t.libelle}" for t in transactions])
        self._cites: dict[int, list[_Due]] = {}
        self._par_nom: dict[str, list[_Nomme]] = {}
        noms = [_mots_du_nom(groupe) for groupe in groupes]
        communs = Counter(mot for mots in noms for mot in mots)
        for groupe, mots in zip(groupes, noms, strict=True):
            dues: dict[Decimal, list[_Due]] = {}
            for facture in solder(groupe).dues:
                citants = textes.chercher(facture.piece.numero)
                due = _Due(facture, (groupe.cles, facture.piece.numero), tuple(transactions[r] for r in citants))
                dues.setdefault(facture.reste, []).append(due)
                for rang in citants:
                    self._cites.setdefault(rang, []).append(due)
            if mots:
                rare = min(mots, key=communs.__getitem__)
                self._par_nom.setdefault(rare, []).append(_Nomme(frozenset(mots), dues))

    def citees(self, rang: int) -> list[_Due]:
        """Les factures de ce montant dont l'encaissement porte le numéro, et qui ne l'ont pas déjà reçu."""
        recu = self._transactions[rang]
        return [
            due
            for due in self._cites.get(rang, ())
            if due.facture.reste == recu.montant and not _est_deja_compte(recu, due)
        ]

    def nommees(self, rang: int) -> list[_Due]:
        """Les factures de ce montant des débiteurs que l'encaissement nomme."""
        transaction = self._transactions[rang]
        dits = set(aplatir_nom(f"{transaction.libelle} {transaction.contrepartie}").split())
        nommes = (nomme for mot in sorted(dits) for nomme in self._par_nom.get(mot, ()))
        return [f for n in nommes if n.mots <= dits for f in n.dues.get(transaction.montant, ())]


@dataclass(frozen=True)
class _Nomme:
    """Un débiteur : les mots distinctifs de son nom, ses factures dues par montant."""

    mots: frozenset[str]
    dues: Mapping[Decimal, Sequence[_Due]]


def _mots_du_nom(groupe: Groupe) -> list[str]:
    """Les mots distinctifs du nom d'un débiteur : un encaissement le nomme s'il les porte tous."""
    mots = aplatir_nom(groupe.tiers.nom).split()
    return [mot for mot in mots if mot not in _MOTS_SANS_NOM and len(mot) >= _LONGUEUR_MOT]


def _est_deja_compte(recu: Transaction, due: _Due) -> bool:
    """La source compte des paiements, sans date ou vers ce jour, que les autres encaissements n'expliquent pas.

    Celui-ci peut en être : ainsi d'un règlement en parts égales.
    """
    limite = recu.date - dt.timedelta(days=_JOURS_D_ECART)
    comptes = cumuler([r.montant for r in due.facture.reglements if r.date is None or r.date >= limite])
    if not comptes:
        return False
    autres = [autre for autre in due.citants if autre is not recu]
    est_le_dernier = all(autre.date <= recu.date for autre in autres if autre.montant == recu.montant)
    return not est_le_dernier or cumuler([autre.montant for autre in autres]) < comptes


def _est_posterieure(transaction: Transaction, piece: PieceLue) -> bool:
    return piece.date is None or transaction.date >= piece.date

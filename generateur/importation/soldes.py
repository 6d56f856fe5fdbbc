"""Ce qui reste dû par un débiteur : chaque facture moins ce qui la diminue, quel que soit le signe d'où l'on vient.

Les totaux déclarés ne sont jamais recalculés : quand la source dit un reste dû, c'est lui. Un avoir, un acompte déduit
ou un paiement diminuent toujours la créance.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generateur.domaine.historique import HistoriquePaiement
from generateur.importation.groupement import Groupe
from generateur.importation.socle import PieceLue, Reglement, cumuler

ZERO = Decimal(0)
REMPLACEE = "remplacée par la facture rectificative"


@dataclass(frozen=True)
class FactureDue:
    """Une facture, les règlements à saisir contre elle, et ce qui en reste dû avant les avoirs sans facture.

    `exces` : ce qui en a été payé, ou crédité, de trop.
    """

    piece: PieceLue
    reglements: tuple[Reglement, ...]
    reste: Decimal
    exces: Decimal = ZERO

    @property
    def paye(self) -> Decimal:
        """Ce qui a été réglé, dates connues ou non."""
        return cumuler([reglement.montant for reglement in self.reglements])


@dataclass(frozen=True)
class Solde:
    """Les factures, les avoirs à saisir, le net dû, et pourquoi le reste est laissé ; `avoirs_lus` : tous."""

    factures: tuple[FactureDue, ...]
    avoirs: tuple[PieceLue, ...]
    net: Decimal
    ecartees: tuple[tuple[PieceLue, str], ...]
    avoirs_lus: tuple[PieceLue, ...] = ()

    @property
    def avoirs_a_saisir(self) -> tuple[PieceLue, ...]:
        """Ceux qui sont vraiment des avoirs."""
        return tuple(piece for piece in self.avoirs if piece.nature != "reglement")

    @property
    def verses(self) -> tuple[Reglement, ...]:
        """Les paiements que la source ne rattache à aucune facture."""
        return tuple(
            reglement for piece in self.avoirs if piece.nature == "reglement" for reglement in piece.reglements
        )

    @property
    def dues(self) -> tuple[FactureDue, ...]:
        """Celles dont quelque chose reste dû."""
        return tuple(facture for facture in self.factures if facture.reste > ZERO)


def relever_historique(solde: Solde, jour: dt.date) -> HistoriquePaiement | None:
    """Ce que le débiteur a payé jusqu'ici ; None si la source n'en montre aucune facture payée."""
    payees = [facture for facture in solde.factures if facture.reste <= ZERO]
    if not payees:
        return None
    retards = [
        (max(r.date for r in f.reglements if r.date) - f.piece.echeance).days
        for f in payees
        if f.piece.echeance and f.reglements and all(r.date for r in f.reglements)
    ]
    moyen = round(sum(retards) / len(retards)) if retards else None
    return HistoriquePaiement(jour, len(solde.factures), len(payees), moyen)


def solder(groupe: Groupe, encaissements: Mapping[str, Reglement] | None = None) -> Solde:
    """Le solde d'un débiteur. Une facture non chiffrée, en brouillon, annulée ou en devise n'y entre pas, et le dit.

    `encaissements` : par numéro de facture, un paiement que la banque prouve et que la source ignore encore.
    """
    retenues, ecartees = [], []
    remplacees = {p.facture_visee: p.numero for p in groupe.pieces if p.nature == "rectificative" and p.facture_visee}
    for piece in groupe.pieces:
        motif = _motif_d_ecart(piece, remplacees.get(piece.numero, ""))
        if motif:
            ecartees.append((piece, motif))
        else:
            retenues.append(piece)
    avoirs = [piece for piece in retenues if _est_avoir(piece)]
    factures = tuple(
        _encaisser(_solder(piece, avoirs), (encaissements or {}).get(piece.numero))
        for piece in retenues
        if not _est_avoir(piece)
    )
    utiles = tuple(avoir for avoir in avoirs if _est_a_saisir(avoir, factures))
    libres = cumuler([valeur_libre(avoir) for avoir in utiles if not _vise(avoir, factures)])
    net = cumuler([facture.reste for facture in factures]) - libres
    lus = (*avoirs, *(piece for piece, _ in ecartees if _est_avoir(piece)))
    return Solde(factures, utiles, net, tuple(ecartees), lus)


def _motif_d_ecart(piece: PieceLue, remplacante: str) -> str:
    if piece.statut == "brouillon" or not piece.numero:
        return "brouillon : elle n'a pas encore été émise"
    if piece.statut == "annulee":
        return "annulée"
    if remplacante and remplacante != piece.numero:
        return f"{REMPLACEE} {remplacante}"
    if piece.devise != "EUR":
        return f"en {piece.devise} : seules les factures en euros sont lues"
    if piece.montant_ttc is None:
        return "sans montant toutes taxes comprises"
    return ""


def _est_avoir(piece: PieceLue) -> bool:
    return piece.nature == "avoir" or (piece.montant_ttc is not None and piece.montant_ttc < ZERO)


def _solder(piece: PieceLue, avoirs: Sequence[PieceLue]) -> FactureDue:
    """Le reste déclaré prévaut ; sinon le TTC, moins les règlements et les avoirs qui visent la facture."""
    ttc = piece.montant_ttc or ZERO
    deduits = cumuler([abs(a.montant_ttc or ZERO) for a in avoirs if a.facture_visee == piece.numero])
    connus = cumuler([reglement.montant for reglement in piece.reglements])
    if piece.reste_du is not None:
        regle = max(ZERO, ttc - piece.reste_du - deduits)
    elif piece.paye is not None:
        regle = max(piece.paye, connus)
    else:
        regle = ttc - deduits if piece.statut == "soldee" else connus
    reglements = piece.reglements
    if regle > connus:  # payé, à une date que la source ne dit pas
        reglements = (*reglements, Reglement(regle - connus))
    net = ttc - deduits - max(regle, connus)
    if piece.reste_du is not None and not deduits:
        net = min(net, ttc - (piece.paye or ZERO)) if net <= ZERO else net  # « reste 0 », mais payé plus que le total
    return FactureDue(piece, reglements, max(ZERO, net), max(ZERO, -net))


def _encaisser(facture: FactureDue, encaissement: Reglement | None) -> FactureDue:
    """La facture, diminuée de ce que la banque a reçu pour elle."""
    if encaissement is None or encaissement.montant > facture.reste:
        return facture
    return FactureDue(facture.piece, (*facture.reglements, encaissement), facture.reste - encaissement.montant)


def _vise(avoir: PieceLue, factures: Sequence[FactureDue]) -> bool:
    return any(facture.piece.numero == avoir.facture_visee for facture in factures)


def valeur_libre(avoir: PieceLue) -> Decimal:
    """Ce qu'un avoir sans facture retire encore au total : son propre reste s'il en a un."""
    return abs(avoir.reste_du if avoir.reste_du is not None else avoir.montant_ttc or ZERO)


def _est_a_saisir(avoir: PieceLue, factures: Sequence[FactureDue]) -> bool:
    """Un avoir déjà soldé et qui ne vise aucune facture lue a fait son effet ailleurs."""
    return _vise(avoir, factures) or (avoir.statut != "soldee" and valeur_libre(avoir) > ZERO)

"""Les messages du cycle de vie d'une facture, rapportés à elle : preuve, litige, paiement, rejet.

204 et 205 : l'acheteur l'a prise en charge ou approuvée. 207, 208, 210 : litige, suspension, refus. 212 : encaissée.
213 et 220 : rejetée ou annulée, elle n'est plus à réclamer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from generateur.importation.socle import Doute, EvenementLu, PieceLue, Reglement

PREUVES = frozenset({"204", "205"})
_LITIGES = frozenset({"207", "208", "210"})
_PAIEMENT = "212"
_FINS = frozenset({"213", "220"})
_UTILES = PREUVES | _LITIGES | _FINS | {_PAIEMENT}


def appliquer(pieces: Sequence[PieceLue], evenements: Iterable[EvenementLu]) -> tuple[list[PieceLue], list[Doute]]:
    """Les pièces telles que leurs messages les laissent, dans l'ordre des dates ; un message sans pièce se dit."""
    par_numero = {piece.numero: piece for piece in pieces}
    doutes: list[Doute] = []
    utiles = [evenement for evenement in evenements if evenement.code in _UTILES]
    for evenement in sorted(utiles, key=lambda e: (str(e.date or ""), e.code)):
        piece = par_numero.get(evenement.numero)
        if piece is None:
            doutes.append(
                Doute(
                    evenement.origine,
                    "MESSAGE_SANS_FACTURE",
                    f"message {evenement.code} de la facture {evenement.numero}, qui n'est dans aucune source",
                    evenement.numero,
                )
            )
            continue
        par_numero[evenement.numero] = _appliquer_un(piece, evenement)
        doutes += _dire(evenement)
    return [par_numero[piece.numero] for piece in pieces], doutes


def _appliquer_un(piece: PieceLue, evenement: EvenementLu) -> PieceLue:
    if evenement.code in _LITIGES:
        return replace(piece, motif_contestation=evenement.motif or "contestée par l'acheteur")
    if evenement.code in PREUVES and piece.motif_contestation:
        return replace(piece, motif_contestation="")  # l'acheteur l'approuve après l'avoir discutée
    if evenement.code in _FINS:
        return replace(piece, statut="annulee")
    if evenement.code == _PAIEMENT and evenement.montant is not None:
        reglement = Reglement(evenement.montant, evenement.date, "encaissée (message 212)")
        reste = None if piece.reste_du is None else max(piece.reste_du - evenement.montant, evenement.montant * 0)
        return replace(piece, reglements=(*piece.reglements, reglement), reste_du=reste)
    return piece


def _dire(evenement: EvenementLu) -> list[Doute]:
    if evenement.code not in _LITIGES | _FINS:
        return []
    sort = "contestée" if evenement.code in _LITIGES else "rejetée ou annulée"
    message = f"facture {evenement.numero} {sort} (message {evenement.code}) : {evenement.motif}"
    return [Doute(evenement.origine, "FACTURE_CONTESTEE_PAR_MESSAGE", message, evenement.numero)]

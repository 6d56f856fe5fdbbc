"""Les messages du cycle de vie d'une facture, rapportés à elle : preuve, litige, paiement, rejet.

204 et 205 : l'acheteur l'a prise en charge ou approuvée. 207, 208, 210 : litige, suspension, refus. 212 : encaissée.
213 et 220 : rejetée ou annulée, elle n'est plus à réclamer.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from generateur.importation.socle import Doute, EvenementLu, Joint, PieceLue, Reglement

_PREUVES = {"204": "prise en charge par l'acheteur", "205": "approuvée par l'acheteur"}
_LITIGES = frozenset({"207", "208", "210"})
_PAIEMENT = "212"
_FINS = frozenset({"213", "220"})
_UTILES = frozenset(_PREUVES) | _LITIGES | _FINS | {_PAIEMENT}


def appliquer(pieces: Sequence[PieceLue], evenements: Iterable[EvenementLu]) -> tuple[list[PieceLue], list[Doute]]:
    """Les pièces telles que leurs messages les laissent, dans l'ordre des dates ; un message sans pièce se dit."""
    suivies = list(pieces)
    rangs: dict[str, list[int]] = {}
    for rang, piece in enumerate(pieces):
        rangs.setdefault(piece.numero, []).append(rang)
    doutes: list[Doute] = []
    utiles = [evenement for evenement in evenements if evenement.code in _UTILES]
    for evenement in sorted(utiles, key=lambda e: (str(e.date or ""), e.code)):
        visees = rangs.get(evenement.numero, [])
        if len(visees) != 1:
            combien = "que plusieurs clients portent" if visees else "qui n'est dans aucune source"
            message = f"message {evenement.code} de la facture {evenement.numero}, {combien}"
            doutes.append(Doute(evenement.origine, "MESSAGE_SANS_FACTURE", message, evenement.numero))
            continue
        suivies[visees[0]] = _appliquer_un(suivies[visees[0]], evenement)
        doutes += _dire(evenement)
    return suivies, doutes


def _appliquer_un(piece: PieceLue, evenement: EvenementLu) -> PieceLue:
    if evenement.code in _LITIGES:
        return replace(piece, motif_contestation=evenement.motif or "contestée par l'acheteur")
    if evenement.code in _PREUVES:  # l'acheteur la reconnaît, même après l'avoir discutée
        return replace(piece, motif_contestation="", joints=(*piece.joints, *_prouver(evenement)))
    if evenement.code in _FINS:
        return replace(piece, statut="annulee")
    if evenement.code == _PAIEMENT and evenement.montant is not None:
        reglement = Reglement(evenement.montant, evenement.date, "encaissée (message 212)")
        reste = None if piece.reste_du is None else max(piece.reste_du - evenement.montant, evenement.montant * 0)
        return replace(piece, reglements=(*piece.reglements, reglement), reste_du=reste)
    return piece


def _prouver(evenement: EvenementLu) -> Iterator[Joint]:
    """Le message, lisible, à verser ; et le XML lui-même, gardé à côté."""
    sort = _PREUVES[evenement.code]
    jour = f" du {evenement.date:%d/%m/%Y}" if evenement.date else ""
    titre = f"Facture {evenement.numero} {sort} (message {evenement.code}{jour})"
    xml = evenement.fichier.read_bytes() if evenement.fichier else b""
    lignes = [
        "Message du cycle de vie d'une facture électronique",
        "",
        f"Facture : {evenement.numero}",
        f"Statut : {evenement.code}, {sort}",
        f"Date : {evenement.date:%d/%m/%Y}" if evenement.date else "Date : le message n'en porte pas",
        f"Mention : {evenement.motif}" if evenement.motif else "",
        f"Fichier d'origine : {evenement.origine}",
        f"Empreinte SHA-256 : {hashlib.sha256(xml).hexdigest()}" if xml else "",
    ]
    souche = f"message_{evenement.code}_{evenement.numero}"
    texte = "\n".join(ligne for rang, ligne in enumerate(lignes) if ligne or rang == 1) + "\n"
    yield Joint(f"{souche}.txt", texte.encode(), titre, evenement.date)
    if xml:
        yield Joint(f"{souche}.xml", xml, est_cite=False)


def _dire(evenement: EvenementLu) -> list[Doute]:
    if evenement.code not in _LITIGES | _FINS:
        return []
    sort = "contestée" if evenement.code in _LITIGES else "rejetée ou annulée"
    message = f"facture {evenement.numero} {sort} (message {evenement.code}) : {evenement.motif}"
    return [Doute(evenement.origine, "FACTURE_CONTESTEE_PAR_MESSAGE", message, evenement.numero)]

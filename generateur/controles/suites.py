"""Ce qui suit le dépôt : dates saisies dans [suivi], ordonnance qui n'accorde qu'une partie.

Sources : CPC 1409 (ordonnance partielle : ni recours, ni signification si l'on veut le tout), 1411 et 1416.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.controles.contexte import Contexte
from generateur.controles.lieux import situer
from generateur.domaine.dossier import Dossier, Suivi
from generateur.domaine.langue import date_longue, enumerer
from generateur.domaine.langue import montant as ecrire_montant
from generateur.domaine.socle import ZERO


def controler(dossier: Dossier, contexte: Contexte) -> list[Constat]:
    """Ordre des événements, puis ordonnance partielle ; rien tant que rien n'est déposé."""
    if dossier.suivi is None:
        return []
    principal = contexte.decompte.principal if contexte.decompte else ZERO
    return [*_dates(dossier.suivi), *_ordonnance(dossier.suivi, principal), *_destinataires(dossier, dossier.suivi)]


def _dates(suivi: Suivi) -> Iterator[Constat]:
    evenements: list[tuple[str, date | None]] = [
        ("depot", suivi.depot),
        ("ordonnance", suivi.ordonnance.date if suivi.ordonnance else None),
        ("signification", next((s.date for s in suivi.toutes_significations), None)),
        ("opposition", suivi.opposition),
    ]
    connus = [(cle, jour) for cle, jour in evenements if jour]
    suites = [*pairwise(connus)]
    if suivi.depot and suivi.consignation:
        suites.append((("depot", suivi.depot), ("consignation", suivi.consignation)))
    for (cle_avant, avant), (cle, apres) in suites:
        if apres < avant:
            yield constater(
                "SUIVI_DATES",
                f"Suivi : « {cle} » ({date_longue(apres)}) précède « {cle_avant} » ({date_longue(avant)}).",
                lieu=f"suivi.{cle}",
                remede="Recopiez les dates du récépissé, de l'ordonnance et de l'acte de signification.",
            )


def _ordonnance(suivi: Suivi, principal: Decimal) -> Iterator[Constat]:
    ordonnance = suivi.ordonnance
    if ordonnance is None:
        return
    moindre = ordonnance.montant is not None and ordonnance.montant < principal
    if not ordonnance.partielle and not moindre:
        return
    numero = f" n° {ordonnance.numero}" if ordonnance.numero else ""
    accorde = (
        f" : {ecrire_montant(ordonnance.montant)} accordés, {ecrire_montant(principal)} dus en principal"
        if ordonnance.montant
        else ""
    )
    signifiee = bool(suivi.toutes_significations)
    yield constater(
        "ORDONNANCE_PARTIELLE",
        f"L'ordonnance{numero} du {date_longue(ordonnance.date)} n'accorde qu'une partie de la demande{accorde}.",
        lieu="suivi.ordonnance",
        remede="Signifiée, elle fixe la somme à recouvrer : le surplus est abandonné."
        if signifiee
        else "Faites-la signifier si cette somme vous suffit ; sinon ne la signifiez pas et assignez pour le tout.",
    )


def _destinataires(dossier: Dossier, suivi: Suivi) -> Iterator[Constat]:
    """Une signification qui nomme un inconnu ne ferait courir aucun délai."""
    noms = [debiteur.nom_complet for debiteur in dossier.debiteurs]
    connus = {nom.casefold() for nom in noms}
    for lieu, signification in situer("suivi.significations", suivi.significations):
        if signification.debiteur and signification.debiteur.casefold() not in connus:
            yield constater(
                "SIGNIFICATION_SANS_DEBITEUR",
                f"Suivi : la signification du {date_longue(signification.date)} nomme « {signification.debiteur} », "
                "qui n'est pas débiteur.",
                lieu=f"{lieu}.debiteur",
                remede=f"Écrivez le nom d'un débiteur du dossier : {enumerer([f'« {nom} »' for nom in noms])}.",
            )

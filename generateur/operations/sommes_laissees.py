"""Ce que la source retire au débiteur sans que le dossier le déduise : trop-perçus, avoirs soldés on ne sait où."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from generateur.controles.catalogue import constater
from generateur.domaine.constat import Constat
from generateur.domaine.langue import montant
from generateur.importation.socle import PieceLue, cumuler
from generateur.importation.soldes import Solde, valeur_libre
from generateur.importation.valeurs_a_plat import aplatir

ZERO = Decimal(0)


def constater_sommes_laissees(solde: Solde, donnees: Mapping[str, Any], dossier: str) -> Iterator[Constat]:
    """Les constats du dossier tel qu'il est écrit ; `dossier` : son chemin, tel qu'on le tape."""
    if not solde.dues:
        return
    yield from _trop_percus(solde, donnees, dossier)
    inscrits = {str(bloc.get("numero", "")) for bloc in donnees.get("avoirs") or ()}
    if all(facture.piece.reste_du is not None for facture in solde.dues):
        return  # les restes dus en tiennent déjà compte
    for avoir in solde.avoirs_lus:
        if _est_muet(avoir) and avoir.numero not in inscrits:
            yield constater(
                "RESTE_DU_INCOHERENT",
                f"avoir {avoir.numero} : {montant(abs(avoir.montant_ttc or ZERO))}, déjà soldé, sans que l'export dise "
                "quelle facture il a diminuée ; il n'est pas déduit",
                lieu=f"{avoir.origine}, avoir {avoir.numero}",
                remede=f"S'il diminue une facture réclamée : « generateur ajouter avoir {dossier} ».",
            )


def _trop_percus(solde: Solde, donnees: Mapping[str, Any], dossier: str) -> Iterator[Constat]:
    """Une facture payée au-delà de son montant : le surplus revient au débiteur, et rien d'autre ne le déduit."""
    plates = aplatir(donnees)
    saisis = plates.get(("paye", ""), ZERO) - cumuler([reglement.montant for reglement in solde.verses])
    for facture in solde.factures:
        numero, ttc = facture.piece.numero, facture.piece.montant_ttc or ZERO
        est_suivie = ("factures", numero, "numero") in plates
        surplus = facture.exces - (max(ZERO, plates.get(("paye", numero), ZERO) - ttc) if est_suivie else ZERO)
        if surplus <= ZERO:
            continue
        if surplus <= saisis:  # déjà saisi, sans facture
            saisis -= surplus
            continue
        yield constater(
            "RESTE_DU_INCOHERENT",
            f"facture {numero} : {montant(surplus)} payés ou crédités de trop, que rien ne déduit du reste",
            lieu=f"{facture.piece.origine}, facture {numero}",
            remede=f"S'ils n'ont pas été rendus, les compter : « generateur ajouter paiement {dossier} --montant "
            f"{surplus} --date … », sans nommer de facture.",
        )


def _est_muet(avoir: PieceLue) -> bool:
    """Vrai pour un avoir entièrement imputé, sur une facture que l'export ne nomme pas."""
    est_solde = avoir.statut == "soldee" or not valeur_libre(avoir)
    return est_solde and avoir.statut != "annulee" and not avoir.facture_visee

"""Ce que le bordereau de remise d'une pile imprime, et son en-tête : celui qui remet, pour le compte de qui."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from generateur.domaine.langue import date_longue, montant, pluriel

MODELE = "communs/bordereau_remise"
TITRE = "Bordereau de remise"


class LigneRemise(TypedDict):
    """Un dossier de la pile."""

    reference: str
    creancier: str
    debiteur: str
    voie: str
    pages: str
    somme: str


class ChampsRemise(TypedDict):
    """Ce que le bordereau imprime, sous `complement`."""

    pile: str
    envoi: str
    dossiers: list[LigneRemise]
    nombre: str
    total: str
    lisible: str


def champs_de_la_remise(pile: str, adresse: str, lignes: list[LigneRemise], total: Decimal, le: date) -> ChampsRemise:
    """Les champs du bordereau d'une pile ; `adresse` : celle du destinataire, vide s'il n'y en a pas qu'un."""
    nombre = pluriel(len(lignes), "dossier")
    return ChampsRemise(
        pile=f"{pile} – {adresse}" if adresse else pile,
        envoi=f"Remise du {date_longue(le)} : {nombre}, pour un montant total de {montant(total)}.",
        dossiers=lignes,
        nombre=nombre,
        total=montant(total),
        lisible="Les fichiers remise.json et remise.csv portent les mêmes dossiers, parties et sommes : il n’y a rien "
        "à ressaisir.",
    )


def en_tete_de_la_remise(creanciers: Sequence[dict[str, Any]], mandataires: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Ce que la charte met en tête : le mandataire s'il est seul, sinon le créancier, sinon leur nombre."""
    pour = creanciers[0]["nom_complet"] if len(creanciers) == 1 else pluriel(len(creanciers), "créancier")
    creancier = creanciers[0] if len(creanciers) == 1 else {"nom_complet": f"Pour le compte de {pour}"}
    return {
        "projet": False,
        "creancier": {**_nommer(creancier), "titre": pour},
        "mandataire": _nommer(mandataires[0]) if len(mandataires) == 1 else None,
    }


def _nommer(partie: dict[str, Any]) -> dict[str, str]:
    adresse = partie.get("adresse", {})
    lieu = " ".join(filter(None, (adresse.get("code_postal"), adresse.get("commune"))))
    ligne = ", ".join(filter(None, (adresse.get("voie"), adresse.get("complement"), lieu)))
    mentions = f"SIREN {partie['siren']}" if partie.get("siren") else "\u00a0"
    return {"nom": partie["nom_complet"], "adresse_ligne": ligne or "\u00a0", "mentions": mentions, "e": ""}

"""Les champs propres à la déclaration de créance, tels que son modèle Word les emploie."""

import datetime as dt
from decimal import Decimal
from typing import TypedDict

from generateur.procedures.socle import PieceACiter


class SommeAEchoir(TypedDict):
    """Une facture qui n'était pas échue au jour du jugement, son fondement et sa pièce (R622-23)."""

    numero: str
    echeance: dt.date
    montant: Decimal
    fondement: str
    citation: PieceACiter


class PaiementNonDeduit(TypedDict):
    """Un paiement reçu depuis le jugement, que la somme déclarée ne déduit pas (L622-25)."""

    date: dt.date | None
    montant: Decimal
    citation: PieceACiter


class SureteDeclaree(TypedDict):
    """Une sûreté, telle que la déclaration la nomme."""

    type: str
    date: dt.date | None
    inscription: str


class ChampsDeclaration(TypedDict):
    """Ce que la déclaration imprime en propre, sous `complement`."""

    etat: str
    qualite_mandataire: str
    mandataire: str
    jugement: dt.date | None
    publication_bodacc: dt.date | None
    tribunal: str
    numero: str
    renvoi: str
    montant_declare: Decimal
    montant_echu: Decimal
    montant_a_echoir: Decimal
    a_echoir: list[SommeAEchoir]
    paiements_posterieurs: list[PaiementNonDeduit]
    suretes: list[SureteDeclaree]
    privilege: str
    reserve_propriete: bool
    biens_reserves: str
    instance_en_cours: str
    titre_executoire: str

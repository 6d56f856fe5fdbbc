"""Compétence d'attribution dite : pourquoi cet ordre de juridiction et non un autre, avec son texte daté.

Le texte vient de la table « motifs_competence » (clé = la raison) : C. com. L721-3, L721-5, L731-2 ; COJ L211-3,
L213-4-4, L213-4-5, R211-3-26.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from generateur.calculs.qualites import qualite_de
from generateur.domaine.dossier import Dossier
from generateur.droit.juridictions import Juridiction
from generateur.droit.tables import lire_table, valeur_au

TABLE = "motifs_competence"
Raison = Literal[
    "ACTE_MIXTE",
    "BAIL_COMMERCIAL",
    "BAIL_HABITATION",
    "CREDIT_CONSOMMATION",
    "DEBITEUR_NON_COMMERCANT",
    "EFFET_DE_COMMERCE",
    "ENTRE_COMMERCANTS",
    "EXERCICE_LIBERAL",
    "OPTION_DU_CREANCIER",
]
_NAISSANCES: dict[frozenset[str | None], str] = {
    frozenset({"commercant"}): ", née entre commerçants,",
    frozenset({"artisan"}): ", née entre artisans,",
    frozenset({"commercant", "artisan"}): ", née entre commerçant et artisan,",
}
_PHRASES: Mapping[Raison, str] = {
    "ACTE_MIXTE": "Le débiteur ayant contracté pour ses besoins privés, hors de son activité professionnelle, la "
    "demande relève {ordre}",
    "BAIL_COMMERCIAL": "La créance étant née d’un bail commercial, la demande relève {ordre}",
    "BAIL_HABITATION": "La créance étant née d’un bail d’habitation, la demande relève {ordre}",
    "CREDIT_CONSOMMATION": "La créance étant née d’un crédit à la consommation, la demande relève {ordre}",
    "DEBITEUR_NON_COMMERCANT": "Le débiteur n’ayant pas la qualité de commerçant, la demande relève {ordre}",
    "EFFET_DE_COMMERCE": "L’engagement étant né d’un effet de commerce, la demande relève {ordre}",
    "ENTRE_COMMERCANTS": "La créance{naissance} relève {ordre}",
    "EXERCICE_LIBERAL": "Une société d’exercice libéral étant partie, la demande relève {ordre}",
    "OPTION_DU_CREANCIER": "Le créancier n’étant pas commerçant, il peut saisir, contre un débiteur qui l’est, "
    "le tribunal judiciaire{chambre}, juridiction de droit commun",
}
_COMMERCIALES = frozenset({"TC", "TAE", "TMC", "TJ_CHCOM"})


@dataclass(frozen=True)
class Argument:
    """Pourquoi cette juridiction : la raison, le texte qui la fonde à la date, la phrase de l'acte."""

    raison: Raison
    fondement: str
    phrase: str


def argumenter(dossier: Dossier, raison: Raison, juridiction: Juridiction, au: date) -> Argument:
    """L'argument de compétence matérielle à la date `au` (comprise). Lève ErreurDroitManquant."""
    chambre = ", dont le tribunal de proximité est une chambre" if juridiction.est_proximite else ""
    phrase = _PHRASES[raison].format(
        ordre=_nommer_ordre(juridiction, chambre), naissance=_dire_naissance(dossier), chambre=chambre
    )
    fondement = str(valeur_au(TABLE, au, _cle(raison, juridiction)).valeur)
    return Argument(raison, fondement, f"{phrase} ({fondement}).")


def _cle(raison: Raison, juridiction: Juridiction) -> str:
    """La raison, précisée par la juridiction quand la table a un texte de plus pour elle."""
    variante = "PROXIMITE" if juridiction.est_proximite else juridiction.type
    precise = f"{raison}/{variante}"
    return precise if precise in lire_table(TABLE).cles else raison


def _nommer_ordre(juridiction: Juridiction, chambre: str) -> str:
    if juridiction.type in _COMMERCIALES:
        return "de la juridiction commerciale"
    if juridiction.type == "JCP":
        return "du juge des contentieux de la protection"
    return f"du tribunal judiciaire{chambre}"


def _dire_naissance(dossier: Dossier) -> str:
    """« née entre commerçants » : seulement si toutes les qualités le disent ; la caution n'y était pas."""
    parties = (dossier.creancier, *(d for d in dossier.debiteurs_poursuivis if d.role != "caution"))
    return _NAISSANCES.get(frozenset(qualite_de(partie) for partie in parties), "")

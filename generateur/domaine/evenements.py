"""Les événements d'un dossier, sous un nom qui ne change pas : ce qui est arrivé, quand, pour combien.

Le registre et les commandes emploient ces noms ; le dossier les écrit dans [suivi], [[paiements]] et [accord].
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from generateur.domaine.apres_depot import Suivi
from generateur.domaine.dossier import Dossier

NomEvenement = Literal[
    "produit",
    "depose",
    "consigne",
    "ordonnance",
    "rejete",
    "signifie",
    "avis_greffe",
    "oppose",
    "saisi",
    "paye",
    "accord",
    "dechu",
    "clos",
]
# Ce que l'on tape aussi : l'acte plutôt que ce qu'il fait, ou la clé de [suivi].
SYNONYMES: Mapping[str, NomEvenement] = {
    "depot": "depose",
    "consignation": "consigne",
    "rejet": "rejete",
    "signification": "signifie",
    "opposition": "oppose",
    "saisie": "saisi",
    "paiement": "paye",
    "decheance": "dechu",
    "cloture": "clos",
}
LIBELLES: Mapping[NomEvenement, str] = {
    "produit": "liasse produite",
    "depose": "demande déposée",
    "consigne": "frais consignés au greffe",
    "ordonnance": "ordonnance rendue",
    "rejete": "requête rejetée",
    "signifie": "ordonnance signifiée",
    "avis_greffe": "avis du greffe",
    "oppose": "opposition formée",
    "saisi": "saisie",
    "paye": "paiement reçu",
    "accord": "accord de paiement",
    "dechu": "déchéance du terme",
    "clos": "dossier clos",
}


_D_ARGENT: frozenset[NomEvenement] = frozenset({"paye", "accord", "dechu"})


@dataclass(frozen=True)
class Evenement:
    """Ce qui est arrivé à un dossier ; `lieu` : où le dossier le dit."""

    nom: NomEvenement
    date: dt.date
    lieu: str
    montant: Decimal | None = None

    @property
    def est_du_suivi(self) -> bool:
        """Vrai s'il arrive à la procédure, que [suivi] raconte ; faux pour l'argent reçu ou promis."""
        return self.nom not in _D_ARGENT

    @property
    def libelle(self) -> str:
        """« ordonnance rendue »."""
        return LIBELLES[self.nom]


def lister_evenements(dossier: Dossier) -> tuple[Evenement, ...]:
    """Ce que le dossier dit être arrivé, par date ; le même jour, dans l'ordre de la procédure."""
    evenements = [*_evenements_du_suivi(dossier.suivi or Suivi()), *_evenements_d_argent(dossier)]
    return tuple(sorted(evenements, key=lambda e: (e.date, _RANGS[e.nom])))


_RANGS: Mapping[str, int] = {nom: rang for rang, nom in enumerate(LIBELLES)}


def _evenements_du_suivi(suivi: Suivi) -> Iterator[Evenement]:
    seuls: tuple[tuple[NomEvenement, str, dt.date | None], ...] = (
        ("depose", "depot", suivi.depot),
        ("consigne", "consignation", suivi.consignation),
        ("avis_greffe", "avis_greffe", suivi.avis_greffe),
        ("oppose", "opposition", suivi.opposition),
        ("rejete", "rejet", suivi.rejet.date if suivi.rejet else None),
        ("clos", "clos", suivi.clos.date if suivi.clos else None),
    )
    for nom, cle, jour in seuls:
        if jour:
            yield Evenement(nom, jour, f"suivi.{cle}")
    if suivi.ordonnance:
        yield Evenement("ordonnance", suivi.ordonnance.date, "suivi.ordonnance", suivi.ordonnance.montant)
    if suivi.signification:
        yield Evenement("signifie", suivi.signification.date, "suivi.signification")
    for rang, signification in enumerate(suivi.significations, start=1):
        yield Evenement("signifie", signification.date, f"suivi.significations[{rang}]")
    for rang, saisie in enumerate(suivi.saisies, start=1):
        yield Evenement("saisi", saisie.date, f"suivi.saisies[{rang}]", saisie.montant)


def _evenements_d_argent(dossier: Dossier) -> Iterator[Evenement]:
    for rang, paiement in enumerate(dossier.paiements, start=1):
        if paiement.date and paiement.statut == "encaisse":
            yield Evenement("paye", paiement.date, f"paiements[{rang}]", paiement.montant)
    if accord := dossier.accord:
        yield Evenement("accord", accord.date, "accord")
        if not isinstance(accord.decheance_terme, bool):
            yield Evenement("dechu", accord.decheance_terme, "accord.decheance_terme")

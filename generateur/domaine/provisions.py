"""Le barème des provisions pour créances douteuses, et le chiffre d'affaires que le comptable donne."""

import datetime as dt
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from generateur.domaine.parties import Situation
from generateur.domaine.socle import Date, Donnee, MontantPositifOuNul, Nombre, Texte


class TrancheProvision(Donnee):
    """Les créances échues depuis `jusqu_a_jours` jours au plus ; la dernière, sans borne, prend toutes les autres."""

    jusqu_a_jours: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None
    taux_pourcent: Annotated[Nombre, Field(le=100)]


class TauxDeSituation(Donnee):
    """Le taux d'un débiteur dans cette situation, s'il dépasse celui de la tranche."""

    situation: Situation
    taux_pourcent: Annotated[Nombre, Field(le=100)]


class BaremeProvisions(Donnee):
    """Tranches de retard et taux, tels que le comptable les arrête ; rien n'est provisionné avant l'échéance."""

    depuis: Date
    source: Texte
    tranches: Annotated[tuple[TrancheProvision, ...], Field(min_length=1, max_length=20)]
    situations: tuple[TauxDeSituation, ...] = ()

    @model_validator(mode="after")
    def _verifier_bornes(self) -> Self:
        *bornees, derniere = [tranche.jusqu_a_jours for tranche in self.tranches]
        bornes = [borne for borne in bornees if borne is not None]
        if len(bornes) != len(bornees) or derniere is not None:
            raise ValueError("chaque tranche a sa borne jusqu_a_jours, sauf la dernière, qui n'en a pas")
        if bornes != sorted(set(bornes)):
            raise ValueError("les tranches se suivent par jusqu_a_jours croissant, sans deux bornes égales")
        if len({t.situation for t in self.situations}) != len(self.situations):
            raise ValueError("une situation n'a qu'un taux")
        return self


def _lire_mois(valeur: str) -> str:
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", valeur):
        raise ValueError(f"« {valeur} » ne se lit pas : année puis mois, comme 2026-10")
    return valeur


class VentesDuMois(Donnee):
    """Le chiffre d'affaires facturé d'un mois, taxe comprise ; celui du mois en cours s'arrête au jour du tableau."""

    mois: Annotated[str, AfterValidator(_lire_mois)]
    montant_ttc: MontantPositifOuNul
    creancier: Texte | None = None

    @property
    def premier_jour(self) -> dt.date:
        """Le premier du mois."""
        return dt.date.fromisoformat(f"{self.mois}-01")


class ChiffreAffaires(Donnee):
    """Les ventes de chaque mois, par créancier quand les dossiers en ont plusieurs."""

    mois: tuple[VentesDuMois, ...] = ()

    @model_validator(mode="after")
    def _verifier_unicite(self) -> Self:
        reperes = [(vente.mois, vente.creancier) for vente in self.mois]
        double = next((mois for mois, creancier in reperes if reperes.count((mois, creancier)) > 1), None)
        if double:
            raise ValueError(f"le mois {double} est donné deux fois pour le même créancier")
        return self

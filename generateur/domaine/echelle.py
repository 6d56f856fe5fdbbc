"""L'échelle des relances : ses niveaux, du premier message à la dernière lettre avant la mise en demeure."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from generateur.domaine.socle import Date, Donnee, Texte

CanalRelance = Literal["courriel", "telephone", "sms", "courrier"]
Jours = Annotated[int, Field(strict=True, ge=-90, le=365)]


class Niveau(Donnee):
    """Un niveau : quand, par où, sur quel ton.

    `delai_jours` : depuis l'échéance, négatif avant elle. `ton` : le texte employé, modeles/relances/<ton>.txt.
    `delai_paiement_jours` : laissé pour payer ; absent, le message ne fixe aucune date.
    """

    titre: Texte
    delai_jours: Jours
    canal: CanalRelance
    ton: Annotated[str, Field(pattern="^[a-z0-9_]+$")]
    delai_paiement_jours: Annotated[int, Field(strict=True, ge=1, le=90)] | None = None


class Echelle(Donnee):
    """Les niveaux dans l'ordre ; le premier porte le numéro 1.

    `ecart_minimum_jours` : entre deux niveaux, même quand le premier est parti tard. `mise_en_demeure_jours` : depuis
    l'échéance, quand la suite n'est plus une relance.
    """

    depuis: Date
    ecart_minimum_jours: Annotated[int, Field(strict=True, ge=1, le=90)]
    mise_en_demeure_jours: Jours
    niveaux: Annotated[tuple[Niveau, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _verifier_ordre(self) -> Self:
        delais = [niveau.delai_jours for niveau in self.niveaux]
        if any(suivant <= delai for delai, suivant in pairwise(delais)):
            raise ValueError("les niveaux se suivent par delai_jours croissant, sans deux au même jour")
        if self.mise_en_demeure_jours <= delais[-1]:
            raise ValueError("mise_en_demeure_jours vient après le dernier niveau")
        for rang, niveau in enumerate(self.niveaux[1:], start=2):
            if niveau.delai_jours > 0 and rang > self.premier_apres_echeance and niveau.delai_paiement_jours is None:
                raise ValueError(f"le niveau {rang} doit fixer une date de paiement : delai_paiement_jours")
        return self

    @property
    def premier_apres_echeance(self) -> int:
        """Le numéro du premier niveau qui suit l'échéance ; un de trop si aucun ne la suit."""
        return next((r for r, n in enumerate(self.niveaux, start=1) if n.delai_jours >= 0), len(self.niveaux) + 1)

    def est_courtois(self, numero: int) -> bool:
        """Vrai avant l'échéance et au premier niveau qui la suit : rien n'y est dit « en retard » ou « impayé »."""
        return numero <= self.premier_apres_echeance

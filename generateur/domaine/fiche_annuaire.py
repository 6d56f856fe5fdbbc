"""Ce que les registres publics disent d'une entreprise : répertoire Sirene et annonces au BODACC, un jour donné."""

import datetime as dt
from dataclasses import dataclass

from generateur.domaine.parties import Situation


@dataclass(frozen=True)
class Procedure:
    """Une annonce de procédure collective, telle que publiée ; `situation` : celle qu'elle ouvre, si elle le dit."""

    nature: str
    date: dt.date | None  # du jugement ; None si l'annonce n'en porte pas de lisible
    tribunal: str
    annonce: str
    parution: dt.date | None = None
    situation: Situation | None = None
    est_comprise: bool = True  # faux : ni ouverture, ni plan, ni clôture reconnus ; à lire par une personne


@dataclass(frozen=True)
class FicheAnnuaire:
    """Une entreprise au jour de la lecture ; un champ absent ou non diffusible est None."""

    siren: str
    lu_le: dt.date
    est_connue: bool = False
    denomination: str | None = None
    autres_noms: tuple[str, ...] = ()  # sigle, nom complet : admis dans un dossier sans écart
    forme: str | None = None
    formes_admises: tuple[str, ...] = ()  # autres façons d'écrire la même forme
    etat: str | None = None  # A : en activité ; C : cessée
    adresse: str | None = None
    voie: str | None = None
    code_postal: str | None = None
    commune: str | None = None
    siret_siege: str | None = None
    est_diffusible: bool = True
    creee_le: dt.date | None = None
    fermee_le: dt.date | None = None
    radiee_le: dt.date | None = None
    procedures: tuple[Procedure, ...] = ()  # de la plus récente à la plus ancienne

    @property
    def derniere_procedure(self) -> Procedure | None:
        """L'annonce la plus récente qui dit où en est l'entreprise ; None si aucune ne le dit."""
        return next((procedure for procedure in self.procedures if procedure.situation), None)

"""Consulter les deux registres pour un SIREN : la réponse du jour déjà gardée d'abord, le réseau ensuite."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from generateur.annuaire.client import Client
from generateur.annuaire.lecture_bodacc import lire_procedures
from generateur.annuaire.lecture_entreprises import lire_entreprise
from generateur.annuaire.memoire import Memoire, Souvenir
from generateur.annuaire.services import Service, Services
from generateur.domaine.fiche_annuaire import FicheAnnuaire
from generateur.erreurs import ErreurOutilAbsent

Lu = TypeVar("Lu")


def consulter(
    siren: str, services: Services, *, jour: dt.date, memoire: Memoire, client: Client | None
) -> FicheAnnuaire:
    """La fiche de ce SIREN ; `client` None : hors ligne, d'après les seules réponses gardées.

    Une demande au plus par registre et par jour. Lève ErreurOutilAbsent si un registre ne répond pas, ou si rien
    n'est gardé hors ligne.
    """

    def demander(service: Service, lire: Callable[[Souvenir], Lu]) -> tuple[dt.date, Lu]:
        garde = memoire.lire(service, siren)
        if client is None or (garde and garde.lu_le == jour):
            if garde is None:
                raise ErreurOutilAbsent(
                    f"aucune réponse de {service.nom} n'est gardée pour le SIREN {siren}",
                    lieu=service.adresse,
                    remede="Relancer sans --hors-ligne quand le réseau est là.",
                )
            return garde.lu_le, lire(garde)
        neuf = Souvenir(jour, client.demander(service, siren))
        lu = lire(neuf)  # une réponse que l'on ne comprend pas n'est pas gardée
        memoire.ranger(service, siren, neuf)
        return jour, lu

    le_repertoire, fiche = demander(services.entreprises, lambda s: lire_entreprise(s.reponse, siren, s.lu_le))
    le_bodacc, procedures = demander(services.bodacc, lambda s: lire_procedures(s.reponse, siren))
    return replace(fiche, lu_le=min(le_repertoire, le_bodacc), procedures=procedures)

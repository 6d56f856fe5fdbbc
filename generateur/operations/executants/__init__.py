"""Les exécutants : une table paresseuse ; le contrat (contrats.Executant) ne dépend d'aucun d'eux."""

import datetime as dt
from collections.abc import Callable
from importlib import import_module

from generateur.contrats import Executant
from generateur.erreurs import ErreurUsage
from generateur.reglages import Reglages

EXECUTANTS = {
    "sequentiel": "generateur.operations.executants.sequentiel:ExecutantSequentiel",
    "processus": "generateur.operations.executants.processus:ExecutantProcessus",
}
EXECUTANT_PAR_DEFAUT = "processus"


def choisir_executant(
    nom: str, reglages: Reglages, *, jour: dt.date, demander_mot_de_passe: Callable[[], str], nombre: int = 1
) -> Executant:
    """L'exécutant de ce nom, prêt pour des travaux de ces réglages ; `nombre` : combien de processus au plus.

    Lève ErreurUsage si le nom est inconnu.
    """
    if nom not in EXECUTANTS:
        raise ErreurUsage(
            f"l'exécutant « {nom} » n'existe pas",
            lieu="--executant",
            remede=f"Choisir parmi : {', '.join(EXECUTANTS)}.",
        )
    module, _, classe = EXECUTANTS[nom].partition(":")
    executant: Executant = getattr(import_module(module), classe)(
        reglages, jour=jour, demander_mot_de_passe=demander_mot_de_passe, nombre=nombre
    )
    return executant

"""Les exécutants : une table paresseuse ; leur contrat ne dépend d'aucun d'eux."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import urlsplit

from generateur.erreurs import ErreurUsage
from generateur.reglages import Reglages, Resultat, Travail

EXECUTANTS = {
    "sequentiel": "generateur.operations.executants.sequentiel:ExecutantSequentiel",
    "processus": "generateur.operations.executants.processus:ExecutantProcessus",
    "dask": "generateur.operations.executants.grappe:ExecutantDask",
}
EXECUTANT_SANS_ATTENTE = "sequentiel"  # il ne prend un travail que pour le faire
EXECUTANT_D_UNE_GRAPPE = "dask"


class Executant(Protocol):
    """Accomplit des travaux indépendants et rend leurs résultats dans l'ordre des travaux, où qu'ils se fassent.

    L'échec d'un dossier est un résultat. À la fermeture du générateur rendu, plus rien n'est en marche.
    """

    nom: str

    def executer(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Un résultat par travail."""
        ...


def choisir_executant(
    nom: str,
    reglages: Reglages,
    *,
    jour: dt.date,
    demander_mot_de_passe: Callable[[], str],
    nombre: int = 1,
    ordonnanceur: str | None = None,
    est_interrompu: Callable[[], bool] = lambda: False,
    delai_dossier_s: float | None = None,
) -> Executant:
    """L'exécutant de ce nom, prêt pour des travaux de ces réglages ; `nombre` : combien de processus au plus.

    `ordonnanceur` : celui d'une grappe ; `est_interrompu` : vrai, ce qui n'est pas commencé ne le sera pas ;
    `delai_dossier_s` : au-delà, un dossier est arrêté, et en échec.
    Lève ErreurUsage si le nom est inconnu, ou n'a que faire d'un ordonnanceur ou d'un délai.
    """
    if nom not in EXECUTANTS:
        raise ErreurUsage(
            f"l'exécutant « {nom} » n'existe pas",
            lieu="--executant",
            remede=f"Choisir parmi : {', '.join(EXECUTANTS)}.",
        )
    if ordonnanceur is not None and nom != EXECUTANT_D_UNE_GRAPPE:
        raise ErreurUsage(
            f"l'exécutant « {nom} » n'a pas d'ordonnanceur",
            lieu="--ordonnanceur",
            remede=f"Ajouter --executant {EXECUTANT_D_UNE_GRAPPE}, ou retirer --ordonnanceur.",
        )
    if delai_dossier_s is not None and nom == EXECUTANT_SANS_ATTENTE:
        raise ErreurUsage(
            f"l'exécutant « {nom} » fait tout dans ce processus : il n'arrête pas un dossier trop long",
            lieu="--delai-dossier",
            remede="Garder --executant processus, ou retirer --delai-dossier.",
        )
    module, _, classe = EXECUTANTS[nom].partition(":")
    propres: dict[str, Any] = {} if nom == EXECUTANT_SANS_ATTENTE else {"est_interrompu": est_interrompu}
    if delai_dossier_s is not None:
        propres["delai_dossier_s"] = delai_dossier_s
    if nom == EXECUTANT_D_UNE_GRAPPE:
        propres["ordonnanceur"] = ordonnanceur
    executant: Executant = getattr(import_module(module), classe)(
        reglages, jour=jour, demander_mot_de_passe=demander_mot_de_passe, nombre=nombre, **propres
    )
    return executant


def est_abrite(ordonnanceur: str) -> bool:
    """Vrai si ce qui va à cet ordonnanceur est chiffré, ou ne quitte pas cette machine."""
    adresse = urlsplit(ordonnanceur)
    return adresse.scheme == "tls" or adresse.hostname in {"localhost", "127.0.0.1", "::1"}

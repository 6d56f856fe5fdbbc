"""Tous les contrôles communs à toutes les voies, dans l'ordre où on les lit."""

from collections.abc import Callable
from typing import Final

from generateur.controles import (
    chiffrage,
    chronologie,
    competence,
    completude,
    frais,
    identite,
    mandataire,
    mentions,
    mise_en_demeure,
    montants,
    ouverture,
    pieces,
    prescription,
    preuves,
    preuves_courriel,
    qualites,
    relances,
    situation,
    stipulations,
    suites,
)
from generateur.controles.contexte import Contexte
from generateur.controles.groupes import ordonner
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier

CONTROLES: Final[tuple[Callable[[Dossier, Contexte], list[Constat]], ...]] = (
    situation.controler,
    ouverture.controler,
    suites.controler,
    completude.controler,
    identite.controler,
    qualites.controler,
    competence.controler,
    mandataire.controler,
    chronologie.controler,
    montants.controler,
    chiffrage.controler,
    stipulations.controler,
    prescription.controler,
    preuves.controler,
    mentions.controler,
    relances.controler,
    mise_en_demeure.controler,
    preuves_courriel.controler,
    frais.controler,
    pieces.controler,
)


def controler_commun(dossier: Dossier, contexte: Contexte) -> tuple[Constat, ...]:
    """Tous les constats communs, les plus graves d'abord, sans doublon.

    Lève ErreurDroitManquant quand une table ne va pas jusqu'à la date d'arrêté.
    """
    return ordonner(constat for controle in CONTROLES for constat in controle(dossier, contexte))

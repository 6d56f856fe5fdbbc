"""Consulter le registre."""

import datetime as dt

from generateur.erreurs import ErreurUsage
from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import NATURES
from generateur.registre.recherche import Affaire, Filtre, lister_affaires, trouver_affaire


def lister(url: str, jour: dt.date, filtre: Filtre, *, avec_evenements: bool) -> tuple[Affaire, ...]:
    """Les affaires retenues par ce filtre. Lève ErreurUsage si un état n'existe pas."""
    if inconnu := next((etat for etat in filtre.etats if etat not in NATURES), None):
        raise ErreurUsage(f"l'état « {inconnu} » n'existe pas", lieu="--etat", remede=f"États : {', '.join(NATURES)}.")
    with ouvrir_base(url, creer=False) as base:
        return lister_affaires(base, jour, filtre, avec_evenements=avec_evenements)


def montrer(url: str, reference: str, jour: dt.date) -> Affaire:
    """L'affaire de cette référence. Lève ErreurUsage si le registre ne la connaît pas."""
    with ouvrir_base(url, creer=False) as base:
        return trouver_affaire(base, reference, jour)

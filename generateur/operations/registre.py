"""Consulter le registre et y noter à la main ce qui arrive à une affaire."""

import datetime as dt
from decimal import Decimal

from generateur.domaine.socle import arrondir
from generateur.erreurs import ErreurUsage
from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import AU_PROGRAMME, NATURES, Fait
from generateur.registre.plume import Plume
from generateur.registre.recherche import Affaire, Filtre, lister_affaires, trouver_affaire


def lister(url: str, jour: dt.date, filtre: Filtre) -> tuple[Affaire, ...]:
    """Les affaires retenues par ce filtre. Lève ErreurUsage si un état n'existe pas."""
    if inconnu := next((etat for etat in filtre.etats if etat not in NATURES), None):
        raise ErreurUsage(f"l'état « {inconnu} » n'existe pas", lieu="--etat", remede=f"États : {', '.join(NATURES)}.")
    with ouvrir_base(url, creer=False) as base:
        return lister_affaires(base, jour, filtre)


def montrer(url: str, reference: str, jour: dt.date) -> Affaire:
    """L'affaire de cette référence. Lève ErreurUsage si le registre ne la connaît pas."""
    with ouvrir_base(url, creer=False) as base:
        return trouver_affaire(base, reference, jour)


def noter(
    url: str, reference: str, nature: str, *, le: dt.date, jour: dt.date, montant: Decimal | None, note: str
) -> Affaire:
    """Ajoute un événement à une affaire connue, et la rend. Lève ErreurUsage."""
    if nature not in NATURES or nature in AU_PROGRAMME:
        admis = ", ".join(nom for nom in NATURES if nom not in AU_PROGRAMME)
        raise ErreurUsage(f"« {nature} » ne se note pas", lieu="EVENEMENT", remede=f"Événements : {admis}.")
    if le > jour:
        raise ErreurUsage("un événement à venir ne se note pas", lieu="--le", remede="Le noter quand il sera arrivé.")
    contenu = {} if montant is None else {"montant": f"{arrondir(montant):.2f}"}
    with ouvrir_base(url, creer=False) as base:
        Plume(base).ajouter(reference, Fait(nature, le, contenu, note.strip()))
        return trouver_affaire(base, reference, jour)

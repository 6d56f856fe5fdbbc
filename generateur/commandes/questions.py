"""Les quelques questions de « nouveau », à un terminal et sans option ; une réponse vide se remplira plus tard."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generateur.commandes.ecran import afficher
from generateur.commandes.signes import mettre_en_ligne

if TYPE_CHECKING:
    from generateur.operations.amorce import Amorce

_QUESTIONS: tuple[tuple[tuple[str | int, ...], str, str], ...] = (
    (("creancier", "denomination"), "Votre entreprise (son nom)", "texte"),
    (("debiteurs", 0, "denomination"), "Qui doit payer (son nom)", "texte"),
    (("debiteurs", 0, "siren"), "Son SIREN, si vous l'avez", "texte"),
    (("factures", 0, "numero"), "Numéro de la facture impayée", "texte"),
    (("factures", 0, "montant_ttc"), "Son montant TTC", "montant"),
    (("factures", 0, "date"), "Sa date (jour/mois/année)", "date"),
    (("factures", 0, "echeance"), "Son échéance (jour/mois/année)", "date"),
    (("objet",), "Ce qui a été vendu ou fait, en quelques mots", "texte"),
)


def peut_questionner() -> bool:
    """Vrai devant une personne : un terminal, et ni --json ni -q."""
    reglages = click.get_current_context().find_root().obj
    return sys.stdin is not None and sys.stdin.isatty() and not reglages["json"] and not reglages["silencieux"]


def questionner(racine: Path) -> "tuple[Path | None, Amorce]":
    """Le profil du créancier s'il y en a un seul et qu'on le reprend, et de quoi remplir le dossier."""
    from generateur.operations.amorce import amorcer_par_reponses
    from generateur.operations.profils import lister_profils

    afficher("Quelques questions ; Entrée pour répondre plus tard.", err=True)
    profils = lister_profils(racine)
    profil = profils[0] if len(profils) == 1 and _accepte(profils[0]) else None
    posees = [question for question in _QUESTIONS if profil is None or question[0][0] != "creancier"]
    reponses = {chemin: _demander(libelle, genre) for chemin, libelle, genre in posees}
    return profil, amorcer_par_reponses(reponses)


def _accepte(profil: Path) -> bool:
    from generateur.operations.profils import nommer_profil

    reponse = _poser(f"Créancier : {nommer_profil(profil)} ? (o/n)", "o")
    return reponse.strip().casefold() in {"o", "oui"}


def _poser(libelle: str, defaut: str = "") -> str:
    reponse: str = click.prompt(
        mettre_en_ligne(libelle), default=defaut, show_default=False, err=True, prompt_suffix=" : "
    )
    return reponse


def _demander(libelle: str, genre: str) -> Any:
    """La réponse lue ; celle qui ne se lit pas se redemande."""
    from generateur.operations.amorce import lire_reponse

    while reponse := _poser(libelle).strip():
        try:
            return lire_reponse(genre, reponse)
        except ValueError as erreur:
            afficher(f"  {erreur}", err=True)
    return ""

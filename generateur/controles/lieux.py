"""Désigner un endroit du dossier comme l'utilisateur l'a écrit : `factures[1]` est la première facture."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from generateur.calculs.naissance import perimetre_naturel
from generateur.controles.contexte import Contexte
from generateur.domaine.creances import Contrat, MiseEnDemeure
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Identite

Element = TypeVar("Element")


def situer(nom: str, elements: Sequence[Element]) -> Iterator[tuple[str, Element]]:
    """Chaque élément d'une liste avec son lieu, numéroté à partir de 1."""
    return ((f"{nom}[{rang}]", element) for rang, element in enumerate(elements, start=1))


def situer_parties(dossier: Dossier) -> Iterator[tuple[str, Identite]]:
    """Créancier, mandataire, débiteurs, avec leur lieu."""
    yield "creancier", dossier.creancier
    if dossier.mandataire:
        yield "mandataire", dossier.mandataire
    yield from situer("debiteurs", dossier.debiteurs)


def situer_contrats(dossier: Dossier) -> Iterator[tuple[str, Contrat]]:
    """Le contrat unique et les contrats nommés, avec leur lieu."""
    if dossier.contrat:
        yield "contrat", dossier.contrat
    yield from situer("contrats", dossier.contrats)


def situer_mises_en_demeure(dossier: Dossier) -> Iterator[tuple[str, MiseEnDemeure]]:
    """La mise en demeure unique et les suivantes, avec leur lieu."""
    if dossier.mise_en_demeure:
        yield "mise_en_demeure", dossier.mise_en_demeure
    yield from situer("mises_en_demeure", dossier.mises_en_demeure)


def lieu_facture(dossier: Dossier, numero: str) -> str:
    """Lieu de la première facture de ce numéro ; « factures » si aucune ne le porte."""
    return next(
        (lieu for lieu, facture in situer("factures", dossier.factures) if facture.numero == numero),
        "factures",
    )


def lieu_debiteur(dossier: Dossier) -> str:
    """Lieu du débiteur principal."""
    debiteurs = situer("debiteurs", dossier.debiteurs)
    return next(lieu for lieu, debiteur in debiteurs if debiteur is dossier.debiteur)


def vise_une_declaration(dossier: Dossier, contexte: Contexte | None = None) -> bool:
    """Vrai si la voie est la déclaration : débiteur principal en procédure collective, quelque chose à déclarer.

    Le décompte du contexte l'emporte : une requête imposée pour les créances nées après le jugement n'en est pas.
    """
    decompte = contexte.decompte if contexte else None
    return (decompte.perimetre if decompte else perimetre_naturel(dossier)) == "declaration"

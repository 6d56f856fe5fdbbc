"""Reconnaître un export à ses en-têtes exacts : tous ceux de la signature, sur une même ligne du début."""

from collections.abc import Collection
from pathlib import Path

from generateur.erreurs import ErreurGenerateur
from generateur.importation.feuilles import lire_feuilles
from generateur.importation.valeurs_lues import normaliser_entete

_LIGNES_REGARDEES = 15
RECONNU = 80
# Ce qu'un tableau n'est jamais, dit par le nom pour ne pas l'ouvrir ; tout le reste se juge au contenu.
NON_TABLEAUX = frozenset({".pdf", ".xml", ".json", ".eml", ".msg", ".mbox", ".png", ".jpg", ".jpeg", ".heic", ".docx"})


def porte_la_signature(fichier: Path, signature: Collection[str]) -> bool:
    """Vrai si une ligne du début d'une feuille porte tous ces en-têtes (normalisés)."""
    if fichier.suffix.lower() in NON_TABLEAUX:
        return False
    try:
        feuilles = lire_feuilles(fichier)
    except ErreurGenerateur:
        return False
    voulus = set(signature)
    return any(
        voulus <= {normaliser_entete(cellule) for cellule in ligne if isinstance(cellule, str)}
        for feuille in feuilles
        for ligne in feuille.lignes[:_LIGNES_REGARDEES]
    )


def noter(fichier: Path, *signatures: Collection[str]) -> int:
    """La note de reconnaissance d'un format : l'une de ses signatures suffit."""
    return RECONNU if any(porte_la_signature(fichier, signature) for signature in signatures) else 0

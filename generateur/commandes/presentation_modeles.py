"""Le rapport de contrôle des modèles Word : un paragraphe par défaut, ou l'objet du contrat."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generateur.commandes.signes import mettre_en_ligne
from generateur.operations.apercu_modeles import Rapport
from generateur.redaction.controle_modeles import Defaut


def en_objet(rapport: Rapport) -> dict[str, Any]:
    """Objet de « modeles verifier »."""
    return {"conforme": rapport.conforme, "defauts": [asdict(defaut) for defaut in rapport.defauts]}


def presenter(rapport: Rapport) -> str:
    """Un paragraphe par défaut."""
    if not rapport.defauts:
        return "Tous les modèles sont en règle."
    return "\n".join(_decrire(defaut) for defaut in rapport.defauts)


def presenter_apercus(fichiers: Sequence[Path]) -> str:
    """Un aperçu par ligne."""
    return "\n".join(mettre_en_ligne(str(fichier)) for fichier in fichiers)


def apercus_en_objet(fichiers: Sequence[Path]) -> dict[str, Any]:
    """Objet de « modeles apercu »."""
    return {"fichiers": [str(fichier) for fichier in fichiers]}


def _decrire(defaut: Defaut) -> str:
    page = f", page {defaut.page}" if defaut.page else ""
    extrait = f" près de « {mettre_en_ligne(defaut.extrait)} »" if defaut.extrait else ""
    return f"{defaut.modele}{page} : {defaut.construction}{extrait}\n    → {defaut.remede}"

"""Le rapport de contrôle des modèles Word : un paragraphe par défaut, ou l'objet du contrat."""

from dataclasses import asdict
from typing import Any

from generateur.commandes.presentation_gardes import dire_gardes, gardes_en_objet
from generateur.commandes.signes import assembler
from generateur.domaine.defaut_de_modele import Defaut
from generateur.operations.apercu_modeles import Apercus, Rapport


def en_objet(rapport: Rapport) -> dict[str, Any]:
    """Objet de « modeles verifier »."""
    return {"conforme": rapport.conforme, "defauts": [asdict(defaut) for defaut in rapport.defauts]}


def presenter(rapport: Rapport) -> str:
    """Un paragraphe par défaut."""
    if not rapport.defauts:
        return "Tous les modèles sont en règle."
    return assembler(ligne for defaut in rapport.defauts for ligne in _decrire(defaut))


def presenter_apercus(apercus: Apercus) -> str:
    """Un aperçu par ligne."""
    return assembler([*map(str, apercus.fichiers), *dire_gardes(apercus.gardes)])


def apercus_en_objet(apercus: Apercus) -> dict[str, Any]:
    """Objet de « modeles apercu »."""
    return {"fichiers": [str(fichier) for fichier in apercus.fichiers], **gardes_en_objet(apercus.gardes)}


def _decrire(defaut: Defaut) -> tuple[str, str]:
    page = f", page {defaut.page}" if defaut.page else ""
    extrait = f" près de « {defaut.extrait} »" if defaut.extrait else ""
    return f"{defaut.modele}{page} : {defaut.construction}{extrait}", f"    → {defaut.remede}"

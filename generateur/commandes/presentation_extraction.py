"""Les documents sortis des PDF d'un dossier : ce qui est écrit et ce qu'il faut recopier, ou l'objet du contrat."""

import json
from pathlib import Path
from typing import Any

from generateur.commandes.signes import assembler
from generateur.operations.extraction import Extraction


def en_objet(extraction: Extraction) -> dict[str, Any]:
    """Objet de « extraire »."""
    return {
        "reference": extraction.reference,
        "extraits": [vars(extrait) for extrait in extraction.extraits],
        "ecartes": extraction.ecartes,
    }


def presenter(extraction: Extraction) -> str:
    """Les fichiers écrits, et les lignes à recopier dans le dossier."""
    if not extraction.extraits:
        return f"{extraction.reference} : aucun document n'est joint à ses PDF."
    lignes = [f"{e.fichier} : « {e.nom} », joint à {e.piece}" for e in extraction.extraits]
    lignes += [f"Laissé (ce n'est pas un document) : {nom}" for nom in extraction.ecartes]
    lignes += ["", "Pour les verser, ajoutez ceci au dossier, en retirant ce qui ne sert pas :"]
    for extrait in extraction.extraits:
        # json.dumps écrit une chaîne que TOML lit de même
        titre = json.dumps(Path(extrait.nom).stem.strip() or "Document joint", ensure_ascii=False)
        lignes += ["", "[[pieces]]", f'fichier = "{extrait.fichier}"', f"titre = {titre}"]
    return assembler(lignes)

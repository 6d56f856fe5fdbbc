"""Une suite de l'ordonnance : ce qu'il faut signer et joindre, les dates à tenir, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.presentation_gardes import dire_gardes, gardes_en_objet
from generateur.commandes.signes import assembler
from generateur.domaine.langue import date_longue
from generateur.operations.suite import Suite


def en_objet(suite: Suite) -> dict[str, Any]:
    """Objet de « produire --suite »."""
    return {
        "reference": suite.reference,
        "suite": suite.nom,
        "fichiers": [f.as_posix() for f in suite.fichiers],
        "joints": [f.as_posix() for f in suite.joints],
        "a_joindre": list(suite.a_joindre),
        "dates": [{"titre": titre, "date": jour.isoformat()} for titre, jour in suite.dates],
        **gardes_en_objet(suite.gardes),
    }


def presenter(suite: Suite) -> str:
    """Une ligne par fichier, écrit, joint ou à joindre, puis une par date."""
    lignes = [f"À relire, dater et signer : {fichier}" for fichier in suite.fichiers]
    lignes += [f"Joint : {fichier}" for fichier in suite.joints]
    lignes += [f"À joindre vous-même : {quoi}" for quoi in suite.a_joindre]
    lignes += dire_gardes(suite.gardes)
    return assembler([*lignes, *(f"{titre} : {date_longue(jour)}" for titre, jour in suite.dates)])

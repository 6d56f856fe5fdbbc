"""Ce qui vient d'être ajouté à un dossier : le bloc écrit et ses constats, ou l'objet du contrat."""

import datetime as dt
from decimal import Decimal
from typing import Any

from generateur.commandes.signes import assembler
from generateur.operations.ajouter import Ajoute


def en_objet(fait: Ajoute) -> dict[str, Any]:
    """Objet de « ajouter »."""
    return {
        "reference": fait.reference,
        "section": fait.section,
        "ajoute": valeur_en_objet(fait.ajoute),
        "constats": [constat.en_json() for constat in fait.constats],
    }


def valeur_en_objet(valeur: Any) -> Any:
    """Montants à deux décimales, dates ISO."""
    if isinstance(valeur, dict):
        return {cle: valeur_en_objet(v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [valeur_en_objet(v) for v in valeur]
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    return valeur.isoformat() if isinstance(valeur, dt.date) else valeur


def presenter(fait: Ajoute) -> str:
    """Les lignes ajoutées, les constats du dossier, et la commande qui suit."""
    lignes = [
        f"Ajouté au dossier {fait.reference}, section {fait.section} :",
        *(f"    {ligne}" for ligne in fait.lignes),
    ]
    for constat in fait.constats:
        lignes += [f"  • {constat.message}", *(f"      → {ligne}" for ligne in constat.remede.splitlines())]
    return assembler([*lignes, f"Ensuite : « generateur verifier {fait.chemin.as_posix()} »."])

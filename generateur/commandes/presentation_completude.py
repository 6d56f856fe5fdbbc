"""Les places proposées aux fichiers que le dossier ne cite pas : un tableau, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.presentation_ajout import valeur_en_objet
from generateur.commandes.signes import assembler
from generateur.operations.completer import Completude


def en_objet(fait: Completude) -> dict[str, Any]:
    """Objet de « completer » ; `ecrite` dit ce que --accepter a mis au dossier."""
    return {
        "reference": fait.reference,
        "propositions": [
            {
                "fichier": p.fichier,
                "lieu": p.lieu,
                "valeurs": valeur_en_objet(dict(p.valeurs)),
                "certitude": p.certitude,
                "raison": p.raison,
                "nature": p.nature,
                "date": p.date.isoformat() if p.date else None,
                "numero": p.numero,
                "ecrite": p in fait.ecrites,
            }
            for p in fait.propositions
        ],
    }


def presenter(fait: Completude, *, accepter: bool) -> str:
    """Un fichier par ligne, sa place et sa raison, puis la commande qui suit ; `accepter` : le certain est écrit."""
    if not fait.propositions:
        return f"{fait.reference} : le dossier cite déjà tout ce qui est dans pieces/."
    lignes = []
    for p in fait.propositions:
        marque = "écrit" if p in fait.ecrites else "certain" if p.certitude == "certaine" else "à confirmer"
        lignes += [f"{marque:>12}  {p.fichier} → {p.lieu}", f"{'':>12}  {p.raison}"]
    lignes += [
        f"{boite} : chaque message est au dossier ; la boîte est rangée dans messages/." for boite in fait.rangees
    ]
    chemin = fait.chemin.as_posix()
    if fait.ecrites:
        suite = f"« generateur verifier {chemin} » dit ce qui manque encore."
    elif not accepter and any(p.certitude == "certaine" for p in fait.propositions):
        suite = f"« generateur completer {chemin} --accepter » écrit ce qui est certain."
    else:
        suite = f"« generateur ajouter » écrit chaque bloc ; dans le fichier : {chemin}/dossier.toml."
    return assembler([*lignes, f"Ensuite : {suite}"])

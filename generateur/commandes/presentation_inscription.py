"""Ce qu'une inscription a ajouté au registre, et ce qui n'y est pas."""

from typing import Any

from generateur.commandes.presentation_registre import affaire_en_objet
from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import pluriel
from generateur.operations.inscription import Inscrits


def en_objet(inscrits: Inscrits) -> dict[str, Any]:
    """Objet de « inscrire » : les affaires, et combien d'événements chacune a reçus."""
    ajouts = dict(inscrits.ajouts)
    return {
        "dossiers": [
            {**affaire_en_objet(affaire), "ajoutes": ajouts[affaire.reference]} for affaire in inscrits.affaires
        ],
        "ecartes": [
            {
                "dossier": e.chemin.as_posix(),
                "code": int(e.erreur.code),
                "message": e.erreur.message,
                "remede": e.erreur.remede,
            }
            for e in inscrits.ecartes
        ],
    }


def presenter(inscrits: Inscrits) -> str:
    """Une ligne par dossier qui a changé, ou qui n'est pas au registre ; puis le compte."""
    changes = [
        f"{mettre_en_ligne(reference)} : {pluriel(ajoutes, 'événement ajouté', 'événements ajoutés')}"
        for reference, ajoutes in inscrits.ajouts
        if ajoutes
    ]
    return assembler([*changes, *resumer(inscrits)])


def resumer(inscrits: Inscrits) -> list[str]:
    """Ce qui n'est pas au registre, avec la raison et le remède, puis le compte."""
    lignes: list[str] = []
    for ecarte in inscrits.ecartes:
        premiere, *suite = ecarte.erreur.message.splitlines()
        lignes += [
            f"{mettre_en_ligne(ecarte.chemin.name)} : PAS AU REGISTRE, {premiere}",
            *(f"  {ligne}" for ligne in suite),
            *(f"  → {ligne}" for ligne in ecarte.erreur.remede.splitlines()),
        ]
    inchanges = sum(not ajoutes for _, ajoutes in inscrits.ajouts)
    compte = f"{pluriel(len(inscrits.ajouts), 'dossier')} au registre, dont {inchanges} sans rien de nouveau"
    return [*lignes, f"{compte} ; {len(inscrits.ecartes)} n'y sont pas." if inscrits.ecartes else f"{compte}."]

"""Les mises en demeure écrites : ce qu'il faut envoyer puis saisir, ou l'objet du contrat."""

from typing import Any

from generateur.commandes.presentation_gardes import dire_gardes, gardes_en_objet
from generateur.commandes.signes import assembler
from generateur.operations.mise_en_demeure import Lettres


def en_objet(lettres: Lettres) -> dict[str, Any]:
    """Objet de « mettre-en-demeure »."""
    return {
        "reference": lettres.reference,
        "fichiers": [f.as_posix() for f in lettres.fichiers],
        "a_saisir": lettres.a_saisir,
        "lettres": [
            {"debiteur": li.debiteur, "somme": li.somme, "fichier": li.fichier.as_posix()} for li in lettres.lettres
        ],
        **gardes_en_objet(lettres.gardes),
    }


def presenter(lettres: Lettres) -> str:
    """Les lettres à envoyer, puis les lignes à ajouter au dossier une fois parties."""
    lignes = [f"Lettre à relire, signer et envoyer à {li.debiteur} : {li.fichier}" for li in lettres.lettres]
    chacune = "Une fois envoyée" if len(lignes) == 1 else "Une fois envoyées"
    lignes += dire_gardes(lettres.gardes)
    lignes += ["", f"{chacune}, ajoutez ceci à la fin de dossier.toml :", ""]
    return assembler([*lignes, *lettres.a_saisir.splitlines()])

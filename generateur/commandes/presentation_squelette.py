"""Le dossier qui vient d'être créé : où le remplir, et comment ne plus retaper le créancier."""

from typing import Any

from generateur.commandes.signes import assembler
from generateur.domaine.langue import enumerer
from generateur.operations.nouveau_dossier import Squelette


def en_objet(squelette: Squelette) -> dict[str, Any]:
    """Objet de « nouveau »."""
    return {
        "reference": squelette.reference,
        "fichier": str(squelette.fichier),
        "constats": [c.en_json() for c in squelette.constats],
    }


def presenter(squelette: Squelette) -> str:
    """Le fichier à remplir, ce qui est à vérifier, et la commande qui suit."""
    fichier = squelette.fichier
    lignes = [f"Dossier créé : {fichier}"]
    for constat in squelette.constats:
        lignes += [f"  • {constat.message}", *(f"    {ligne}" for ligne in constat.remede.splitlines())]
    lignes.append(f"Remplissez-le, puis : generateur verifier {fichier.parent}")
    return assembler(lignes if squelette.a_un_profil else [*lignes, _proposer_profil(squelette)])


def _proposer_profil(squelette: Squelette) -> str:
    """Reprendre un profil déjà rangé à côté des dossiers, ou en faire un."""
    if squelette.profils:
        noms = enumerer([f"« --creancier {profil.as_posix()} »" for profil in squelette.profils])
        return f"Le créancier est déjà enregistré ? Recommencez avec {noms} : il n'y a plus rien à retaper."
    modele = (squelette.repertoire_profils / "mon_entreprise.toml").as_posix()
    return (
        f"Pour ne plus retaper le créancier : une fois rempli, copiez ses clés dans {modele}, et créez les dossiers "
        f"suivants avec « --creancier {modele} »."
    )

"""Ce que le comptable règle à côté des dossiers : provisions.toml, et chiffre_affaires.toml s'il le donne."""

from pathlib import Path

from generateur.domaine.provisions import BaremeProvisions, ChiffreAffaires
from generateur.lecture.fichier_de_racine import lire_de_racine, lire_livre

NOM_BAREME = "provisions.toml"
NOM_VENTES = "chiffre_affaires.toml"


def lire_bareme(racine: Path) -> tuple[BaremeProvisions, Path | None]:
    """Le barème des provisions, et le fichier de l'utilisateur ; None : celui du programme.

    Lève ErreurLecture si le fichier ne se lit pas ou se contredit.
    """
    fichier = racine / NOM_BAREME
    if not fichier.exists():
        return lire_livre(NOM_BAREME, BaremeProvisions), None
    remede = "Corriger cette ligne, ou retirer le fichier : le barème du programme servira."
    return lire_de_racine(fichier, BaremeProvisions, remede), fichier


def lire_ventes(racine: Path) -> ChiffreAffaires | None:
    """Le chiffre d'affaires mensuel ; None s'il n'est pas donné. Lève ErreurLecture si le fichier ne se lit pas."""
    fichier = racine / NOM_VENTES
    remede = "Corriger cette ligne, ou retirer le fichier : le délai d'encaissement ne sera pas calculé."
    return lire_de_racine(fichier, ChiffreAffaires, remede) if fichier.exists() else None

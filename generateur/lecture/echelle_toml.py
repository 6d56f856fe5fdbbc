"""Lecteur de l'échelle des relances : relances.toml à la racine des dossiers, à défaut celle du programme."""

from pathlib import Path

from generateur.domaine.echelle import Echelle
from generateur.lecture.fichier_de_racine import lire_de_racine, lire_livre

NOM_ECHELLE = "relances.toml"
_REMEDE = "Corriger cette ligne, ou retirer le fichier : l'échelle du programme servira."


def lire_echelle(racine: Path) -> Echelle:
    """L'échelle de cette racine de dossiers. Lève ErreurLecture si son relances.toml ne se lit pas ou se contredit."""
    fichier = racine / NOM_ECHELLE
    return lire_de_racine(fichier, Echelle, _REMEDE) if fichier.exists() else lire_livre(NOM_ECHELLE, Echelle)

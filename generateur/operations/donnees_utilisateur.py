"""Ce qui appartient à l'utilisateur, hors de ses dossiers : où c'est rangé."""

import os
from pathlib import Path

from platformdirs import user_data_path

from generateur.domaine.noms_de_fichier import NOM_DROIT_AJOUTE

_VARIABLE = "GENERATEUR_DONNEES"


def situer_donnees() -> Path:
    """Le répertoire des données de l'utilisateur (GENERATEUR_DONNEES l'emporte) ; il peut ne pas exister encore."""
    choisi = os.environ.get(_VARIABLE)
    return Path(choisi) if choisi else user_data_path("generateur", appauthor=False)


def a_du_droit_ajoute() -> bool:
    """Vrai si l'utilisateur a ajouté des valeurs de droit : ce qui les lit ne se charge qu'alors."""
    return (situer_donnees() / NOM_DROIT_AJOUTE).exists()

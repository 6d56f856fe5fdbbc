"""Lecteur de l'échelle des relances : relances.toml à la racine des dossiers, à défaut celle du programme."""

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from generateur.domaine.echelle import Echelle
from generateur.erreurs import ErreurLecture, raison_du_systeme
from generateur.lecture.messages import expliquer

NOM_ECHELLE = "relances.toml"


def lire_echelle(racine: Path) -> Echelle:
    """L'échelle de cette racine de dossiers. Lève ErreurLecture si son relances.toml ne se lit pas ou se contredit."""
    fichier = racine / NOM_ECHELLE
    if not fichier.exists():
        livree = resources.files("generateur.lecture").joinpath(NOM_ECHELLE)
        return Echelle.model_validate(tomllib.loads(livree.read_text(encoding="utf-8")))
    try:
        return Echelle.model_validate(tomllib.loads(fichier.read_text(encoding="utf-8-sig")))
    except ValidationError as erreur:
        raise ErreurLecture(_dire(erreur), lieu=str(fichier), remede=_REMEDE) from erreur
    except OSError as erreur:
        raise ErreurLecture(f"ce fichier ne se lit pas : {raison_du_systeme(erreur)}", lieu=str(fichier)) from erreur
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as erreur:
        raise ErreurLecture(
            f"ce fichier n'est pas du TOML lisible : {erreur}", lieu=str(fichier), remede=_REMEDE
        ) from erreur


_REMEDE = "Corriger cette ligne, ou retirer le fichier : l'échelle du programme servira."


def _dire(erreur: ValidationError) -> str:
    defauts = expliquer(erreur, Echelle, {})
    return " ; ".join(f"{lieu} : {phrase}" if lieu else phrase for lieu, phrase in defauts)

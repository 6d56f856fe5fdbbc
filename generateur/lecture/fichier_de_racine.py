"""Ce que l'utilisateur règle pour tous ses dossiers : un fichier TOML à côté d'eux, à défaut celui du programme."""

import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from generateur.erreurs import ErreurLecture, raison_du_systeme
from generateur.lecture.messages import expliquer

Modele = TypeVar("Modele", bound=BaseModel)


def lire_livre(nom: str, modele: type[Modele]) -> Modele:
    """Le fichier livré avec le programme."""
    texte = resources.files("generateur.lecture").joinpath(nom).read_text(encoding="utf-8")
    return modele.model_validate(_decoder(texte))


def lire_de_racine(fichier: Path, modele: type[Modele], remede: str) -> Modele:
    """Le fichier de l'utilisateur. Lève ErreurLecture s'il ne se lit pas ou se contredit."""
    try:
        return modele.model_validate(_decoder(fichier.read_text(encoding="utf-8-sig")))
    except ValidationError as erreur:
        raise ErreurLecture(_dire(erreur, modele), lieu=str(fichier), remede=remede) from erreur
    except OSError as erreur:
        raise ErreurLecture(f"ce fichier ne se lit pas : {raison_du_systeme(erreur)}", lieu=str(fichier)) from erreur
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as erreur:
        raise ErreurLecture(
            f"ce fichier n'est pas du TOML lisible : {erreur}", lieu=str(fichier), remede=remede
        ) from erreur


def _decoder(texte: str) -> dict[str, Any]:
    return tomllib.loads(texte, parse_float=Decimal)


def _dire(erreur: ValidationError, modele: type[BaseModel]) -> str:
    defauts = expliquer(erreur, modele, {})
    return " ; ".join(f"{lieu} : {phrase}" if lieu else phrase for lieu, phrase in defauts)

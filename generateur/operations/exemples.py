"""Les dossiers d'exemple livrés avec le programme : où ils sont, et celui qu'on pose parmi les siens pour essayer."""

from pathlib import Path

from generateur.erreurs import ErreurLecture
from generateur.operations.nouveau_dossier import poser_dossier, verifier_reference
from generateur.surveillance.droits import droits_d_un_fichier
from generateur.surveillance.provisoires import ecrire_d_un_geste

_PAQUET = Path(__file__).parents[1]
_MARQUE = b"# Dossier d'exemple"  # la première ligne de chacun


def racine_des_exemples() -> Path:
    """dossiers/ du dépôt, sinon la copie du paquet installé. Lève ErreurLecture si aucun n'est là."""
    for candidat in (_PAQUET.parent / "dossiers", _PAQUET / "donnees_dossiers"):
        if candidat.is_dir():
            return candidat
    raise ErreurLecture("les dossiers d'exemple manquent", remede="Réinstaller le programme.")


def lister_exemples() -> list[Path]:
    """Les dossiers d'exemple, par nom ; les vôtres, rangés au même endroit, n'en sont pas."""
    candidats = sorted(racine_des_exemples().glob("*/dossier.toml"))
    return [fichier.parent for fichier in candidats if fichier.read_bytes().startswith(_MARQUE)]


def poser_exemple(racine: Path) -> str:
    """Copie le premier exemple sous cette racine, et rend sa référence. Lève ErreurUsage s'il y est déjà."""
    exemple, *_ = lister_exemples()
    fichiers = sorted((f for f in exemple.rglob("*") if f.is_file()), key=lambda f: f.suffix == ".toml")

    def remplir(ou: Path) -> None:
        for fichier in fichiers:
            copie = ou / fichier.relative_to(exemple)
            copie.parent.mkdir(exist_ok=True)
            ecrire_d_un_geste(copie, fichier.read_bytes(), droits_d_un_fichier())

    poser_dossier(verifier_reference(exemple.name, racine).parent, remplir)
    return exemple.name

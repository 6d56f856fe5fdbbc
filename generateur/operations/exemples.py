"""Où sont les données livrées avec le programme : les dossiers d'exemple."""

from pathlib import Path

from generateur.erreurs import ErreurLecture

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

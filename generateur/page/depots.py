"""Ce que le navigateur envoie : posé dans un endroit privé, sous un nom que nous choisissons."""

import shutil
from pathlib import Path

from starlette.datastructures import UploadFile

from generateur.domaine.noms_de_fichier import nommer_copie
from generateur.erreurs import ErreurEcriture, ErreurLecture, raison_du_systeme
from generateur.operations.outillage import OutilsPieces
from generateur.operations.reception import refuser_fichier


def deposer(envoi: UploadFile, repertoire: Path) -> Path:
    """Le fichier reçu, dans ce répertoire, sous un nom sûr. Lève ErreurEcriture si le disque refuse."""
    cible = repertoire / nommer_copie(envoi.filename or "document")
    try:
        with cible.open("xb") as flux:
            shutil.copyfileobj(envoi.file, flux)
    except FileExistsError:
        return deposer(envoi, _a_part(repertoire))
    except OSError as erreur:
        raise ErreurEcriture(f"l'envoi ne s'écrit pas : {raison_du_systeme(erreur)}", lieu=cible.name) from erreur
    return cible


def deposer_piece(envoi: UploadFile, repertoire: Path, outils: OutilsPieces) -> Path:
    """Comme `deposer`, un document qui sera versé. Lève aussi ErreurLecture s'il ne peut pas l'être (vide, abîmé)."""
    depose = deposer(envoi, repertoire)
    if refus := refuser_fichier(depose, outils):
        raise ErreurLecture(refus.message, lieu=refus.lieu, remede=refus.remede)
    return depose


def _a_part(repertoire: Path) -> Path:
    """Deux fichiers du même nom envoyés ensemble : chacun le sien."""
    autre = repertoire / "bis"
    autre.mkdir(exist_ok=True)
    return autre

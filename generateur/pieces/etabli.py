"""Le programme de l'enfant de l'atelier : lit une tâche par ligne, rend un résultat par ligne."""

import gc
import json
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from generateur.erreurs import ErreurPiece
from generateur.surveillance.place import REFUS_DU_DISQUE

# Importées à la première demande, sauf les courantes : un dossier sans image ne charge aucun décodeur d'image.
TACHES = {
    "reconnaitre": "generateur.pieces.refus:reconnaitre_ou_refuser",
    "ouvrir_piece": "generateur.pieces.accueil:ouvrir",
    "traiter_pdf": "generateur.pieces.documents_pdf:traiter",
    "comparer_dans_la_liasse": "generateur.pieces.fidelite:comparer_dans_la_liasse",
    "reunir": "generateur.pieces.documents_pdf:reunir",
    "extraire_jointes": "generateur.pieces.documents_pdf:extraire_jointes",
    "choisir_pages_a_lire": "generateur.pieces.texte_reconnu:choisir",
    "extraire_pages": "generateur.pieces.texte_reconnu:extraire",
    "juger_texte_reconnu": "generateur.pieces.texte_reconnu:juger",
    "greffer_texte_reconnu": "generateur.pieces.texte_reconnu:greffer",
    "alleger_images": "generateur.pieces.allegement:alleger",
    "examiner_image": "generateur.pieces.images:examiner",
    "preparer_image": "generateur.pieces.images:preparer",
    "examiner_texte": "generateur.pieces.textes:examiner",
    "preparer_texte": "generateur.pieces.textes:preparer",
    "ouvrir_courriel": "generateur.pieces.courriels:ouvrir",
    "separer_boite": "generateur.pieces.courriels:separer",
    "composer_message": "generateur.pieces.courriels:composer_message",
    "composer_releve": "generateur.pieces.releves:composer_releve",
    "relever_bureautique": "generateur.pieces.notes_bureautiques:relever",
    "neutraliser": "generateur.pieces.neutralisation:neutraliser",
    "rendre_page": "generateur.pieces.vignettes:rendre_page",
}
COURANTES = ("ouvrir_piece",)  # presque toute pièce est un PDF
_EVENEMENTS_INTERDITS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "urllib.",
    "ftplib.",
    "http.",
    "smtplib.",
)


def _interdire(evenement: str, _arguments: tuple[Any, ...]) -> None:
    """Refuse au décodeur le réseau et les programmes : aucune pièce n'en a besoin."""
    if evenement.startswith(_EVENEMENTS_INTERDITS):
        raise PermissionError(f"interdit pendant la lecture d'une pièce : {evenement}")


def _borner_memoire(octets: int) -> None:
    try:
        import resource  # noqa: PLC0415 (absent de Windows)
    except ImportError:
        return
    _, plafond = resource.getrlimit(resource.RLIMIT_AS)
    borne = octets if plafond == resource.RLIM_INFINITY else min(octets, plafond)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (borne, plafond))
    except (ValueError, OSError):
        return  # certains systèmes (macOS) refusent cette borne : reste le délai


def _trouver(tache: str) -> Callable[..., dict[str, Any]]:
    module, fonction = TACHES[tache].split(":")
    trouvee: Callable[..., dict[str, Any]] = getattr(import_module(module), fonction)
    return trouvee


def _executer(ligne: bytes) -> dict[str, Any]:
    demande = json.loads(ligne)
    fonction = _trouver(demande["tache"])
    _borner_memoire(demande["memoire"])
    try:
        return {"resultat": fonction(**demande["arguments"])}
    except ErreurPiece as erreur:
        message, lieu, remede = erreur.message, erreur.lieu, erreur.remede
    except OSError as erreur:
        if erreur.errno not in REFUS_DU_DISQUE:
            raise
        return {"disque": erreur.errno, "lieu": str(erreur.filename or tempfile.gettempdir())}
    except MemoryError:
        message, lieu = "Le fichier demande trop de mémoire pour être lu.", ""
        remede = "Réduisez-le (moins de pages, image plus petite) ou imprimez-le en PDF."
    except RecursionError:
        message, lieu = "La structure du fichier est imbriquée au-delà du raisonnable.", ""
        remede = "Ouvrez le fichier dans son logiciel, imprimez-le en PDF, et joignez ce PDF."
    return {"erreur": {"message": message, "lieu": lieu, "remede": remede}}


def servir(entree: BinaryIO, sortie: BinaryIO) -> None:
    """Traite les tâches jusqu'à la fin de l'entrée ; une panne imprévue arrête l'enfant, pas le parent."""
    for ligne in entree:
        sortie.write(json.dumps(_executer(ligne)).encode() + b"\n")
        sortie.flush()


def principal() -> None:
    """Réserve la sortie au dialogue : ce qu'une bibliothèque imprime part à la trappe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C s'adresse au parent, qui nous arrêtera
    sortie = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    gc.set_threshold(20_000)  # une page lue fait des milliers d'objets, qui ne se tiennent pas en cercle
    sys.addaudithook(_interdire)
    for ajoutee in sys.argv[1:]:  # celles que le parent nous donne à faire en plus
        nom, _, fonction = ajoutee.partition("=")
        TACHES[nom] = fonction
    for tache in COURANTES:  # chargées pendant que le parent se charge lui-même
        _trouver(tache)
    servir(sys.stdin.buffer, sortie)


if __name__ == "__main__":
    principal()

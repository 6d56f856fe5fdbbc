"""Le programme de l'enfant qui décode classeurs et factures électroniques : sans réseau, mémoire et temps bornés.

Deux cellules très éloignées dans un fichier de 5 Ko suffisent à épuiser la mémoire, un PDF piégé à occuper un lecteur
sans fin : c'est l'enfant qui tombe.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

TACHES = {
    "classeur": "generateur.importation.decodage_classeur:decoder",
    "facture": "generateur.importation.decodage_facture:decoder",
}
_MEMOIRE = 1024 * 1024 * 1024
_INTERDITS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.", "http.")


def _interdire(evenement: str, _arguments: tuple[Any, ...]) -> None:
    if evenement.startswith(_INTERDITS):
        raise PermissionError(f"interdit pendant la lecture d'un fichier importé : {evenement}")


def _borner() -> None:
    try:
        import resource  # noqa: PLC0415 (absent de Windows)

        resource.setrlimit(resource.RLIMIT_AS, (_MEMOIRE, _MEMOIRE))
    except (ImportError, ValueError, OSError):
        return  # reste le délai du parent


def _executer(tache: str, chemin: str) -> dict[str, Any]:
    module, fonction = TACHES[tache].split(":")
    decoder = getattr(import_module(module), fonction)
    try:
        resultat: dict[str, Any] = decoder(chemin)
    except MemoryError:
        return {"erreur": "ce fichier demande trop de mémoire", "remede": "L'exporter autrement, ou par périodes."}
    except RecursionError:
        return {"erreur": "ce fichier est imbriqué démesurément", "remede": "Le demander de nouveau à son émetteur."}
    return resultat


def principal() -> None:
    """Une demande par ligne, [tâche, chemin] ; une réponse par ligne."""
    sortie = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _borner()
    sys.addaudithook(_interdire)
    for ligne in sys.stdin.buffer:
        tache, chemin = json.loads(ligne)
        sortie.write(json.dumps(_executer(tache, chemin)).encode() + b"\n")
        sortie.flush()


if __name__ == "__main__":
    principal()

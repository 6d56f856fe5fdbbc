"""L'enfant qui décode ce qu'on importe : un seul par processus, démarré à la première demande, remplacé s'il tombe."""

import atexit
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurLecture
from generateur.surveillance.enfant import Enfant, ErreurEnfant

_RACINE = Path(__file__).resolve().parents[2]
_DELAI_S = 120
_TOUR = threading.Lock()
_ENFANTS: list[Enfant] = []  # un au plus


def decoder(tache: str, fichier: Path) -> dict[str, Any]:
    """La réponse de l'enfant. Lève ErreurLecture s'il tombe ou dépasse son temps."""
    with _TOUR:
        demande = json.dumps([tache, str(fichier.resolve())]).encode()
        try:
            reponse: dict[str, Any] = json.loads(_enfant().demander(demande, _DELAI_S))
        except ErreurEnfant as perte:
            _arreter()
            raison = "demande trop de temps à lire" if perte.trop_long else "met en échec le logiciel qui le lit"
            raise ErreurLecture(
                f"ce fichier {raison}", lieu=fichier.name, remede="L'ouvrir dans son logiciel et l'exporter autrement."
            ) from perte
        except BaseException:
            _arreter()
            raise
    return reponse


def _enfant() -> Enfant:
    if not _ENFANTS or not _ENFANTS[0].est_vivant:
        _arreter()
        chemins = [str(_RACINE), os.environ.get("PYTHONPATH", "")]
        _ENFANTS.append(
            Enfant(
                [sys.executable, "-P", "-m", "generateur.importation.etabli"],
                os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"},
            )
        )
        atexit.register(_arreter)
    return _ENFANTS[0]


def _arreter() -> None:
    while _ENFANTS:
        _ENFANTS.pop().arreter()
    atexit.unregister(_arreter)

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
    """La réponse de l'enfant, à la seconde chance s'il tombe. Lève ErreurLecture s'il retombe ou dépasse son temps."""
    with _TOUR:
        return _demander(json.dumps([tache, str(fichier.resolve())]).encode(), fichier)


def _demander(demande: bytes, fichier: Path, *, est_repris: bool = False) -> dict[str, Any]:
    try:
        reponse: dict[str, Any] = json.loads(_enfant().demander(demande, _DELAI_S))
    except ErreurEnfant as perte:
        _arreter()
        if est_repris or perte.trop_long:
            raise _echec(fichier, perte) from perte
    except BaseException:
        _arreter()
        raise
    else:
        return reponse
    return _demander(demande, fichier, est_repris=True)


def _echec(fichier: Path, perte: ErreurEnfant) -> ErreurLecture:
    if perte.est_tue:
        return ErreurLecture(
            "le système a arrêté deux fois le programme qui lisait ce fichier : la mémoire manque peut-être",
            lieu=fichier.name,
            remede="Fermer d'autres programmes, puis relancer.",
        )
    raison = "demande trop de temps à lire" if perte.trop_long else "met en échec le logiciel qui le lit"
    return ErreurLecture(
        f"ce fichier {raison}", lieu=fichier.name, remede="L'ouvrir dans son logiciel et l'exporter autrement."
    )


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

"""Un processus enfant où se décodent les pièces : borné en temps et en mémoire, remplacé s'il tombe.

Le parent envoie une ligne JSON par tâche et reçoit une ligne JSON par résultat : un document hostile qui
prendrait la main sur l'enfant ne peut rien faire exécuter au parent. L'enfant (pieces/etabli.py) n'a ni
réseau, ni droit de lancer un programme.
"""

import json
import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generateur.erreurs import ErreurPiece
from generateur.surveillance.enfant import Enfant, ErreurEnfant

_RACINE_PAQUET = Path(__file__).resolve().parents[2]


class Atelier:
    """Exécute une tâche à la fois dans un enfant qui dure, d'où qu'on l'appelle ; s'emploie avec « with »."""

    def __init__(self) -> None:
        self._enfant: Enfant | None = None
        self._occupe = threading.RLock()  # une demande et sa réponse ne se mêlent jamais à celles d'un autre fil

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()

    def executer(self, tache: str, *, delai: float, memoire: int, **arguments: Any) -> dict[str, Any]:
        """Rend le résultat de la tâche ; plusieurs fils peuvent demander, chacun attend son tour.

        `delai` en secondes, `memoire` en octets d'adressage (appliquée là où le système le permet).
        Lève ErreurPiece si la tâche refuse la pièce, dépasse le délai ou fait tomber l'enfant.
        """
        demande = json.dumps({"tache": tache, "memoire": memoire, "arguments": arguments}).encode()
        with self._occupe:
            try:
                contenu: dict[str, Any] = json.loads(self._enfant_vivant().demander(demande, delai))
            except ErreurEnfant as perte:
                self.fermer()
                raise _panne(delai, est_delai=perte.trop_long) from perte
            except BaseException:
                self.fermer()
                raise
        if "erreur" in contenu:
            erreur = contenu["erreur"]
            raise ErreurPiece(erreur["message"], lieu=erreur["lieu"], remede=erreur["remede"])
        resultat: dict[str, Any] = contenu["resultat"]
        return resultat

    def prechauffer(self) -> None:
        """Démarre l'enfant à l'avance, pendant que le programme se charge."""
        with self._occupe:
            self._enfant_vivant()

    def fermer(self) -> None:
        """Arrête l'enfant, même au travail ; sans effet s'il n'y en a pas."""
        enfant, self._enfant = self._enfant, None
        if enfant is not None:
            enfant.arreter()

    def _enfant_vivant(self) -> Enfant:
        if self._enfant is None or not self._enfant.est_vivant:
            self.fermer()
            chemins = [str(_RACINE_PAQUET), os.environ.get("PYTHONPATH", "")]
            self._enfant = Enfant(
                [sys.executable, "-P", "-m", "generateur.pieces.etabli"],
                os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"},
            )
        return self._enfant


def _panne(delai: float, *, est_delai: bool) -> ErreurPiece:
    remede = "Ouvrez le fichier dans son logiciel, imprimez-le en PDF, et joignez ce PDF."
    if est_delai:
        return ErreurPiece(f"Le fichier demande plus de {delai:.0f} secondes à lire.", remede=remede)
    return ErreurPiece("Le fichier met en échec le logiciel qui le lit (mémoire ou format).", remede=remede)

"""Un processus enfant où se décodent les pièces : borné en temps et en mémoire, remplacé s'il tombe.

Le parent envoie une ligne JSON par tâche et reçoit une ligne JSON par résultat : un document hostile qui
prendrait la main sur l'enfant ne peut rien faire exécuter au parent. L'enfant (pieces/etabli.py) n'a ni
réseau, ni droit de lancer un programme.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generateur.erreurs import ErreurEcriture, ErreurPiece
from generateur.pieces.limites import Limites
from generateur.surveillance.enfant import Enfant, ErreurEnfant
from generateur.surveillance.place import disque_plein, refus_du_disque

_RACINE_PAQUET = Path(__file__).resolve().parents[2]


class Atelier:
    """Exécute une tâche à la fois dans un enfant qui dure, d'où qu'on l'appelle ; s'emploie avec « with »."""

    def __init__(self, taches: Mapping[str, str] | None = None) -> None:
        """`taches` : celles que l'enfant fera en plus des siennes, nom → « module:fonction »."""
        self._taches = [f"{nom}={fonction}" for nom, fonction in (taches or {}).items()]
        self._fermetures = 0
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
        Un enfant qui tombe a une seconde chance (tué du dehors, peut-être), pas s'il dépasse son temps. Lève
        ErreurPiece si la tâche refuse la pièce, dépasse le délai ou fait tomber deux enfants ; ErreurEcriture si
        c'est le disque qui refuse : la pièce n'y est pour rien.
        """
        demande = json.dumps({"tache": tache, "memoire": memoire, "arguments": arguments}).encode()
        try:
            with self._occupe:
                contenu = self._demander(demande, delai, self._fermetures)
            _lever_refus(contenu)
        except ErreurPiece as refus:
            if (plein := _disque_plein(arguments)) is not None:  # chaque décodeur le dit à sa façon, ou en tombe
                raise plein from refus
            raise
        resultat: dict[str, Any] = contenu["resultat"]
        return resultat

    def _demander(self, demande: bytes, delai: float, fermetures: int, *, est_repris: bool = False) -> dict[str, Any]:
        try:
            contenu: dict[str, Any] = json.loads(self._enfant_vivant().demander(demande, delai))
        except ErreurEnfant as perte:
            self._congedier()
            # fermé entre-temps par un autre fil : rien ne se relance
            if est_repris or perte.trop_long or self._fermetures != fermetures:
                raise _panne(delai, perte) from perte
        except BaseException:
            self._congedier()
            raise
        else:
            return contenu
        return self._demander(demande, delai, fermetures, est_repris=True)

    def prechauffer(self) -> None:
        """Démarre l'enfant à l'avance, pendant que le programme se charge."""
        with self._occupe:
            self._enfant_vivant()

    def fermer(self) -> None:
        """Arrête l'enfant, même au travail ; sans effet s'il n'y en a pas."""
        self._fermetures += 1
        self._congedier()

    def _congedier(self) -> None:
        enfant, self._enfant = self._enfant, None
        if enfant is not None:
            enfant.arreter()

    def _enfant_vivant(self) -> Enfant:
        if self._enfant is None or not self._enfant.est_vivant:
            self._congedier()
            chemins = [str(_RACINE_PAQUET), os.environ.get("PYTHONPATH", "")]
            self._enfant = Enfant(
                [sys.executable, "-P", "-m", "generateur.pieces.etabli", *self._taches],
                os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, chemins)), "PYTHONUTF8": "1"},
            )
        return self._enfant


def _lever_refus(contenu: Mapping[str, Any]) -> None:
    if "disque" in contenu:
        raise refus_du_disque(contenu["disque"], contenu["lieu"])
    if "erreur" in contenu:
        erreur = contenu["erreur"]
        raise ErreurPiece(erreur["message"], lieu=erreur["lieu"], remede=erreur["remede"])


def _disque_plein(arguments: Mapping[str, Any]) -> ErreurEcriture | None:
    """Le disque où la tâche écrivait, s'il ne peut plus recevoir deux fois ce qu'elle lisait."""
    lieux = [Path(arguments[nom]).parent for nom in ("cible", "dossier") if arguments.get(nom)]
    besoin = 0
    with contextlib.suppress(OSError):
        besoin = 2 * Path(arguments["source"]).stat().st_size if "source" in arguments else 0
    return disque_plein(*lieux, besoin=besoin)


def executer_borne(atelier: Atelier, tache: str, source: Path, **arguments: Any) -> dict[str, Any]:
    """Exécute une tâche sur ce fichier, dans le temps et la mémoire que sa taille accorde."""
    limites, octets = Limites(), source.stat().st_size
    return atelier.executer(
        tache,
        delai=limites.delai(octets),
        memoire=limites.memoire_pour(octets),
        source=str(source),
        **arguments,
    )


def _panne(delai: float, perte: ErreurEnfant) -> ErreurPiece:
    remede = "Ouvrez le fichier dans son logiciel, imprimez-le en PDF, et joignez ce PDF."
    if perte.est_tue:
        return ErreurPiece(
            "Le système a arrêté deux fois le programme qui lisait ce fichier : la mémoire manque peut-être.",
            remede="Fermez d'autres programmes et relancez ; sinon, imprimez ce document en PDF et joignez ce PDF.",
        )
    if perte.trop_long:
        return ErreurPiece(f"Le fichier demande plus de {delai:.0f} secondes à lire.", remede=remede)
    return ErreurPiece("Le fichier met en échec le logiciel qui le lit (mémoire ou format).", remede=remede)

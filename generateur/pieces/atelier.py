"""Les processus enfants où se décodent les pièces : bornés en temps et en mémoire, remplacés s'ils tombent.

Le parent envoie une ligne JSON par tâche et reçoit une ligne JSON par résultat : un document hostile qui
prendrait la main sur l'enfant ne peut rien faire exécuter au parent. L'enfant (pieces/etabli.py) n'a ni
réseau, ni droit de lancer un programme.
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from generateur.erreurs import ErreurEcriture, ErreurPiece
from generateur.pieces.limites import Limites
from generateur.surveillance.enfant import Enfant, ErreurEnfant
from generateur.surveillance.place import disque_plein, refus_du_disque

_RACINE_PAQUET = Path(__file__).resolve().parents[2]
_Chose = TypeVar("_Chose")
_Fait = TypeVar("_Fait")


class Atelier:
    """Exécute une tâche par place à la fois, chacune dans un enfant qui dure ; s'emploie avec « with »."""

    def __init__(self, taches: Mapping[str, str] | None = None, places: int = 1) -> None:
        """`taches` : celles que l'enfant fera en plus des siennes, nom → « module:fonction ».

        `places` : tâches menées ensemble au plus ; le second enfant ne démarre que si deux fils demandent à la fois.
        """
        en_plus = [f"{nom}={fonction}" for nom, fonction in (taches or {}).items()]
        self._places = [_Place(en_plus) for _ in range(places)]
        self._suivante = count()
        self._est_arrete = False

    @property
    def places(self) -> int:
        """Combien de tâches peuvent se faire ensemble."""
        return len(self._places)

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
            with self._prendre() as place:
                self._refuser_si_arrete()
                contenu = place.demander(demande, delai)
            _lever_refus(contenu)
        except ErreurPiece as refus:
            if (plein := _disque_plein(arguments)) is not None:  # chaque décodeur le dit à sa façon, ou en tombe
                raise plein from refus
            raise
        resultat: dict[str, Any] = contenu["resultat"]
        return resultat

    def traiter_ensemble(self, faire: Callable[[_Chose], _Fait], choses: Iterable[_Chose]) -> list[_Fait]:
        """Ce que rend `faire` pour chaque chose, dans l'ordre ; autant à la fois que l'atelier a de places.

        La première erreur est levée quand ce qui était commencé est fini ; un arrêt demandé n'attend rien.
        """
        if self.places == 1:
            return [faire(chose) for chose in choses]
        with ThreadPoolExecutor(self.places, thread_name_prefix="piece") as fils:
            try:
                return list(fils.map(faire, choses))
            except Exception:
                fils.shutdown(cancel_futures=True)
                raise
            except BaseException:
                fils.shutdown(wait=False, cancel_futures=True)
                self._est_arrete = True
                self.fermer()  # les fils en attente d'une réponse se terminent aussitôt, et n'en demandent plus
                raise

    def prechauffer(self) -> None:
        """Démarre un enfant à l'avance, pendant que le programme se charge."""
        with self._prendre() as place:
            place.prechauffer()

    def fermer(self) -> None:
        """Arrête les enfants, même au travail ; sans effet s'il n'y en a pas."""
        for place in self._places:
            place.fermer()

    def _refuser_si_arrete(self) -> None:
        if self._est_arrete:
            raise ErreurPiece("La lecture de cette pièce a été interrompue.", remede="Relancez la commande.")

    @contextlib.contextmanager
    def _prendre(self) -> "Iterator[_Place]":
        """Une place libre, la première d'abord : son enfant est déjà chaud ; sinon l'une d'elles, à son tour."""
        for place in self._places:
            if place.verrou.acquire(blocking=False):
                break
        else:
            place = self._places[next(self._suivante) % self.places]
            place.verrou.acquire()
        try:
            yield place
        finally:
            place.verrou.release()


class _Place:
    """Un enfant qui dure, et son tour : une demande et sa réponse ne se mêlent jamais à celles d'un autre fil."""

    def __init__(self, taches: Sequence[str]) -> None:
        self.verrou = threading.Lock()
        self._taches = taches
        self._fermetures = 0
        self._enfant: Enfant | None = None

    def demander(self, demande: bytes, delai: float) -> dict[str, Any]:
        """La réponse de l'enfant, repris une fois s'il tombe. Lève ErreurPiece."""
        return self._demander(demande, delai, self._fermetures)

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
        """Démarre l'enfant."""
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

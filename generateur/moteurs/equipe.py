"""Des processus exécutants qui convertissent un document à la fois, et que l'on remplace quand ils tombent."""

import json
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from generateur.surveillance.enfant import Enfant, ErreurEnfant


class Equipe:
    """Quelques exécutants semblables ; ils s'arrêtent avec elle, et avec le programme."""

    def __init__(self, embaucher: Callable[[], Enfant], nombre: int, delai: float) -> None:
        self._embaucher = embaucher
        self._nombre = nombre
        self._delai = delai
        self._executants: list[Enfant] = []
        self._libres: list[Enfant] = []
        self._tour = threading.Condition()
        self._fermetures = 0
        self._fin = weakref.finalize(self, _arreter, self._executants, os.getpid())

    def prechauffer(self, nombre: int) -> None:
        """Embauche jusqu'à ce nombre d'exécutants, sans dépasser celui de l'équipe."""
        with self._tour:
            while len(self._executants) < min(nombre, self._nombre):
                self._executants.append(self._embaucher())
                self._libres.append(self._executants[-1])

    def convertir(self, source: Path, cible: Path) -> str:
        """Rend la raison de l'échec, vide si le PDF est écrit. Lève OSError si le disque refuse.

        Une seconde chance si l'exécutant tombe (tué du dehors, peut-être), pas s'il dépasse son temps.
        """
        fermetures = self._fermetures
        for derniere_chance in (False, True):
            executant = self._prendre(fermetures)
            if executant is None:
                break
            try:
                reponse = executant.demander(json.dumps([str(source), str(cible)]).encode(), self._delai)
            except ErreurEnfant as perte:
                self._congedier(executant)
                if perte.trop_long:
                    return f"plus de {self._delai:g} secondes"
                if derniere_chance:
                    return "le moteur s'est arrêté brutalement"
            else:
                self._rendre(executant)
                raison = json.loads(reponse)
                if isinstance(raison, int):
                    raise OSError(raison, os.strerror(raison))
                return str(raison)
        return "conversion interrompue"

    def fermer(self) -> None:
        """Arrête les exécutants, même au travail ; l'équipe peut resservir ensuite."""
        with self._tour:
            self._fermetures += 1
            self._libres.clear()
            _arreter(self._executants, os.getpid())
            self._tour.notify_all()

    def _prendre(self, fermetures: int) -> Enfant | None:
        """Un exécutant libre ou neuf, attendu s'il le faut ; rien si l'équipe a fermé entre-temps."""
        with self._tour:
            while self._fermetures == fermetures:
                if self._libres:
                    return self._libres.pop()
                if len(self._executants) < self._nombre:
                    self._executants.append(self._embaucher())
                    return self._executants[-1]
                self._tour.wait()
        return None

    def _rendre(self, executant: Enfant) -> None:
        with self._tour:
            if executant in self._executants:
                self._libres.append(executant)
            self._tour.notify()

    def _congedier(self, executant: Enfant) -> None:
        executant.arreter()
        with self._tour:
            if executant in self._executants:
                self._executants.remove(executant)
            self._tour.notify()


def _arreter(executants: list[Enfant], createur: int) -> None:
    if os.getpid() == createur:  # après un fork, ils appartiennent au parent
        while executants:
            executants.pop().arreter()

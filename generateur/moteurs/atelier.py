"""Des processus exécutants qui convertissent un document à la fois, et que l'on remplace quand ils tombent."""

import contextlib
import json
import os
import subprocess
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path


class ErreurExecutant(Exception):
    """L'exécutant s'est arrêté pendant une conversion, de lui-même ou parce que son temps était écoulé."""

    def __init__(self, *, trop_long: bool) -> None:
        super().__init__()
        self.trop_long = trop_long


class Executant:
    """Un processus qui convertit un document à la fois."""

    def __init__(self, commande: Sequence[str], environnement: dict[str, str], delai: float) -> None:
        self._delai = delai
        self._trop_long = False
        self._processus = subprocess.Popen(
            commande,
            env=environnement,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def convertir(self, source: Path, cible: Path) -> str:
        """Rend la raison de l'échec, vide si c'est fait ; lève ErreurExecutant si le processus n'est plus là."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        minuterie = threading.Timer(self._delai, self._abattre)
        minuterie.daemon = True
        minuterie.start()
        try:
            entree.write(json.dumps([str(source), str(cible)]) + "\n")  # type: ignore[union-attr]
            entree.flush()  # type: ignore[union-attr]
            reponse = sortie.readline()  # type: ignore[union-attr]
        except (OSError, ValueError):
            reponse = ""
        finally:
            minuterie.cancel()
        if not reponse:
            raise ErreurExecutant(trop_long=self._trop_long)
        return str(json.loads(reponse))

    def _abattre(self) -> None:
        self._trop_long = True
        self._processus.kill()

    def arreter(self) -> None:
        """Met fin au processus et rend ses descripteurs."""
        with contextlib.suppress(OSError):
            self._processus.kill()
        self._processus.wait()
        for flux in (self._processus.stdin, self._processus.stdout):
            with contextlib.suppress(OSError, AttributeError):
                flux.close()  # type: ignore[union-attr]


class Atelier:
    """Quelques exécutants semblables ; ils s'arrêtent avec lui, et avec le programme."""

    def __init__(self, embaucher: Callable[[], Executant], nombre: int, delai: float) -> None:
        self._embaucher = embaucher
        self._nombre = nombre
        self._delai = delai
        self._executants: list[Executant] = []
        self._libres: list[Executant] = []
        self._tour = threading.Condition()
        self._fermetures = 0
        self._fin = weakref.finalize(self, _arreter, self._executants, os.getpid())

    def prechauffer(self, nombre: int) -> None:
        """Embauche jusqu'à ce nombre d'exécutants, sans dépasser celui de l'atelier."""
        with self._tour:
            while len(self._executants) < min(nombre, self._nombre):
                self._executants.append(self._embaucher())
                self._libres.append(self._executants[-1])

    def convertir(self, source: Path, cible: Path) -> str:
        """Rend la raison de l'échec, vide si le PDF est écrit.

        Une seconde chance si l'exécutant tombe (tué du dehors, peut-être), pas s'il dépasse son temps.
        """
        fermetures = self._fermetures
        for derniere_chance in (False, True):
            executant = self._prendre(fermetures)
            if executant is None:
                break
            try:
                raison = executant.convertir(source, cible)
            except ErreurExecutant as perte:
                self._congedier(executant)
                if perte.trop_long:
                    return f"plus de {self._delai:g} secondes"
                if derniere_chance:
                    return "le moteur s'est arrêté brutalement"
            else:
                self._rendre(executant)
                return raison
        return "conversion interrompue"

    def fermer(self) -> None:
        """Arrête les exécutants, même au travail ; l'atelier peut resservir ensuite."""
        with self._tour:
            self._fermetures += 1
            self._libres.clear()
            _arreter(self._executants, os.getpid())
            self._tour.notify_all()

    def _prendre(self, fermetures: int) -> Executant | None:
        """Un exécutant libre ou neuf, attendu s'il le faut ; rien si l'atelier a fermé entre-temps."""
        with self._tour:
            while self._fermetures == fermetures:
                if self._libres:
                    return self._libres.pop()
                if len(self._executants) < self._nombre:
                    self._executants.append(self._embaucher())
                    return self._executants[-1]
                self._tour.wait()
        return None

    def _rendre(self, executant: Executant) -> None:
        with self._tour:
            if executant in self._executants:
                self._libres.append(executant)
            self._tour.notify()

    def _congedier(self, executant: Executant) -> None:
        executant.arreter()
        with self._tour:
            if executant in self._executants:
                self._executants.remove(executant)
            self._tour.notify()


def _arreter(executants: list[Executant], createur: int) -> None:
    if os.getpid() == createur:  # après un fork, ils appartiennent au parent
        while executants:
            executants.pop().arreter()

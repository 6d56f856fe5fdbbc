"""Des processus ouvriers qui convertissent un document à la fois, et que l'on remplace quand ils tombent."""

import contextlib
import json
import os
import subprocess
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path


class OuvrierPerdu(Exception):
    """L'ouvrier s'est arrêté pendant une conversion, de lui-même ou parce que son temps était écoulé."""

    def __init__(self, *, trop_long: bool) -> None:
        super().__init__()
        self.trop_long = trop_long


class Ouvrier:
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
        """Rend la raison de l'échec, vide si c'est fait ; lève OuvrierPerdu si le processus n'est plus là."""
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
            raise OuvrierPerdu(trop_long=self._trop_long)
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
    """Quelques ouvriers semblables ; ils s'arrêtent avec lui, et avec le programme."""

    def __init__(self, embaucher: Callable[[], Ouvrier], nombre: int, delai: float) -> None:
        self._embaucher = embaucher
        self._nombre = nombre
        self._delai = delai
        self._ouvriers: list[Ouvrier] = []
        self._libres: list[Ouvrier] = []
        self._tour = threading.Condition()
        self._fermetures = 0
        self._fin = weakref.finalize(self, _arreter, self._ouvriers, os.getpid())

    def prechauffer(self, nombre: int) -> None:
        """Embauche jusqu'à ce nombre d'ouvriers, sans dépasser celui de l'atelier."""
        with self._tour:
            while len(self._ouvriers) < min(nombre, self._nombre):
                self._ouvriers.append(self._embaucher())
                self._libres.append(self._ouvriers[-1])

    def convertir(self, source: Path, cible: Path) -> str:
        """Rend la raison de l'échec, vide si le PDF est écrit.

        Une seconde chance si l'ouvrier tombe (tué du dehors, peut-être), pas s'il dépasse son temps.
        """
        fermetures = self._fermetures
        for derniere_chance in (False, True):
            ouvrier = self._prendre(fermetures)
            if ouvrier is None:
                break
            try:
                raison = ouvrier.convertir(source, cible)
            except OuvrierPerdu as perte:
                self._congedier(ouvrier)
                if perte.trop_long:
                    return f"plus de {self._delai:g} secondes"
                if derniere_chance:
                    return "le moteur s'est arrêté brutalement"
            else:
                self._rendre(ouvrier)
                return raison
        return "conversion interrompue"

    def fermer(self) -> None:
        """Arrête les ouvriers, même au travail ; l'atelier peut resservir ensuite."""
        with self._tour:
            self._fermetures += 1
            self._libres.clear()
            _arreter(self._ouvriers, os.getpid())
            self._tour.notify_all()

    def _prendre(self, fermetures: int) -> Ouvrier | None:
        """Un ouvrier libre ou neuf, attendu s'il le faut ; rien si l'atelier a fermé entre-temps."""
        with self._tour:
            while self._fermetures == fermetures:
                if self._libres:
                    return self._libres.pop()
                if len(self._ouvriers) < self._nombre:
                    self._ouvriers.append(self._embaucher())
                    return self._ouvriers[-1]
                self._tour.wait()
        return None

    def _rendre(self, ouvrier: Ouvrier) -> None:
        with self._tour:
            if ouvrier in self._ouvriers:
                self._libres.append(ouvrier)
            self._tour.notify()

    def _congedier(self, ouvrier: Ouvrier) -> None:
        ouvrier.arreter()
        with self._tour:
            if ouvrier in self._ouvriers:
                self._ouvriers.remove(ouvrier)
            self._tour.notify()


def _arreter(ouvriers: list[Ouvrier], createur: int) -> None:
    if os.getpid() == createur:  # après un fork, ils appartiennent au parent
        while ouvriers:
            ouvriers.pop().arreter()

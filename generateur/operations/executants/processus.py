"""Plusieurs processus, un tube chacun, sous notre surveillance.

Les résultats sortent dans l'ordre des travaux, quel que soit celui où ils finissent. Rien d'autre que le parent n'écrit
hors des dossiers.
"""

import datetime as dt
import queue
import threading
from collections.abc import Callable, Iterable, Iterator

from generateur.operations.executants.poste_ouvrier import DELAI_DOSSIER_S, Poste, embaucher, preparer_environnement
from generateur.reglages import Reglages, Resultat, Travail
from generateur.surveillance.provisoires import balayer

_AVANCE = 4  # travaux en main ou en attente, par ouvrier : assez pour ne jamais attendre, jamais toute la liste
_RETARD = 100  # résultats arrivés avant leur tour, par ouvrier : un dossier très long n'arrête pas les autres


class ExecutantProcessus:
    """Autant d'ouvriers que de cœurs, ou que demandé ; jamais plus que de travaux."""

    nom = "processus"

    def __init__(
        self,
        reglages: Reglages,
        *,
        jour: dt.date,
        demander_mot_de_passe: Callable[[], str],
        nombre: int = 1,
        est_interrompu: Callable[[], bool] = lambda: False,
        delai_dossier_s: float = DELAI_DOSSIER_S,
    ) -> None:
        """`est_interrompu` : vrai, ce qui n'est pas commencé ne le sera pas ; `delai_dossier_s` : pour chacun."""
        self._est_interrompu = est_interrompu
        self._delai_s = delai_dossier_s
        self._reglages = reglages
        self._jour = jour
        self._demander = demander_mot_de_passe
        self._nombre = max(1, nombre)

    def executer(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Un résultat par travail, dans leur ordre. Lève ErreurUsage ou ErreurOutilAbsent si rien ne peut commencer."""
        environnement = preparer_environnement(self._reglages, self._jour, self._demander)
        equipe = _Equipe(
            self._nombre,
            lambda: Poste(lambda: embaucher(self._reglages, self._jour, environnement), self._delai_s),
            self._est_interrompu,
        )
        try:
            yield from equipe.accomplir(travaux)
            equipe.laisser_finir()
        finally:
            equipe.arreter()
            balayer()  # leurs répertoires de travail : ils ont été tués, comme leurs moteurs


class _Equipe:
    """Des fils, un ouvrier chacun, qui prennent les travaux d'une file courte et rangent les résultats par rang."""

    def __init__(
        self, nombre: int, ouvrir: Callable[[], Poste], est_interrompu: Callable[[], bool] = lambda: False
    ) -> None:
        self._ouvrir = ouvrir
        self._est_interrompu = est_interrompu
        self._a_faire: queue.Queue[tuple[int, Travail] | None] = queue.Queue()
        self._faits: queue.Queue[tuple[int, Resultat | None] | BaseException] = queue.Queue()
        self._postes: list[Poste] = []
        self._arrete = False
        self._nombre = nombre
        self._fils: list[threading.Thread] = []

    def accomplir(self, travaux: Iterable[Travail]) -> Iterator[Resultat]:
        """Les résultats dans l'ordre ; la file n'est nourrie qu'à mesure, la mémoire ne suit pas la longueur du lot.

        Interrompu, ceux qui étaient en main sont les derniers : la file va dans l'ordre, rien ne manque au milieu.
        """
        suite = enumerate(travaux)
        en_attente: dict[int, Resultat | None] = {}
        donnes = arrives = rendus = 0
        fini = False
        while True:
            while not fini and donnes - arrives < self._nombre * _AVANCE and donnes - rendus < self._nombre * _RETARD:
                suivant = next(suite, None)
                if suivant is None:
                    fini = True
                    break
                self._a_faire.put(suivant)
                donnes += 1
                self._renforcer(donnes)
            if rendus == donnes and fini:
                return
            if rendus in en_attente:
                if (resultat := en_attente.pop(rendus)) is None:
                    return
                yield resultat
                rendus += 1
                continue
            arrive = self._faits.get()
            if isinstance(arrive, BaseException):
                raise arrive
            en_attente[arrive[0]] = arrive[1]
            arrives += 1

    def _renforcer(self, demandes: int) -> None:
        if len(self._fils) < min(self._nombre, demandes):
            poste = self._ouvrir()
            nom = f"ouvrier-{len(self._fils) + 1}"
            fil = threading.Thread(target=self._travailler, args=(poste,), name=nom, daemon=True)
            self._postes.append(poste)
            self._fils.append(fil)
            fil.start()

    def _travailler(self, poste: Poste) -> None:
        try:
            while (suivant := self._a_faire.get()) is not None and not self._arrete:
                rang, travail = suivant
                self._faits.put((rang, None if self._est_interrompu() else poste.accomplir(travail)))
        except BaseException as erreur:  # noqa: BLE001 (une panne du surveillant se dit au parent, qui l'attend)
            self._faits.put(erreur)
        finally:
            poste.arreter()

    def laisser_finir(self) -> None:
        """Tout est rendu : chaque ouvrier range ce qu'il avait pris avant de partir."""
        for poste in self._postes:
            poste.laisser_finir()

    def arreter(self) -> None:
        """Arrête les ouvriers, même au travail : le dossier en main n'est pas publié, ce qui l'était est intact."""
        self._arrete = True
        for _ in self._fils:
            self._a_faire.put(None)
        for poste in self._postes:
            poste.arreter()

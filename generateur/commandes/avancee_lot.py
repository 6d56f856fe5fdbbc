"""L'avancement d'un lot : débit, temps restant, échecs. Une barre au terminal, des lignes simples ailleurs."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from generateur.commandes.avancee import est_un_terminal
from generateur.commandes.options import dire
from generateur.commandes.presentation_lot import presenter_avancee
from generateur.commandes.signes import rendre_inoffensif
from generateur.domaine.langue import nombre, pluriel

if TYPE_CHECKING:
    from generateur.operations.lot import Avancee

_RECENTS = 200  # le débit est celui des derniers : ce qui était à jour est passé vite et ne dit rien du reste
_PAUSE_S = 15.0  # entre deux lignes de bilan, hors du terminal
_MINUTE, _HEURE = 60, 3600


class Allure:
    """Le débit des derniers dossiers, ce qu'il reste, et combien ont échoué ; `horloge` en secondes."""

    def __init__(self, horloge: Callable[[], float] = time.monotonic) -> None:
        self._horloge = horloge
        self._instants: deque[float] = deque([horloge()], maxlen=_RECENTS)
        self.refuses = self.en_echec = 0

    def noter(self, avancee: "Avancee") -> None:
        """Un dossier de plus."""
        self._instants.append(self._horloge())
        self.refuses += avancee.resultat.etat == "refuse"
        self.en_echec += avancee.resultat.etat == "en_echec"

    @property
    def debit(self) -> float:
        """Dossiers par seconde ; 0 tant qu'on ne sait pas."""
        ecoule = self._instants[-1] - self._instants[0]
        return (len(self._instants) - 1) / ecoule if ecoule > 0 else 0.0

    def dire(self, reste: int) -> str:
        """« 14,2 dossiers par seconde, encore 11 min, 3 refusés, 1 en échec »."""
        morceaux = [f"{nombre_court(self.debit)} par seconde"] if self.debit else []
        morceaux += [f"encore {dire_duree(reste / self.debit)}"] if self.debit and reste else []
        morceaux += [pluriel(self.refuses, "refusé")] if self.refuses else []
        morceaux += [f"{self.en_echec} en échec"] if self.en_echec else []
        return ", ".join(morceaux)


def nombre_court(valeur: float) -> str:
    """« 14,2 » ; deux décimales sous l'unité."""
    from decimal import Decimal

    return nombre(Decimal(str(valeur)), 1 if valeur >= 1 else 2)


def dire_duree(secondes: float) -> str:
    """« 45 s », « 11 min », « 3 h 20 »."""
    entieres = max(1, round(secondes))
    if entieres < 2 * _MINUTE:
        return f"{entieres}\u00a0s"
    if entieres < 2 * _HEURE:
        return f"{round(entieres / _MINUTE)}\u00a0min"
    heures, minutes = divmod(round(entieres / _MINUTE), _MINUTE)
    return f"{heures}\u00a0h\u00a0{minutes:02d}"


@contextlib.contextmanager
def suivre_lot() -> Iterator[Callable[["Avancee"], None]]:
    """De quoi dire chaque dossier fait ; rich ne se charge qu'à un terminal."""
    allure = Allure()
    if est_un_terminal():
        with _ouvrir_barre(allure) as avancer:
            yield avancer
        return
    dernier = time.monotonic()

    def avancer_en_lignes(avancee: "Avancee") -> None:
        nonlocal dernier
        allure.noter(avancee)
        dire(presenter_avancee(avancee))
        if time.monotonic() - dernier >= _PAUSE_S:
            dernier = time.monotonic()
            reste = avancee.total - avancee.rang
            dire(f"{avancee.rang} sur {avancee.total} : {allure.dire(reste)}")

    yield avancer_en_lignes


@contextlib.contextmanager
def _ouvrir_barre(allure: Allure) -> Iterator[Callable[["Avancee"], None]]:
    """Une barre sur la sortie d'erreur ; les échecs s'écrivent au-dessus, un par ligne."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, highlight=False, markup=False)
    colonnes = (TextColumn("Dossiers"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[allure]}"))
    with Progress(*colonnes, console=console, transient=True) as barre:
        tache = barre.add_task("lot", total=None, allure="")

        def avancer(avancee: "Avancee") -> None:
            allure.noter(avancee)
            if avancee.resultat.etat in {"refuse", "en_echec"}:
                console.print(rendre_inoffensif(presenter_avancee(avancee)), soft_wrap=True)
            barre.update(
                tache, total=avancee.total, completed=avancee.rang, allure=allure.dire(avancee.total - avancee.rang)
            )

        yield avancer

"""Les productions lancées depuis la page : une à la fois, une seule par dossier, et l'étape où chacune en est."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal

from generateur.erreurs import ErreurGenerateur, ErreurUsage, expliquer_imprevu
from generateur.operations.progression import Avancer, Etape

Etat = Literal["faite", "courante", "a_venir", "arretee"]
A_PLUSIEURS_ETAPES = frozenset({"liasse"})  # le reste tient en un geste


@dataclass
class Fabrication:
    """Une production en attente, en cours ou finie ; `demandee` : ce que le formulaire disait, pour recommencer."""

    quoi: str
    demandee: Mapping[str, str]
    debut: float = field(default_factory=time.monotonic)
    fin: float | None = None
    etape: Etape | None = None
    levee: BaseException | None = None

    def mener(self, travail: Callable[[Avancer], None]) -> None:
        """Fait le travail, dans son fil ; ce qui l'arrête est gardé pour être dit."""
        self.debut = time.monotonic()
        try:
            travail(self._noter)
        except BaseException as levee:  # noqa: BLE001 (le bord du fil : tout se dit, rien ne s'y perd)
            self.levee = levee
        self.fin = time.monotonic()

    def _noter(self, etape: Etape) -> None:
        self.etape = etape

    @property
    def est_finie(self) -> bool:
        """Vrai une fois publiée, ou arrêtée."""
        return self.fin is not None

    def a_fait(self, quoi: str) -> bool:
        """Vrai si c'est cela qui vient d'être produit, sans échec."""
        return self.quoi == quoi and self.est_finie and self.levee is None

    @property
    def secondes(self) -> int:
        """Depuis combien de temps, ou en combien de temps."""
        return int((self.fin or time.monotonic()) - self.debut)

    @property
    def erreur(self) -> ErreurGenerateur | None:
        """Ce qui l'a arrêtée."""
        if self.levee is None or isinstance(self.levee, ErreurGenerateur):
            return self.levee
        return expliquer_imprevu(self.levee if isinstance(self.levee, Exception) else RuntimeError("arrêt"))

    @property
    def etapes(self) -> list[tuple[Etape, Etat]]:
        """Chaque étape et où l'on en est ; vide pour ce qui tient en un geste."""
        if self.quoi not in A_PLUSIEURS_ETAPES:
            return []
        if self.est_finie and self.levee is None:
            return [(etape, "faite") for etape in Etape]
        toutes = list(Etape)
        ici = toutes.index(self.etape) if self.etape else -1
        au_point: Etat = "arretee" if self.est_finie else "courante"
        return [
            (etape, "faite" if rang < ici else au_point if rang == ici else "a_venir")
            for rang, etape in enumerate(toutes)
        ]

    @property
    def dite(self) -> str:
        """Où l'on en est, en un mot : ce que les lecteurs d'écran entendent quand il change."""
        if self.est_finie:
            return "Production arrêtée" if self.levee else "Production terminée"
        return str(self.etape or "Production en attente")


class Fabrications:
    """Les productions par dossier. À fermer en partant."""

    def __init__(self) -> None:
        self._fil = ThreadPoolExecutor(max_workers=1, thread_name_prefix="production")
        self._verrou = threading.Lock()
        self._par_dossier: dict[str, Fabrication] = {}

    def trouver(self, dossier: str) -> Fabrication | None:
        """La dernière production de ce dossier depuis que la page est ouverte, telle qu'elle est à cet instant."""
        presente = self._par_dossier.get(dossier)
        return replace(presente) if presente else None

    def lancer(self, dossier: str, fabrication: Fabrication, travail: Callable[[Avancer], None]) -> None:
        """Met la production en route ; la même, déjà en cours, n'est pas lancée deux fois.

        Lève ErreurUsage si le dossier est occupé à autre chose : la demande ne se perd pas en silence.
        """
        with self._verrou:
            presente = self._par_dossier.get(dossier)
            if presente is not None and not presente.est_finie:
                if presente.demandee == fabrication.demandee:
                    return
                raise ErreurUsage(
                    "une autre production est en cours pour ce dossier",
                    remede="« Ce qui est produit » la montre ; recommencer quand elle sera finie.",
                )
            self._par_dossier[dossier] = fabrication
            self._fil.submit(fabrication.mener, travail)

    def fermer(self) -> None:
        """Laisse finir la production en cours."""
        self._fil.shutdown(wait=True, cancel_futures=True)

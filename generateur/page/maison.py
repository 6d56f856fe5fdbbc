"""Ce que la page sait tant qu'elle est ouverte : où sont les dossiers, quel jour on est, les moteurs tenus au chaud.

Les moteurs s'ouvrent à la première production et servent ensuite ; les productions se font l'une après l'autre.
"""

import contextlib
import datetime as dt
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generateur.operations.chiffres_gardes import ChiffresGardes
from generateur.operations.outillage import Moteurs, OutilsPieces, ouvrir_moteurs, ouvrir_outils
from generateur.operations.recus import Recus
from generateur.operations.vitrine import Vitrine
from generateur.page.garde import Seance

_ONGLETS_GARDES = 2000


@dataclass(frozen=True)
class Lieux:
    """Les répertoires de l'utilisateur, et ses modèles Word s'il en a."""

    racine: Path
    sortie: Path
    modeles: Path | None = None


@dataclass
class Onglets:
    """La version du dossier que chaque page ouverte a montrée ou écrite en dernier : deux mains ne s'écrasent pas."""

    _versions: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def ouvrir(self, version: str) -> str:
        """Un nom pour la page qui s'affiche, avec la version qu'elle montre."""
        nom = secrets.token_urlsafe(9)
        self.noter(nom, version)
        return nom

    def noter(self, nom: str, version: str) -> None:
        """Cette page vient d'écrire ou de relire cette version."""
        with self._verrou:
            self._versions[nom] = version
            self._versions.move_to_end(nom)
            while len(self._versions) > _ONGLETS_GARDES:
                self._versions.popitem(last=False)

    def version(self, nom: str) -> str:
        """La version que cette page connaît, vide si le programme a été relancé depuis."""
        with self._verrou:
            return self._versions.get(nom, "")


class Maison:
    """L'état d'un lancement, partagé par les fils qui répondent. À fermer en partant."""

    def __init__(self, lieux: Lieux, horloge: Callable[[], dt.date], reveler: Callable[[Path], None]) -> None:
        self.lieux, self.aujourd_hui, self.reveler = lieux, horloge, reveler
        self.seance, self.onglets, self.recus = Seance(), Onglets(), Recus()
        self.vitrine, self.chiffres = Vitrine(lieux.racine, lieux.sortie), ChiffresGardes(lieux.racine)
        self._pile = contextlib.ExitStack()
        self._fermetures: list[Callable[[], None]] = []
        self._verrou, self._une_production = threading.RLock(), threading.Lock()
        self._outils: OutilsPieces | None = None
        self._moteurs: Moteurs | None = None

    def outils(self) -> OutilsPieces:
        """De quoi lire les pièces ; ouvert une fois."""
        with self._verrou:
            if self._outils is None:
                self._outils = self._pile.enter_context(ouvrir_outils())
            return self._outils

    @contextlib.contextmanager
    def produire(self) -> Iterator[Moteurs]:
        """Les moteurs, pour soi seul le temps d'une production."""
        with self._une_production:
            with self._verrou:
                if self._moteurs is None:
                    self._moteurs = self._pile.enter_context(ouvrir_moteurs(None))
            yield self._moteurs

    def a_fermer(self, fermeture: Callable[[], None]) -> None:
        """Ce qu'il faudra arrêter en partant, avant les moteurs."""
        self._fermetures.append(fermeture)

    def fermer(self) -> None:
        """Arrête les moteurs et efface ce qui est provisoire ; attend la production en cours."""
        for fermeture in self._fermetures:
            fermeture()
        with self._une_production:
            self._pile.close()
            self.recus.fermer()

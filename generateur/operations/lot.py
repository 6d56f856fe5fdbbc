"""Un lot : chaque dossier est produit ou refusé seul ; ce qui n'a pas changé n'est pas refait.

Le parent seul suit l'avancement ; les travaux vont à un exécutant, qui en rend les résultats dans l'ordre.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from generateur.contrats import Executant
from generateur.dependances import lister_exemples
from generateur.lecture.jumeaux import trouver_jumeaux
from generateur.lecture.socle import lister_dossiers
from generateur.publication.echange import reparer_tout
from generateur.reglages import Reglages, Resultat, Travail


@dataclass(frozen=True)
class Avancee:
    """Un dossier vient d'être fait : son rang, compté à partir de 1, sur le total."""

    rang: int
    total: int
    resultat: Resultat


@dataclass(frozen=True)
class Bilan:
    """Le bilan d'un lot, dans l'ordre des dossiers."""

    dossiers: tuple[Resultat, ...]
    prevus: int = 0
    executant: str = "sequentiel"
    duree_s: float = 0.0

    @property
    def est_interrompu(self) -> bool:
        """Vrai si des dossiers restent à faire."""
        return len(self.dossiers) < self.prevus

    def combien(self, etat: str) -> int:
        """Nombre de dossiers dans cet état."""
        return sum(resultat.etat == etat for resultat in self.dossiers)

    @property
    def refuses(self) -> int:
        """Dossiers refusés pour leurs constats."""
        return self.combien("refuse")

    @property
    def en_echec(self) -> int:
        """Dossiers en échec pour une autre cause."""
        return self.combien("en_echec")


def produire_lot(
    source: Path,
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    executant: Executant,
    avancer: Callable[[Avancee], None],
    deposes: bool = False,
    est_interrompu: Callable[[], bool] = lambda: False,
) -> Bilan:
    """Produit chaque dossier de source ; un répertoire qui n'en est pas un a sa ligne, et dit pourquoi.

    `deposes` : refait aussi les dossiers déjà déposés ou communiqués, que le lot laisse sinon tels quels.
    `est_interrompu` : demandé avant chaque dossier ; vrai, ceux qui sont en main s'achèvent et le lot s'arrête là.
    Lève ErreurLecture si source ne contient rien.
    """
    commun = Travail(source=source, sortie=sortie, jour=jour, au=au, reglages=reglages, deposes=deposes)
    return _enchainer(lister_dossiers(source, sauf=sortie), commun, executant, avancer, est_interrompu)


def produire_exemples(
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    executant: Executant,
    avancer: Callable[[Avancee], None],
) -> Bilan:
    """Produit les dossiers d'exemple livrés avec le programme."""
    commun = Travail(source=sortie, sortie=sortie, jour=jour, au=au, reglages=reglages)
    return _enchainer(lister_exemples(), commun, executant, avancer, lambda: False)


def _enchainer(
    chemins: list[Path],
    commun: Travail,
    executant: Executant,
    avancer: Callable[[Avancee], None],
    est_interrompu: Callable[[], bool],
) -> Bilan:
    reparer_tout(commun.sortie)
    jumeaux = trouver_jumeaux(chemins)

    def travaux() -> Iterator[Travail]:
        for chemin in chemins:
            if est_interrompu():
                return
            yield commun.model_copy(update={"source": chemin, "jumeaux": jumeaux.get(chemin, ())})

    resultats, debut = [], time.perf_counter()
    with closing(_fermable(executant.executer(travaux()))) as suite:
        for rang, resultat in enumerate(suite, start=1):
            resultats.append(resultat)
            avancer(Avancee(rang, len(chemins), resultat))
    return Bilan(tuple(resultats), prevus=len(chemins), executant=executant.nom, duree_s=time.perf_counter() - debut)


def _fermable(suite: Iterator[Resultat]) -> Generator[Resultat]:
    """Le même itérateur, qu'on peut fermer : ce qui est en marche s'arrête avec lui."""
    yield from suite

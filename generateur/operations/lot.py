"""Un lot : chaque dossier est produit ou refusé seul ; ce qui n'a pas changé n'est pas refait.

Le parent seul suit l'avancement ; les travaux vont à un exécutant, qui en rend les résultats dans l'ordre.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from generateur.erreurs import ErreurEcriture
from generateur.operations.entree_du_lot import EntreeDuLot, ouvrir_entree, suivre_chemins
from generateur.operations.executants import Executant
from generateur.operations.exemples import lister_exemples
from generateur.operations.journal_lot import JournalLot
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.piles import Piles, choisir_ecritoire, ranger_en_piles, trouver_classement
from generateur.publication.echange import reparer_tout
from generateur.publication.magasin import Adresse
from generateur.reglages import Reglages, Resultat, Travail


@dataclass(frozen=True)
class Avancee:
    """Un dossier vient d'être fait : son rang, compté à partir de 1, sur le total ; `source` : où il est."""

    rang: int
    total: int
    resultat: Resultat
    source: Path = Path()


@dataclass(frozen=True)
class Bilan:
    """Le bilan d'un lot, dans l'ordre des dossiers."""

    dossiers: JournalLot
    prevus: int = 0
    executant: str = "sequentiel"
    duree_s: float = 0.0
    piles: Piles = field(default_factory=Piles)

    @property
    def est_interrompu(self) -> bool:
        """Vrai si des dossiers restent à faire."""
        return len(self.dossiers) < self.prevus

    def combien(self, etat: str) -> int:
        """Nombre de dossiers dans cet état."""
        return self.dossiers.etats[etat]

    @property
    def refuses(self) -> int:
        """Dossiers refusés pour leurs constats."""
        return self.combien("refuse")

    @property
    def en_echec(self) -> int:
        """Dossiers en échec pour une autre cause."""
        return self.combien("en_echec")


def produire_lot(
    source: Path | Adresse,
    sortie: Path | Adresse,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    executant: Executant,
    avancer: Callable[[Avancee], None],
    deposes: bool = False,
    classement: str | None = None,
    est_a_inscrire: bool = False,
    est_interrompu: Callable[[], bool] = lambda: False,
) -> Bilan:
    """Produit chaque dossier de source ; un répertoire qui n'en est pas un a sa ligne, et dit pourquoi.

    `deposes` : refait aussi les dossiers déjà déposés ou communiqués, que le lot laisse sinon tels quels.
    `classement` : range en piles, le lot fini, ce qui doit partir ; un lot interrompu n'en fait pas.
    `est_a_inscrire` : chaque résultat porte de quoi l'inscrire au registre.
    `est_interrompu` : demandé avant chaque dossier ; vrai, ceux qui sont en main s'achèvent et le lot s'arrête là.
    Lève ErreurLecture si source ne contient rien, ErreurUsage si le classement est inconnu, ErreurUsage ou
    ErreurOutilAbsent si un magasin ne convient pas.
    """
    est_au_loin = isinstance(sortie, Adresse)
    est_a_classer = bool(classement and trouver_classement(classement))
    commun = Travail(
        source=Path(),
        sortie=Path() if est_au_loin else sortie,
        vers=str(sortie) if est_au_loin else None,
        jour=jour,
        au=au,
        reglages=reglages,
        deposes=deposes,
        est_a_classer=est_a_classer,
        est_a_inscrire=est_a_inscrire,
    )
    bilan = _enchainer(ouvrir_entree(source, sortie), commun, executant, avancer, est_interrompu)
    if classement is None or bilan.est_interrompu:
        return bilan
    with ouvrir_moteurs(reglages.rendu, coeurs=0) as moteurs:
        ecritoire = choisir_ecritoire(reglages, moteurs)
        return replace(bilan, piles=ranger_en_piles(bilan.dossiers, classement, sortie, jour=jour, ecritoire=ecritoire))


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
    reparer_tout(sortie)
    return _enchainer(suivre_chemins(lister_exemples()), commun, executant, avancer, lambda: False)


def _enchainer(
    entree: EntreeDuLot,
    commun: Travail,
    executant: Executant,
    avancer: Callable[[Avancee], None],
    est_interrompu: Callable[[], bool],
) -> Bilan:
    def travaux() -> Iterator[Travail]:
        for chemin in entree.chemins:
            if est_interrompu():
                return
            yield commun.model_copy(update=entree.preciser(chemin))

    journal, debut = JournalLot(), time.perf_counter()
    try:
        with closing(_fermable(executant.executer(travaux()))) as suite:
            for rang, resultat in enumerate(suite, start=1):
                journal.ajouter(resultat)
                avancer(Avancee(rang, len(entree.chemins), resultat, entree.chemins[rang - 1]))
    except BaseException:  # arrêté en route : ce que les processus tués laissent dans la sortie n'y reste pas
        with suppress(ErreurEcriture):
            if commun.vers is None:  # dans un magasin, rien n'est à moitié là qui passe pour entier
                reparer_tout(commun.sortie)
        raise
    duree = time.perf_counter() - debut
    return Bilan(journal, prevus=len(entree.chemins), executant=executant.nom, duree_s=duree)


def _fermable(suite: Iterator[Resultat]) -> Generator[Resultat]:
    """Le même itérateur, qu'on peut fermer : ce qui est en marche s'arrête avec lui."""
    yield from suite

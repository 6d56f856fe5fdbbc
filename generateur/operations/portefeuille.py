"""Les dossiers d'un répertoire, lus un à un : ce qui ne se lit pas est nommé, jamais tu."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generateur.erreurs import ErreurGenerateur
from generateur.lecture.jumeaux import garder_un_jumeau, refuser_jumeau
from generateur.lecture.socle import DossierLu, lire_dossier, lister_dossiers

Lire = Callable[[Path], DossierLu]


@dataclass(frozen=True)
class Ecarte:
    """Un répertoire laissé de côté, et pourquoi."""

    chemin: Path
    erreur: ErreurGenerateur


@dataclass(frozen=True)
class Portefeuille:
    """Les dossiers lus, par nom de répertoire, et ceux qui n'ont pas pu l'être."""

    lus: tuple[DossierLu, ...]
    ecartes: tuple[Ecarte, ...]
    est_seul: bool = False  # un dossier demandé seul


def lire_portefeuille(source: Path, sauf: Path | None = None, lire: Lire = lire_dossier) -> Portefeuille:
    """Un dossier, ou chacun d'un répertoire, `sauf` la sortie ; de deux dossiers de même référence, un seul compte.

    `lire` : comment, pour qui en garde la lecture.

    Lève ErreurLecture si rien n'est là, ou si le seul dossier demandé ne se lit pas.
    """
    chemins = lister_dossiers(source, sauf)
    lus: dict[Path, DossierLu] = {}
    ecartes: dict[Path, ErreurGenerateur] = {}
    for chemin in chemins:
        try:
            lus[chemin] = lire(chemin)
        except ErreurGenerateur as erreur:
            if chemins == [source]:
                raise
            ecartes[chemin] = erreur
    for chemin, jumeau in garder_un_jumeau(chemins, {c: lu.dossier.reference for c, lu in lus.items()}).items():
        if (laisse := lus.pop(chemin, None)) is not None:
            ecartes[chemin] = refuser_jumeau(laisse.source, jumeau)
    tous = tuple(Ecarte(chemin, ecartes[chemin]) for chemin in chemins if chemin in ecartes)
    return Portefeuille(tuple(lus.values()), tous, est_seul=chemins == [source])

"""Les dossiers d'un répertoire, lus un à un : ce qui ne se lit pas est nommé, jamais tu."""

from dataclasses import dataclass
from pathlib import Path

from generateur.erreurs import ErreurGenerateur
from generateur.lecture.jumeaux import garder_un_jumeau, refuser_jumeau
from generateur.lecture.socle import DossierLu, lire_dossier, lister_dossiers


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


def lire_portefeuille(source: Path, sauf: Path | None = None) -> Portefeuille:
    """Un dossier, ou chacun d'un répertoire, `sauf` la sortie ; de deux dossiers de même référence, un seul compte.

    Lève ErreurLecture si rien n'est là, ou si le seul dossier demandé ne se lit pas.
    """
    chemins = lister_dossiers(source, sauf)
    jumeaux = garder_un_jumeau(chemins)
    lus: list[DossierLu] = []
    ecartes: list[Ecarte] = []
    for chemin in chemins:
        try:
            lu = lire_dossier(chemin)
            if jumeau := jumeaux.get(chemin):
                raise refuser_jumeau(lu.source, jumeau)
            lus.append(lu)
        except ErreurGenerateur as erreur:
            if chemins == [source]:
                raise
            ecartes.append(Ecarte(chemin, erreur))
    return Portefeuille(tuple(lus), tuple(ecartes), est_seul=chemins == [source])

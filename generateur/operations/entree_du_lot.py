"""D'où viennent les dossiers d'un lot, et où ils vont : un répertoire ou un magasin d'objets, de chaque côté."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurLecture
from generateur.lecture.jumeaux import trouver_jumeaux
from generateur.lecture.socle import REPERTOIRE_DES_PROFILS, SOURCES_A_IMPORTER, lister_dossiers
from generateur.publication.echange import reparer_tout
from generateur.publication.magasin import Adresse, Magasin

_FICHIER = "dossier.toml"


@dataclass(frozen=True)
class EntreeDuLot:
    """Les dossiers, dans l'ordre, et ce que le travail de chacun a de propre."""

    chemins: list[Path]
    preciser: Callable[[Path], dict[str, Any]]


def ouvrir_entree(source: Path | Adresse, sortie: Path | Adresse) -> EntreeDuLot:
    """Liste les dossiers et répare ou sonde la sortie.

    Lève ErreurLecture s'il n'y a rien, ErreurUsage si le magasin de sortie n'honore pas l'écriture conditionnelle,
    ErreurOutilAbsent s'il ne répond pas.
    """
    if isinstance(sortie, Adresse):
        Magasin(sortie).sonder()
    else:
        reparer_tout(sortie)
    if isinstance(source, Adresse):
        return _entrer_au_magasin(source, sortie)
    return suivre_chemins(lister_dossiers(source, sauf=None if isinstance(sortie, Adresse) else sortie))


def suivre_chemins(chemins: list[Path]) -> EntreeDuLot:
    """Des dossiers de ce disque ; ceux qui se disputent une référence le savent."""
    jumeaux = trouver_jumeaux(chemins)
    return EntreeDuLot(chemins, lambda chemin: {"source": chemin, "jumeaux": jumeaux.get(chemin, ())})


def _entrer_au_magasin(source: Adresse, sortie: Path | Adresse) -> EntreeDuLot:
    """Deux dossiers n'y ont pas la même référence : chacun porte la sienne dans son nom, ce que le travail vérifie."""
    source, noms = lister_au_magasin(source, sortie)
    return EntreeDuLot(
        [Path(nom) / _FICHIER for nom in noms],
        lambda chemin: {
            "source": chemin,
            "depuis": str(source / chemin.parent.name),
        },
    )


def lister_au_magasin(source: Adresse, sortie: Path | Adresse) -> tuple[Adresse, list[str]]:
    """Un dossier par préfixe, qu'il se lise ou non ; un seul si l'adresse est celle d'un dossier.

    Rend l'endroit où ils sont, et leurs noms. Lève ErreurLecture s'il n'y en a pas, ErreurOutilAbsent.
    """
    if source.cle and Magasin(source).version(_FICHIER) is not None:
        source, noms = source.parente, [source.nom]
    else:
        exclus = {REPERTOIRE_DES_PROFILS, SOURCES_A_IMPORTER}
        if isinstance(sortie, Adresse) and sortie.parente == source:
            exclus.add(sortie.nom)
        trouves = Magasin(source).lister_repertoires()
        noms = [nom for nom in trouves if nom not in exclus and not nom.startswith(".")]
    if not noms:
        raise ErreurLecture(
            "aucun dossier ici",
            lieu=str(source),
            remede=f"Donner une adresse sous laquelle chaque dossier est REFERENCE/{_FICHIER}.",
        )
    return source, noms

"""Tous les fichiers qu'un dossier désigne, reconnus à leur type : la clé peut porter n'importe quel nom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generateur.domaine.dossier import Dossier
from generateur.domaine.socle import CheminDePiece, Donnee


@dataclass(frozen=True)
class Mention:
    """Un fichier désigné : où (« factures[1].fichier »), lequel, et les valeurs saisies à côté de lui."""

    lieu: str
    chemin: CheminDePiece
    voisines: Mapping[str, Any]

    @property
    def cle(self) -> str:
        """Le nom de la clé qui désigne le fichier, sans son rang."""
        return self.lieu.rpartition(".")[2].partition("[")[0]


def relever_chemins(valeur: Any, lieu: str = "") -> Iterator[Mention]:
    """Chaque fichier désigné, dans l'ordre des clés ; les rangs des listes comptent à partir de 1."""
    yield from _parcourir(valeur, lieu, {})


def _parcourir(valeur: Any, lieu: str, voisines: Mapping[str, Any]) -> Iterator[Mention]:
    if isinstance(valeur, CheminDePiece):
        yield Mention(lieu, valeur, voisines)
    elif isinstance(valeur, list | tuple):
        for rang, element in enumerate(valeur, start=1):
            yield from _parcourir(element, f"{lieu}[{rang}]", voisines)
    elif isinstance(valeur, Donnee | Mapping):
        champs = _champs(valeur)
        for cle, contenu in champs.items():
            yield from _parcourir(contenu, f"{lieu}.{cle}" if lieu else cle, champs)


def _champs(valeur: Donnee | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(valeur, Mapping):
        return valeur
    return {cle: getattr(valeur, cle) for cle in type(valeur).model_fields}


def fichiers_designes(dossier: Dossier) -> frozenset[str]:
    """Tout fichier que le dossier nomme : ses pièces, et les actes que [suivi] garde pour les suites."""
    actes = dossier.suivi.fichiers if dossier.suivi else ()
    chemins = (*(mention.chemin for mention in relever_chemins(dossier)), *actes)
    return frozenset(PurePosixPath(chemin.replace("\\", "/")).as_posix() for chemin in chemins)

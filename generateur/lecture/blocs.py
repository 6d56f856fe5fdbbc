"""Un dossier incomplet se lit : ce qui est vide est absent, ce qu'un bloc ne dit pas encore se demande.

Sont exigés pour lire : la référence, les noms des parties, le numéro et le montant de chaque facture. Un autre bloc
auquel manque une clé sans laquelle il ne dit rien est laissé de côté, et un constat le demande.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from generateur.calculs.qualites import deduire_nature
from generateur.domaine.chemins_de_cle import Origines, nommer
from generateur.domaine.socle import CleManquante, est_vide
from generateur.lecture.messages import donner_exemple, ecarter_variantes

Modele = TypeVar("Modele", bound=BaseModel)
Lieu = tuple[str | int, ...]
# Blocs sans lesquels il n'y a pas de dossier : une clé qui y manque reste une faute de lecture.
_EXIGES = (("creancier",), ("debiteurs", 0), ("factures", 0))


@dataclass(frozen=True)
class BlocIncomplet:
    """Un bloc laissé de côté : son chemin, les clés qui manquent, et ce qu'on y écrirait, ligne par ligne."""

    chemin: Lieu
    cles: tuple[str, ...]
    exemple: str

    @property
    def lieu(self) -> str:
        """L'endroit, tel que l'utilisateur l'a écrit."""
        return nommer(self.chemin)


def completer_natures(donnees: Mapping[str, Any]) -> dict[str, Any]:
    """La nature de chaque partie, déduite de sa forme, de sa qualité ou de son SIREN quand elle n'est pas saisie."""
    completes = dict(donnees)
    for cle in ("creancier", "mandataire"):
        if cle in completes:
            completes[cle] = _completer_nature(completes[cle])
    if isinstance(completes.get("debiteurs"), list):
        completes["debiteurs"] = [_completer_nature(debiteur) for debiteur in completes["debiteurs"]]
    return completes


def _completer_nature(partie: Any) -> Any:
    if not isinstance(partie, Mapping) or partie.get("nature"):
        return partie
    nature = deduire_nature(partie)
    return {**partie, "nature": nature} if nature else partie


def valider(modele: type[Modele], donnees: Any, racine: Lieu = ()) -> tuple[Modele, Any, tuple[BlocIncomplet, ...]]:
    """Le modèle validé, ses données, et les blocs laissés de côté. Lève ValidationError pour toute autre faute.

    `racine` : où le modèle se trouve dans le dossier.
    """
    incomplets: list[BlocIncomplet] = []
    while True:
        try:
            return modele.model_validate(donnees), donnees, tuple(incomplets)
        except ValidationError as erreur:
            manques = _relever_manques(erreur, modele, donnees, racine)
            if not manques:
                raise
        for bloc, cles in manques.items():
            if est_vide(_lire(donnees, bloc)):
                continue  # un bloc entièrement vide est un bloc absent
            exemples = (f"{cle} = {donner_exemple((*bloc, cle), modele)}" for cle in cles)
            incomplets.append(BlocIncomplet((*racine, *bloc), tuple(cles), "\n".join(exemples)))
        donnees = _ecarter(donnees, manques)


def _relever_manques(
    erreur: ValidationError, modele: type[BaseModel], donnees: Any, racine: Lieu
) -> dict[Lieu, list[str]]:
    """Les clés qui manquent, par bloc à laisser de côté."""
    manques: dict[Lieu, list[str]] = {}
    for detail in erreur.errors(include_url=False):
        lieu = ecarter_variantes(detail["loc"], modele)
        cause = detail.get("ctx", {}).get("error")
        if detail["type"] == "missing":
            lieu = ecarter_variantes(detail["loc"][:-1], modele)
            cle = str(detail["loc"][-1])
        elif isinstance(cause, CleManquante):
            cle = cause.cle
        else:
            continue
        if lieu and (racine or not _est_exige(lieu)) and _lire(donnees, lieu) is not None:
            manques.setdefault(lieu, []).append(cle)
    return manques


def _est_exige(bloc: Lieu) -> bool:
    return tuple(0 if isinstance(partie, int) else partie for partie in bloc) in _EXIGES


def _lire(donnees: Any, lieu: Lieu) -> Any:
    for partie in lieu:
        try:
            donnees = donnees[partie]
        except (KeyError, IndexError, TypeError):
            return None
    return donnees


def _ecarter(donnees: Any, blocs: Iterable[Lieu]) -> Any:
    """Les données sans ces blocs ; rien n'est modifié en place."""
    ici = {bloc[0] for bloc in blocs if len(bloc) == 1}
    dessous: dict[str | int, list[Lieu]] = {}
    for bloc in blocs:
        if len(bloc) > 1:
            dessous.setdefault(bloc[0], []).append(bloc[1:])
    paires: Any = donnees.items() if isinstance(donnees, Mapping) else enumerate(donnees)
    gardees = [(cle, _ecarter(v, dessous[cle]) if cle in dessous else v) for cle, v in paires if cle not in ici]
    return dict(gardees) if isinstance(donnees, Mapping) else [v for _, v in gardees]


def suivre_origines(origines: Origines, incomplets: Iterable[BlocIncomplet]) -> Origines:
    """La ligne de chaque clé, une fois les blocs laissés de côté retirés de leurs listes : les suivants reculent."""
    suivies = dict(origines)
    for bloc in sorted((b.chemin for b in incomplets if isinstance(b.chemin[-1], int)), key=str, reverse=True):
        suivies = {_reculer(lieu, bloc): ligne for lieu, ligne in suivies.items() if lieu[: len(bloc)] != bloc}
    return suivies


def _reculer(lieu: Lieu, retire: Lieu) -> Lieu:
    fin = len(retire) - 1
    rang, borne = (lieu[fin] if len(lieu) > fin else None), retire[fin]
    if lieu[:fin] == retire[:fin] and isinstance(rang, int) and isinstance(borne, int) and rang > borne:
        return (*lieu[:fin], rang - 1, *lieu[fin + 1 :])
    return lieu

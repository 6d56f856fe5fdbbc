"""Un lot : chaque dossier est produit ou refusé seul ; ce qui n'a pas changé n'est pas refait.

Le parent seul suit l'avancement ; les travaux vont à un exécutant, qui en rend les résultats dans l'ordre.
"""

import datetime as dt
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from generateur.contrats import Executant
from generateur.dependances import lister_exemples
from generateur.domaine.langue import montant
from generateur.lecture.socle import lire_reference, lister_dossiers
from generateur.procedures.registre import trouver_procedure
from generateur.publication.echange import reparer_tout
from generateur.redaction.typographie import pluriel
from generateur.reglages import Reglages, Resultat, Travail

_ETATS = {"produit": "produit", "a_jour": "déjà à jour", "refuse": "refusé", "en_echec": "en échec"}


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

    def en_json(self) -> dict[str, Any]:
        """Objet du contrat d'interface ; un dossier à jour compte parmi les produits."""
        return {
            "total": len(self.dossiers),
            "produits": self.combien("produit") + self.combien("a_jour"),
            "refuses": self.refuses,
            "en_echec": self.en_echec,
            "duree_s": round(self.duree_s, 1),
            "debit": round(len(self.dossiers) / self.duree_s, 2) if self.duree_s else 0.0,
            "executant": self.executant,
            "dossiers": [resultat.model_dump() for resultat in self.dossiers],
        }


def produire_lot(
    source: Path,
    sortie: Path,
    *,
    jour: dt.date,
    au: dt.date | None,
    reglages: Reglages,
    executant: Executant,
    avancer: Callable[[str], None],
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
    avancer: Callable[[str], None],
) -> Bilan:
    """Produit les dossiers d'exemple livrés avec le programme."""
    commun = Travail(source=sortie, sortie=sortie, jour=jour, au=au, reglages=reglages)
    return _enchainer(lister_exemples(), commun, executant, avancer, lambda: False)


def _enchainer(
    chemins: list[Path],
    commun: Travail,
    executant: Executant,
    avancer: Callable[[str], None],
    est_interrompu: Callable[[], bool],
) -> Bilan:
    reparer_tout(commun.sortie)
    jumeaux = _trouver_jumeaux(chemins)

    def travaux() -> Iterator[Travail]:
        for chemin in chemins:
            if est_interrompu():
                return
            yield commun.model_copy(update={"source": chemin, "jumeaux": jumeaux.get(chemin, ())})

    resultats, debut = [], time.perf_counter()
    with closing(_fermable(executant.executer(travaux()))) as suite:
        for rang, resultat in enumerate(suite, start=1):
            resultats.append(resultat)
            avancer(f"[{rang}/{len(chemins)}] {resultat.reference} : {_ETATS[resultat.etat]}")
    return Bilan(tuple(resultats), prevus=len(chemins), executant=executant.nom, duree_s=time.perf_counter() - debut)


def _fermable(suite: Iterator[Resultat]) -> Generator[Resultat]:
    """Le même itérateur, qu'on peut fermer : ce qui est en marche s'arrête avec lui."""
    yield from suite


def _trouver_jumeaux(chemins: list[Path]) -> dict[Path, tuple[Path, ...]]:
    """Dossiers qui se disputeraient la même sortie ; la casse ne distingue pas deux noms sur certains disques."""
    par_reference: dict[str, list[Path]] = {}
    for chemin in chemins:
        if reference := lire_reference(chemin).casefold():
            par_reference.setdefault(reference, []).append(chemin)
    return {
        chemin: tuple(autre for autre in memes if autre != chemin)
        for memes in par_reference.values()
        if len(memes) > 1
        for chemin in memes
    }


def presenter_bilan(bilan: Bilan) -> str:
    """Tableau du lot : une ligne par dossier, puis le compte et ce qu'il faut ouvrir."""
    largeur = max((len(r.reference) for r in bilan.dossiers), default=0)
    lignes = [ligne for resultat in bilan.dossiers for ligne in _decrire(resultat, largeur)]
    lignes += [
        "",
        f"{pluriel(len(bilan.dossiers), 'dossier')} : {pluriel(bilan.combien('produit'), 'produit')}, "
        f"{bilan.combien('a_jour')} déjà à jour, {pluriel(bilan.refuses, 'refusé')}, {bilan.en_echec} en échec.",
    ]
    nouveaux_dabord = sorted(bilan.dossiers, key=lambda resultat: resultat.etat != "produit")
    if ouvrir := next((r.fichier for r in nouveaux_dabord if r.fichier), None):
        lignes.append(f"À ouvrir d'abord : {ouvrir}")
    return "\n".join(lignes)


def _decrire(resultat: Resultat, largeur: int) -> list[str]:
    debut = f"{resultat.reference:<{largeur}}  "
    if resultat.procedure and resultat.total:
        libelle = trouver_procedure(resultat.procedure).libelle
        suite = [ligne for ligne in (resultat.message, resultat.fichier) if ligne]
        return [
            f"{debut}{montant(Decimal(resultat.total)):>14}  {libelle}",
            *(f"{'':<{largeur}}  {ligne}" for ligne in suite),
        ]
    premiere, *suite = resultat.message.splitlines()
    return [f"{debut}{_ETATS[resultat.etat]} : {premiere}", *(f"{'':<{largeur}}  {ligne}" for ligne in suite)]

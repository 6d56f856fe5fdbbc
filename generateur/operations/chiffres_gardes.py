"""Les chiffres du tableau et des échéances, gardés d'une ouverture de la page à l'autre.

Sous l'empreinte de tout ce qui les détermine : les dossiers, les profils et les réglages de la racine (un profil plus
loin est refusé), les tables du droit, le programme, le jour. Un octet change, et tout se refait ; les dossiers que la
page a déjà lus et qui n'ont pas changé ne se relisent pas.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from generateur.calculs.echeances import Echeance
from generateur.calculs.etapes import RecouvreParEtape
from generateur.calculs.indicateurs import Indicateur
from generateur.calculs.provision import HorsSommes
from generateur.lecture.socle import DossierLu, lire_dossier, lister_lecteurs, trouver_source
from generateur.operations.apercus_gardes import resumer, resumer_savoir
from generateur.operations.echeances import lister_echeances
from generateur.operations.portefeuille import Lire
from generateur.operations.tableau_de_bord import Groupe, LigneBalance, dresser_tableau
from generateur.surveillance.contenus import Contenus
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

NOM_CACHE = "chiffres"
_SUR_LE_DISQUE = 50  # deux par jour et par état des dossiers
_C = TypeVar("_C")


@dataclass(frozen=True)
class LigneDebiteur:
    """Ce que doit un débiteur, tous ses dossiers réunis."""

    nom: str
    references: tuple[str, ...]
    encours: Decimal
    echu: Decimal
    provision: Decimal


@dataclass(frozen=True)
class ChiffresTableau:
    """Ce que la page montre du tableau ; `ecartes` : le nom de chaque dossier qui n'y entre pas, et pourquoi."""

    au: dt.date
    dossiers: int
    indicateurs: tuple[Indicateur, ...]
    balance: tuple[LigneBalance, ...]
    etapes: tuple[RecouvreParEtape, ...]
    debiteurs: tuple[LigneDebiteur, ...]
    dehors: tuple[HorsSommes, ...]
    ecartes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DateATenir:
    """Une échéance datée, et le dossier qui la porte."""

    echeance: Echeance
    reference: str
    debiteur: str


@dataclass(frozen=True)
class ChiffresEcheances:
    """Les dates de tous les dossiers, la plus proche d'abord ; `illisibles` : nom, et pourquoi."""

    dates: tuple[DateATenir, ...]
    illisibles: tuple[tuple[str, str], ...]


class ChiffresGardes:
    """Ceux des dossiers de cette racine."""

    def __init__(self, racine: Path) -> None:
        self._racine = racine
        self._contenus = Contenus()
        self._lectures = _Lectures(self._contenus)
        self._entrees = EntreesProuvees(dossier_de_cache() / NOM_CACHE, _SUR_LE_DISQUE)
        self._verrou = threading.Lock()

    def dresser_tableau(self, jour: dt.date) -> ChiffresTableau:
        """Les chiffres du tableau à ce jour. Lève comme l'opération, dont rien n'est alors gardé."""
        return self._tirer(jour, ChiffresTableau, _tirer_du_tableau)

    def lister_echeances(self, jour: dt.date) -> ChiffresEcheances:
        """Les dates à tenir vues de ce jour. Lève comme l'opération."""
        return self._tirer(jour, ChiffresEcheances, _tirer_des_echeances)

    def _tirer(self, jour: dt.date, genre: type[_C], calculer: Callable[[Path, dt.date, Lire], _C]) -> _C:
        forme = TypeAdapter(genre)
        with self._verrou:
            cle = self._resumer(jour, genre)
            if cle and (octets := self._entrees.lire(cle)) is not None:
                return forme.validate_json(octets)
            self._lectures.oublier_les_neuves()
            chiffres = calculer(self._racine, jour, self._lectures.lire)
            if cle and cle == self._resumer(jour, genre):  # rien n'a changé pendant qu'on calculait
                self._lectures.retenir_les_neuves()
                self._entrees.garder(cle, forme.dump_json(chiffres))
            return chiffres

    def _resumer(self, jour: dt.date, genre: type) -> str:
        """L'empreinte de tout ce dont ces chiffres dépendent ; vide si un lien mène à des dossiers rangés ailleurs."""
        racine = self._racine.resolve()
        if not racine.is_dir() or any(entree.is_symlink() for entree in racine.iterdir()):
            return ""
        dossiers = self._contenus.arbre(racine, lister_lecteurs())
        return resumer((genre.__name__, resumer_savoir(self._contenus, jour), str(self._racine), str(racine), dossiers))


class _Lectures:
    """Les dossiers déjà lus, chacun sous l'empreinte de son fichier et du profil qu'il cite."""

    def __init__(self, contenus: Contenus) -> None:
        self._contenus = contenus
        self._sues: dict[Path, tuple[tuple[str, ...], DossierLu]] = {}
        self._neuves: dict[Path, tuple[tuple[str, ...], DossierLu]] = {}

    def lire(self, chemin: Path) -> DossierLu:
        """Le dossier, tel qu'il est. Lève comme `lire_dossier`."""
        if (sue := self._sues.get(chemin)) and sue[0] == self._resumer(chemin, sue[1]):
            return sue[1]
        lu = lire_dossier(chemin)
        self._neuves[chemin] = self._resumer(chemin, lu), lu
        return lu

    def retenir_les_neuves(self) -> None:
        """Ce qui vient d'être lu n'a pas changé depuis."""
        self._sues.update(self._neuves)

    def oublier_les_neuves(self) -> None:
        """Rien ne dit que ce qui a été lu la fois d'avant était stable."""
        self._neuves.clear()

    def _resumer(self, chemin: Path, lu: DossierLu) -> tuple[str, ...]:
        profil = self._contenus.empreinte(lu.profil) if lu.profil else ""
        return str(trouver_source(chemin)), self._contenus.empreinte(lu.source), profil


def _tirer_du_tableau(racine: Path, jour: dt.date, lire: Lire) -> ChiffresTableau:
    tableau = dresser_tableau(racine, jour=jour, au=None, lire=lire)
    return ChiffresTableau(
        tableau.au,
        tableau.dossiers,
        tableau.indicateurs,
        tableau.balance,
        tableau.etapes,
        tuple(map(_resumer_groupe, tableau.debiteurs)),
        tableau.dehors,
        tuple((ecarte.chemin.name, ecarte.erreur.message) for ecarte in tableau.ecartes),
    )


def _resumer_groupe(groupe: Groupe) -> LigneDebiteur:
    encours, echu, provision = map(groupe.valeur, ("encours", "echu", "provision"))
    return LigneDebiteur(groupe.nom, groupe.references, encours, echu, provision)


def _tirer_des_echeances(racine: Path, jour: dt.date, lire: Lire) -> ChiffresEcheances:
    releve = lister_echeances(racine, jour, None, lire=lire)
    dates = [
        (echeance.date, DateATenir(echeance, reference, nom))
        for reference, nom, echeances in releve.dossiers
        for echeance in echeances
        if echeance.date
    ]
    triees = sorted(dates, key=lambda date: (date[0], date[1].reference))
    illisibles = tuple((chemin.name, erreur.message) for chemin, erreur in releve.illisibles)
    return ChiffresEcheances(tuple(date for _, date in triees), illisibles)

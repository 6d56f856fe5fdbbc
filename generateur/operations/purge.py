"""Purger : nommer ce qui a passé sa durée de conservation, puis, si on le confirme, l'effacer ou le pseudonymiser.

Rien ne part sans confirmation, ni ce qui n'est pas clos, ni ce dont on doute. Ce qui part quitte d'abord sa place d'un
seul geste : une purge interrompue ne laisse pas un dossier à moitié effacé.
"""

import contextlib
import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from generateur.calculs.conservation import (
    DU_TITRE,
    Conservation,
    Reperes,
    douter_des_dates,
    juger_conservation,
    reperer_dossier,
)
from generateur.erreurs import ErreurEcriture, ErreurGenerateur, ErreurLecture, ErreurUsage, raison_du_systeme
from generateur.lecture.jumeaux import trouver_jumeaux
from generateur.lecture.socle import lire_dossier, lister_dossiers, trouver_source
from generateur.operations.piles import situer_dans_les_piles
from generateur.publication.echange import occuper
from generateur.publication.inventaire_publie import est_de
from generateur.registre.base import Base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Plume
from generateur.registre.recherche import Affaire, lister_affaires
from generateur.surveillance.prive import dossier_de_cache

_EN_PURGE = ".purge"
_CACHES = ("annuaire", "apercus", "chiffres", "pieces", "rendus")  # ce qui y est vient des dossiers ; tout s'y refait
_SANS_DATE = frozenset({"inscrit", "produit", "purge"})  # le jour où on l'a écrit, non celui d'un fait


@dataclass(frozen=True)
class Juge:
    """Un dossier ou une affaire, et ce qui en est jugé ; `lieux` : ce qui serait effacé, `numero` : au registre."""

    reference: str
    conservation: Conservation
    lieux: tuple[Path, ...] = ()
    numero: int | None = None

    @property
    def est_purgeable(self) -> bool:
        """Vrai si rien ne le retient."""
        return not self.conservation.raison


@dataclass(frozen=True)
class Purge:
    """Ce qui part, ce qui reste et pourquoi ; `supprimes` et `echecs` : ce qui a été fait, vides sans confirmation."""

    au: dt.date
    juges: tuple[Juge, ...] = ()
    est_faite: bool = False
    supprimes: tuple[Path, ...] = ()
    pseudonymises: tuple[str, ...] = ()
    echecs: tuple[tuple[str, ErreurGenerateur], ...] = ()

    @property
    def a_purger(self) -> tuple[Juge, ...]:
        """Ce que rien ne retient."""
        return tuple(juge for juge in self.juges if juge.est_purgeable)

    @property
    def gardes(self) -> tuple[Juge, ...]:
        """Ce qui reste."""
        return tuple(juge for juge in self.juges if not juge.est_purgeable)


def refuser_d_avance(au: dt.date, jour: dt.date, *, est_confirmee: bool) -> None:
    """On regarde d'avance ce qui partira un jour ; on ne l'efface pas d'avance."""
    if est_confirmee and au > jour:
        raise ErreurUsage(
            "on ne purge pas d'avance", lieu="--au", remede="Retirer --oui pour voir ce qui partira, ou retirer --au."
        )


def examiner_dossiers(racine: Path, sortie: Path, au: dt.date) -> Purge:
    """Juge chaque dossier d'un répertoire. Lève ErreurLecture s'il n'y en a pas."""
    chemins = lister_dossiers(racine, sauf=sortie)
    jumeaux = trouver_jumeaux(chemins)
    return Purge(au, tuple(_juger(chemin, sortie, au, a_un_jumeau=chemin in jumeaux) for chemin in chemins))


def examiner_registre(base: Base, au: dt.date) -> Purge:
    """Juge chaque affaire du registre ; celles qui sont déjà purgées n'y sont plus."""
    affaires = (affaire for affaire in lister_affaires(base, au) if affaire.etat != "purge")
    juges = (Juge(a.reference, juger_conservation(_reperer_affaire(a, au), au), numero=a.numero) for a in affaires)
    return Purge(au, tuple(juges))


def supprimer_dossiers(purge: Purge, racine: Path, sortie: Path) -> Purge:
    """Efface les dossiers à purger et leurs sorties, puis vide les caches ; ce qui résiste est dit.

    Achève aussi une purge interrompue : ce qu'elle avait déjà ôté de sa place.
    """
    for reste in (*racine.glob(f".*{_EN_PURGE}"), *sortie.glob(f".*{_EN_PURGE}")):
        shutil.rmtree(reste, ignore_errors=True)
    supprimes: list[Path] = []
    echecs: list[tuple[str, ErreurGenerateur]] = []
    for juge in purge.a_purger:
        try:
            for lieu in juge.lieux:
                if lieu not in supprimes:  # une pile porte plusieurs dossiers
                    _effacer(lieu, sortie)
                    supprimes.append(lieu)
        except ErreurGenerateur as erreur:
            echecs.append((juge.reference, erreur))
    if purge.a_purger:
        _vider_caches()
    return replace(purge, est_faite=True, supprimes=tuple(supprimes), echecs=tuple(echecs))


def pseudonymiser_affaires(purge: Purge, base: Base, jour: dt.date) -> Purge:
    """Efface du registre les personnes des affaires à purger, toutes ensemble ou aucune."""
    numeros = [juge.numero for juge in purge.a_purger if juge.numero is not None]
    if numeros:
        Plume(base).pseudonymiser(numeros, jour)
    return replace(purge, est_faite=True, pseudonymises=tuple(juge.reference for juge in purge.a_purger))


def _juger(chemin: Path, sortie: Path, au: dt.date, *, a_un_jumeau: bool) -> Juge:
    try:
        source = trouver_source(chemin)
        dossier = lire_dossier(chemin).dossier
    except ErreurLecture:
        return Juge(chemin.name, Conservation(None, (), "illisible"))
    if a_un_jumeau:
        return Juge(dossier.reference, Conservation(None, (), "référence portée par un autre dossier"))
    if chemin.is_symlink() or source.is_symlink():
        return Juge(dossier.reference, Conservation(None, (), "un lien : le contenu est ailleurs"))
    publie = sortie / dossier.reference
    conservation = juger_conservation(reperer_dossier(dossier, au), au)
    lieux = (source.parent, *([publie] if est_de(publie, dossier.reference) else []))
    if not conservation.raison:
        lieux = (*lieux, *situer_dans_les_piles(sortie, dossier.reference))
    return Juge(dossier.reference, conservation, lieux)


def _reperer_affaire(affaire: Affaire, au: dt.date) -> Reperes:
    faits = [evenement.fait for evenement in affaire.evenements]
    clotures = [fait.le for fait in _depuis_la_reouverture(faits) if fait.nature == "clos"]
    clos_le = max(clotures) if affaire.etat == "clos" else None
    doute = "deux clôtures de dates différentes" if len(set(clotures)) > 1 else ""
    suites = (fait.le for fait in faits if fait.nature not in _SANS_DATE)
    titre_le = max((fait.le for fait in faits if fait.nature in DU_TITRE), default=None)
    return Reperes(clos_le, titre_le, doute=doute or douter_des_dates(clos_le, suites, au))


def _depuis_la_reouverture(faits: list[Fait]) -> Iterable[Fait]:
    rouverts = [rang for rang, fait in enumerate(faits) if fait.nature == "rouvert"]
    return faits[max(rouverts, default=-1) + 1 :]


def _effacer(lieu: Path, sortie: Path) -> None:
    """Ôte de sa place d'un geste, puis efface. Lève ErreurEcriture."""
    a_nous = occuper(sortie, lieu.name) if lieu.parent == sortie else contextlib.nullcontext(lieu)
    ecarte = lieu.with_name(f".{lieu.name}{_EN_PURGE}")
    with _traduire(lieu), a_nous:
        shutil.rmtree(ecarte, ignore_errors=True)  # d'une purge interrompue
        lieu.rename(ecarte)
        shutil.rmtree(ecarte)


@contextlib.contextmanager
def _traduire(lieu: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurEcriture(
            f"ce répertoire ne s'efface pas entièrement : {raison_du_systeme(erreur)}",
            lieu=str(lieu),
            remede="Fermer les fichiers qui y sont ouverts, vérifier les droits, puis relancer.",
        ) from erreur


def _vider_caches() -> None:
    """Les copies que le programme garde pour aller plus vite : elles viennent aussi des dossiers effacés."""
    for nom in _CACHES:
        for fichier in (dossier_de_cache() / nom).rglob("*"):
            if fichier.is_file() or fichier.is_symlink():
                with contextlib.suppress(OSError):
                    fichier.unlink()

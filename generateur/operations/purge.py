"""Purger : nommer ce qui a passé sa durée de conservation, puis, si on le confirme, l'effacer ou le pseudonymiser.

Rien ne part sans confirmation, ni ce qui n'est pas clos, ni ce dont on doute. Sur un disque, chaque répertoire quitte
d'abord sa place d'un seul geste. Le dossier lui-même part le dernier : une purge interrompue le juge de nouveau, et
n'oublie rien de ce qui en a été produit.
"""

import contextlib
import datetime as dt
import shutil
from collections import Counter
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
from generateur.operations.dossier_distant import amener_texte, porte_sa_reference
from generateur.operations.entree_du_lot import lister_au_magasin
from generateur.operations.piles import REPERTOIRE, situer_dans_les_piles
from generateur.operations.suite import A_PART
from generateur.publication.echange import occuper
from generateur.publication.effacement_distant import (
    effacer_dossier,
    effacer_publie,
    est_publie_la,
    exiger_inchange,
    situer_dans_les_piles_distantes,
)
from generateur.publication.inventaire_publie import SUIVIS, est_de
from generateur.publication.magasin import Adresse, Magasin
from generateur.registre.base import Base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Plume
from generateur.registre.recherche import Affaire, lister_affaires
from generateur.surveillance.prive import dossier_de_cache
from generateur.surveillance.provisoires import repertoire_provisoire

_EN_PURGE = ".purge"
_CACHES = ("annuaire", "apercus", "chiffres", "pieces", "rendus")  # ce qui y est vient des dossiers ; tout s'y refait
_SANS_DATE = frozenset({"inscrit", "produit", "purge"})  # le jour où on l'a écrit, non celui d'un fait


@dataclass(frozen=True)
class Juge:
    """Un dossier ou une affaire, et ce qui en est jugé ; `numero` : au registre.

    `lieux` : ce qui serait effacé, dans l'ordre, le dossier en dernier ; `version` : celle qu'on en a lue, s'il est
    dans un magasin.
    """

    reference: str
    conservation: Conservation
    lieux: tuple[Path | Adresse, ...] = ()
    numero: int | None = None
    version: str | None = None

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
    supprimes: tuple[Path | Adresse, ...] = ()
    pseudonymises: tuple[str, ...] = ()
    echecs: tuple[tuple[str, ErreurGenerateur], ...] = ()

    @property
    def a_purger(self) -> tuple[Juge, ...]:
        """Ce que rien ne retient."""
        return tuple(juge for juge in self.juges if juge.est_purgeable)

    @property
    def est_au_loin(self) -> bool:
        """Vrai si quelque chose part d'un magasin, qui peut en garder des versions que le programme n'efface pas."""
        return any(isinstance(lieu, Adresse) for juge in self.a_purger for lieu in juge.lieux)

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


def examiner_dossiers(racine: Path | Adresse, sortie: Path | Adresse, au: dt.date) -> Purge:
    """Juge chaque dossier d'un répertoire ou d'un magasin. Lève ErreurLecture s'il n'y en a pas, ErreurOutilAbsent."""
    if isinstance(racine, Adresse):
        juges = tuple(_juger_au_loin(racine, sortie, au))
    else:
        chemins = lister_dossiers(racine, sauf=None if isinstance(sortie, Adresse) else sortie)
        jumeaux = trouver_jumeaux(chemins)
        juges = tuple(_juger(chemin, au, a_un_jumeau=chemin in jumeaux) for chemin in chemins)
    return _situer(Purge(au, juges), sortie)


def examiner_registre(base: Base, au: dt.date) -> Purge:
    """Juge chaque affaire du registre ; celles qui sont déjà purgées n'y sont plus."""
    affaires = (affaire for affaire in lister_affaires(base, au) if affaire.etat != "purge")
    juges = (Juge(a.reference, juger_conservation(_reperer_affaire(a, au), au), numero=a.numero) for a in affaires)
    return Purge(au, tuple(juges))


def supprimer_dossiers(purge: Purge, racine: Path | Adresse, sortie: Path | Adresse) -> Purge:
    """Efface les dossiers à purger et leurs sorties, puis vide les caches ; ce qui résiste est dit.

    Achève aussi une purge interrompue : ce qu'elle avait déjà ôté de sa place.
    """
    restes = [*racine.glob(f".*{_EN_PURGE}")] if isinstance(racine, Path) else []
    if isinstance(sortie, Path):
        restes += [*sortie.glob(f".*{_EN_PURGE}"), *(sortie / REPERTOIRE).rglob(f".*{_EN_PURGE}")]
    for reste in restes:
        shutil.rmtree(reste, ignore_errors=True)
    supprimes: list[Path | Adresse] = []
    echecs: list[tuple[str, ErreurGenerateur]] = []
    for juge in purge.a_purger:
        try:
            if juge.version is not None and isinstance(juge.lieux[-1], Adresse):
                exiger_inchange(juge.lieux[-1], juge.version)
            for lieu in juge.lieux:
                if lieu not in supprimes:  # une pile porte plusieurs dossiers
                    _effacer(lieu, sortie, juge)
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


def _juger_au_loin(racine: Adresse, sortie: Path | Adresse, au: dt.date) -> Iterator[Juge]:
    """Un dossier à la fois, sans ses pièces : son dossier.toml suffit."""
    racine, noms = lister_au_magasin(racine, sortie)
    magasin, combien = Magasin(racine), Counter(nom.casefold() for nom in noms)
    for rang, depuis in enumerate(racine / nom for nom in noms):
        with repertoire_provisoire(est_balaye=rang > 0) as ici:
            try:
                chemin, version = amener_texte(magasin, depuis.nom, ici)
                dossier = lire_dossier(chemin).dossier
            except ErreurLecture:
                yield Juge(depuis.nom, Conservation(None, (), "illisible"))
                continue
        if combien[depuis.nom.casefold()] > 1:
            yield Juge(dossier.reference, Conservation(None, (), "référence portée par un autre dossier"))
        elif not porte_sa_reference(depuis, dossier.reference):
            yield Juge(depuis.nom, Conservation(None, (), "son répertoire porte un autre nom que sa référence"))
        else:
            conservation = juger_conservation(reperer_dossier(dossier, au), au)
            yield Juge(dossier.reference, conservation, (depuis,), version=version)


def _situer(purge: Purge, sortie: Path | Adresse) -> Purge:
    """La même, où chaque dossier à purger dit tout ce qui en a été produit."""
    references = [juge.reference for juge in purge.a_purger]
    produits: dict[str, tuple[Path | Adresse, ...]]
    if isinstance(sortie, Adresse):
        piles = situer_dans_les_piles_distantes(sortie / REPERTOIRE, references)
        publies = {r: (sortie / r,) for r in references if est_publie_la(sortie, r)}
        produits = {r: (*publies.get(r, ()), *piles.get(r, ())) for r in references}
    else:
        produits = {r: tuple(_lister_produits(sortie, r)) for r in references}
    juges = (replace(j, lieux=(*produits[j.reference], *j.lieux)) if j.est_purgeable else j for j in purge.juges)
    return replace(purge, juges=tuple(juges))


def _lister_produits(sortie: Path, reference: str) -> Iterator[Path]:
    """La liasse, les lettres, les suites, les messages et les piles de ce dossier, qui viennent du programme."""
    publie = sortie / reference
    contenus = {p.name for p in publie.iterdir()} if publie.is_dir() else set()
    if est_de(publie, reference) or (contenus and contenus <= SUIVIS):  # des relances, sans liasse encore
        yield publie
    a_part = (sortie / f"{reference}_{suffixe}" for suffixe in A_PART)
    yield from (ou for ou in a_part if ou.is_dir() and est_de(ou, reference))
    yield from (ou for ou in situer_dans_les_piles(sortie, reference) if not ou.name.endswith(_EN_PURGE))


def _juger(chemin: Path, au: dt.date, *, a_un_jumeau: bool) -> Juge:
    try:
        source = trouver_source(chemin)
        dossier = lire_dossier(chemin).dossier
    except ErreurLecture:
        return Juge(chemin.name, Conservation(None, (), "illisible"))
    if a_un_jumeau:
        return Juge(dossier.reference, Conservation(None, (), "référence portée par un autre dossier"))
    if chemin.is_symlink() or source.is_symlink():
        return Juge(dossier.reference, Conservation(None, (), "un lien : le contenu est ailleurs"))
    return Juge(dossier.reference, juger_conservation(reperer_dossier(dossier, au), au), (source.parent,))


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


def _effacer(lieu: Path | Adresse, sortie: Path | Adresse, juge: Juge) -> None:
    """Sur un disque, ôte de sa place d'un geste, puis efface. Lève ErreurEcriture, et ce que lève un magasin."""
    if isinstance(lieu, Adresse):
        if juge.version is not None and lieu == juge.lieux[-1]:
            effacer_dossier(lieu, juge.version)
        else:
            effacer_publie(lieu)
        return
    a_nous = occuper(lieu.parent, lieu.name) if lieu.parent == sortie else contextlib.nullcontext(lieu)
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

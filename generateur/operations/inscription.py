"""Écrire au registre : ce que chaque dossier dit de lui et sa liasse, ou ce qu'une personne y note.

Le processus qui commande écrit seul, par groupes ; inscrire de nouveau n'ajoute que ce qui est nouveau. Ce que le
registre n'a pas pu prendre est gardé, retenté, puis dit : le relancer suffit, les dossiers et les liasses font foi.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from generateur.domaine.arrondi import arrondir
from generateur.domaine.evenements import SYNONYMES
from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurGenerateur, ErreurLecture, ErreurUsage, expliquer_imprevu
from generateur.lecture.jumeaux import garder_un_jumeau, refuser_jumeau
from generateur.lecture.socle import lire_dossier, lister_dossiers
from generateur.operations.inscription_composee import composer_inscription, lire_inscription
from generateur.operations.portefeuille import Ecarte
from generateur.publication.communiquees import relire_manifeste
from generateur.publication.echange import reparer_si_besoin
from generateur.registre.base import Base, ouvrir_base
from generateur.registre.parcours import AU_PROGRAMME, NATURES, Fait
from generateur.registre.plume import Inscription, Plume
from generateur.registre.recherche import Affaire, lister_affaires, trouver_affaire
from generateur.reglages import Resultat

_GROUPE = 50  # assez pour que le disque n'attende pas à chaque dossier, assez peu pour ne presque rien retenir
_PATIENCE_S = 2.0  # en route : le groupe suivant réessaiera
_ATTENTE_S = 20.0  # à la fin : le temps qu'un serveur redémarre
_PUBLIES = frozenset({"produit", "a_jour"})


@dataclass(frozen=True)
class Inscrits:
    """Ce qui a été inscrit : par référence, le nombre d'événements ajoutés ; et ce qui ne l'a pas été.

    `affaires` : telles qu'elles sont maintenant au registre, si on les a demandées.
    """

    ajouts: tuple[tuple[str, int], ...] = ()
    ecartes: tuple[Ecarte, ...] = ()
    affaires: tuple[Affaire, ...] = ()


def ouvrir_registre(url: str) -> Base:
    """Le registre à cette adresse, créé s'il n'existe pas, migré s'il le faut ; à fermer, ou avec « with »."""
    return ouvrir_base(url, creer=True)


@dataclass
class Inscripteur:
    """Inscrit des dossiers un à un, les écrit par groupes ; `finir` écrit le reste et rend le compte."""

    base: Base
    jour: dt.date
    attente_s: float = _ATTENTE_S
    _en_main: list[tuple[Path, Inscription]] = field(default_factory=list)
    _ajouts: list[tuple[str, int]] = field(default_factory=list)
    _ecartes: list[Ecarte] = field(default_factory=list)

    def inscrire_resultat(self, source: Path, resultat: Resultat) -> None:
        """Inscrit ce qu'un lot vient de produire, ou a trouvé à jour ; un dossier refusé n'a rien à inscrire."""
        if resultat.etat in _PUBLIES:
            self._prendre(source, lambda: _relire(source, resultat))

    def inscrire(self, source: Path, sortie: Path | None = None) -> None:
        """Inscrit ce dossier, avec sa liasse publiée là ; ne lève rien : ce qui échoue est dit à la fin."""
        self._prendre(source, lambda: _composer(source, sortie, self.jour))

    def _prendre(self, source: Path, composer: Callable[[], Inscription]) -> None:
        try:
            self._en_main.append((source, composer()))
            if len(self._en_main) % _GROUPE == 0:
                self._ecrire(est_fin=False)
        except ErreurGenerateur as erreur:
            self._ecartes.append(Ecarte(source, erreur))
        except Exception as erreur:  # noqa: BLE001 (le registre n'arrête jamais ce qui se produit)
            self._ecartes.append(Ecarte(source, expliquer_imprevu(erreur)))

    def finir(self) -> Inscrits:
        """Écrit ce qui reste en main et rend le compte ; ce que le registre n'a pas pris y est écarté."""
        self._ecrire(est_fin=True)
        return Inscrits(tuple(self._ajouts), tuple(self._ecartes))

    def ecarter(self, source: Path, erreur: ErreurGenerateur) -> None:
        """Un dossier qui ne s'inscrit pas."""
        self._ecartes.append(Ecarte(source, erreur))

    def _ecrire(self, *, est_fin: bool) -> None:
        """Un serveur arrêté laisse tout en main : le groupe suivant réessaiera, et la fin une dernière fois."""
        if not self._en_main:
            return
        plume = Plume(self.base, self.attente_s if est_fin else _PATIENCE_S)
        try:
            rendus = plume.inscrire([inscription for _, inscription in self._en_main], self.jour)
        except ErreurGenerateur as erreur:
            if est_fin:
                self._ecartes += [Ecarte(source, erreur) for source, _ in self._en_main]
                self._en_main.clear()
            return
        for (source, inscription), rendu in zip(self._en_main, rendus, strict=True):
            if isinstance(rendu, ErreurGenerateur):
                self._ecartes.append(Ecarte(source, rendu))
            else:
                self._ajouts.append((inscription.fiche.reference, rendu))
        self._en_main.clear()


def inscrire_dossiers(base: Base, source: Path, sortie: Path, jour: dt.date) -> Inscrits:
    """Inscrit un dossier, ou tous ceux d'un répertoire ; l'un qui ne se lit pas n'empêche pas les autres.

    Lève ErreurLecture si rien n'est là.
    """
    chemins = lister_dossiers(source, sauf=sortie)
    jumeaux = garder_un_jumeau(chemins)
    inscripteur = Inscripteur(base, jour)
    for chemin in chemins:
        if jumeau := jumeaux.get(chemin):
            inscripteur.ecarter(chemin, refuser_jumeau(chemin, jumeau))
        else:
            inscripteur.inscrire(chemin, sortie)
    inscrits = inscripteur.finir()
    references = {reference for reference, _ in inscrits.ajouts}
    affaires = (affaire for affaire in lister_affaires(base, jour) if affaire.reference in references)
    return replace(inscrits, affaires=tuple(affaires))


def noter(
    url: str, reference: str, nature: str, *, le: dt.date, jour: dt.date, montant: Decimal | None, note: str
) -> Affaire:
    """Ajoute un événement à une affaire connue, et la rend. Lève ErreurUsage."""
    nature = SYNONYMES.get(nature, nature)
    if nature not in NATURES or nature in AU_PROGRAMME:
        admis = ", ".join(nom for nom in NATURES if nom not in AU_PROGRAMME)
        raise ErreurUsage(f"« {nature} » ne se note pas", lieu="EVENEMENT", remede=f"Événements : {admis}.")
    if le > jour:
        raise ErreurUsage("un événement à venir ne se note pas", lieu="--le", remede="Le noter quand il sera arrivé.")
    contenu = {} if montant is None else {"montant": f"{arrondir(montant):.2f}"}
    with ouvrir_base(url, creer=False) as base:
        Plume(base).ajouter(reference, Fait(nature, le, contenu, note.strip()))
        return trouver_affaire(base, reference, jour)


def _relire(source: Path, resultat: Resultat) -> Inscription:
    """Ce que celui qui a produit ce dossier en a composé. Lève ErreurLecture s'il ne l'a pas pu."""
    if not resultat.inscription:
        raise ErreurLecture(
            "ce dossier est produit, mais n'a pu être résumé pour le registre",
            lieu=str(source),
            remede="L'inscrire avec « generateur registre inscrire », qui dira pourquoi.",
        )
    return lire_inscription(resultat.inscription)


def _composer(source: Path, sortie: Path | None, jour: dt.date) -> Inscription:
    """Ce qu'un dossier fait inscrire ; `sortie` : où est sa liasse, ou celles de tous. Lève ErreurGenerateur."""
    lu = lire_dossier(source)
    manifeste = None
    if sortie is not None:
        publie = sortie if (sortie / NOM_MANIFESTE).is_file() else sortie / lu.dossier.reference
        reparer_si_besoin(publie)
        manifeste = relire_manifeste(publie)
    return composer_inscription(lu, manifeste, jour)

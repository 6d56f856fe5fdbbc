"""Retenir ce qui vient d'être communiqué : la liasse, gardée entière, et les numéros de ses pièces."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurDossier, ErreurLiasse
from generateur.lecture.socle import lire_dossier
from generateur.operations.etude import Etude
from generateur.publication.communiquees import (
    date_de_depot,
    dater_communication,
    garder,
    lister_communiquees,
    relire_manifeste,
)
from generateur.publication.echange import occuper
from generateur.publication.manifeste import Manifeste, lire_manifeste
from generateur.publication.numeros_servis import Registre, ecrire_registre, inscrire, lire_registre, somme_de


@dataclass(frozen=True)
class Retenue:
    """Ce qui est retenu : le registre, et où est gardée la liasse communiquée."""

    registre: Registre
    gardee: Path


def retenir_numeros(source: Path, sortie: Path, *, jour: dt.date) -> Retenue:
    """Garde la liasse communiquée et retient ses numéros à côté du dossier ; refaire ce geste ne change rien.

    La liasse communiquée est celle du dépôt, si une production l'a déjà gardée sans que ses numéros soient retenus ;
    sinon celle qui est publiée, partie le jour du dépôt noté dans [suivi], à défaut `jour`. Lève ErreurLiasse si elle
    manque ou n'est plus celle du manifeste, ErreurDossier si c'est un projet ou si elle contredit ce qui a été
    communiqué.
    """
    lu = lire_dossier(source)
    reference, depot = lu.dossier.reference, date_de_depot(lu.dossier)
    ancien = lire_registre(lu.racine, reference)
    with occuper(sortie, reference) as publie:
        for gardee in lister_communiquees(publie):
            manifeste = relire_manifeste(gardee.chemin)
            if manifeste and gardee.le == depot and not (ancien and ancien.liasse_de(manifeste.liasse.sha256)):
                _verifier(manifeste, gardee.chemin, reference)
                registre = inscrire(ancien, manifeste, gardee.le)
                ecrire_registre(registre, lu.racine)
                return Retenue(registre, gardee.chemin)
        manifeste = lire_manifeste(publie / NOM_MANIFESTE)
        _verifier(manifeste, publie, reference)
        registre = inscrire(ancien, manifeste, _dater(ancien, depot, jour))
        # la liasse d'abord : tué entre les deux, on recommence sans avoir rien perdu
        if le := dater_communication(publie, registre, depot):
            garder(publie, publie, le)
        ecrire_registre(registre, lu.racine)
        somme = manifeste.liasse.sha256
        chemin = next(g.chemin for g in lister_communiquees(publie) if g.annonce.liasse.sha256 == somme)
    return Retenue(registre, chemin)


def est_a_retenir(etude: Etude, sortie: Path) -> bool:
    """Vrai si une liasse complète est publiée et que ses numéros ne sont pas retenus."""
    manifeste = relire_manifeste(sortie / etude.dossier.reference)
    if manifeste is None or manifeste.projet:
        return False
    return etude.registre is None or etude.registre.liasse_de(manifeste.liasse.sha256) is None


def _dater(ancien: Registre | None, depot: dt.date | None, jour: dt.date) -> dt.date:
    """Le dépôt date la première liasse qui part ce jour-là ; une autre part le jour où on la retient."""
    deja = {liasse.le for liasse in ancien.liasses} if ancien else set()
    return depot if depot and depot not in deja else jour


def _verifier(manifeste: Manifeste, publie: Path, reference: str) -> None:
    liasse = publie / manifeste.liasse.fichier
    if manifeste.reference != reference or somme_de(liasse) != manifeste.liasse.sha256:
        raise ErreurLiasse(
            "la liasse publiée n'est plus celle que son manifeste décrit",
            lieu=str(liasse),
            remede="Remettre dans la sortie la liasse communiquée et son manifeste, puis relancer.",
        )
    if manifeste.projet:
        raise ErreurDossier(
            "la liasse publiée est un projet : il ne se communique pas",
            lieu=str(liasse),
            remede="Compléter le dossier, le produire sans --projet, puis relancer.",
        )

"""Compléter : ce que pieces/ garde et que rien ne cite trouve sa place, avec une raison ; le certain s'écrit."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from generateur.contrats import Ajout, Pose
from generateur.controles.pieces import chemins_cites
from generateur.domaine.fichiers import Inspection
from generateur.erreurs import ErreurDossier, ErreurLecture
from generateur.importation import format_facture_electronique
from generateur.importation.propositions import Document, Proposition, proposer
from generateur.importation.socle import Consignes, PieceLue
from generateur.lecture.edition_toml import Etat, lire_etat, modifier
from generateur.lecture.messages import denommer
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import OutilsPieces
from generateur.pieces.correspondance import lire_messages
from generateur.pieces.emplacement import lister_presents
from generateur.pieces.inspection import inspecter
from generateur.publication.rangement import Copies


@dataclass(frozen=True)
class Completude:
    """Les propositions, et celles qui ont été écrites."""

    reference: str
    chemin: Path
    propositions: tuple[Proposition, ...]
    ecrites: tuple[Proposition, ...] = ()


def completer(source: Path, *, est_accepte: bool, outils: OutilsPieces) -> Completude:
    """Propose une place à chaque fichier ; `est_accepte` : écrit celles qui sont certaines.

    Lève ErreurLecture (le dossier ne se lit pas), ErreurDossier (il a changé entre-temps), ErreurEcriture.
    """
    lu = lire_dossier(source)
    etat = lire_etat(lu.source)
    propositions = tuple(proposer(lu.dossier, _lire_documents(lu, outils)))
    ecrites = _ecrire(etat, propositions) if est_accepte else ()
    return Completude(lu.dossier.reference, lu.racine, propositions, ecrites)


def _lire_documents(lu: DossierLu, outils: OutilsPieces) -> list[Document]:
    cites = {PurePosixPath(chemin.replace("\\", "/")).as_posix() for _, chemin in chemins_cites(lu.dossier)}
    libres = [chemin for chemin in lister_presents(lu.racine) if chemin not in cites]
    vus = inspecter(
        lu.racine,
        [(chemin, None) for chemin in libres],
        moteur_bureautique=outils.bureautique,
        atelier=outils.atelier,
        fonds=outils.fonds,
    )
    return [_lire_document(lu.racine, vus[chemin], outils) for chemin in libres]


def _lire_document(racine: Path, vu: Inspection, outils: OutilsPieces) -> Document:
    fichier = racine / vu.chemin
    return Document(
        vu.chemin,
        vu.texte,
        tuple(lire_messages(fichier, outils.atelier)),
        _lire_facture(fichier) if vu.pieces_jointes or fichier.suffix.lower() == ".xml" else None,
        vu.lisible,
    )


def _lire_facture(fichier: Path) -> PieceLue | None:
    """La facture électronique que porte le fichier, s'il en porte une."""
    try:
        return next(iter(format_facture_electronique.lire(fichier, Consignes()).pieces), None)
    except ErreurLecture:
        return None


def _ecrire(etat: Etat, propositions: Iterable[Proposition]) -> tuple[Proposition, ...]:
    """Écrit les certaines d'un seul geste ; celle qui ne peut pas s'écrire sûrement reste une proposition."""
    ecrites: list[Proposition] = []
    editions: list[Pose | Ajout] = []
    for proposition in propositions:
        if proposition.certitude != "certaine":
            continue
        siennes = _editer(etat, proposition)
        try:
            modifier(etat, [*editions, *siennes])
        except ErreurDossier:
            continue
        editions += siennes
        ecrites.append(proposition)
    if editions:
        ecrire_editions(etat, editions, Copies(etat.fichier.parent))
    return tuple(ecrites)


def _editer(etat: Etat, proposition: Proposition) -> list[Pose | Ajout]:
    if proposition.est_un_bloc:
        return [Ajout(proposition.lieu, dict(proposition.valeurs))]
    chemin = denommer(proposition.lieu)
    if chemin[-1] == "fichier":
        return [Pose(chemin, proposition.fichier)]
    present: Any = etat.donnees
    for pas in chemin:
        present = present.get(pas, {}) if isinstance(present, dict) else present[pas]
    if len(chemin) > 1 and not present:
        return [Pose(chemin, dict(proposition.valeurs))]  # livraison = { … }, d'un seul tenant
    return [Pose((*chemin, cle), valeur) for cle, valeur in proposition.valeurs.items()]

"""Compléter : ce que pieces/ garde et que rien ne cite trouve sa place, avec une raison ; le certain s'écrit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from generateur.domaine.chemins import fichiers_designes
from generateur.domaine.chemins_de_cle import denommer
from generateur.domaine.retouches import Ajout, Pose
from generateur.erreurs import ErreurDossier
from generateur.importation.propositions import Proposition, proposer
from generateur.lecture.edition_toml import Etat, lire_etat, modifier
from generateur.lecture.socle import lire_dossier
from generateur.operations.documents_libres import Lecteur
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import OutilsPieces
from generateur.pieces.emplacement import lister_presents
from generateur.publication.rangement import MESSAGES, Copies


@dataclass(frozen=True)
class Completude:
    """Les propositions, et celles qui ont été écrites."""

    reference: str
    chemin: Path
    propositions: tuple[Proposition, ...]
    ecrites: tuple[Proposition, ...] = ()
    libres: tuple[str, ...] = ()  # rangés dans pieces/, que rien ne cite
    rangees: tuple[str, ...] = ()  # les boîtes dont chaque message est au dossier, mises dans messages/

    @property
    def sans_place(self) -> tuple[str, ...]:
        """Les fichiers que rien ne cite et pour qui rien n'est proposé."""
        proposes = {proposition.fichier for proposition in self.propositions}
        return tuple(fichier for fichier in self.libres if fichier not in proposes)


def completer(source: Path, *, est_accepte: bool, outils: OutilsPieces, choisis: Collection[str] = ()) -> Completude:
    """Propose une place à chaque fichier ; `est_accepte` : écrit celles qui sont certaines, ou celles des `choisis`.

    Lève ErreurLecture (le dossier ne se lit pas), ErreurDossier (il a changé entre-temps), ErreurEcriture.
    """
    lu = lire_dossier(source)
    etat = lire_etat(lu.source)
    copies = Copies(lu.racine)
    cites = fichiers_designes(lu.dossier)
    libres = [chemin for chemin in lister_presents(lu.racine) if chemin not in cites]
    lecteur = Lecteur(lu.racine, cites, outils, copies)
    propositions = tuple(proposer(lu.dossier, lecteur.lire(libres)))
    retenues = [p for p in propositions if (p.fichier in choisis if choisis else p.certitude == "certaine")]
    ecrites = _ecrire(etat, retenues, copies) if est_accepte else ()
    au_dossier = cites | {str(p.valeurs.get("fichier")) for p in ecrites}
    finies = [boite for boite, messages in lecteur.boites.items() if au_dossier.issuperset(messages)]
    rangees = tuple(boite for boite in finies if _ranger_boite(lu.racine, boite)) if est_accepte else ()
    return Completude(lu.dossier.reference, lu.racine, propositions, ecrites, tuple(libres), rangees)


def _ranger_boite(racine: Path, boite: str) -> bool:
    """Une boîte dont chaque message est au dossier quitte pieces/ pour messages/ ; vrai si elle y est."""
    cible = racine / MESSAGES / PurePosixPath(boite).name
    try:
        cible.parent.mkdir(exist_ok=True)
        if cible.exists():
            return False
        (racine / boite).rename(cible)
    except OSError:
        return False
    return True


def _ecrire(etat: Etat, propositions: Iterable[Proposition], copies: Copies) -> tuple[Proposition, ...]:
    """Écrit celles-ci d'un seul geste ; celle qui ne peut pas s'écrire sûrement reste une proposition."""
    ecrites: list[Proposition] = []
    editions: list[Pose | Ajout] = []
    for proposition in propositions:
        siennes = _editer(etat, proposition)
        try:
            modifier(etat, [*editions, *siennes])
        except ErreurDossier:
            continue
        editions += siennes
        ecrites.append(proposition)
    if editions:
        copies.garder({str(p.valeurs.get("fichier")) for p in ecrites})
        ecrire_editions(etat, editions, copies)
    return tuple(ecrites)


def _editer(etat: Etat, proposition: Proposition) -> list[Pose | Ajout]:
    if proposition.est_un_bloc:
        return [Ajout(proposition.lieu, dict(proposition.valeurs))]
    chemin = denommer(proposition.lieu)
    if chemin[-1] == "fichier":
        return [Pose(chemin, str(proposition.valeurs["fichier"]))]
    present: Any = etat.donnees
    for pas in chemin:
        present = present.get(pas, {}) if isinstance(present, dict) else present[pas]
    if len(chemin) > 1 and not present:
        return [Pose(chemin, dict(proposition.valeurs))]  # livraison = { … }, d'un seul tenant
    return [Pose((*chemin, cle), valeur) for cle, valeur in proposition.valeurs.items()]

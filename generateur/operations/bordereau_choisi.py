"""L'ordre des pièces, choisi par une personne : ce qui peut bouger, où un déplacement mène, et son écriture au dossier.

Un numéro déjà communiqué, ou imposé par [[pieces]], ne bouge pas ; une pièce arrivée depuis se place entre deux
(« 4 bis ») ou à la suite.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from generateur.domaine.bordereau import Bordereau, dresser_bordereau
from generateur.domaine.entrees_bordereau import normaliser_fichier
from generateur.domaine.retouches import Pose
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.etude import Etude
from generateur.operations.saisie import Saisi, exiger_version, lire_version
from generateur.publication.numeros_servis import numeros_a_garder
from generateur.publication.rangement import Copies

Sens = Literal["monter", "descendre"]
Fixite = Literal["communiquee", "imposee"]
CLE = "ordre_des_pieces"


def lister_fixes(etude: Etude) -> Mapping[str, Fixite]:
    """Les pièces du bordereau qui ne se déplacent pas, par fichier, et pourquoi."""
    servis = {piece.numero for piece in etude.registre.pieces} if etude.registre else set()
    imposes = {normaliser_fichier(p.fichier) for p in etude.dossier.pieces if p.numero}
    fixes: dict[str, Fixite] = {}
    for piece in etude.bordereau.pieces:
        if piece.numero in servis:
            fixes[piece.fichier] = "communiquee"
        elif piece.fichier in imposes:
            fixes[piece.fichier] = "imposee"
    return fixes


def deplacer(etude: Etude, fichier: str, sens: Sens) -> tuple[str, ...] | None:
    """L'ordre où cette pièce a monté ou descendu d'une place ; None si elle ne peut pas aller plus loin."""
    presents = [piece.fichier for piece in etude.bordereau.pieces]
    if fichier not in presents or fichier in lister_fixes(etude):
        return None
    depart = presents.index(fichier)
    autres = [autre for autre in presents if autre != fichier]
    places = range(depart - 1, -1, -1) if sens == "monter" else range(depart + 1, len(presents))
    for place in places:
        voulu = (*autres[:place], fichier, *autres[place:])
        obtenu = prevoir_bordereau(etude, voulu)
        if obtenu.numero_de(fichier) != etude.bordereau.numero_de(fichier):
            return tuple(piece.fichier for piece in obtenu.pieces)
    return None


def inserer(presents: Sequence[str], fichier: str, avant: str) -> tuple[str, ...]:
    """L'ordre où cette pièce se met avant une autre ; à la fin si cette autre n'y est pas."""
    autres = [autre for autre in presents if autre != fichier]
    place = autres.index(avant) if avant in autres else len(autres)
    return (*autres[:place], fichier, *autres[place:])


def prevoir_bordereau(etude: Etude, voulu: Sequence[str]) -> Bordereau:
    """Le bordereau que donnerait cet ordre. Lève ErreurLecture si des numéros imposés s'y opposent."""
    dossier = etude.espece.dossier.model_copy(update={CLE: tuple(voulu)})
    registre = etude.registre
    servis = numeros_a_garder(registre, etude.dossier, etude.racine_des_pieces) if registre else {}
    return dresser_bordereau(dossier, servis)


def ordonner_pieces(source: Path, voulu: Sequence[str], *, version: str) -> Saisi:
    """Écrit cet ordre, si le fichier est encore dans cette version ; une liste vide rend l'ordre habituel.

    Lève ErreurSaisieDouble (le fichier a changé), ErreurDossier (édition refusée), ErreurLecture, ErreurEcriture.
    """
    etat = exiger_version(source, version, (CLE,))
    ecrire_editions(etat, [Pose((CLE,), list(voulu))], Copies(etat.fichier.parent))
    return Saisi(CLE, lire_version(source)[1])

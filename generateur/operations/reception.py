"""Des fichiers reçus pour un dossier : chacun regardé d'abord, avec les yeux de « verifier », puis rangé ou refusé."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.controles.pieces import constater_fichier
from generateur.domaine.constat import Constat
from generateur.domaine.fichiers import Inspection
from generateur.domaine.retouches import Ajout
from generateur.importation import format_facture_electronique
from generateur.lecture.edition_toml import lire_etat
from generateur.lecture.socle import trouver_source
from generateur.operations.edition_dossier import ecrire_editions
from generateur.operations.outillage import OutilsPieces
from generateur.publication.rangement import Copies

_REFUSES = frozenset({"PIECE_ABSENTE", "PIECE_ILLISIBLE"})


@dataclass(frozen=True)
class Reception:
    """Les fichiers entrés dans pieces/, et ceux qui n'y entrent pas : pourquoi, et que faire."""

    entres: tuple[str, ...]
    refuses: tuple[Constat, ...]


def recevoir_fichiers(
    source: Path, deposes: Sequence[Path], *, outils: OutilsPieces, mot_de_passe: str = ""
) -> Reception:
    """Range dans pieces/ ce qui pourra devenir une pièce ; rien n'est écrasé.

    `mot_de_passe` : celui des PDF protégés, gardé au dossier avec le fichier qu'il ouvre. Lève ErreurDossier,
    ErreurEcriture.
    """
    etat = lire_etat(trouver_source(source))
    copies, blocs = Copies(etat.fichier.parent), []
    entres: list[str] = []
    refuses: list[Constat] = []
    for depose in deposes:
        vu, est_ouvert_par_lui = _regarder(depose, mot_de_passe, outils)
        constats = [c for c in constater_fichier(depose.name, vu) if c.code in _REFUSES]
        if constats and not _est_une_facture_xml(depose):
            refuses += constats
            continue
        range_la = copies.prevoir(depose)
        entres.append(range_la)
        if est_ouvert_par_lui:
            titre = depose.stem.replace("_", " ")
            blocs.append(Ajout("pieces", {"titre": titre, "fichier": range_la, "mot_de_passe": mot_de_passe}))
    if blocs:
        ecrire_editions(etat, blocs, copies)
    else:
        copies.ecrire(etat.fichier.parent)
    return Reception(tuple(entres), tuple(refuses))


def refuser_fichier(depose: Path, outils: OutilsPieces) -> Constat | None:
    """Ce qui empêche ce document d'être gardé comme pièce ; None s'il peut l'être."""
    vu, _ = _regarder(depose, "", outils)
    return next((c for c in constater_fichier(depose.name, vu) if c.code in _REFUSES), None)


def _est_une_facture_xml(depose: Path) -> bool:
    """Elle ne s'imprime pas, mais elle se lit : elle remplit le dossier."""
    return depose.suffix.lower() == ".xml" and bool(format_facture_electronique.reconnaitre(depose))


def _regarder(depose: Path, mot_de_passe: str, outils: OutilsPieces) -> tuple[Inspection, bool]:
    """Ce qu'est ce fichier ; vrai si seul le mot de passe l'ouvre."""
    for essai in (None, mot_de_passe or None):
        vu = outils.regarder(depose, essai)
        if vu.lisible:
            return vu, essai is not None
    return vu, False

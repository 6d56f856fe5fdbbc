"""Du dossier étudié à la liasse : pièces préparées, actes écrits, pages mesurées, assemblage, manifeste.

Les pages que citent la couverture et le bordereau sont mesurées : on écrit d'abord les actes qui n'en dépendent
pas, puis les autres, et l'on recommence tant que leur propre longueur déplace quelque chose.
"""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.bordereau import Bordereau, PieceDossier
from generateur.erreurs import ErreurLiasse
from generateur.liasse.archivage import rendre_pdfa
from generateur.liasse.assemblage import assembler, mesurer
from generateur.liasse.plan import (
    Assemblage,
    ElementActe,
    ElementPiece,
    Options,
    Pagination,
    PlanLiasse,
    nom_fichier_piece,
    paginer,
)
from generateur.pieces.emplacement import localiser
from generateur.pieces.preparation import Preparee, preparer_piece
from generateur.procedures.socle import Acte
from generateur.redaction.actes import ActeEcrit, Ecritoire, ecrire_actes
from generateur.redaction.composition import Matiere, Mesures, composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ContexteActes
from generateur.reglages import OutilsPieces

_PASSES_MAXIMALES = 6
_ORIGINAL_GARDE = "original signé conservé à part"


@dataclass(frozen=True)
class PiecePrete:
    """Une pièce convertie en PDF, prête à être tamponnée."""

    piece: PieceDossier
    pdf: Path
    preparee: Preparee

    @property
    def mention(self) -> str:
        """Ce que le bordereau dit de la pièce."""
        mentions = []
        if self.preparee.signe:
            mentions.append(_ORIGINAL_GARDE)
        elif self.piece.original:
            mentions.append("original conservé")
        return ", ".join(mentions)


@dataclass(frozen=True)
class LiasseFaite:
    """Ce que la mise en liasse rend : les actes, les pièces et l'assemblage."""

    actes: tuple[ActeEcrit, ...]
    pieces: tuple[PiecePrete, ...]
    assemblage: Assemblage


def preparer_pieces(
    bordereau: Bordereau, racine: Path, provisoire: Path, outils: OutilsPieces
) -> tuple[PiecePrete, ...]:
    """Convertit chaque pièce en PDF dans le répertoire provisoire. Lève ErreurPiece en nommant la pièce."""
    pretes = []
    for rang, piece in enumerate(bordereau.pieces):
        cible = provisoire / f"{rang:04d}.pdf"
        preparee = preparer_piece(
            localiser(racine, piece.fichier),
            cible,
            titre=piece.titre,
            mot_de_passe=piece.mot_de_passe,
            moteur_bureautique=outils.bureautique,
            atelier=outils.atelier,
        )
        pretes.append(PiecePrete(piece, cible, preparee))
    return tuple(pretes)


@dataclass(frozen=True)
class Etabli:
    """Où et avec quoi l'on écrit."""

    chantier: Path
    ecritoire: Ecritoire
    options: Options


def mettre_en_liasse(matiere: Matiere, pieces: tuple[PiecePrete, ...], etabli: Etabli) -> LiasseFaite:
    """Écrit les actes et la liasse dans le chantier. Lève ErreurLiasse si la pagination ne se stabilise pas."""
    actes = matiere.procedure.actes
    emplacements = _placer_actes(actes, matiere.espece.dossier.reference, etabli.chantier)
    contexte = mesurer_contexte(composer_contexte(matiere), _relever(pieces))
    fixes = {a: b for a, b in emplacements.items() if not etabli.ecritoire.depend_des_mesures(a)}
    ecrits = {e.acte: e for e in _ecrire(fixes, contexte, etabli, matiere.espece.au)}
    mobiles = {a: b for a, b in emplacements.items() if a not in fixes}
    ecrits |= _ecrire_jusqu_a_stabilite(mobiles, ecrits, contexte, pieces, matiere, etabli)
    ordonnes = tuple(ecrits[acte] for acte in actes)
    for ecrit in ordonnes:
        _archiver(ecrit, matiere.espece.au)
    dossier = matiere.espece.dossier
    plan = PlanLiasse(
        reference=dossier.reference,
        titre=f"{matiere.procedure.libelle} – {dossier.reference}",
        auteur=dossier.creancier.nom_complet,
        date_creation=matiere.espece.au,
        actes=tuple(ElementActe(e.acte.nom, e.acte.titre, e.pdf) for e in ordonnes if e.acte.place == "liasse"),
        pieces=tuple(ElementPiece(p.piece.numero, p.piece.titre, p.pdf, p.mention) for p in pieces),
        partie=dossier.creancier.nom_complet,
        projet=matiere.projet,
    )
    liasse = etabli.chantier / f"{dossier.reference}_liasse.pdf"
    assemblage = assembler(plan, liasse, etabli.chantier / "pieces", etabli.options)
    return LiasseFaite(ordonnes, pieces, assemblage)


def _relever(pieces: tuple[PiecePrete, ...], pagination: Pagination | None = None) -> Mesures:
    """Pages et mentions des pièces ; sans pagination, seule leur place dans la liasse manque encore."""
    debuts = pagination.pages_debut if pagination else {}
    return Mesures(
        pages=pagination.total if pagination else 0,
        pieces={p.piece.numero: (debuts.get(p.piece.numero, 0), p.preparee.pages) for p in pieces},
        mentions={p.piece.numero: p.mention for p in pieces},
    )


def _placer_actes(actes: tuple[Acte, ...], reference: str, chantier: Path) -> dict[Acte, Path]:
    (chantier / "actes").mkdir()
    return {
        acte: chantier / f"{reference}_{acte.nom}" if acte.place == "interne" else chantier / "actes" / acte.nom
        for acte in actes
    }


def _ecrire(emplacements: dict[Acte, Path], contexte: ContexteActes, etabli: Etabli, jour: dt.date) -> list[ActeEcrit]:
    return ecrire_actes(emplacements, contexte, etabli.ecritoire, jour)


def _ecrire_jusqu_a_stabilite(
    mobiles: dict[Acte, Path],
    fixes: dict[Acte, ActeEcrit],
    contexte: ContexteActes,
    pieces: tuple[PiecePrete, ...],
    matiere: Matiere,
    etabli: Etabli,
) -> dict[Acte, ActeEcrit]:
    pages = {acte: mesurer(ecrit.pdf) for acte, ecrit in fixes.items()} | dict.fromkeys(mobiles, 1)
    for _ in range(_PASSES_MAXIMALES):
        pagination = _paginer(matiere.procedure.actes, pages, pieces, etabli.options)
        mesure = mesurer_contexte(contexte, _relever(pieces, pagination))
        ecrits = {e.acte: e for e in _ecrire(mobiles, mesure, etabli, matiere.espece.au)}
        mesurees = {acte: mesurer(ecrit.pdf) for acte, ecrit in ecrits.items()}
        if all(pages[acte] == combien for acte, combien in mesurees.items()):
            return ecrits
        pages |= mesurees
    raise ErreurLiasse(
        "la pagination de la couverture et du bordereau ne se stabilise pas",
        lieu="communs/bordereau",
        remede="Simplifier la mise en page de ces deux modèles, ou reprendre ceux du programme.",
    )


def _paginer(
    actes: tuple[Acte, ...], pages: dict[Acte, int], pieces: tuple[PiecePrete, ...], options: Options
) -> Pagination:
    return paginer(
        [(acte.nom, pages[acte]) for acte in actes if acte.place == "liasse"],
        [(p.piece.numero, p.preparee.pages) for p in pieces],
        versos_blancs=options.versos_blancs,
    )


def _archiver(ecrit: ActeEcrit, jour: dt.date) -> None:
    """Met le PDF de l'acte au format d'archivage, quand rien ne s'y oppose."""
    archive = ecrit.pdf.with_suffix(".pdfa")
    if not rendre_pdfa(ecrit.pdf, archive, ecrit.acte.titre, jour):
        archive.replace(ecrit.pdf)
    archive.unlink(missing_ok=True)


def garder_originaux(pieces: tuple[PiecePrete, ...], racine: Path, chantier: Path) -> None:
    """Copie à côté de la liasse les originaux signés : une fusion leur retirerait leur signature."""
    for prete in pieces:
        if prete.preparee.signe:
            dossier = chantier / "originaux"
            dossier.mkdir(exist_ok=True)
            shutil.copyfile(
                racine / prete.piece.fichier,
                dossier / nom_fichier_piece(prete.piece.numero, prete.piece.titre),
            )

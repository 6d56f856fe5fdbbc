"""Une pièce telle qu'elle sera tamponnée, page par page, en image ; rien n'est écrit au dossier."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.bordereau import PieceDossier
from generateur.erreurs import ErreurIntrouvable
from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import ElementPiece, Options, PlanLiasse
from generateur.operations.etude import Etude
from generateur.operations.outillage import OutilsPieces
from generateur.pieces.atelier import executer_borne
from generateur.pieces.emplacement import lister_presents, localiser
from generateur.pieces.preparation import preparer_piece
from generateur.surveillance.provisoires import repertoire_provisoire


@dataclass(frozen=True)
class ApercuPiece:
    """L'image PNG d'une page, son numéro et le nombre de pages de la pièce."""

    png: bytes
    page: int
    pages: int


def dater_pieces(racine: Path) -> str:
    """Change dès qu'un fichier de pieces/ est remplacé : un aperçu gardé ne vaut plus."""
    etats = [(fichier, (racine / fichier).stat()) for fichier in lister_presents(racine)]
    return repr([(fichier, etat.st_mtime_ns, etat.st_size) for fichier, etat in etats])


def trouver_piece(etude: Etude, numero: str) -> PieceDossier:
    """La pièce de ce numéro au bordereau. Lève ErreurLecture si elle n'y est pas."""
    for piece in etude.bordereau.pieces:
        if piece.numero == numero:
            return piece
    raise ErreurIntrouvable(
        "cette pièce n'existe pas au bordereau", lieu=numero, remede="Revenir à l'onglet des pièces."
    )


def apercevoir_piece(etude: Etude, numero: str, page: int, *, jour: dt.date, outils: OutilsPieces) -> ApercuPiece:
    """La page, avec son tampon. Lève ErreurPiece ou ErreurOutilAbsent si la pièce ne se prépare pas."""
    piece = trouver_piece(etude, numero)
    dossier = etude.dossier
    with repertoire_provisoire() as provisoire:
        preparee = provisoire / "preparee.pdf"
        preparer_piece(
            localiser(etude.racine_des_pieces, piece.fichier),
            preparee,
            titre=piece.titre,
            mot_de_passe=piece.mot_de_passe,
            moteur_bureautique=outils.bureautique,
            atelier=outils.atelier,
            fonds=outils.fonds,
        )
        plan = PlanLiasse(
            reference=dossier.reference,
            titre=piece.titre,
            auteur=dossier.creancier.nom_complet,
            date_creation=jour,
            actes=(),
            pieces=(ElementPiece(piece.numero, piece.titre, preparee),),
            partie=dossier.creancier.nom_complet,
        )
        options = Options(exiger_citations=False)
        (faite,) = assembler(plan, provisoire / "liasse.pdf", provisoire / "pieces", options).pieces
        image = provisoire / "page.png"
        vue = executer_borne(outils.atelier, "rendre_page", faite.fichier, cible=str(image), page=page)
        return ApercuPiece(image.read_bytes(), vue["page"], vue["pages"])

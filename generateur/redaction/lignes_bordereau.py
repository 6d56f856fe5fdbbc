"""Les lignes des bordereaux : chaque pièce telle que les actes l'annoncent, avant et après la mesure des pages."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from generateur.domaine.bordereau import Bordereau, PieceDossier
from generateur.domaine.langue import date_longue, pluriel
from generateur.domaine.numeros import normaliser_numero, rendre_insecable
from generateur.redaction.contexte import AjoutActe, PieceActe


@dataclass(frozen=True)
class Mesures:
    """Ce que seule la fusion mesure : pages de la liasse, page et nombre de pages de chaque pièce."""

    pages: int
    pieces: Mapping[str, tuple[int, int]]
    mentions: Mapping[str, str]


def presenter_piece(piece: PieceDossier) -> PieceActe:
    """La ligne d'une pièce, sans ses pages."""
    date = date_longue(piece.date) if piece.date else ""
    return PieceActe(rendre_insecable(piece.numero), piece.titre, date, "", "", "")


def presenter_ajout(
    bordereau: Bordereau, ajoutees: Collection[str], communiquee_le: dt.date | None
) -> AjoutActe | None:
    """Ce qui complète la dernière communication ; None si rien n'est parti, ou si rien n'est arrivé depuis."""
    arrivees = [piece for piece in bordereau.pieces if piece.numero in ajoutees]
    if communiquee_le is None or not arrivees:
        return None
    return AjoutActe(
        date_longue(communiquee_le),
        pluriel(len(arrivees), "pièce"),
        tuple(presenter_piece(piece) for piece in arrivees),
    )


def mesurer_piece(piece: PieceActe, mesures: Mesures) -> PieceActe:
    """La même ligne, avec sa première page, son nombre de pages et ce qu'on en dit."""
    numero = normaliser_numero(piece.numero)
    debut, pages = mesures.pieces.get(numero, (0, 0))
    return replace(piece, page=str(debut), pages=str(pages), mention=mesures.mentions.get(numero, ""))

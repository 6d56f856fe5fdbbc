"""Une page de garde devant chaque pièce : la pièce commence alors par elle, signets et liens compris."""

from collections.abc import Sequence
from pathlib import Path

from generateur.erreurs import ErreurModele
from generateur.liasse.ecriture import enregistrer
from generateur.liasse.ouverture_pdf import ouvrir_pdf


def preceder_de_gardes(gardes: Path, pieces: Sequence[Path], cibles: Sequence[Path]) -> None:
    """Écrit chaque cible : la page de garde du même rang, puis la pièce.

    Lève ErreurModele si le modèle ne donne pas exactement une page par pièce.
    """
    with ouvrir_pdf(gardes, gardes.name) as feuilles:
        if len(feuilles.pages) != len(pieces):
            raise ErreurModele(
                f"le modèle des pages de garde donne {len(feuilles.pages)} pages pour {len(pieces)} pièces",
                lieu="communs/intercalaire",
                remede="Le simplifier pour que chaque pièce tienne sur une page, ou produire sans --intercalaires.",
            )
        for feuille, piece, cible in zip(feuilles.pages, pieces, cibles, strict=True):
            with ouvrir_pdf(piece, piece.name) as pdf:
                pdf.pages.insert(0, feuille)
                enregistrer(pdf, cible, piece.name)

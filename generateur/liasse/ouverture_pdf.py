"""Ouvrir un PDF, et traduire en français ce que pikepdf refuse : toujours en nommant l'acte ou la pièce."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from generateur.erreurs import ErreurEcriture, ErreurGenerateur, ErreurPiece, raison_du_systeme

# un PDF hostile fait lever à peu près tout à qui le parcourt : types inattendus, clés absentes, cycles
ERREURS_PDF = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    pikepdf.DependencyError,
    pikepdf.ForeignObjectError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)
# un PDF réparé en route n'est pas un message pour l'utilisateur : ces bibliothèques n'écrivent pas sur stderr
for bibliotheque in ("pikepdf", "pypdfium2", "pypdf"):
    logging.getLogger(bibliotheque).addHandler(logging.NullHandler())
REMEDE_ILLISIBLE = "Ouvrir le fichier et l'imprimer en PDF, ou demander une nouvelle copie à celui qui l'a fourni."
REMEDE_MOT_DE_PASSE = "Indiquer mot_de_passe pour cette pièce, ou fournir une copie sans mot de passe."


@contextmanager
def nommer_la_faute(lieu: str) -> Iterator[None]:
    """Toute défaillance de lecture devient une ErreurPiece qui nomme l'élément ; celles du disque, ErreurEcriture."""
    try:
        yield
    except ErreurGenerateur:
        raise
    except pikepdf.PasswordError as erreur:
        raise ErreurPiece(
            f"{lieu} : le PDF est protégé par un mot de passe.", lieu=lieu, remede=REMEDE_MOT_DE_PASSE
        ) from erreur
    except FileNotFoundError as erreur:
        raise ErreurPiece(
            f"{lieu} : le fichier est introuvable ({erreur.filename}).",
            lieu=lieu,
            remede="Remettre le fichier à sa place, ou corriger son chemin dans le dossier.",
        ) from erreur
    except OSError as erreur:
        raise ErreurEcriture(f"{lieu} : {raison_du_systeme(erreur)}.", lieu=lieu) from erreur
    except ERREURS_PDF as erreur:
        raise ErreurPiece(
            f"{lieu} : le PDF est trop abîmé pour entrer dans la liasse ({type(erreur).__name__}).",
            lieu=lieu,
            remede=REMEDE_ILLISIBLE,
        ) from erreur


@contextmanager
def ouvrir_pdf(chemin: Path, lieu: str) -> Iterator[pikepdf.Pdf]:
    """Ouvre le PDF et le ferme ; ErreurPiece s'il est illisible, protégé ou sans page."""
    with nommer_la_faute(lieu), pikepdf.open(chemin) as pdf:
        if not len(pdf.pages):
            raise ErreurPiece(f"{lieu} : le PDF ne contient aucune page.", lieu=lieu, remede=REMEDE_ILLISIBLE)
        yield pdf


def mesurer(pdf: Path, lieu: str = "") -> int:
    """Nombre de pages d'un PDF ; mêmes erreurs que ouvrir_pdf."""
    with ouvrir_pdf(pdf, lieu or pdf.name) as document:
        return len(document.pages)

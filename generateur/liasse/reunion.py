"""Mettre des documents bout à bout : qpdf suit les flux de fichier à fichier, sans les charger en mémoire."""

from collections.abc import Sequence
from pathlib import Path

import pikepdf

from generateur.liasse.ouverture_pdf import nommer_la_faute


def reunir(extraits: Sequence[tuple[Path, str]]) -> pikepdf.Pdf:
    """Document fait des pages de chaque extrait : (fichier, pages au format de qpdf, « 1-z » pour toutes).

    Les fichiers doivent rester en place jusqu'à ce que le document soit écrit ; à fermer par l'appelant.
    """
    travail = {
        "empty": "",
        "outputFile": "-",  # exigé par qpdf, jamais écrit : create_pdf rend le document sans le produire
        "pages": [{"file": str(fichier), "range": pages} for fichier, pages in extraits],
        "removeUnreferencedResources": "no",
        "noWarn": "",
        "warningExit0": "",
    }
    with nommer_la_faute("Réunion des documents"):
        document: pikepdf.Pdf = pikepdf.Job(travail).create_pdf()  # type: ignore[no-untyped-call]
        return document

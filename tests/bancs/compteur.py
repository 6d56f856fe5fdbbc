"""Compte ce qu'une commande fait ouvrir, rendre et résumer, elle et ses enfants : chacun note dans un même journal.

Les enfants se lancent par leur nom : un `sitecustomize` posé sur leur chemin les y fait passer. La mesure coûte ; elle
se fait à part de celle des temps.
"""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

VARIABLE = "BANC_JOURNAL"
QPDF, PDFIUM, RENDU, RESUME = "ouvertures par qpdf", "ouvertures par PDFium", "pages rendues", "fichiers résumés"
_ACCUEIL = "from tests.bancs.compteur import installer\ninstaller()\n"


def compter(commande: list[str], atelier: Path) -> Counter[tuple[str, str]]:
    """(genre, nom du fichier) → nombre, pour cette commande du programme lancée dans un processus neuf."""
    (atelier / "sitecustomize.py").write_text(_ACCUEIL, "utf-8")
    journal = atelier / "journal"
    journal.touch()
    chemins = os.pathsep.join((str(atelier), str(Path(__file__).parents[2])))
    environnement = {**os.environ, VARIABLE: str(journal), "PYTHONPATH": chemins}
    subprocess.run([sys.executable, "-m", "generateur", *commande], check=True, env=environnement, capture_output=True)
    lignes = (ligne.split("\t") for ligne in journal.read_text("utf-8").splitlines())
    return Counter((genre, nom) for genre, nom in lignes)


def installer() -> None:
    """Fait noter à ce processus ses ouvertures, ses rendus et ses empreintes."""
    journal = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND)

    def noter(genre: str, source: Any) -> None:
        nom = Path(source).name if isinstance(source, str | Path) else ""
        os.write(journal, f"{genre}\t{nom}\n".encode())

    ouvrir, charger, rendre, resumer = (
        pikepdf.open, pypdfium2.PdfDocument.__init__, pypdfium2.PdfPage.render, hashlib.file_digest,
    )  # fmt: skip

    def ouvrir_et_noter(source: Any, *suite: Any, **options: Any) -> Any:
        noter(QPDF, source)
        return ouvrir(source, *suite, **options)

    def charger_et_noter(document: Any, source: Any, *suite: Any, **options: Any) -> None:
        noter(PDFIUM, source)
        charger(document, source, *suite, **options)

    def rendre_et_noter(page: Any, *suite: Any, **options: Any) -> Any:
        noter(RENDU, "")
        return rendre(page, *suite, **options)

    def resumer_et_noter(flux: Any, *suite: Any) -> Any:
        noter(RESUME, str(getattr(flux, "name", "")))
        return resumer(flux, *suite)

    pikepdf.open = ouvrir_et_noter  # type: ignore[assignment]  # l’espion remplace à dessein
    pypdfium2.PdfDocument.__init__ = charger_et_noter
    pypdfium2.PdfPage.render = rendre_et_noter
    hashlib.file_digest = resumer_et_noter  # type: ignore[assignment]

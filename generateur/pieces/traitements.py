"""Ce que l'on fait d'une pièce préparée, sur option seulement : alléger ses images (et y lire : lecture_scans.py).

Chaque traitement dit en une phrase ce qu'il a changé : la phrase va au manifeste et à la fiche interne.
"""

import tempfile
from pathlib import Path

from generateur.erreurs import ErreurPiece
from generateur.pieces.allegement import QUALITE, RESOLUTION
from generateur.pieces.atelier import Atelier, executer_borne
from generateur.pieces.limites import Limites

_OCTETS_PAR_KO = 1_000


def alleger_images(pdf: Path, *, atelier: Atelier) -> str:
    """Remplace les images trop lourdes ; rend la phrase qui dit la perte, vide si rien n'a changé."""
    with tempfile.TemporaryDirectory(prefix=".images-", dir=pdf.parent) as nom:
        allege = Path(nom) / "allege.pdf"
        try:
            fait = executer_borne(atelier, "alleger_images", pdf, cible=str(allege), pixels=Limites().pixels)
        except ErreurPiece:
            return "Ses images n'ont pas pu être allégées : elles restent telles quelles."
        if not fait["images"]:
            return ""
        allege.replace(pdf)
    return (
        f"{fait['images']} image(s) recompressée(s) avec perte : {RESOLUTION} points par pouce au plus, JPEG de "
        f"qualité {QUALITE} ({fait['avant'] // _OCTETS_PAR_KO} ko avant, {fait['apres'] // _OCTETS_PAR_KO} ko après)."
    )

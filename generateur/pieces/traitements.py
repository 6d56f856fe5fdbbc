"""Ce que l'on fait d'une pièce préparée, sur option seulement : y ajouter le texte d'un scan, alléger ses images.

Chaque traitement dit en une phrase ce qu'il a changé : la phrase va au manifeste et à la fiche interne.
"""

import tempfile
from pathlib import Path

from generateur.contrats import Conversion, MoteurRendu
from generateur.erreurs import ErreurPiece, ErreurRendu
from generateur.pieces.allegement import QUALITE, RESOLUTION
from generateur.pieces.atelier import Atelier
from generateur.pieces.limites import Limites

_OCTETS_PAR_KO = 1_000


def ajouter_texte(pdf: Path, pages: int, *, titre: str, moteur: MoteurRendu, atelier: Atelier) -> str:
    """Remplace le scan par le même, texte reconnu ajouté. Lève ErreurPiece en nommant la pièce."""
    with tempfile.TemporaryDirectory(prefix=".texte-", dir=pdf.parent) as nom:
        reconnu, range_ = Path(nom) / "reconnu.pdf", Path(nom) / "range.pdf"
        try:
            moteur.convertir([Conversion(pdf, reconnu)])
            fait = _executer(atelier, "ranger_texte_reconnu", reconnu, range_, pages=pages)
        except (ErreurRendu, ErreurPiece) as erreur:
            raise ErreurPiece(
                f"Le texte de la pièce « {titre} » n'a pas pu être reconnu.",
                lieu=titre,
                remede="Relancer sans --ocr, ou remplacer ce scan par un PDF qui porte déjà son texte.",
            ) from erreur
        range_.replace(pdf)
    return (
        f"Scan : texte reconnu sur {fait['pages_reconnues']} page(s) et ajouté sous l'image, "
        f"sans la changer ({moteur.disponibilite().version}) ; il peut contenir des erreurs de lecture."
    )


def alleger_images(pdf: Path, *, atelier: Atelier) -> str:
    """Remplace les images trop lourdes ; rend la phrase qui dit la perte, vide si rien n'a changé."""
    with tempfile.TemporaryDirectory(prefix=".images-", dir=pdf.parent) as nom:
        allege = Path(nom) / "allege.pdf"
        try:
            fait = _executer(atelier, "alleger_images", pdf, allege, pixels=Limites().pixels)
        except ErreurPiece:
            return "Ses images n'ont pas pu être allégées : elles restent telles quelles."
        if not fait["images"]:
            return ""
        allege.replace(pdf)
    return (
        f"{fait['images']} image(s) recompressée(s) avec perte : {RESOLUTION} points par pouce au plus, JPEG de "
        f"qualité {QUALITE} ({fait['avant'] // _OCTETS_PAR_KO} ko avant, {fait['apres'] // _OCTETS_PAR_KO} ko après)."
    )


def _executer(atelier: Atelier, tache: str, source: Path, cible: Path, **arguments: int) -> dict[str, int]:
    limites, octets = Limites(), source.stat().st_size
    return atelier.executer(
        tache,
        delai=limites.delai(octets),
        memoire=limites.memoire_pour(octets),
        source=str(source),
        cible=str(cible),
        **arguments,
    )

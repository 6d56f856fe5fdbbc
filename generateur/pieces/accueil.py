"""La première tâche de l'atelier sur une pièce : la reconnaître et, si c'est un PDF, la traiter aussitôt."""

from typing import Any

from generateur.pieces.documents_pdf import traiter
from generateur.pieces.familles import Famille
from generateur.pieces.refus import reconnaitre_ou_refuser


def ouvrir(source: str, cible: str | None, mot_de_passe: str | None, pages_maximales: int) -> dict[str, Any]:
    """Famille et extension ; pour un PDF, ses faits (voir documents_pdf.traiter), None pour le reste.

    Lève ErreurPiece si le fichier ne peut pas devenir une pièce.
    """
    reconnue = reconnaitre_ou_refuser(source)
    est_pdf = reconnue["famille"] == Famille.PDF.value
    faits = traiter(source, cible, mot_de_passe, pages_maximales) if est_pdf else None
    return reconnue | {"faits": faits}

"""Les réglages d'une liasse, jugés avant de la faire."""

from dataclasses import asdict

from generateur.liasse.plan import Options
from generateur.reglages import ReglagesLiasse


def refuser_contradictions(reglages: ReglagesLiasse, *, joindre_manifeste: bool) -> None:
    """Lève ErreurUsage : place inconnue, taille illisible, deux réglages qui s'excluent.

    Le manifeste joint se dresse à l'assemblage ; ici, on vérifie seulement qu'il peut l'être.
    """
    Options(**asdict(reglages), manifeste_joint=b"" if joindre_manifeste else None).verifier()

"""Le texte qui fonde une ligne d'intérêts, d'après la table « textes_demande »."""

from functools import cache

from generateur.droit.tables import lire_table

PRECISIONS = {"suppletif": "à défaut de taux convenu", "plancher": "au plancher légal"}


@cache
def fondement(regime: str, *, entre_professionnels: bool) -> str:
    """Texte dans sa rédaction la plus récente, même pour une période ancienne : c'est celui que l'acte cite.

    Entre professionnels, L441-10 ; un taux convenu hors commerce tient du contrat ; le taux légal, du code civil.
    """
    if regime == "legal":
        return _texte("interets_legaux")
    texte = _texte("penalites" if entre_professionnels else "principal")
    return f"{texte} ({PRECISIONS.get(regime, 'taux convenu')})"


def _texte(poste: str) -> str:
    return [str(valeur.valeur) for valeur in lire_table("textes_demande").valeurs if valeur.cle == poste][-1]

"""Les valeurs de droit qui font les sommes d'un décompte : quelles tables, à quelles dates, quelle confiance."""

from dataclasses import dataclass
from datetime import date

from generateur.calculs.decompte import Decompte
from generateur.calculs.interets import TABLE_PARTICULIERS, TABLE_PROFESSIONNELS, debut_semestre
from generateur.calculs.qualites import est_creancier_professionnel
from generateur.domaine.dossier import Dossier
from generateur.droit.tables import valeur_au
from generateur.droit.valeurs import Valeur

TABLE_BCE = "taux_bce_refinancement"
_REGIMES_BCE = frozenset({"suppletif", "bce_plus"})
_REGIMES_LEGAUX = frozenset({"legal", "multiple_legal", "legal_plus"})
_REGIME_PLANCHER = "plancher"


@dataclass(frozen=True)
class TauxLu:
    """Un taux publié que le décompte emploie, pour le semestre ouvert à cette date."""

    table: str
    semestre: date
    valeur: Valeur


def lire_taux_employes(dossier: Dossier, decompte: Decompte) -> tuple[TauxLu, ...]:
    """Taux de la BCE et taux légaux des lignes d'intérêts, chacun une fois, par table puis par semestre."""
    legale = TABLE_PROFESSIONNELS if est_creancier_professionnel(dossier.creancier) else TABLE_PARTICULIERS
    lectures = set()
    for ligne in decompte.lignes:
        if ligne.regime in _REGIMES_BCE:
            lectures.add((TABLE_BCE, debut_semestre(ligne.du)))
        elif ligne.regime in _REGIMES_LEGAUX:
            lectures.add((legale, debut_semestre(ligne.du)))
        elif ligne.regime == _REGIME_PLANCHER:
            lectures.add((TABLE_PROFESSIONNELS, debut_semestre(ligne.du)))
    return tuple(TauxLu(table, semestre, valeur_au(table, semestre)) for table, semestre in sorted(lectures))

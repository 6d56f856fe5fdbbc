"""Les valeurs de droit qui font les sommes d'un décompte : quelles tables, à quelles dates, quelle confiance."""

from dataclasses import dataclass
from datetime import date

from generateur.calculs.decompte import Decompte
from generateur.calculs.interets import TABLE_PARTICULIERS, TABLE_PROFESSIONNELS, LigneInteret, debut_semestre
from generateur.calculs.qualites import est_creancier_professionnel
from generateur.domaine.dossier import Dossier
from generateur.droit.tables import lire_table, valeur_au
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

    @property
    def libelle(self) -> str:
        """Le nom de sa table."""
        return lire_table(self.table).libelle


def lire_taux_employe(dossier: Dossier, ligne: LigneInteret) -> TauxLu | None:
    """Le taux publié dont celui de cette ligne se tire ; None quand le contrat le fixe. Lève ErreurDroitManquant."""
    if ligne.regime in _REGIMES_BCE:
        table = TABLE_BCE
    elif ligne.regime in _REGIMES_LEGAUX:
        table = TABLE_PROFESSIONNELS if est_creancier_professionnel(dossier.creancier) else TABLE_PARTICULIERS
    elif ligne.regime == _REGIME_PLANCHER:
        table = TABLE_PROFESSIONNELS
    else:
        return None
    semestre = debut_semestre(ligne.du)
    return TauxLu(table, semestre, valeur_au(table, semestre))


def lire_taux_employes(dossier: Dossier, decompte: Decompte) -> tuple[TauxLu, ...]:
    """Taux de la BCE et taux légaux des lignes d'intérêts, chacun une fois, par table puis par semestre."""
    lus = {(lu.table, lu.semestre): lu for ligne in decompte.lignes if (lu := lire_taux_employe(dossier, ligne))}
    return tuple(lu for _, lu in sorted(lus.items()))

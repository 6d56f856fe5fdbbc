"""Tout tableau (CSV, XLSX, ODS) dont les en-têtes se comprennent : le recours quand aucun format n'est reconnu."""

from pathlib import Path

from generateur.erreurs import ErreurGenerateur
from generateur.importation.entetes import correspondances_communes, trouver_entete
from generateur.importation.feuilles import lire_feuilles
from generateur.importation.signatures import NON_TABLEAUX
from generateur.importation.socle import Consignes, Lecture
from generateur.importation.tableau import Format, lire_tableau

NOM = "tableau"
LIBELLE = "tout tableau CSV, XLSX ou ODS"
_EXTENSIONS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"})


def reconnaitre(fichier: Path) -> int:
    """Faible : tout autre format qui se reconnaît passe devant."""
    if fichier.suffix.lower() in NON_TABLEAUX:
        return 0
    sans_mieux = 1 if fichier.suffix.lower() in _EXTENSIONS else 0  # sa lecture dira pourquoi elle n'a rien compris
    try:
        feuilles = lire_feuilles(fichier)
    except ErreurGenerateur:
        return sans_mieux
    return 10 if any(trouver_entete(f, correspondances_communes()) is not None for f in feuilles) else sans_mieux


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Lève ErreurLecture si rien ne se comprend, ErreurUsage si deux colonnes se disputent un champ."""
    return lire_tableau(fichier, consignes, Format(NOM))

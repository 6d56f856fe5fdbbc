"""Tout tableau (CSV, XLSX, ODS) dont les en-têtes se comprennent : le recours quand aucun format n'est reconnu."""

from pathlib import Path

from generateur.erreurs import ErreurGenerateur
from generateur.importation.entetes import correspondances_communes, trouver_entete
from generateur.importation.feuilles import lire_feuilles
from generateur.importation.socle import Consignes, Lecture
from generateur.importation.tableau import Format, lire_tableau

NOM = "tableau"
LIBELLE = "tout tableau CSV, XLSX ou ODS"
EXTENSIONS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"})


def reconnaitre(fichier: Path) -> int:
    """Faible : tout autre format qui se reconnaît passe devant."""
    if fichier.suffix.lower() not in EXTENSIONS:
        return 0
    try:
        feuilles = lire_feuilles(fichier)
    except ErreurGenerateur:
        return 1  # illisible : c'est sa lecture qui dira pourquoi
    return 10 if any(trouver_entete(f, correspondances_communes()) is not None for f in feuilles) else 1


def lire(fichier: Path, consignes: Consignes) -> Lecture:
    """Lève ErreurLecture si rien ne se comprend, ErreurUsage si deux colonnes se disputent un champ."""
    return lire_tableau(fichier, consignes, Format(NOM))

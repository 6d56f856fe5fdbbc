"""L'ordonnance signifiée : un titre, qui s'exécute dans son propre délai.

Sources : CPC 1411 (signification dans le délai, à peine de caducité) ; CPCE L111-3 et L111-4 (dix ans pour exécuter ;
les intérêts échus depuis le titre gardent leur propre prescription).
"""

from datetime import date

from generateur.calculs.calendrier import UN_JOUR, ajouter_mois, terme_de_procedure, territoire_de
from generateur.domaine.dossier import Dossier, Ordonnance, Signification
from generateur.droit.tables import entier_au

TABLE_SIGNIFICATION = "delai_signification_ordonnance"


def terme_de_signification(ordonnance: Ordonnance, territoire: str) -> date:
    """Dernier jour pour signifier (compris), reporté au jour ouvrable (CPC 1411 et 642)."""
    mois = entier_au(TABLE_SIGNIFICATION, ordonnance.date)
    return terme_de_procedure(ordonnance.date, mois=mois, territoire=territoire)


def signification_utile(dossier: Dossier, au: date) -> Signification | None:
    """Celle que le débiteur principal a reçue à temps, jusqu'à `au` compris ; tardive, l'ordonnance est non avenue."""
    suivi = dossier.suivi
    recue = suivi.signification_de(dossier.debiteur) if suivi else None
    if suivi is None or recue is None or recue.date > au:
        return None
    territoire = territoire_de(dossier.debiteur.domicile)
    if suivi.ordonnance and recue.date > terme_de_signification(suivi.ordonnance, territoire):
        return None
    return recue


def est_titre(dossier: Dossier, au: date) -> bool:
    """L'ordonnance est signifiée à temps et sans opposition connue : la créance a un titre."""
    opposition = dossier.suivi.opposition if dossier.suivi else None
    return signification_utile(dossier, au) is not None and (opposition is None or opposition > au)


def premier_jour_d_execution(ordonnance: Ordonnance, signification: Signification, territoire: str) -> date:
    """Premier jour où l'ordonnance s'exécute, sans opposition connue (CPC 1422)."""
    mois = entier_au("delais", ordonnance.date, "execution_ordonnance")
    return terme_de_procedure(signification.date, mois=mois, territoire=territoire) + UN_JOUR


def terme_d_execution(signification: Signification) -> date:
    """Dernier jour pour exécuter (compris), jamais reporté au jour ouvrable (CPCE L111-4).

    Compté de la signification, premier jour où le titre vaut contre le débiteur : jamais plus tard qu'il ne doit.
    """
    return ajouter_mois(signification.date, entier_au("delais", signification.date, "execution_titre"))

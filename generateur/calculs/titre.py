"""L'ordonnance signifiée : un titre, qui s'exécute dans son propre délai.

Sources : CPC 1411 (signification dans le délai, à peine de caducité) ; CPCE L111-3 et L111-4 (dix ans pour exécuter ;
les intérêts échus depuis le titre gardent leur propre prescription).
"""

from datetime import date

from generateur.calculs.calendrier import UN_JOUR, ajouter_mois, mois_de_distance, terme_de_procedure, territoire_de
from generateur.calculs.suites_europeennes import est_europeenne, terme_europeen
from generateur.domaine.apres_depot import Ordonnance, Signification, Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import entier_au

TABLE_SIGNIFICATION = "delai_signification_ordonnance"
_INTERROMPENT = frozenset({"reconnaissance", "mesure_conservatoire", "execution"})


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
    caduque = suivi.ordonnance and recue.date > terme_de_signification(suivi.ordonnance, territoire)
    return None if caduque and not est_europeenne(dossier) else recue


def est_titre(dossier: Dossier, au: date) -> bool:
    """L'ordonnance est signifiée à temps et sans opposition connue : la créance a un titre.

    Une injonction européenne n'en est un qu'une fois déclarée exécutoire, ce que le dossier ne dit pas.
    """
    opposition = dossier.suivi.opposition if dossier.suivi else None
    signifiee = signification_utile(dossier, au) is not None and not est_europeenne(dossier)
    return signifiee and (opposition is None or opposition > au)


def est_en_instance(dossier: Dossier, au: date) -> bool:
    """Une opposition à l'ordonnance signifiée à temps est pendante : l'interruption dure autant qu'elle (2242)."""
    opposition = dossier.suivi.opposition if dossier.suivi else None
    return opposition is not None and opposition <= au and signification_utile(dossier, au) is not None


def premier_jour_d_execution(ordonnance: Ordonnance, signification: Signification, territoire: str) -> date:
    """Premier jour où l'ordonnance s'exécute, sans opposition connue (CPC 1422)."""
    mois = entier_au("delais", ordonnance.date, "execution_ordonnance")
    return terme_de_procedure(signification.date, mois=mois, territoire=territoire) + UN_JOUR


def terme_d_execution(dossier: Dossier, signification: Signification, debiteur: Debiteur, au: date) -> date:
    """Dernier jour pour exécuter (compris), jamais reporté au jour ouvrable (CPCE L111-4).

    Compté de la signification, premier jour où le titre vaut contre le débiteur : jamais plus tard qu'il ne doit.
    Chaque acte interruptif accompli à temps, jusqu'à `au`, fait repartir le même délai (C. civ. 2231, 2240, 2244).
    """
    mois = entier_au("delais", signification.date, "execution_titre")
    terme = ajouter_mois(signification.date, mois)
    for jour in interruptions_du_titre(dossier, debiteur, au):
        if signification.date < jour <= terme:
            terme = ajouter_mois(jour, mois)
    return terme


def interruptions_du_titre(dossier: Dossier, debiteur: Debiteur, au: date) -> tuple[date, ...]:
    """Les jours, jusqu'à `au`, où une mesure ou une reconnaissance a interrompu le délai d'exécution."""
    suivi = dossier.suivi or Suivi()
    saisies = (saisie.date for saisie in suivi.saisies if saisie.vise(debiteur))
    actes = (i.date for i in dossier.interruptions if i.nature in _INTERROMPENT and not i.non_avenue)
    return tuple(sorted({jour for jour in (*saisies, *actes) if jour <= au}))


def terme_d_opposition(suivi: Suivi, debiteur: Debiteur, territoire: str) -> date | None:
    """Dernier jour pour former opposition (compris), reporté au jour ouvrable (CPC 1416) ; None : non déterminable.

    Un mois de la signification à personne ; sinon, de la première mesure qui rend des biens indisponibles, comptée du
    jour où le débiteur en est informé. Augmenté à raison de l'éloignement (CPC 643 et 644).
    """
    recue = suivi.signification_de(debiteur)
    if recue is None:
        return None
    depart = recue.date if recue.mode == "personne" else premiere_mesure(suivi, debiteur)
    if depart is None:
        return None
    mois = entier_au("delais", recue.date, "opposition") + mois_de_distance(debiteur.domicile, territoire, recue.date)
    return terme_de_procedure(depart, mois=mois, territoire=territoire)


def terme_depasse(dossier: Dossier) -> date | None:
    """Le terme que l'opposition a dépassé (CPC 1416) ; None si elle est à temps, ou si l'un des termes est incertain.

    Le dossier ne dit pas qui l'a formée : celui qui avait le plus de temps.
    """
    suivi, territoire = dossier.suivi or Suivi(), territoire_de(dossier.debiteur.domicile)
    termes = [
        terme_d_opposition(suivi, d, territoire) if _sait_le_depart(suivi, d) else None
        for d in dossier.debiteurs_poursuivis
    ]
    if est_europeenne(dossier):
        termes = [terme_europeen(dossier)]
    connus = [terme for terme in termes if terme]
    if suivi.opposition is None or len(connus) < len(termes) or suivi.opposition <= max(connus):
        return None
    return max(connus)


def _sait_le_depart(suivi: Suivi, debiteur: Debiteur) -> bool:
    """Signifiée à personne, ou première saisie dénoncée : sans dénonciation notée, rien ne dit quand il l'a connue."""
    recue = suivi.signification_de(debiteur)
    saisies = [s for s in suivi.saisies if s.vise(debiteur) and not s.est_conservatoire]
    return (recue is not None and recue.mode == "personne") or (bool(saisies) and all(s.denonciation for s in saisies))


def premiere_mesure(suivi: Suivi, debiteur: Debiteur) -> date | None:
    """Le jour où la première saisie d'exécution a atteint ce débiteur : sa dénonciation, à défaut la saisie."""
    jours = (s.denonciation or s.date for s in suivi.saisies if s.vise(debiteur) and not s.est_conservatoire)
    return min(jours, default=None)

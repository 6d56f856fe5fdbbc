"""Après une injonction de payer européenne : ni caducité, ni délais de l'injonction nationale, mais ceux du règlement.

Sources : règlement (CE) n° 1896/2006, art. 16 (opposition, formulaire F), 17 (suite de l'opposition), 18 (force
exécutoire, formulaire G) ; CPC 1424-5 (signification, formulaire d'opposition annexé).
"""

from collections.abc import Iterator
from datetime import date

from generateur.calculs.calendrier import PAYS, reporter
from generateur.domaine.apres_depot import Suivi
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.droit.tables import entier_au, lire_table, valeur_au

_ETATS = "etats_injonction_europeenne"
_TABLE, _CLE = "delais_jours", "opposition_injonction_europeenne"


def est_europeenne(dossier: Dossier) -> bool:
    """L'ordonnance notée est européenne : la nationale ne se rend pas contre qui demeure dans un autre État lié."""
    ordonnance, pays = (dossier.suivi or Suivi()).ordonnance, dossier.debiteur.domicile.pays.upper()
    if ordonnance is None or pays == PAYS or pays not in lire_table(_ETATS).cles:
        return False
    return bool(valeur_au(_ETATS, ordonnance.date, pays).valeur)


def terme_europeen(dossier: Dossier) -> date | None:
    """Dernier jour pour former opposition, reporté au jour ouvrable ; None tant que rien n'est signifié.

    Trente jours depuis la signification, quel qu'en soit le mode, sans rien de plus pour l'éloignement.
    """
    recue = (dossier.suivi or Suivi()).signification_de(dossier.debiteur)
    if recue is None:
        return None
    jours = entier_au(_TABLE, recue.date, _CLE)
    return reporter(date.fromordinal(recue.date.toordinal() + jours))


def dater_europeenne(dossier: Dossier, suivi: Suivi) -> Iterator[tuple[str, date, str, str]]:
    """La seule date que le règlement fixe : titre, date, texte, explication."""
    recue, terme = suivi.signification_de(dossier.debiteur), terme_europeen(dossier)
    if recue and terme and not suivi.opposition:
        regle = valeur_au(_TABLE, recue.date, _CLE)
        yield (
            "Opposition à l'injonction européenne jusqu'au",
            terme,
            regle.source.titre,
            f"{regle.valeur} jours depuis la signification du {recue.date:%d/%m/%Y}, envoi compris ; le tribunal la "
            "déclare ensuite exécutoire (formulaire G)",
        )


def dire_europeenne(dossier: Dossier, au: date) -> str:
    """Où elle en est, sans point final."""
    suivi, terme = dossier.suivi or Suivi(), terme_europeen(dossier)
    recue = suivi.signification_de(dossier.debiteur)
    rendue = f"l’injonction européenne du {date_longue(suivi.ordonnance.date)}" if suivi.ordonnance else ""
    if suivi.opposition and suivi.opposition <= au:
        return f"{rendue} est frappée d’opposition depuis le {date_longue(suivi.opposition)}"
    if recue is None or recue.date > au or terme is None:
        return f"{rendue} est à signifier"
    return f"{rendue} est signifiée depuis le {date_longue(recue.date)}, opposition jusqu’au {date_longue(terme)}"


def agir_apres_l_europeenne(dossier: Dossier, au: date) -> Iterator[str]:
    """Ce qui reste à faire, selon le règlement."""
    suivi, terme = dossier.suivi or Suivi(), terme_europeen(dossier)
    recue = suivi.signification_de(dossier.debiteur)
    if suivi.opposition and suivi.opposition <= au:
        yield "L’affaire se poursuit devant le tribunal selon ce que la demande avait choisi : suivre sa convocation."
    elif recue is None or recue.date > au or terme is None:
        yield "La faire signifier, le formulaire d’opposition (F) annexé, puis noter la signification."
    elif au <= terme:
        yield f"Attendre jusqu’au {date_longue(terme)} : le débiteur peut encore former opposition (formulaire F)."
    else:
        yield "Demander au tribunal de la déclarer exécutoire (formulaire G) : elle s’exécute alors sans exequatur."

"""L'accord qui n'est pas tenu : ce que sa mise en demeure réclame, et à qui.

Elle ne réclame que les échéances manquées, et prévient que le terme sera perdu : le solde n'est pas encore exigible.
"""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from generateur.calculs.accords import SuiviAccord, mises_en_demeure_de_l_accord, suivre_accord
from generateur.calculs.decompte import Decompte
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.domaine.parties import Debiteur
from generateur.erreurs import ErreurDossier
from generateur.lecture.socle import lire_dossier
from generateur.operations.contexte_amiable import composer_amiable
from generateur.procedures.socle import Acte
from generateur.redaction.contexte import ContexteActes
from generateur.redaction.lettre import champs_pour_l_accord

MISE_EN_DEMEURE_ACCORD = Acte("mise_en_demeure", "Mise en demeure", "accords/mise_en_demeure", place="a_cote")


@dataclass(frozen=True)
class AccordMenace:
    """Un accord dont une échéance manque, et tout ce qu'il faut pour l'écrire."""

    dossier: Dossier
    au: dt.date
    suivi: SuiviAccord
    decompte: Decompte
    contexte: ContexteActes


def lire_accord_menace(source: Path, *, jour: dt.date, au: dt.date | None) -> AccordMenace | None:
    """L'accord menacé de ce dossier, ou None. Lève ErreurDossier si sa mise en demeure est déjà partie."""
    dossier = lire_dossier(source).dossier
    le = au or dossier.arrete_au(jour)
    suivi = suivre_accord(dossier, le)
    if suivi is None or not suivi.est_menace or dossier.debiteur.est_en_procedure_collective:
        return None
    if lettres := mises_en_demeure_de_l_accord(dossier, suivi, le):
        raise ErreurDossier(
            f"une mise en demeure de tenir l'accord est déjà partie le {date_longue(lettres[-1].date_envoi)}",
            lieu="mise_en_demeure",
            remede="Son délai passé, notez la déchéance du terme : « generateur ajouter evenement "
            f"{source} decheance --date … », puis « generateur produire {source} ».",
        )
    return AccordMenace(dossier, le, suivi, *composer_amiable(dossier, le))


def adresser_pour_l_accord(menace: AccordMenace, debiteur: Debiteur) -> ContexteActes:
    """Le contexte de la lettre adressée à ce débiteur."""
    contexte = menace.contexte
    champs = champs_pour_l_accord(menace.dossier, menace.decompte, contexte, debiteur, menace.suivi)
    destinataire = contexte.debiteurs[menace.dossier.debiteurs_poursuivis.index(debiteur)]
    return replace(contexte, debiteur=destinataire, complement={**contexte.complement, **champs})

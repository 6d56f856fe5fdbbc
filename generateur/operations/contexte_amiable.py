"""Les champs des actes, sans procédure : ce que partagent les relances et les accords."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generateur.calculs.decompte import Decompte, chiffrer
from generateur.controles.competence import chercher_juridiction
from generateur.domaine.bordereau import dresser_bordereau
from generateur.domaine.dossier import Dossier
from generateur.procedures.injonction_de_payer import NOM as INJONCTION
from generateur.procedures.repertoire import trouver_procedure
from generateur.procedures.socle import Espece, Procedure
from generateur.redaction.composition import Matiere, composer_contexte
from generateur.redaction.contexte import ContexteActes


def composer_amiable(dossier: Dossier, au: dt.date) -> tuple[Decompte, ContexteActes]:
    """Le décompte arrêté à `au` et les champs des actes. Lève ErreurDroitManquant si un taux n'est pas connu."""
    decompte = chiffrer(dossier, au)
    espece = Espece(dossier, au, decompte, chercher_juridiction(dossier, au, decompte.total))
    matiere = Matiere(espece, _PORTEUR, dresser_bordereau(dossier, {}), None)
    return decompte, composer_contexte(matiere)


def _ne_rien_demander(_espece: Espece) -> Mapping[str, Any]:
    return {}


def _porter() -> Procedure:
    """La voie qui prête ses champs communs : rien n'y est demandé à un juge."""
    return replace(
        trouver_procedure(INJONCTION),
        libelle="Recouvrement amiable",
        actes=(),
        saisit_juridiction=False,
        adresser=None,
        completer=_ne_rien_demander,
        negocier=lambda _espece: None,
        deposer=lambda _espece: None,
    )


_PORTEUR = _porter()

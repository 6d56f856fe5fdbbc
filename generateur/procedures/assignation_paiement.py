"""Assignation en paiement au fond, devant le tribunal du débiteur ; produite sur demande (--procedure).

Sources : CPC 54 à 56, 750 et suivants, 853 et suivants ; C. com. L721-3 ; COJ L211-3. Elle reste ouverte quand la
créance est contestée : c'est le juge du fond qui tranche.
"""

from functools import partial

from generateur.procedures import assignation
from generateur.procedures.socle import Acte, Espece, Examen, Procedure, encadrer, motiver

NOM = "assignation_paiement"
_TABLE = "motifs_assignation_paiement"
_MODELE = "assignation_paiement/assignation"


def examiner(espece: Espece) -> Examen:
    """Créance exigible, contestée ou non, contre un débiteur que rien n'interdit de poursuivre."""
    if exclusions := assignation.exclure(espece):
        return Examen(NOM, recevable=False, motifs=tuple(exclusions))
    message = f"action au fond, contestée ou non : {assignation.decrire_voie(espece, NOM)}"
    return Examen(NOM, recevable=True, motifs=(motiver(_TABLE, espece.au, "CONDITIONS_REUNIES", message),))


PROCEDURE = Procedure(
    nom=NOM,
    libelle="Assignation en paiement",
    preference=None,
    actes=encadrer(Acte("assignation", "Assignation en paiement", _MODELE)),
    tables=(_TABLE, assignation.TEXTES, "seuils"),
    complement=assignation.ComplementAssignation,
    mentions={_MODELE: ("Assignation en paiement", "vaut conclusions", "bordereau")},
    examiner=examiner,
    controler=partial(assignation.controler, nom=NOM),
    champs=assignation.ChampsAssignation,
    completer=partial(assignation.completer, nom=NOM, forme="fond"),
    adresser=partial(assignation.adresser, nom=NOM),
    etapes=partial(assignation.etapes, nom=NOM),
    couts=partial(assignation.couts, nom=NOM),
    deposer=assignation.deposer,
    saisit_juridiction=True,
    admet_contestation=True,
    n_attend_pas=assignation.N_ATTEND_PAS,
)

"""Le tribunal que le dossier saisit : le compétent, ou celui que l'utilisateur impose sous un autre nom."""

from generateur.droit.juridictions import Juridiction
from generateur.droit.noms_de_juridictions import reconnaitre_juridiction
from generateur.procedures.socle import Espece, Procedure


def trouver_juridiction_saisie(espece: Espece, procedure: Procedure) -> Juridiction | None:
    """Celle à qui la demande s'adresse ; None si la procédure n'en saisit pas, ou si rien ne la nomme."""
    if not procedure.saisit_juridiction:
        return None
    complement = procedure.complement_de(espece.dossier)
    imposee = str(getattr(complement, "juridiction", None) or "")
    return designer_juridiction(espece, imposee, str(getattr(complement, "adresse_juridiction", None) or ""))


def designer_juridiction(espece: Espece, imposee: str, adresse: str = "") -> Juridiction | None:
    """La compétente, sauf si `imposee` en nomme une autre, dont on ne connaît que ce que le dossier dit.

    L'adresse du tribunal compétent, sous le nom d'un autre, enverrait la demande au mauvais greffe.
    """
    competente = espece.competence.juridiction
    if not imposee:
        return competente
    nommee = reconnaitre_juridiction(imposee)
    if competente and nommee.commun.casefold() == reconnaitre_juridiction(competente.nom).commun.casefold():
        return competente
    type_ = nommee.type or (competente.type if competente else "TJ")
    return Juridiction(type_, imposee, "", adresse, "a_confirmer")

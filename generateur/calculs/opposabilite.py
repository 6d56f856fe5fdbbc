"""Stipulations opposables : des conditions générales acceptées trop tard ne lient pas (C. civ. 1119)."""

from datetime import date

from generateur.domaine.creances import Contrat, Facture
from generateur.domaine.dossier import Dossier


def stipulations_opposables(dossier: Dossier, facture: Facture) -> bool:
    """Le taux convenu et la clause pénale lient-ils le débiteur pour cette facture ?

    Faux si elles viennent de CGV non acceptées, ou acceptées après la commande (le jour même compte). Sans
    `source_penalites`, la présence de [cgv] en fait la source. Une date inconnue ne fait rien présumer : les
    stipulations s'appliquent comme écrites, et le contrôle demande la preuve.
    """
    contrat = dossier.contrat_de(facture)
    acceptation = dossier.cgv.acceptation if dossier.cgv else None
    if contrat is None or acceptation is None or contrat.source_penalites == "contrat":
        return True
    if acceptation.mode == "aucune":
        return False
    engagement = _date_engagement(facture, contrat)
    return acceptation.date is None or engagement is None or acceptation.date <= engagement


def _date_engagement(facture: Facture, contrat: Contrat) -> date | None:
    if facture.commande and facture.commande.date:
        return facture.commande.date
    return contrat.date

"""Une facture entre deux commerçants ? Question commune aux articles L125-1 et L126-1 du CPCE.

Le texte vise la facturation, non les personnes : une qualité douteuse se demande, elle ne se suppose pas.
"""

from generateur.calculs.qualites import agit_en_professionnel, est_commercant, est_traite_en_professionnel
from generateur.domaine.creances import ObjetCreance
from generateur.domaine.parties import Debiteur
from generateur.procedures.socle import Espece

_OBJET_PAR_NATURE: dict[str, ObjetCreance] = {
    "cotisation": "statutaire",
    "effet": "effet_de_commerce",
    "loyer": "contractuelle",
}


def objets_de_la_creance(espece: Espece) -> frozenset[ObjetCreance]:
    """Ce que la créance a pour objet, facture par facture : saisi au contrat, sinon déduit de la nature."""
    objets: set[ObjetCreance] = set()
    for facture in espece.dossier.factures:
        contrat = espece.dossier.contrat_de(facture)
        saisi = contrat.objet_creance if contrat else None
        objets.add(saisi or _OBJET_PAR_NATURE.get(facture.nature, "facturation"))
    return frozenset(objets)


def est_facturation_entre_commercants(espece: Espece) -> bool | None:
    """Vrai, faux, ou None si la qualité d'une partie n'est pas établie ; la caution n'est pas partie à la facture."""
    if "facturation" not in objets_de_la_creance(espece):
        return False
    debiteurs = espece.dossier.debiteurs
    factures_a = [debiteur for debiteur in debiteurs if debiteur.role != "caution"] or debiteurs
    qualites = [est_commercant(partie) for partie in (espece.dossier.creancier, *factures_a)]
    if False in qualites:
        return False
    return None if None in qualites else True


def cause_de_la_creance(espece: Espece) -> str:
    """Cause dite dans l'acte : « contractuelle », « statutaire » ou « effet_de_commerce » (CPC 1405)."""
    objets = objets_de_la_creance(espece)
    for cause in ("effet_de_commerce", "statutaire"):
        if objets == {cause}:
            return cause
    return "contractuelle"


def engage_son_patrimoine_professionnel(debiteur: Debiteur) -> bool:
    """Entrepreneur individuel, pour une dette de son activité (L526-22) : jamais pour un achat privé."""
    return debiteur.nature == "entrepreneur_individuel" and agit_en_professionnel(debiteur) is not False


def est_professionnel_non_commercant(debiteur: Debiteur) -> bool:
    """Association, société civile… : l'acte doit dire pourquoi L441-10 leur est applicable.

    L'entrepreneur individuel a sa propre phrase (L526-22).
    """
    return (
        debiteur.nature != "entrepreneur_individuel"
        and est_commercant(debiteur) is False
        and est_traite_en_professionnel(debiteur)
    )

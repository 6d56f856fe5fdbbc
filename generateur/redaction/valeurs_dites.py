"""La valeur d'un indicateur telle qu'elle se lit : au terminal, dans le classeur imprimé, dans la page."""

from generateur.calculs.indicateurs import Indicateur
from generateur.domaine.langue import INSECABLE, montant, nombre, pourcentage
from generateur.redaction.typographie import courber


def dire_valeur(indicateur: Indicateur) -> str:
    """« 12 450,00 € », « 37,25 jours », « 12,40 % », ou ce qui empêche de calculer."""
    if indicateur.valeur is None:
        return f"non calculable : {courber(indicateur.precision)}"
    match indicateur.definition.unite:
        case "euros":
            dite = montant(indicateur.valeur)
        case "jours":
            dite = f"{nombre(indicateur.valeur)}{INSECABLE}jours"
        case "pourcent":
            dite = pourcentage(indicateur.valeur)
    return f"{dite} ({courber(indicateur.precision)})" if indicateur.precision else dite

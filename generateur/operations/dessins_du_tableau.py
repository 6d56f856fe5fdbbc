"""Les dessins du tableau de bord : les mêmes barres dans la page imprimable et dans le navigateur."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from generateur.calculs.etapes import RecouvreParEtape
from generateur.domaine.langue import montant
from generateur.operations.tableau_de_bord import LigneBalance
from generateur.redaction.graphiques import Barre, dessiner_barres


def dessiner_balance(lignes: Sequence[LigneBalance], precision: str = "") -> Element:
    """La balance âgée, une barre par tranche de retard ; `precision` : ce que sa description ajoute."""
    barres = [Barre(b.tranche.libelle, b.montant, montant(b.montant)) for b in lignes]
    return dessiner_barres("balance", "Balance âgée", f"Une barre par tranche de retard{precision}.", barres)


def dessiner_recouvre(etapes: Sequence[RecouvreParEtape]) -> Element:
    """Ce que chaque étape a recouvré."""
    barres = [Barre(e.libelle, e.recouvre, montant(e.recouvre)) for e in etapes]
    return dessiner_barres("etapes", "Recouvré par étape", "Une barre par étape.", barres)

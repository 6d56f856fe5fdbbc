"""Les dessins du tableau de bord : les mêmes barres dans la page imprimable et dans le navigateur."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from generateur.calculs.etapes import RecouvreParEtape
from generateur.domaine.langue import montant
from generateur.operations.tableau_de_bord import Groupe, LigneBalance
from generateur.redaction.graphiques import Barre, dessiner_barres


def dessiner_balance(lignes: Sequence[LigneBalance], precision: str = "") -> Element:
    """La balance âgée, une barre par tranche de retard ; `precision` : ce que sa description ajoute."""
    barres = [Barre(b.tranche.libelle, b.montant, montant(b.montant)) for b in lignes]
    return dessiner_barres("balance", "Balance âgée", f"Une barre par tranche de retard{precision}.", barres)


def dessiner_recouvre(etapes: Sequence[RecouvreParEtape]) -> Element:
    """Ce que chaque étape a recouvré."""
    barres = [Barre(e.libelle, e.recouvre, montant(e.recouvre)) for e in etapes]
    return dessiner_barres("etapes", "Recouvré par étape", "Une barre par étape.", barres)


def dessiner_engage_et_recouvre(etapes: Sequence[RecouvreParEtape]) -> Element:
    """Par étape, ce qui y est entré, puis ce qui y a été payé."""
    barres = [
        barre
        for e in etapes
        for barre in (
            Barre(e.libelle, e.engage, montant(e.engage), "fond"),
            Barre("dont recouvré", e.recouvre, montant(e.recouvre)),
        )
    ]
    return dessiner_barres(
        "etapes",
        "Engagé et recouvré par étape",
        "Deux barres par étape : ce qui y est entré, ce qui y a été payé.",
        barres,
    )


def dessiner_debiteurs(retenus: Sequence[Groupe]) -> Element:
    """Ce que doit chacun de ces débiteurs, échu."""
    barres = [Barre(g.nom, g.valeur("echu"), montant(g.valeur("echu"))) for g in retenus]
    return dessiner_barres("debiteurs", "Principaux débiteurs", "Une barre par débiteur : ce qui est échu.", barres)

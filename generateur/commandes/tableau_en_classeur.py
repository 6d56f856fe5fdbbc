"""Le tableau de bord en classeur : une feuille par lecture, filtrable, aux mêmes chiffres que le texte et le JSON."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from generateur.calculs.indicateurs import Indicateur
from generateur.commandes.classeur import Colonne, Feuille, Valeur, composer_classeur
from generateur.commandes.presentation_tableau import (
    FORMULE_DES_ETAPES,
    dire_situation,
    dire_source_du_bareme,
)
from generateur.domaine.langue import courber, date_longue
from generateur.domaine.socle import ZERO
from generateur.operations.tableau_de_bord import Groupe, Tableau

_UNITES = {"euros": "€", "jours": "jours", "pourcent": "%"}


def composer(tableau: Tableau) -> bytes:
    """Les octets du classeur du tableau."""
    return composer_classeur(
        tuple(_composer_feuilles(tableau)), titre=f"Tableau au {date_longue(tableau.au)}", jour=tableau.au
    )


def _composer_feuilles(tableau: Tableau) -> Iterator[Feuille]:
    yield _indicateurs(tableau)
    yield _balance(tableau)
    yield _groupes("Débiteurs", tableau.debiteurs, tableau)
    yield _groupes("Créanciers", tableau.creanciers, tableau)
    yield _creances(tableau)
    yield _recouvre(tableau)
    yield _echeances(tableau)
    yield _hors_sommes(tableau)


def _indicateurs(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Indicateur"),
        Colonne("Valeur", "nombre"),
        Colonne("Unité"),
        Colonne("Précision"),
        Colonne("Formule"),
        Colonne("Source"),
    )
    lignes = [_ligne_d_indicateur(indicateur) for indicateur in tableau.indicateurs]
    lignes += [
        (
            "Recouvré par étape",
            None,
            "",
            "voir la feuille « Recouvré »",
            courber(FORMULE_DES_ETAPES),
            "dates des dossiers",
        ),
        ("Tranches et taux de provision", None, "", "", "", dire_source_du_bareme(tableau)),
        *(
            (f"Débiteur en {dire_situation(s.situation)}", s.taux_pourcent, "%", "taux minimal de provision", "", "")
            for s in tableau.bareme.situations
        ),
        ("Dossiers lus", Decimal(tableau.dossiers), "", f"au {date_longue(tableau.au)}", "", tableau.source),
    ]
    return Feuille("Indicateurs", colonnes, lignes)


def _ligne_d_indicateur(indicateur: Indicateur) -> tuple[Valeur, ...]:
    definition = indicateur.definition
    precision = indicateur.precision
    if indicateur.valeur is None:
        precision = f"non calculable : {precision}"
    return (
        courber(definition.libelle),
        indicateur.valeur,
        _UNITES[definition.unite],
        courber(precision),
        courber(definition.formule),
        courber(definition.source),
    )


def _balance(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Tranche"),
        Colonne("Créances", "entier"),
        Colonne("Montant dû", "euros"),
        Colonne("Part", "pourcent"),
        Colonne("Base HT", "euros"),
        Colonne("Taux", "pourcent"),
        Colonne("Provision", "euros"),
    )
    lignes = [
        (b.tranche.libelle, b.creances, b.montant, b.part, b.base_ht, b.tranche.taux, b.provision)
        for b in tableau.balance
    ]
    total = (
        "Total",
        sum(b.creances for b in tableau.balance),
        _sommer(b.montant for b in tableau.balance),
        None,
        _sommer(b.base_ht for b in tableau.balance),
        None,
        _sommer(b.provision for b in tableau.balance),
    )
    return Feuille("Balance âgée", colonnes, lignes, total)


def _groupes(nom: str, groupes: Sequence[Groupe], tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne(nom.removesuffix("s")),
        Colonne("Dossiers"),
        Colonne("Encours", "euros"),
        Colonne("Échu", "euros"),
        *(Colonne(b.tranche.libelle, "euros") for b in tableau.balance),
        Colonne("Provision", "euros"),
        Colonne("Recouvré", "euros"),
        Colonne("Retard moyen de l’échu (jours)", "nombre"),
        *((Colonne("DSO par épuisement (jours)", "nombre"),) if nom == "Créanciers" else ()),
    )
    lignes = []
    for groupe in groupes:
        mesures = {i.cle: i.valeur for i in groupe.indicateurs}
        lignes.append(
            (
                groupe.nom,
                ", ".join(groupe.references),
                mesures["encours"],
                mesures["echu"],
                *(ligne.montant for ligne in groupe.balance),
                mesures["provision"],
                mesures["recouvre"],
                mesures["retard_moyen"],
                *((mesures["dso_epuisement"],) if nom == "Créanciers" else ()),
            )
        )
    return Feuille(nom, colonnes, lignes)


def _creances(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Dossier"),
        Colonne("Créancier"),
        Colonne("Débiteur"),
        Colonne("Facture"),
        Colonne("Émise le", "date"),
        Colonne("Échéance", "date"),
        Colonne("Retard (jours)", "entier"),
        Colonne("Montant", "euros"),
        Colonne("Reste dû", "euros"),
        Colonne("Tranche"),
        Colonne("Base HT", "euros"),
        Colonne("Taux", "pourcent"),
        Colonne("Provision", "euros"),
    )
    lignes = [
        (
            c.reference,
            c.creancier,
            c.debiteur,
            c.facture.numero,
            c.facture.date,
            c.echeance,
            c.retard,
            c.initial,
            c.reste,
            c.tranche.libelle,
            c.base_ht,
            c.taux,
            c.provision,
        )
        for c in tableau.creances
    ]
    return Feuille("Créances", colonnes, lignes)


def _recouvre(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Étape"),
        Colonne("Dossiers", "entier"),
        Colonne("Engagé", "euros"),
        Colonne("Recouvré", "euros"),
        Colonne("Taux", "pourcent"),
    )
    lignes = [(e.libelle, e.dossiers, e.engage, e.recouvre, e.taux) for e in tableau.etapes]
    return Feuille("Recouvré", colonnes, lignes)


def _echeances(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Date", "date"),
        Colonne("Dossier"),
        Colonne("Débiteur"),
        Colonne("À tenir"),
        Colonne("Fondement"),
    )
    lignes = [(e.le, e.reference, e.debiteur, e.titre, e.fondement) for e in tableau.echeances]
    return Feuille("Échéances", colonnes, lignes)


def _hors_sommes(tableau: Tableau) -> Feuille:
    colonnes = (
        Colonne("Dossier"),
        Colonne("Débiteur"),
        Colonne("Facture"),
        Colonne("Montant", "euros"),
        Colonne("Pourquoi"),
        Colonne("Que faire"),
    )
    lignes: list[tuple[Valeur, ...]] = [
        (d.reference, d.debiteur, d.facture, d.montant, courber(d.motif), "") for d in tableau.dehors
    ]
    lignes += [(e.chemin.name, "", "", None, e.erreur.message, e.erreur.remede) for e in tableau.ecartes]
    return Feuille("Hors des sommes", colonnes, lignes)


def _sommer(montants: Iterator[Decimal]) -> Decimal:
    return sum(montants, ZERO)

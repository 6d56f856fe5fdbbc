"""Contribution pour la justice économique, devant le tribunal des activités économiques.

Loi n° 2023-1059 du 20 novembre 2023, art. 27 ; décret n° 2024-1225 ; la circulaire du 6 février 2025
(JUST2503734C) y compte l'injonction de payer. Due au-delà d'un montant demandé, par un demandeur d'un effectif
minimal ; barème des personnes morales selon les moyennes de trois exercices.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from generateur.domaine.arrondi import arrondir
from generateur.domaine.parties import Creancier
from generateur.domaine.socle import ZERO
from generateur.droit.juridictions import Juridiction
from generateur.droit.tables import decimal_au, entier_au

CLE = "contribution_justice_economique"
TABLE_TAUX = "taux_contribution_justice_economique"
_TRANCHES = ("2", "1")  # la plus haute d'abord
_POUR_CENT = Decimal(100)
Etat = Literal["sans_objet", "effectif_inconnu", "comptes_inconnus", "revenus_inconnus", "due", "nulle"]


@dataclass(frozen=True)
class Contribution:
    """Ce qu'on sait de la contribution ; `montant` en euros, seulement si elle est due ou nulle."""

    etat: Etat
    seuil: Decimal = ZERO
    effectif_minimal: int = 0
    montant: Decimal | None = None
    taux: Decimal | None = None


def evaluer_contribution(
    creancier: Creancier, juridiction: Juridiction | None, demande: Decimal, jour: date
) -> Contribution:
    """Contribution due pour une demande de `demande` euros, formée ce jour-là ; ErreurDroitManquant hors des tables."""
    if juridiction is None or juridiction.type != "TAE" or creancier.nature == "personne_publique":
        return Contribution("sans_objet")
    seuil = decimal_au("seuils", jour, CLE)
    if demande <= seuil:
        return Contribution("sans_objet")
    minimum = entier_au("seuils_effectif", jour, CLE)
    if creancier.effectif is None:
        return Contribution("effectif_inconnu", seuil, minimum)
    return Contribution("sans_objet") if creancier.effectif < minimum else _chiffrer(creancier, demande, jour)


def _chiffrer(creancier: Creancier, demande: Decimal, jour: date) -> Contribution:
    if creancier.est_physique:
        return Contribution("revenus_inconnus")
    if creancier.chiffre_affaires_moyen is None or creancier.benefice_moyen is None:
        return Contribution("comptes_inconnus")
    return _appliquer_bareme(creancier.chiffre_affaires_moyen, creancier.benefice_moyen, demande, jour)


def _appliquer_bareme(chiffre_affaires: Decimal, benefice: Decimal, demande: Decimal, jour: date) -> Contribution:
    """La tranche la plus haute dont les deux bornes sont dépassées ; arrondi au centime, plafonné."""
    for tranche in _TRANCHES:
        bornes = (decimal_au("seuils", jour, f"{CLE}/{quoi}/{tranche}") for quoi in ("chiffre_affaires", "benefice"))
        ventes_minimales, benefice_minimal = bornes
        if chiffre_affaires > ventes_minimales and benefice > benefice_minimal:
            taux = decimal_au(TABLE_TAUX, jour, tranche)
            plafond = decimal_au("seuils", jour, f"{CLE}/plafond/{tranche}")
            return Contribution("due", montant=min(arrondir(demande * taux / _POUR_CENT), plafond), taux=taux)
    return Contribution("nulle", montant=ZERO)

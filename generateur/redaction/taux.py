"""Le taux qui court après l'arrêté, dit comme le juge doit pouvoir l'ordonner."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from generateur.calculs.decompte import Decompte, LigneInteret
from generateur.domaine.creances import Penalites
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import INSECABLE, date_longue, enumerer, nombre, pourcentage
from generateur.domaine.socle import ZERO
from generateur.droit.tables import decimal_au

_UN_JOUR = dt.timedelta(days=1)
_CONVENUS: dict[str, Callable[[Penalites], str]] = {
    "fixe": lambda p: f"de {pourcentage(p.taux or ZERO)} l’an",
    "mensuel": lambda p: f"de {pourcentage(p.taux or ZERO)} par mois",
    "multiple_legal": lambda p: f"de {_sobre(p.multiple or ZERO)} fois le taux d’intérêt légal",
    "bce_plus": lambda p: (
        "celui de la Banque centrale européenne à son opération de refinancement la plus récente "
        f"majoré de {_sobre(p.points or ZERO)}{INSECABLE}points"
    ),
    "legal_plus": lambda p: f"le taux d’intérêt légal majoré de {_sobre(p.points or ZERO)}{INSECABLE}points",
}


def dire_taux_poursuite(dossier: Dossier, decompte: Decompte) -> str:
    """« au taux de …, sur le principal restant dû, à compter du lendemain de l’arrêté jusqu’à parfait paiement ».

    Vide si rien ne porte plus intérêt. Quand les factures n'ont pas toutes le même taux, chacun dit les siennes.
    """
    dernieres = {ligne.facture: ligne for ligne in decompte.lignes if ligne.au == decompte.au}
    factures_par_taux: dict[str, list[str]] = {}
    for facture, ligne in dernieres.items():
        factures_par_taux.setdefault(_dire_taux(dossier, ligne, decompte.au), []).append(facture)
    if not factures_par_taux:
        return ""
    if len(factures_par_taux) == 1:
        taux = next(iter(factures_par_taux))
    else:
        taux = enumerer([f"{t} pour {_nommer(factures)}" for t, factures in factures_par_taux.items()])
    return (
        f"{taux}, sur le principal restant dû, à compter du {date_longue(decompte.au + _UN_JOUR)}, "
        "lendemain de l’arrêté, jusqu’à parfait paiement"
    )


def _nommer(factures: list[str]) -> str:
    numeros = enumerer([f"n°{INSECABLE}{numero}" for numero in factures])
    return f"la facture {numeros}" if len(factures) == 1 else f"les factures {numeros}"


def _dire_taux(dossier: Dossier, ligne: LigneInteret, au: dt.date) -> str:
    if ligne.regime == "legal":
        return "au taux légal"
    if ligne.regime == "suppletif":
        points = decimal_au("penalites_points_suppletifs", au)
        return (
            "au taux d’intérêt appliqué par la Banque centrale européenne à son opération de refinancement "
            f"la plus récente, majoré de {_sobre(points)}{INSECABLE}points de pourcentage"
        )
    if ligne.regime == "plancher":
        multiple = decimal_au("penalites_multiple_plancher", au)
        return f"au taux minimal de {_sobre(multiple)} fois le taux d’intérêt légal"
    convenu = nommer_taux_convenu(dossier, ligne)
    return f"au taux contractuel{' ' if convenu.startswith('de ') else ', '}{convenu}"


def nommer_taux_convenu(dossier: Dossier, ligne: LigneInteret) -> str:
    """Le taux que le contrat de cette facture stipule : « de 12,00 % l’an »."""
    facture = next((f for f in dossier.factures if f.numero == ligne.facture), None)
    contrat = dossier.contrat_de(facture) if facture else None
    penalites = contrat.penalites if contrat else None
    return _CONVENUS[penalites.mode](penalites) if penalites else "celui du contrat"


def _sobre(valeur: Decimal) -> str:
    """Nombre sans décimale inutile : « 10 », « 1,5 »."""
    if valeur == valeur.to_integral_value():
        return nombre(valeur, 0)
    return nombre(valeur, 2).rstrip("0")

"""Les délais des clients, en jours : retard moyen pondéré, délai d'encaissement (DSO) par épuisement et classique.

Ce qui manque pour calculer se dit ; rien n'est supposé.
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from generateur.calculs.etapes import lister_encaissements
from generateur.calculs.provision import Creance
from generateur.domaine.arrondi import arrondir
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import MOIS
from generateur.domaine.socle import ZERO

Mois = tuple[int, int]
Ventes = Mapping[Mois, Decimal]
MOIS_DE_L_ANNEE = 12


@dataclass(frozen=True)
class Mesure:
    """Une valeur, ou ce qui empêche de la calculer ; `precision` : sur quoi elle porte."""

    valeur: Decimal | None
    precision: str = ""


def retard_moyen(creances: Sequence[Creance]) -> Mesure:
    """Jours de retard de l'échu, pondérés par ce qui reste dû."""
    echues = [creance for creance in creances if creance.est_echue]
    total = sum((creance.reste for creance in echues), ZERO)
    if not total:
        return Mesure(None, "rien n'est échu")
    return Mesure(arrondir(sum((c.reste * c.retard for c in echues), ZERO) / total))


def retard_des_paiements(dossiers: Iterable[Dossier], au: dt.date) -> Mesure:
    """Jours entre l'échéance visée et le paiement, pondérés par le montant ; négatifs pour un paiement en avance."""
    poids, cumul = ZERO, ZERO
    for dossier in dossiers:
        for montant, jours in _ecarts(dossier, au):
            poids += montant
            cumul += montant * jours
    return Mesure(arrondir(cumul / poids)) if poids else Mesure(None, "aucun paiement daté")


def _ecarts(dossier: Dossier, au: dt.date) -> Iterator[tuple[Decimal, int]]:
    for paiement, le in lister_encaissements(dossier, au):
        parts: list[tuple[str | None, Decimal]] = [(part.facture, part.montant) for part in paiement.ventilation]
        for facture, montant in parts or [(paiement.facture, paiement.montant)]:
            visee = dossier.echeance_visee(paiement.model_copy(update={"facture": facture, "ventilation": ()}))
            if visee:
                yield montant, (le - visee).days


def delai_par_epuisement(encours: Decimal, ventes: Ventes | None, au: dt.date) -> Mesure:
    """Combien de jours de ventes, en remontant du jour du tableau, l'encours épuise."""
    if ventes is None:
        return Mesure(None, "le chiffre d'affaires n'est pas donné")
    reste, jours, mois, nombre = encours, ZERO, (au.year, au.month), au.day
    while reste > 0:
        vendu = ventes.get(mois)
        if vendu is None:
            return Mesure(None, f"le chiffre d'affaires de {nommer_mois(mois)} manque")
        entame = reste < vendu
        jours += nombre * reste / vendu if entame else nombre
        reste -= reste if entame else vendu
        mois = _precedent(mois)
        nombre = calendar.monthrange(*mois)[1]
    return Mesure(arrondir(jours))


def delai_classique(encours: Decimal, ventes: Ventes | None, au: dt.date) -> Mesure:
    """L'encours rapporté aux ventes des mois donnés sans trou jusqu'au jour du tableau, douze au plus."""
    if ventes is None:
        return Mesure(None, "le chiffre d'affaires n'est pas donné")
    periode = periode_connue(ventes, au)
    if not periode:
        return Mesure(None, f"le chiffre d'affaires de {nommer_mois((au.year, au.month))} manque")
    jours = sum(au.day if mois == (au.year, au.month) else calendar.monthrange(*mois)[1] for mois in periode)
    vendu = sum((ventes[mois] for mois in periode), ZERO)
    dite = f"sur {jours} jours, de {nommer_mois(periode[-1])} au {au:%d/%m/%Y}"
    return Mesure(arrondir(encours * jours / vendu), dite) if vendu else Mesure(None, f"aucune vente {dite}")


def periode_connue(ventes: Ventes, au: dt.date) -> tuple[Mois, ...]:
    """Les mois donnés, du plus récent au plus ancien, sans trou, douze au plus."""
    periode: list[Mois] = []
    mois = (au.year, au.month)
    while mois in ventes and len(periode) < MOIS_DE_L_ANNEE:
        periode.append(mois)
        mois = _precedent(mois)
    return tuple(periode)


def nommer_mois(mois: Mois) -> str:
    """« octobre 2026 »."""
    annee, rang = mois
    return f"{MOIS[rang - 1]} {annee}"


def _precedent(mois: Mois) -> Mois:
    annee, rang = mois
    return (annee, rang - 1) if rang > 1 else (annee - 1, MOIS_DE_L_ANNEE)

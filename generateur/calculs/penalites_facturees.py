"""Les factures de pénalités : reconnues, et laissées dehors quand le décompte compte déjà la même chose.

Les pénalités et l'indemnité forfaitaire sont dues de plein droit (C. com. L441-10 II) : les facturer n'en crée pas
d'autres. La facture qui réclame des jours que le décompte compte sur les mêmes factures, ou l'indemnité qu'il y compte,
ferait payer deux fois ; c'est elle qu'on laisse dehors, le décompte allant jusqu'à l'arrêté. Des frais de recouvrement
ne s'ajoutent à l'indemnité que pour ce qui la dépasse, sur justification.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from generateur.calculs.interets import LigneInteret
from generateur.calculs.periode_dite import lire_periode
from generateur.domaine.creances import Facture, Periode
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import aplatir
from generateur.domaine.socle import ZERO

Genre = Literal["penalites", "indemnite", "frais"]

# En tête de l'objet : une vente dont les conditions parlent de pénalités reste une vente.
_DEBUT = r"^(?:(?:facture|avis|note|releve|appel|decompte|rappel|complement)s?\s+)?(?:(?:de|des|du|les|pour|d')\s*)?"
_MOTS: dict[Genre, str] = {
    "penalites": r"penalites?(?=$|[ ,;:(\-–]+(?:de retard|pour|sur|d[ue']|au|contractuelles?|legales?|moratoires?|"
    r"factures?|et|janv|fev|mars|avr|mai|jui|aout|sept|oct|nov|dec|\d))(?! de chantier)(?! de livraison)|"
    r"interets?(?=$| (?:de retard|moratoires?|legal|legaux|contractuels?|pour retard|sur factures?))|agios\b",
    "indemnite": r"indemnites? (?:forfaitaires?|legales?|de recouvrement|pour (?:frais de )?recouvrement)|"
    r"forfait (?:de )?recouvrement",
    "frais": r"frais (?:de |d')(?:recouvrement|relances?|rappels?|impayes?|mise en demeure|contentieux)",
}
_SUITE: dict[Genre, str] = {
    "penalites": r"\b(?:penalites?|interets?) (?:de retard|moratoires?)|\bagios\b",
    "indemnite": r"\bindemnites? forfaitaires?|\bforfait (?:de )?recouvrement",
    "frais": r"(?<!pour )\bfrais de (?:recouvrement|relances?|contentieux)",
}
_NUMERO = re.compile(r"(?<![a-z])(?:penal|penalites?|agios?)(?![a-z])")
_NUMERO_SEUL = re.compile(r"(?<![a-z])pen(?![a-z])")  # une pension aussi : sans objet qui le démente
_AUTRE_FACTURE = re.compile(r"\bfactures?\s+(?:n[o°]s?\.?\s*)?([a-z]*[-/._]?\d[\w./-]*|[a-z]+[-/._][\w./-]*\d[\w./-]*)")
_CHIFFRES_D_UN_NUMERO = 3  # en dessous, un bout commun ne désigne pas la même facture


def reconnaitre_penalites(dossier: Dossier) -> Dossier:
    """Le même dossier, où une facture sans TVA dont l'objet ou le numéro dit des pénalités en est une."""
    factures = tuple(f.model_copy(update={"nature": "penalites"}) if _se_dit_telle(f) else f for f in dossier.factures)
    return dossier if factures == dossier.factures else dossier.model_copy(update={"factures": factures})


def est_facture_de_penalites(facture: Facture) -> bool:
    """Vrai si sa nature le dit, ou si elle se reconnaît."""
    return facture.nature == "penalites" or _se_dit_telle(facture)


def _se_dit_telle(facture: Facture) -> bool:
    """Les pénalités ne portent pas de TVA : une facture qui en porte vend autre chose, quoi que dise son objet."""
    if facture.nature != "facture" or facture.montant_tva:
        return False
    objet, numero = aplatir(facture.objet or ""), aplatir(facture.numero)
    if objet:
        return bool(_NUMERO.search(numero)) or any(re.search(_DEBUT + mots, objet) for mots in _MOTS.values())
    return bool(_NUMERO.search(numero) or _NUMERO_SEUL.search(numero))


def _genres(penalites: Facture) -> frozenset[Genre]:
    """Ce que la facture réclame, d'après son objet ; des pénalités s'il ne dit rien d'autre."""
    objet = aplatir(penalites.objet or "")
    dits = frozenset(
        genre for genre in _MOTS if re.search(_DEBUT + _MOTS[genre], objet) or re.search(_SUITE[genre], objet)
    )
    return dits or frozenset({"penalites"})


def lister_doubles(dossier: Dossier, lignes: Sequence[LigneInteret], indemnisees: Collection[str]) -> dict[str, str]:
    """Par numéro de facture de pénalités, ce que le décompte compte déjà de ce qu'elle réclame.

    Les jours sont sa période, saisie ou dite par son objet, à défaut tout ce qui précède sa date ; les factures, celles
    que son objet nomme, à défaut toutes : c'est ce qui coûte le moins au débiteur. Une facture absente du dossier ne
    peut pas être comptée deux fois. `indemnisees` : les factures dont l'indemnité forfaitaire est due. De deux factures
    de pénalités des mêmes jours, la seconde.
    """
    doubles: dict[str, str] = {}
    gardees: list[Facture] = []
    for facture in sorted(dossier.factures, key=lambda f: (f.date or dt.date.max, f.numero)):
        if facture.nature != "penalites" or facture.montant_a_payer <= ZERO:
            continue
        raison = _dire_double(dossier, facture, lignes, indemnisees) or _dire_repetee(dossier, facture, gardees)
        if raison:
            doubles[facture.numero] = raison
        else:
            gardees.append(facture)
    return doubles


def _dire_double(
    dossier: Dossier, penalites: Facture, lignes: Sequence[LigneInteret], indemnisees: Collection[str]
) -> str:
    genres, visees = _genres(penalites), _factures_visees(dossier, penalites)
    if "penalites" in genres and (communes := list(_communes(visees, penalites, lignes))):
        return _dire_jours(communes, est_connue=_periode(penalites) is not None)
    if genres - {"penalites"} and visees & set(indemnisees):
        return (
            "l'indemnité forfaitaire des mêmes factures est déjà comptée ici, et des frais ne s'y ajoutent que pour ce "
            "qui la dépasse : demandée en plus, cette somme serait payée deux fois"
        )
    return ""


def _dire_repetee(dossier: Dossier, penalites: Facture, gardees: Iterable[Facture]) -> str:
    """Deux factures de pénalités dont les périodes connues se recouvrent, sur les mêmes factures."""
    periode, visees = _periode(penalites), _factures_visees(dossier, penalites)
    for autre in gardees:
        jours = _periode(autre)
        if (
            periode
            and jours
            and periode.du <= jours.au
            and jours.du <= periode.au
            and _genres(penalites) & _genres(autre)
            and (visees & _factures_visees(dossier, autre) or penalites.objet == autre.objet)
        ):
            return f"la facture {autre.numero} demande déjà des pénalités des mêmes jours"
    return ""


def _periode(penalites: Facture) -> Periode | None:
    return penalites.periode or lire_periode(penalites.objet or "")


def _communes(visees: Collection[str], penalites: Facture, lignes: Iterable[LigneInteret]) -> Iterator[LigneInteret]:
    debut, fin = dt.date.min, penalites.date or penalites.premiere_echeance or dt.date.max
    if periode := _periode(penalites):
        debut, fin = periode.du, periode.au
    for ligne in lignes:
        if ligne.facture in visees and ligne.du <= fin and ligne.au >= debut:
            yield ligne


def _factures_visees(dossier: Dossier, penalites: Facture) -> frozenset[str]:
    """Celles que l'objet nomme ; aucune s'il n'en nomme que d'absentes du dossier ; toutes s'il n'en nomme pas."""
    autres = [f.numero for f in dossier.factures if f.nature != "penalites"]
    objet = aplatir(penalites.objet or "")
    nommees = frozenset(n for n in autres if re.search(rf"(?<![a-z0-9]){re.escape(aplatir(n))}(?![a-z0-9])", objet))
    cites = [_compacter(cite) for cite in _AUTRE_FACTURE.findall(objet)]
    nommees |= {n for n in autres if any(_se_repondent(cite, _compacter(aplatir(n))) for cite in cites)}
    return nommees if nommees or cites else frozenset(autres)


def _compacter(numero: str) -> str:
    return re.sub(r"[^a-z0-9]", "", numero)


def _se_repondent(cite: str, numero: str) -> bool:
    """« 2026-118 » désigne la facture F2026-118."""
    court, long = sorted((cite, numero), key=len)
    return len(court) >= _CHIFFRES_D_UN_NUMERO and long.endswith(court)


def _dire_jours(communes: Sequence[LigneInteret], *, est_connue: bool) -> str:
    du, au = min(ligne.du for ligne in communes), max(ligne.au for ligne in communes)
    presomption = (
        "" if est_connue else " ; sa période n'étant pas dite, tout ce qui précède sa date est tenu pour facturé"
    )
    return (
        f"les mêmes jours sont déjà comptés ici, du {du:%d/%m/%Y} au {au:%d/%m/%Y} : demandée en plus, cette somme "
        f"serait payée deux fois{presomption}"
    )

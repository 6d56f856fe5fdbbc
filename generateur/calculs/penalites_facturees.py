"""Les factures de pénalités : reconnues, et laissées dehors quand le décompte compte déjà les mêmes jours.

Les pénalités courent de plein droit (C. com. L441-10 II) : les facturer n'en crée pas d'autres. La facture qui réclame
des jours que le décompte compte sur les mêmes factures ferait payer deux fois ; c'est elle qu'on laisse dehors, le
décompte allant jusqu'à l'arrêté.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from generateur.calculs.interets import LigneInteret
from generateur.domaine.creances import Facture
from generateur.domaine.dossier import Dossier

# « pénalités de retard », « intérêts moratoires », « indemnité forfaitaire de recouvrement » dans l'objet d'une facture
_MOTS = re.compile(
    r"\bpenalites?\b|\binterets?\s+(de\s+retard|moratoires?|legal|legaux)\b|"
    r"\b(indemnite\s+forfaitaire|frais)\b.*\brecouvrement\b"
)


def reconnaitre_penalites(dossier: Dossier) -> Dossier:
    """Le même dossier, où une facture sans nature saisie dont l'objet dit des pénalités en est une."""
    factures = tuple(f.model_copy(update={"nature": "penalites"}) if _en_a_l_objet(f) else f for f in dossier.factures)
    return dossier if factures == dossier.factures else dossier.model_copy(update={"factures": factures})


def _en_a_l_objet(facture: Facture) -> bool:
    return "nature" not in facture.model_fields_set and bool(_MOTS.search(_aplatir(facture.objet or "")))


def _aplatir(texte: str) -> str:
    plat = unicodedata.normalize("NFKD", texte.casefold())
    return "".join(signe for signe in plat if not unicodedata.combining(signe))


def lister_doubles(dossier: Dossier, lignes: Sequence[LigneInteret]) -> dict[str, str]:
    """Par numéro de facture de pénalités, ce que `lignes` compte déjà pour les mêmes jours ; rien si elle est seule.

    Les jours sont sa période, à défaut tout ce qui précède sa date ; les factures, celles que son objet nomme, à défaut
    toutes : c'est ce qui coûte le moins au débiteur. Une facture absente du dossier ne peut pas être comptée deux fois.
    """
    return {
        facture.numero: _dire(communes)
        for facture in dossier.factures
        if facture.nature == "penalites" and (communes := list(_communes(dossier, facture, lignes)))
    }


def _communes(dossier: Dossier, penalites: Facture, lignes: Iterable[LigneInteret]) -> Iterator[LigneInteret]:
    debut, fin = dt.date.min, penalites.date or penalites.premiere_echeance or dt.date.max
    if penalites.periode:
        debut, fin = penalites.periode.du, penalites.periode.au
    visees = _factures_visees(dossier, penalites)
    for ligne in lignes:
        if ligne.facture in visees and ligne.du <= fin and ligne.au >= debut:
            yield ligne


def _factures_visees(dossier: Dossier, penalites: Facture) -> frozenset[str]:
    """Celles que l'objet nomme ; toutes s'il n'en nomme aucune du dossier et ne ressemble pas à en nommer d'autres."""
    autres = [f.numero for f in dossier.factures if f.numero != penalites.numero]
    objet = penalites.objet or ""
    nommees = frozenset(n for n in autres if re.search(rf"(?<![A-Za-z0-9]){re.escape(n)}(?![A-Za-z0-9])", objet))
    return nommees or frozenset(autres)


def _dire(communes: Sequence[LigneInteret]) -> str:
    du, au = min(ligne.du for ligne in communes), max(ligne.au for ligne in communes)
    return (
        f"les mêmes jours sont déjà comptés ici, du {du:%d/%m/%Y} au {au:%d/%m/%Y} : demandée en plus, cette somme "
        "serait payée deux fois"
    )

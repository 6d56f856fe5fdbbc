"""De qui émane un acte : le débiteur et ses coobligés engagent la prescription, la caution et les tiers non.

Sources : C. civ. 2240 (reconnaissance du débiteur), 2245 (l'acte d'un codébiteur solidaire vaut contre tous),
2246 (la caution n'interrompt pas à l'égard du débiteur principal).
"""

from collections.abc import Iterable

from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Identite

_DEBITEUR = {"debiteur", "débiteur", "le débiteur", "le debiteur"}


def emane_du_debiteur(dossier: Dossier, auteur: str | None, *, par_son_representant: bool = True) -> bool | None:
    """L'auteur saisi est-il le débiteur, ou un codébiteur solidaire ? None : un nom que le dossier ne connaît pas.

    Sans auteur saisi, le débiteur. `par_son_representant` : le dirigeant qui écrit engage la société ; celui qui
    paie de ses deniers est un tiers.
    """
    if auteur is None:
        return True
    voulu = " ".join(auteur.casefold().split())
    obliges = [d for d in dossier.debiteurs if d.role != "caution"]
    if voulu in _DEBITEUR | _noms(obliges):
        return True
    if voulu in _representants(obliges):
        return par_son_representant
    autres: list[Identite] = [d for d in dossier.debiteurs if d.role == "caution"]
    autres += [dossier.creancier, *((dossier.mandataire,) if dossier.mandataire else ())]
    return False if voulu in _noms(autres) | {"creancier", "créancier", "caution", "tiers"} else None


def _noms(parties: Iterable[Identite]) -> set[str]:
    noms = {nom for p in parties for nom in (p.nom_complet, p.etat_civil, p.denomination, p.nom_commercial, p.enseigne)}
    return {nom.casefold() for nom in noms if nom}


def _representants(parties: Iterable[Identite]) -> set[str]:
    return {p.representant.nom.casefold() for p in parties if p.representant}

"""Qui est commerçant, qui agit en professionnel : déduit de la forme quand elle le dit, sinon demandé.

Sources : C. com. L210-1 (commerçants par la forme) et L121-1 ; C. conso., article liminaire (le consommateur
est une personne physique) ; CMF L313-2 (deux taux légaux, selon la qualité du créancier).
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, cast

from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import NATURES_PHYSIQUES, Creancier, Debiteur, Identite, Nature, Qualite
from generateur.droit.tables import lire_table

_SERIES_PUBLIQUES = "12"  # premiers chiffres des SIREN d'organismes publics
QUALITES_PROFESSIONNELLES: frozenset[Qualite] = frozenset({"commercant", "artisan", "liberal", "agricole"})


def qualite_de(identite: Identite) -> Qualite | None:
    """Qualité de la partie dans l'opération : commerciale par la forme, sinon celle saisie, sinon déduite de la forme.

    Le débiteur personne physique qui achète pour ses besoins privés est un consommateur, même commerçant : d'ici
    suivent l'intérêt, le tribunal, la voie et ce que dit l'acte (C. conso., article liminaire ; C. com. L721-3).
    None : ni la saisie ni la forme ne la disent (entrepreneur individuel, GIE…) ; elle se demande.
    """
    if _achete_pour_ses_besoins_prives(identite):
        return "consommateur"
    deduite = qualite_de_la_forme(identite)
    if deduite == "commercant":
        return deduite
    return identite.qualite or deduite


def a_contracte_hors_commerce(debiteur: Debiteur) -> bool:
    """Un commerçant, un artisan, un libéral… qui a acheté pour ses besoins privés : l'acte est mixte."""
    return _achete_pour_ses_besoins_prives(debiteur) and debiteur.qualite in QUALITES_PROFESSIONNELLES


def _achete_pour_ses_besoins_prives(identite: Identite) -> bool:
    return isinstance(identite, Debiteur) and identite.est_physique and identite.agit_en_professionnel is False


def est_commercant(identite: Identite) -> bool | None:
    """Commerçant par la forme ou par la qualité ; None si la qualité n'est pas connue.

    Un artisan n'est pas commerçant de ce seul fait : s'il est aussi inscrit au RCS, on saisit « commercant ».
    """
    qualite = qualite_de(identite)
    return None if qualite is None else qualite == "commercant"


def agit_en_professionnel(debiteur: Debiteur) -> bool | None:
    """Le débiteur a-t-il contracté pour ses besoins professionnels ? None : à demander, jamais supposé.

    Un consommateur, jamais ; sinon la réponse saisie ; sinon oui pour une société commerciale par la forme
    (exercice libéral compris). Association, société civile, entrepreneur, particulier : à demander.
    """
    if debiteur.qualite == "consommateur":
        return False
    if debiteur.agit_en_professionnel is not None:
        return debiteur.agit_en_professionnel
    return True if est_societe_commerciale(debiteur) else None


def est_societe_commerciale(identite: Identite) -> bool:
    """Société commerciale par la forme, sociétés d'exercice libéral comprises (C. com. L210-1)."""
    forme = _forme_normalisee(identite)
    return qualite_de_la_forme(identite) == "commercant" or _forme_dite("formes_exercice_liberal", forme) is not None


def est_procedure_a_confirmer(debiteur: Debiteur) -> bool:
    """Un particulier n'a de procédure collective qu'en Alsace-Moselle (C. com. L670-1) : elle se confirme."""
    professionnel = debiteur.qualite in QUALITES_PROFESSIONNELLES or debiteur.nature == "entrepreneur_individuel"
    dite = debiteur.procedure_collective is not None and debiteur.procedure_collective.nature == "civile_locale"
    return debiteur.est_en_procedure_collective and debiteur.est_physique and not professionnel and not dite


def est_traite_en_professionnel(debiteur: Debiteur) -> bool:
    """Ce que le décompte retient, en attendant la réponse quand la qualité est à demander.

    Une personne morale ne peut pas être un consommateur : pénalités et indemnité forfaitaire sont comptées.
    Une personne physique peut l'être : seul l'intérêt légal est compté, le moindre des deux montants.
    """
    reponse = agit_en_professionnel(debiteur)
    return not debiteur.est_physique if reponse is None else reponse


def est_creancier_professionnel(creancier: Creancier) -> bool:
    """Faux pour la personne physique qui n'agit pas pour des besoins professionnels (CMF L313-2)."""
    if creancier.nature == "particulier":
        return creancier.qualite in QUALITES_PROFESSIONNELLES
    return True


def est_entre_professionnels(dossier: Dossier) -> bool:
    """Créancier et débiteur principal professionnels : C. com. L441-10 II s'applique au décompte."""
    return est_creancier_professionnel(dossier.creancier) and est_traite_en_professionnel(dossier.debiteur)


def deduire_nature(saisie: Mapping[str, Any]) -> Nature | None:
    """La nature que disent la forme, à défaut la qualité, à défaut le SIREN ; None si rien ne la dit.

    Elle s'accorde toujours au nom saisi (« denomination » d'une personne morale, « nom » d'une personne physique). Un
    SIREN d'organisme public (1 ou 2) ne suffit pas : il se demande.
    """
    est_morale = bool(saisie.get("denomination"))
    nature = _nature_de_la_forme(str(saisie.get("forme") or ""))
    if nature is None and (qualite := saisie.get("qualite")):
        nature = _nature_de_la_qualite(str(qualite), est_morale=est_morale)
    siren = re.sub(r"\D", "", str(saisie.get("siren") or saisie.get("siret") or ""))
    if nature is None and siren and siren[0] not in _SERIES_PUBLIQUES:
        nature = "personne_morale" if est_morale else "entrepreneur_individuel"
    if nature is None or not saisie.get("nom" if nature in NATURES_PHYSIQUES else "denomination"):
        return None
    return nature


def _nature_de_la_forme(forme: str) -> Nature | None:
    nue = _normaliser_forme(forme)
    if nature := _forme_dite("natures_par_forme", nue):
        return cast("Nature", nature)
    return "personne_morale" if nue in lire_table("formes_juridiques").cles else None


def _nature_de_la_qualite(qualite: str, *, est_morale: bool) -> Nature | None:
    if qualite == "consommateur":
        return "particulier"
    if qualite in {"association", "societe_civile"}:
        return "personne_morale"
    if qualite in QUALITES_PROFESSIONNELLES:
        return "personne_morale" if est_morale else "entrepreneur_individuel"
    return None


def qualite_de_la_forme(identite: Identite) -> Qualite | None:
    """Ce que dit la seule forme juridique, sans la saisie ; None pour une personne physique ou une forme muette."""
    return cast("Qualite | None", _forme_dite("formes_juridiques", _forme_normalisee(identite)))


def _forme_dite(nom: str, forme: str) -> object:
    """Ce que dit cette forme au dernier jour que connaît la table : il ne dépend pas de la date du calcul."""
    table = lire_table(nom)
    dite = table.au(table.horizon_de(forme), forme)
    return dite.valeur if dite else None


def _forme_normalisee(identite: Identite) -> str:
    """« S.A.R.L. », « société d’exercice libéral » : capitales, sans accent, sans point ni apostrophe."""
    return "" if identite.est_physique else _normaliser_forme(identite.forme or "")


def _normaliser_forme(forme: str) -> str:
    nue = unicodedata.normalize("NFKD", forme).encode("ascii", "replace").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", re.sub(r"[.]|(?<=[AEIOUC])\?", "", nue)).split())

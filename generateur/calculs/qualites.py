"""Qui est commerçant, qui agit en professionnel : déduit de la forme quand elle le dit, sinon demandé.

Sources : C. com. L210-1 (commerçants par la forme) et L121-1 ; C. consom., article liminaire (le consommateur
est une personne physique) ; CMF L313-2 (deux taux légaux, selon la qualité du créancier).
"""

import re
import unicodedata

from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Creancier, Debiteur, Identite, Qualite
from generateur.droit.tables import lire_table

QUALITES_PROFESSIONNELLES: frozenset[Qualite] = frozenset({"commercant", "artisan", "liberal", "agricole"})


def qualite_de(identite: Identite) -> Qualite | None:
    """Qualité de la partie : commerciale par la forme, sinon celle saisie, sinon déduite de la forme.

    None : ni la saisie ni la forme ne la disent (entrepreneur individuel, GIE…) ; elle se demande.
    """
    deduite = _qualite_de_la_forme(identite)
    if deduite == "commercant":
        return deduite
    return identite.qualite or deduite


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
    return _qualite_de_la_forme(identite) == "commercant" or forme in _formes("formes_exercice_liberal")


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


def _qualite_de_la_forme(identite: Identite) -> Qualite | None:
    return _formes("formes_juridiques").get(_forme_normalisee(identite))


def _formes(table: str) -> dict[str, Qualite]:
    """Dernière qualité publiée de chaque forme : ce que dit la forme ne dépend pas de la date du calcul."""
    return {
        valeur.cle: valeur.valeur  # type: ignore[misc] # valeurs contrôlées par le test de la table
        for valeur in lire_table(table).valeurs
        if valeur.valeur is not None
    }


def _forme_normalisee(identite: Identite) -> str:
    """« S.A.R.L. », « société d’exercice libéral » : capitales, sans accent, sans point ni apostrophe."""
    if identite.est_physique or not identite.forme:
        return ""
    nue = unicodedata.normalize("NFKD", identite.forme).encode("ascii", "replace").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", re.sub(r"[.]|(?<=[AEIOUC])\?", "", nue)).split())

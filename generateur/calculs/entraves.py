"""Ce qui ferme une suite de l'ordonnance : jugement d'ouverture, décès, dissolution, surendettement, accord, cession.

Sources : C. com. L622-21 et L622-22 (poursuites et exécution arrêtées, instance interrompue), L622-28 (cautions),
L643-11 (clôture) ; C. civ. 877 (héritiers), 1844-5 (associé unique) ; C. conso. L722-2 (exécution suspendue).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from generateur.calculs.accords import suivre_accord
from generateur.calculs.naissance import PLAN, est_partage, factures_poursuivables
from generateur.domaine.dossier import Dossier
from generateur.domaine.parties import Debiteur
from generateur.droit.tables import valeur_au

TABLE = "motifs_entraves"
_POURSUITES = frozenset({"signification", "saisie", "opposition"})  # le certificat, lui, ne poursuit personne
_EXECUTION = frozenset({"saisie"})
_OUVERTES = frozenset({"sauvegarde", "redressement"})


@dataclass(frozen=True)
class Entrave:
    """Pourquoi ces suites n'ont plus lieu contre ce débiteur, et ce qu'il faut faire à la place."""

    debiteur: Debiteur
    raison: str
    remede: str
    suites: frozenset[str]

    def ferme(self, suite: str) -> bool:
        """Vrai si cette suite-là n'a plus lieu d'être."""
        return suite in self.suites


@dataclass(frozen=True)
class _Regle:
    cle: str  # celle de la table
    raison: str
    remede: str
    suites: frozenset[str]


_REGLES = (
    _Regle(
        "decede",
        "n’est plus en vie : rien ne se signifie ni ne s’exécute contre lui, ses héritiers doivent à sa place",
        "Demander l’acte de notoriété au notaire et saisir chaque héritier dans [[debiteurs]] : le titre vaut contre "
        "eux, une fois signifié à chacun.",
        _POURSUITES,
    ),
    _Regle(
        "dissoute_tup",
        "a été dissoute par transmission universelle : son associé unique doit à sa place",
        "Remplacer le débiteur par l’associé unique, et lui signifier le titre.",
        _POURSUITES,
    ),
    _Regle(
        "cloture_insuffisance_actif",
        "a vu sa liquidation close pour insuffisance d’actif : sauf exceptions, l’action n’est pas retrouvée",
        "Clore le dossier comme irrécouvrable, ou prendre conseil.",
        _POURSUITES,
    ),
    _Regle(
        "surendettement",
        "est en surendettement : dès que son dossier est recevable, aucune saisie ne peut être pratiquée",
        "Justifier la créance auprès de la commission, titre à l’appui, et suivre les mesures qu’elle arrête.",
        _EXECUTION,
    ),
)
_PAR_SITUATION: Mapping[str, _Regle] = {regle.cle: regle for regle in _REGLES}  # la clé est la situation
_COLLECTIVE = _Regle(
    "collective",
    "est en procédure collective : une créance antérieure au jugement ne se poursuit plus et ne s’exécute plus",
    "Déclarer la créance au passif dans son délai, l’ordonnance à l’appui.",
    _POURSUITES,
)
_PLAN = _Regle(
    "plan",
    "exécute un plan : la créance antérieure au jugement d’ouverture n’est payée que par lui",
    "S’en tenir au plan ; s’il est résolu, noter la nouvelle situation du débiteur.",
    _POURSUITES,
)
_CAUTION = _Regle(
    "caution_protegee",
    "est une personne physique, que la procédure ouverte contre le débiteur principal protège de même",
    "Attendre le jugement qui arrête le plan ou prononce la liquidation.",
    _POURSUITES,
)
_COOBLIGE = _Regle(
    "cooblige_a_part",
    "peut être poursuivi, mais ce dossier ne chiffre plus que ce qui se déclare au passif du débiteur principal",
    "Ouvrir un second dossier dont il est le débiteur principal.",
    _EXECUTION,
)

_ACCORD_EN_COURS = _Regle(
    "accord_en_cours",
    "a un accord de paiement en cours : tant que le terme n’est pas perdu, rien ne se saisit",
    "Noter les paiements ; si une échéance manque, mettre en demeure, puis noter la déchéance du terme.",
    _EXECUTION,
)
_ACCORD_TENU = _Regle(
    "accord_tenu",
    "a tenu l’accord de paiement : plus rien n’est dû",
    "Clore le dossier, motif « payé ».",
    _POURSUITES,
)
_CEDEE = _Regle(
    "cedee",
    "ne doit plus rien au créancier, qui a cédé sa créance : seul le cessionnaire agit",
    "Remettre le titre au cessionnaire ; si la créance est rendue, noter la rétrocession.",
    _POURSUITES,
)


def entrave_de(dossier: Dossier, debiteur: Debiteur, au: dt.date) -> Entrave | None:
    """L'entrave qui protège ce débiteur à `au` ; None si rien ne s'oppose à la suite."""
    regle = _trouver(dossier, debiteur) or _convenir(dossier, au)
    if regle is None:
        return None
    texte = valeur_au(TABLE, au, regle.cle).valeur
    return Entrave(debiteur, f"{debiteur.nom_complet} {regle.raison} ({texte})", regle.remede, regle.suites)


def entraves_du_dossier(dossier: Dossier, au: dt.date) -> tuple[Entrave, ...]:
    """Celles des débiteurs poursuivis, dans leur ordre."""
    entraves = (entrave_de(dossier, debiteur, au) for debiteur in dossier.debiteurs_poursuivis)
    return tuple(entrave for entrave in entraves if entrave)


def _convenir(dossier: Dossier, au: dt.date) -> _Regle | None:
    """Ce que le créancier a lui-même convenu : un accord qui vit ou qui a été tenu, une cession."""
    if dossier.est_cedee:
        return _CEDEE
    accord = suivre_accord(dossier, au)
    if accord and accord.a_solde_la_dette:
        return _ACCORD_TENU
    return _ACCORD_EN_COURS if accord and accord.a_venir and not accord.est_dechu else None


def _trouver(dossier: Dossier, debiteur: Debiteur) -> _Regle | None:
    if regle := _PAR_SITUATION.get(debiteur.situation):
        return regle
    if not est_partage(dossier) or any(factures_poursuivables(dossier)):
        return None  # nées après le jugement, des factures se poursuivent
    if debiteur is dossier.debiteur:
        return _PLAN if debiteur.situation == PLAN else _COLLECTIVE
    if dossier.debiteur.situation == PLAN:
        return None  # le plan ne profite pas toujours au coobligé (L626-11, al. 2) : rien n'est affirmé
    protegee = debiteur.est_physique and dossier.debiteur.situation in _OUVERTES
    return _CAUTION if protegee else _COOBLIGE

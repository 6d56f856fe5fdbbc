"""L'aperçu d'un dossier : qui doit, combien aujourd'hui, où il en est, quoi faire et quand."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from generateur.calculs.conduite import conduire
from generateur.calculs.suite_amiable import decider_suite
from generateur.domaine.constat import Verdict
from generateur.domaine.socle import ZERO
from generateur.lecture.echelle_toml import lire_echelle
from generateur.operations.echeances import dire_seul, echeances_du_dossier
from generateur.operations.etude import Etude
from generateur.operations.verdict_dit import dire_etape

_ACTIONS = {
    "attendre": "Attendre",
    "relancer": "Relancer",
    "mettre_en_demeure": "Mettre en demeure",
    "produire": "Produire la liasse",
    "aucune": "Rien à relancer",
}
_SUIVRE = "suivre"
PILES = {**_ACTIONS, _SUIVRE: "Suivre après le dépôt"}


@dataclass(frozen=True)
class ApercuDossier:
    """Une ligne de la liste ; `erreur` : pourquoi le dossier ne se lit pas, le reste alors inconnu.

    `profil_a_remplir` : le profil sans nom qui en est la cause, commun à d'autres dossiers.
    """

    nom: str
    chemin: Path
    debiteur: str = ""
    creancier: str = ""
    total: Decimal | None = None
    verdict: Verdict | None = None
    points: int = 0
    action: str = ""
    le: dt.date | None = None
    procedure: str = ""
    etape: str = ""  # où en est ce qui est déposé ; vide avant le dépôt
    erreur: str = ""
    profil_a_remplir: str = ""


@dataclass(frozen=True)
class Pile:
    """Les dossiers qui attendent le même geste ; `somme` : ce qui y est dû."""

    cle: str
    libelle: str
    combien: int
    somme: Decimal


def pile_de(apercu: ApercuDossier) -> str:
    """La clé de PILES où ce dossier se range ; vide s'il ne se lit pas."""
    if not apercu.action:
        return ""
    return next((cle for cle, action in _ACTIONS.items() if action == apercu.action), _SUIVRE)


def empiler(apercus: Sequence[ApercuDossier]) -> tuple[Pile, ...]:
    """Les piles qui ne sont pas vides, dans l'ordre de PILES."""
    rangees = [
        (cle, libelle, [a.total or ZERO for a in apercus if pile_de(a) == cle]) for cle, libelle in PILES.items()
    ]
    return tuple(Pile(cle, libelle, len(sommes), sum(sommes, ZERO)) for cle, libelle, sommes in rangees if sommes)


def resumer_etude(chemin: Path, etude: Etude, jour: dt.date) -> ApercuDossier:
    """La ligne d'un dossier étudié ce jour. Lève ErreurLecture si l'échelle des relances ne se lit pas."""
    action, le = conseiller(etude, jour)
    retenue = etude.decision.retenue
    return ApercuDossier(
        chemin.name,
        chemin,
        etude.dossier.debiteur.nom_complet,
        etude.dossier.creancier.nom_complet,
        etude.espece.decompte.total,
        etude.verdict,
        sum(c.gravite in {"bloquant", "a_completer"} for c in etude.constats),
        action,
        le,
        retenue.libelle if retenue else "",
        dire_etape(etude),
    )


def conseiller(etude: Etude, jour: dt.date) -> tuple[str, dt.date | None]:
    """La prochaine chose à faire, et pour quand : après le dépôt, la plus proche échéance ; avant, l'échelle."""
    if etude.depot or etude.communiquee_le:
        prochaines = _echeances_a_venir(etude, jour)
        return prochaines[0] if prochaines else (conduire(etude.dossier, etude.espece.au).titre, None)
    suite = decider_suite(etude.dossier, lire_echelle(etude.lu.racine.parent), jour)
    prochaine = suite.prochaine
    return _ACTIONS[suite.suite], suite.du_le or suite.mise_en_demeure_le or (prochaine.le if prochaine else None)


def _echeances_a_venir(etude: Etude, jour: dt.date) -> Sequence[tuple[str, dt.date]]:
    echeances = echeances_du_dossier(etude.dossier, etude.espece.au)
    dates = [(dire_seul(e.titre), e.date) for e in echeances if e.date and e.date >= jour and not e.est_attente]
    return sorted(dates, key=lambda paire: paire[1])

"""Les échéances d'un dossier ou d'un répertoire : délais, relances, accords, et le droit qui s'arrête."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.calculs.conduite import conduire
from generateur.calculs.decompte import chiffrer
from generateur.calculs.echeances import Echeance, calculer_echeances
from generateur.calculs.echeances_amiables import dater_relances
from generateur.calculs.suite_amiable import decider_suite
from generateur.controles.competence import chercher_juridiction
from generateur.controles.droit_employe import nommer_tables
from generateur.domaine.dossier import Dossier
from generateur.domaine.echelle import Echelle
from generateur.domaine.langue import enumerer
from generateur.droit.tables import lire_table, lister_tables
from generateur.erreurs import ErreurDroitManquant, ErreurGenerateur, ErreurLecture
from generateur.importation.groupement import aplatir_nom
from generateur.lecture.echelle_toml import NOM_ECHELLE, lire_echelle
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.operations.portefeuille import Lire, lire_portefeuille
from generateur.procedures.injonction_de_payer import consigne_au_greffe

NOM_AGENDA = "echeances.ics"
_MOT_PARLANT = 3  # lettres : en deçà, un mot (« de ») se retrouverait dans n'importe quelle référence
_TITRE_COMMUN = "Échéances des dossiers"


@dataclass(frozen=True)
class Releve:
    """Échéances par référence de dossier ; `situations` : où en sont ceux qui sont déposés ou clos.

    `debiteurs` : les noms qu'un agenda tait. `droit` : le dernier jour connu des tables dont ces dossiers dépendent.
    """

    jour: dt.date
    dossiers: tuple[tuple[str, str, tuple[Echeance, ...]], ...]
    illisibles: tuple[tuple[Path, ErreurGenerateur], ...] = ()
    est_seul: bool = False  # un dossier demandé seul : son agenda n'est pas celui de tous
    situations: tuple[tuple[str, str], ...] = ()
    debiteurs: tuple[str, ...] = ()
    droit: tuple[Echeance, ...] = ()

    @property
    def nom_agenda(self) -> str:
        """Le nom du fichier d'agenda : un par dossier demandé seul, un pour tous."""
        return f"echeances-{self.dossiers[0][0]}.ics" if self.est_seul else NOM_AGENDA

    @property
    def titre_agenda(self) -> str:
        """Le nom que l'agenda porte, et qui dit de quels dossiers il est."""
        return f"Échéances du dossier {self.reference_tue(self.dossiers[0][0])}" if self.est_seul else _TITRE_COMMUN

    def reference_tue(self, reference: str) -> str:
        """La référence telle que l'agenda la montre : une qui nomme un débiteur n'en garde que les initiales.

        « 2026-editions-du-halage » devient « 2026-EDH-3f9a » ; l'empreinte distingue deux mêmes initiales.
        """
        plate = aplatir_nom(reference).replace(" ", "")
        for mots in (aplatir_nom(nom).split() for nom in self.debiteurs):
            if any(len(mot) >= _MOT_PARLANT and mot in plate for mot in mots):
                annee = reference[:4] if reference[:4].isdecimal() else "dossier"
                initiales = "".join(mot[0] for mot in mots).upper()
                return f"{annee}-{initiales}-{hashlib.sha256(reference.encode()).hexdigest()[:4]}"
        return reference

    def situation_de(self, reference: str) -> str:
        """Où en est ce dossier, vide s'il n'est ni déposé ni clos."""
        return dict(self.situations).get(reference, "")


def lister_echeances(source: Path, jour: dt.date, au: dt.date | None, lire: Lire = lire_dossier) -> Releve:
    """Échéances d'un dossier, ou de chaque dossier d'un répertoire ; un dossier à moitié saisi n'y tait pas les autres.

    Lève ErreurLecture si le seul dossier ne se lit pas, ou si aucun n'est là.
    """
    portefeuille = lire_portefeuille(source, lire=lire)
    illisibles = [(ecarte.chemin, ecarte.erreur) for ecarte in portefeuille.ecartes]
    calcules: list[tuple[str, str, tuple[Echeance, ...]]] = []
    situations: list[tuple[str, str]] = []
    echelle = _lire_echelle(portefeuille.lus, illisibles)
    for lu in portefeuille.lus:
        dossier, le = lu.dossier, au or lu.dossier.arrete_au(jour)
        try:
            echeances = (*echeances_du_dossier(dossier, le), *_relances(dossier, echelle, au or jour))
            conduite = conduire(dossier, le)
        except ErreurGenerateur as erreur:
            if portefeuille.est_seul:
                raise
            illisibles.append((lu.racine, erreur))
            continue
        calcules.append((dossier.reference, dossier.debiteur.nom_complet, _trier(echeances)))
        if conduite.etape.nom != "amiable":
            situations.append((dossier.reference, conduite.situation))
    return Releve(
        jour,
        tuple(calcules),
        tuple(sorted(illisibles, key=lambda illisible: illisible[0])),
        portefeuille.est_seul,
        tuple(situations),
        tuple(sorted({d.nom_complet for lu in portefeuille.lus for d in lu.dossier.debiteurs})),
        _horizons([lu.dossier for lu in portefeuille.lus], au or jour),
    )


def dire_seul(titre: str) -> str:
    """Le titre d'une échéance, lu sans sa date à côté : « Opposition possible jusqu'à ce jour »."""
    return titre.replace("à partir du", "à partir de ce jour").replace("jusqu'au", "jusqu'à ce jour")


def _trier(echeances: Sequence[Echeance]) -> tuple[Echeance, ...]:
    return tuple(sorted(echeances, key=lambda e: (e.date is None, e.date or dt.date.max, e.titre)))


def _lire_echelle(lus: Sequence[DossierLu], illisibles: list[tuple[Path, ErreurGenerateur]]) -> Echelle | None:
    """L'échelle de cette racine ; mal écrite, elle se dit, et ne tait pas les délais."""
    if not lus:
        return None
    racine = lus[0].racine.parent
    try:
        return lire_echelle(racine)
    except ErreurLecture as erreur:
        illisibles.append((racine / NOM_ECHELLE, erreur))
        return None


def _relances(dossier: Dossier, echelle: Echelle | None, au: dt.date) -> Iterator[Echeance]:
    if echelle:
        yield from dater_relances(decider_suite(dossier, echelle, au), echelle)


def _horizons(dossiers: Sequence[Dossier], au: dt.date) -> tuple[Echeance, ...]:
    """Le dernier jour connu de chaque table dont ces dossiers dépendent, réunies par jour."""
    employees: set[str] = set()
    for dossier in dossiers:
        try:
            employees.update(nommer_tables(dossier, chiffrer(dossier, au), ()))
        except ErreurDroitManquant as manque:  # il ne se chiffre déjà plus : la table en cause est à compléter
            employees.update({manque.lieu.rpartition("/")[2]} & set(lister_tables()))
    jours: dict[dt.date, list[str]] = {}
    for nom in sorted(employees):
        jours.setdefault(lire_table(nom).horizon, []).append(nom)
    return tuple(
        Echeance(
            f"Droit connu jusqu'à ce jour : {enumerer(noms)}",
            horizon,
            "tables du droit",
            "au-delà, ces dossiers ne se calculent plus ; dès la publication : « generateur droit ajouter »",
            cle=f"droit {horizon}",
        )
        for horizon, noms in sorted(jours.items())
    )


def echeances_du_dossier(dossier: Dossier, au: dt.date) -> tuple[Echeance, ...]:
    """Les échéances, selon que la juridiction du débiteur fait consigner ou non les frais de son greffe."""
    juridiction = chercher_juridiction(dossier, au).juridiction
    return calculer_echeances(dossier, au, consigne_au_greffe=consigne_au_greffe(dossier, juridiction))

"""Les échéances d'un dossier ou d'un répertoire, et leur agenda .ics (RFC 5545)."""

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from generateur.calculs.echeances import Echeance, calculer_echeances
from generateur.controles.competence import chercher_juridiction
from generateur.domaine.dossier import Dossier
from generateur.erreurs import ErreurEcriture, ErreurGenerateur, ErreurUsage
from generateur.lecture.jumeaux import garder_un_jumeau, refuser_jumeau
from generateur.lecture.socle import DossierLu, lire_dossier, lister_dossiers
from generateur.procedures.injonction_de_payer import consigne_au_greffe

NOM_AGENDA = "echeances.ics"
RAPPEL_JOURS = 7
_PRODUCTEUR = "-//generateur//echeances//FR"
_TITRE_COMMUN = "Échéances des dossiers"


@dataclass(frozen=True)
class Releve:
    """Échéances par référence de dossier."""

    jour: dt.date
    dossiers: tuple[tuple[str, str, tuple[Echeance, ...]], ...]
    illisibles: tuple[tuple[Path, ErreurGenerateur], ...] = ()
    est_seul: bool = False  # un dossier demandé seul : son agenda n'est pas celui de tous

    @property
    def nom_agenda(self) -> str:
        """Le nom du fichier d'agenda : un par dossier demandé seul, un pour tous."""
        return f"echeances-{self.dossiers[0][0]}.ics" if self.est_seul else NOM_AGENDA

    @property
    def titre_agenda(self) -> str:
        """Le nom que l'agenda porte, et qui dit de quels dossiers il est."""
        return f"Échéances du dossier {self.dossiers[0][0]}" if self.est_seul else _TITRE_COMMUN


def lister_echeances(source: Path, jour: dt.date, au: dt.date | None) -> Releve:
    """Échéances d'un dossier, ou de chaque dossier d'un répertoire ; un dossier à moitié saisi n'y tait pas les autres.

    Lève ErreurLecture si le seul dossier ne se lit pas.
    """
    chemins = lister_dossiers(source)
    calcules: list[tuple[str, str, tuple[Echeance, ...]]] = []
    illisibles: list[tuple[Path, ErreurGenerateur]] = []
    jumeaux = garder_un_jumeau(chemins)
    for chemin in chemins:
        try:
            lu = lire_dossier(chemin)
            if jumeau := jumeaux.get(chemin):
                raise refuser_jumeau(lu.source, jumeau)
            calcules.append(_calculer(lu, jour, au))
        except ErreurGenerateur as erreur:
            if len(chemins) == 1:
                raise
            illisibles.append((chemin, erreur))
    return Releve(jour, tuple(calcules), tuple(illisibles), est_seul=chemins == [source])


def _calculer(lu: DossierLu, jour: dt.date, au: dt.date | None) -> tuple[str, str, tuple[Echeance, ...]]:
    dossier = lu.dossier
    echeances = echeances_du_dossier(dossier, au or dossier.arrete_au(jour))
    return dossier.reference, dossier.debiteur.nom_complet, echeances


def echeances_du_dossier(dossier: Dossier, au: dt.date) -> tuple[Echeance, ...]:
    """Les échéances, selon que la juridiction du débiteur fait consigner ou non les frais de son greffe."""
    juridiction = chercher_juridiction(dossier, au).juridiction
    return calculer_echeances(dossier, au, consigne_au_greffe=consigne_au_greffe(dossier, juridiction))


def ecrire_agenda(releve: Releve, fichier: Path) -> None:
    """Écrit un agenda que tout calendrier ouvre : un jour entier par échéance, rappel une semaine avant.

    Ne remplace que l'agenda des mêmes dossiers. Lève ErreurUsage si ce fichier en est un autre, ErreurEcriture si le
    disque refuse.
    """
    _refuser_autrui(releve, fichier)
    agenda = Calendar()
    agenda.add("prodid", _PRODUCTEUR)
    agenda.add("version", "2.0")
    agenda.add("x-wr-calname", releve.titre_agenda)
    for reference, nom, echeances in releve.dossiers:
        occurrences: Counter[str] = Counter()
        for echeance in echeances:
            if echeance.date:
                occurrences[echeance.titre] += 1
                rang = occurrences[echeance.titre]
                agenda.add_component(_evenement(releve, reference, nom, rang, echeance))
    try:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_bytes(agenda.to_ical())
    except OSError as erreur:
        raise ErreurEcriture("l'agenda ne peut pas être écrit", lieu=str(fichier)) from erreur


def _refuser_autrui(releve: Releve, fichier: Path) -> None:
    """L'agenda d'un seul dossier n'efface pas celui de tous, ni aucun des deux le fichier d'un autre programme."""
    if not fichier.exists():
        return
    titre = _lire_titre(fichier)
    if titre != releve.titre_agenda:
        raise ErreurUsage(
            f"ce fichier n'est pas l'agenda attendu ({f'« {titre} »' if titre else 'il ne vient pas d’ici'}) : "
            "il n'est pas remplacé",
            lieu=str(fichier),
            remede=f"Choisir un autre nom avec --ics, par exemple --ics {releve.nom_agenda}.",
        )


def _lire_titre(fichier: Path) -> str:
    """Le nom d'un agenda écrit par le programme, vide pour tout autre fichier ; sans nom, c'est celui de tous."""
    try:
        agenda = Calendar.from_ical(fichier.read_bytes())
    except (OSError, ValueError):
        return ""
    if not isinstance(agenda, Calendar) or str(agenda.get("prodid", "")) != _PRODUCTEUR:
        return ""
    return str(agenda.get("x-wr-calname", _TITRE_COMMUN))


def _evenement(releve: Releve, reference: str, nom: str, rang: int, echeance: Echeance) -> Event:
    evenement = Event()
    # le même titre garde le même identifiant : un agenda importé deux fois se met à jour sans doubler
    cle = hashlib.sha256(f"{reference}\0{echeance.titre}\0{rang}".encode()).hexdigest()[:16]
    evenement.add("uid", f"{reference}-{cle}@generateur")
    evenement.add("dtstamp", dt.datetime.combine(releve.jour, dt.time(), tzinfo=dt.UTC))
    evenement.add("dtstart", echeance.date)
    evenement.add("summary", f"{reference} – {echeance.titre} – {nom}")
    evenement.add("description", f"{echeance.explication} ({echeance.fondement})")
    rappel = Alarm()
    rappel.add("action", "DISPLAY")
    rappel.add("description", echeance.titre)
    rappel.add("trigger", -dt.timedelta(days=RAPPEL_JOURS))
    evenement.add_component(rappel)
    return evenement

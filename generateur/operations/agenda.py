"""L'agenda des échéances (RFC 5545) : réimporté, il met à jour et ne double rien.

Chaque échéance garde son identifiant d'un jour à l'autre ; SEQUENCE et DTSTAMP ne bougent que si elle change. Celle
qui n'a plus lieu d'être est annulée jusqu'à sa date. Le nom du débiteur n'y entre que si on le demande : un agenda se
partage et s'affiche.
"""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from generateur.calculs.echeances import Echeance
from generateur.erreurs import ErreurUsage
from generateur.operations.echeances import Releve, dire_seul
from generateur.publication.fichier_demande import ecrire_fichier_demande

RAPPELS_JOURS = (7, 1)
_PRODUCTEUR = "-//generateur//echeances//FR"
_DROIT = "droit"
_SANS_NOM = "le débiteur"


@dataclass(frozen=True)
class _Ancien:
    """Ce que l'agenda déjà écrit dit d'un événement."""

    evenement: Event
    contenu: bytes
    sequence: int


def ecrire_agenda(releve: Releve, fichier: Path, *, avec_noms: bool = False) -> None:
    """Écrit un agenda que tout calendrier ouvre : un jour entier par échéance, et ses rappels.

    Ne remplace que l'agenda des mêmes dossiers. Lève ErreurUsage si ce fichier en est un autre, ErreurEcriture si le
    disque refuse.
    """
    anciens = _lire_anciens(releve, fichier)
    agenda = Calendar()
    agenda.add("prodid", _PRODUCTEUR)
    agenda.add("version", "2.0")
    agenda.add("method", "PUBLISH")
    agenda.add("x-wr-calname", releve.titre_agenda)
    voulus = sorted(_evenements(releve, avec_noms=avec_noms), key=lambda e: (e.decoded("dtstart"), str(e["uid"])))
    for evenement in voulus:
        agenda.add_component(_dater(evenement, anciens.pop(str(evenement["uid"]), None), releve.jour))
    for ancien in anciens.values():
        if ancien.evenement.decoded("dtstart") >= releve.jour:
            agenda.add_component(_annuler(ancien, releve.jour))
    ecrire_fichier_demande(fichier, agenda.to_ical(), lambda _: True)


def _evenements(releve: Releve, *, avec_noms: bool) -> Iterator[Event]:
    taire = _taire(() if avec_noms else releve.debiteurs)
    for reference, nom, echeances in (*releve.dossiers, (_DROIT, "", releve.droit)):
        occurrences: Counter[str] = Counter()
        for echeance in echeances:
            if echeance.date:
                cle = echeance.cle or echeance.titre
                occurrences[cle] += 1
                seul = dire_seul(echeance.titre)
                tue = releve.reference_tue(reference)
                montree = reference if avec_noms else tue
                titre = f"{montree} – {seul}" if reference != _DROIT else seul
                complet = f"{titre} – {nom}" if avec_noms and nom else taire(titre)
                uid = _identifier(reference, tue, cle, occurrences[cle])
                yield _decrire(echeance, echeance.date, uid, complet, taire(echeance.explication))


def _taire(noms: tuple[str, ...]) -> Callable[[str], str]:
    """Ce qui remplace chaque nom de débiteur, les plus longs d'abord, où qu'il soit dans une phrase."""
    cherches = sorted((re.escape(nom) for nom in noms if nom), key=len, reverse=True)
    if not cherches:
        return str
    return partial(re.compile("|".join(cherches), re.IGNORECASE).sub, _SANS_NOM)


def _identifier(reference: str, tue: str, cle: str, rang: int) -> str:
    """Le même pour la même échéance du même dossier, noms tus ou non : réimporté, l'agenda ne double rien."""
    empreinte = hashlib.sha256(f"{reference}\0{cle}\0{rang}".encode()).hexdigest()[:16]
    return f"{tue}-{empreinte}@generateur"


def _decrire(echeance: Echeance, le: dt.date, uid: str, titre: str, explication: str) -> Event:
    """L'événement, sans sa date d'écriture ni son rang de version."""
    evenement = Event()
    evenement.add("uid", uid)
    evenement.add("dtstart", le)
    evenement.add("summary", titre)
    evenement.add("description", f"{explication} ({echeance.fondement})")
    evenement.add("class", "PRIVATE")
    evenement.add("transp", "TRANSPARENT")
    for jours in (0,) if echeance.est_relance else RAPPELS_JOURS:
        rappel = Alarm()
        rappel.add("action", "DISPLAY")
        rappel.add("description", titre)
        rappel.add("trigger", -dt.timedelta(days=jours))
        evenement.add_component(rappel)
    return evenement


def _dater(evenement: Event, ancien: _Ancien | None, jour: dt.date) -> Event:
    """Inchangé, il garde sa version et la date de celle-ci ; changé, il prend la suivante."""
    if ancien and ancien.contenu == _contenu(evenement):
        return ancien.evenement
    evenement.add("dtstamp", dt.datetime.combine(jour, dt.time(), tzinfo=dt.UTC))
    evenement.add("sequence", ancien.sequence + 1 if ancien else 0)
    return evenement


def _annuler(ancien: _Ancien, jour: dt.date) -> Event:
    """Ce qui n'a plus lieu d'être (payé, reporté, clos) : le calendrier l'ôte ou le barre ; sans rappel."""
    if ancien.evenement.get("status") == "CANCELLED":
        return ancien.evenement
    annule = Event()
    for cle in ("uid", "dtstart", "summary", "description", "class", "transp"):
        annule.add(cle, ancien.evenement[cle])
    annule.add("status", "CANCELLED")
    return _dater(annule, _Ancien(ancien.evenement, b"", ancien.sequence), jour)


def _contenu(evenement: Event) -> bytes:
    """Tout ce qu'on en lit, sauf sa version."""
    copie = Event.from_ical(evenement.to_ical())
    for cle in ("dtstamp", "sequence"):
        copie.pop(cle, None)
    return bytes(copie.to_ical())


def _lire_anciens(releve: Releve, fichier: Path) -> MutableMapping[str, _Ancien]:
    """Les événements de l'agenda qu'on remplace ; celui d'un autre n'est pas remplacé. Lève ErreurUsage."""
    if not fichier.exists():
        return {}
    agenda = _lire(fichier)
    titre = str(agenda.get("x-wr-calname", "")) if agenda else ""
    if agenda is None or titre != releve.titre_agenda:
        raise ErreurUsage(
            f"ce fichier n'est pas l'agenda attendu ({f'« {titre} »' if titre else 'il ne vient pas d’ici'}) : "
            "il n'est pas remplacé",
            lieu=str(fichier),
            remede=f"Choisir un autre nom avec --ics, par exemple --ics {releve.nom_agenda}.",
        )
    evenements = (e for e in agenda.walk("VEVENT") if isinstance(e, Event) and "uid" in e and "dtstart" in e)
    return {str(e["uid"]): _Ancien(e, _contenu(e), int(e.get("sequence", 0))) for e in evenements}


def _lire(fichier: Path) -> Calendar | None:
    """L'agenda, s'il est écrit par le programme ; None pour tout autre fichier."""
    try:
        agenda = Calendar.from_ical(fichier.read_bytes())
    except (OSError, ValueError):
        return None
    ecrit_ici = isinstance(agenda, Calendar) and str(agenda.get("prodid", "")) == _PRODUCTEUR
    return agenda if ecrit_ici and isinstance(agenda, Calendar) else None

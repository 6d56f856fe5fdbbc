"""Les échéances d'un dossier ou d'un répertoire, et leur agenda .ics (RFC 5545)."""

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from icalendar import Alarm, Calendar, Event

from generateur.calculs.echeances import Echeance, calculer_echeances
from generateur.domaine.langue import date_longue
from generateur.erreurs import ErreurEcriture, ErreurLecture
from generateur.lecture.socle import DossierLu, lire_dossier, lister_dossiers

NOM_AGENDA = "echeances.ics"
RAPPEL_JOURS = 7


@dataclass(frozen=True)
class Releve:
    """Échéances par référence de dossier."""

    jour: dt.date
    dossiers: tuple[tuple[str, str, tuple[Echeance, ...]], ...]
    illisibles: tuple[Path, ...] = ()

    def en_texte(self) -> str:
        """Une ligne par échéance, les non déterminables dites telles."""
        lignes: list[str] = []
        for reference, nom, echeances in self.dossiers:
            lignes += ["", f"{reference} — {nom}"]
            lignes += [ligne for echeance in echeances for ligne in self._decrire(echeance)]
            if not echeances:
                lignes.append("  aucune échéance : notez dépôt, ordonnance et signification dans [suivi]")
        lignes += [
            ligne
            for chemin in self.illisibles
            for ligne in ("", f"{chemin.name} — NE SE LIT PAS, échéances inconnues : « generateur verifier {chemin} »")
        ]
        return "\n".join(lignes).strip()

    def _decrire(self, echeance: Echeance) -> tuple[str, str]:
        if echeance.date is None:
            quand = "non déterminable"
        else:
            passee = " (passée)" if echeance.date < self.jour else ""
            quand = f"{date_longue(echeance.date)}{passee}"
        return f"  {quand} : {echeance.titre} ({echeance.fondement})", f"      {echeance.explication}"

    def en_json(self) -> dict[str, Any]:
        """Objet JSON."""
        return {
            "dossiers": [
                {
                    "reference": reference,
                    "echeances": [
                        {
                            "titre": e.titre,
                            "date": e.date.isoformat() if e.date else None,
                            "fondement": e.fondement,
                            "explication": e.explication,
                        }
                        for e in echeances
                    ],
                }
                for reference, _, echeances in self.dossiers
            ],
            "illisibles": [chemin.as_posix() for chemin in self.illisibles],
        }


def lister_echeances(source: Path, jour: dt.date, au: dt.date | None) -> Releve:
    """Échéances d'un dossier, ou de chaque dossier d'un répertoire ; un dossier à moitié saisi n'y tait pas les autres.

    Lève ErreurLecture si le seul dossier ne se lit pas.
    """
    chemins = lister_dossiers(source)
    lus: list[DossierLu] = []
    illisibles: list[Path] = []
    for chemin in chemins:
        try:
            lus.append(lire_dossier(chemin))
        except ErreurLecture:
            if len(chemins) == 1:
                raise
            illisibles.append(chemin)
    return Releve(
        jour,
        tuple(
            (
                lu.dossier.reference,
                lu.dossier.debiteur.nom_complet,
                calculer_echeances(lu.dossier, au or lu.dossier.arrete_au(jour)),
            )
            for lu in lus
        ),
        tuple(illisibles),
    )


def ecrire_agenda(releve: Releve, fichier: Path) -> None:
    """Écrit un agenda que tout calendrier ouvre : un jour entier par échéance, rappel une semaine avant."""
    agenda = Calendar()
    agenda.add("prodid", "-//generateur//echeances//FR")
    agenda.add("version", "2.0")
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

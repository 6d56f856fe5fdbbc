"""Le relevé des échéances : une ligne par échéance, ou l'objet du contrat."""

import datetime as dt
from pathlib import Path
from typing import Any

from generateur.calculs.echeances import Echeance
from generateur.commandes.signes import assembler, mettre_en_ligne
from generateur.domaine.langue import date_longue, majuscule
from generateur.operations.echeances import Releve, dire_seul

_PROCHAINES = 10


def en_objet(releve: Releve, agenda: Path) -> dict[str, Any]:
    """Objet de « echeances » ; `agenda` : le fichier .ics écrit."""
    return {
        "dossiers": [
            {
                "reference": reference,
                "a_l_agenda": releve.reference_tue(reference),
                "situation": releve.situation_de(reference) or None,
                "echeances": [_objet(e) for e in echeances],
            }
            for reference, _, echeances in releve.dossiers
        ],
        "prochaines": [
            {"reference": reference, "date": e.date.isoformat() if e.date else None, "titre": e.titre}
            for reference, _, e in _lister_prochaines(releve)
        ],
        "droit": [_objet(e) for e in releve.droit],
        "illisibles": [chemin.as_posix() for chemin, _ in releve.illisibles],
        "ecartes": [
            {
                "dossier": chemin.as_posix(),
                "code": int(erreur.code),
                "message": erreur.message,
                "remede": erreur.remede,
            }
            for chemin, erreur in releve.illisibles
        ],
        "agenda": agenda.as_posix(),
    }


def presenter(releve: Releve) -> str:
    """Une ligne par échéance, les non déterminables dites telles."""
    lignes: list[str] = []
    if not releve.est_seul and (prochaines := _lister_prochaines(releve)):
        lignes.append(f"À venir d'abord ({len(prochaines)} des plus proches)")
        for reference, nom, echeance in prochaines:
            quand = date_longue(echeance.date) if echeance.date else ""
            lignes.append(
                f"  {quand} : {mettre_en_ligne(reference)} — {mettre_en_ligne(nom)}, {dire_seul(echeance.titre)}"
            )
    for reference, nom, echeances in releve.dossiers:
        tue = releve.reference_tue(reference)
        a_l_agenda = f" (à l'agenda : {tue})" if tue != reference else ""
        lignes += ["", mettre_en_ligne(f"{reference} — {nom}{a_l_agenda}")]
        situation = releve.situation_de(reference)
        if situation:
            lignes.append(f"  {majuscule(situation)}.")
        lignes += [ligne for echeance in echeances for ligne in _decrire(echeance, releve.jour)]
        if not echeances and not situation:
            lignes.append("  aucune échéance : notez dépôt, ordonnance et signification dans [suivi]")
    if releve.droit:
        lignes += ["", "Droit", *(ligne for e in releve.droit for ligne in _decrire(e, releve.jour))]
    for chemin, erreur in releve.illisibles:
        lignes += [
            "",
            f"{mettre_en_ligne(chemin.name)} — NE SE LIT PAS, échéances inconnues : "
            f"« generateur verifier {mettre_en_ligne(str(chemin))} »",
            f"  {erreur.message.splitlines()[0]}",
            *(f"  → {ligne}" for ligne in erreur.remede.splitlines()[:1]),
        ]
    return assembler(lignes).strip()


def _objet(echeance: Echeance) -> dict[str, Any]:
    return {
        "titre": echeance.titre,
        "date": echeance.date.isoformat() if echeance.date else None,
        "fondement": echeance.fondement,
        "explication": echeance.explication,
    }


def _lister_prochaines(releve: Releve) -> list[tuple[str, str, Echeance]]:
    """Les plus proches à venir, tous dossiers réunis, par date."""
    a_venir = [
        (reference, nom, echeance)
        for reference, nom, echeances in releve.dossiers
        for echeance in echeances
        if echeance.date and echeance.date >= releve.jour
    ]
    return sorted(a_venir, key=lambda ligne: (ligne[2].date or dt.date.max, ligne[0], ligne[2].titre))[:_PROCHAINES]


def _decrire(echeance: Echeance, jour: dt.date) -> tuple[str, str]:
    if echeance.date is None:
        quand = "non déterminable"
    else:
        passee = " (passée)" if echeance.date < jour else ""
        quand = f"{date_longue(echeance.date)}{passee}"
    return f"  {quand} : {echeance.titre} ({echeance.fondement})", f"      {echeance.explication}"

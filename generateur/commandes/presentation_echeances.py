"""Le relevé des échéances : une ligne par échéance, ou l'objet du contrat."""

import datetime as dt
from pathlib import Path
from typing import Any

from generateur.calculs.echeances import Echeance
from generateur.domaine.langue import date_longue
from generateur.operations.echeances import Releve


def en_objet(releve: Releve, agenda: Path) -> dict[str, Any]:
    """Objet de « echeances » ; `agenda` : le fichier .ics écrit."""
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
            for reference, _, echeances in releve.dossiers
        ],
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
    for reference, nom, echeances in releve.dossiers:
        lignes += ["", f"{reference} — {nom}"]
        lignes += [ligne for echeance in echeances for ligne in _decrire(echeance, releve.jour)]
        if not echeances:
            lignes.append("  aucune échéance : notez dépôt, ordonnance et signification dans [suivi]")
    for chemin, erreur in releve.illisibles:
        lignes += [
            "",
            f"{chemin.name} — NE SE LIT PAS, échéances inconnues : « generateur verifier {chemin} »",
            f"  {erreur.message.splitlines()[0]}",
            *(f"  → {ligne}" for ligne in erreur.remede.splitlines()[:1]),
        ]
    return "\n".join(lignes).strip()


def _decrire(echeance: Echeance, jour: dt.date) -> tuple[str, str]:
    if echeance.date is None:
        quand = "non déterminable"
    else:
        passee = " (passée)" if echeance.date < jour else ""
        quand = f"{date_longue(echeance.date)}{passee}"
    return f"  {quand} : {echeance.titre} ({echeance.fondement})", f"      {echeance.explication}"

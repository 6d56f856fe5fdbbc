"""Ce que porte chaque protocole écrit : l'accord signé en reprend les montants, même noté un autre jour.

Recalculée à une autre date, la dette aurait couru : l'échéancier du dossier ne serait plus celui du papier signé.
"""

import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from generateur.calculs.echeancier import Echeancier, Versement
from generateur.domaine.noms_de_fichier import NOM_MESSAGES

_SUFFIXE = "_accord.json"


def nommer_proposition(le: dt.date) -> str:
    """Le nom du fichier, à côté du protocole de ce jour."""
    return f"{le.isoformat()}{_SUFFIXE}"


def ecrire_proposition(termes: dict[str, str], echeancier: Echeancier) -> bytes:
    """Les termes demandés et les montants écrits dans le protocole."""
    objet = {
        "termes": termes,
        "du": str(echeancier.du),
        "remise": str(echeancier.remise),
        "acompte": str(echeancier.acompte),
        "versements": [{"date": v.date.isoformat(), "montant": str(v.montant)} for v in echeancier.versements],
    }
    return json.dumps(objet, ensure_ascii=False, indent=1).encode()


def retrouver_proposition(
    sortie: Path, reference: str, termes: dict[str, str], signe_le: dt.date
) -> tuple[dt.date, Echeancier] | None:
    """Le dernier protocole écrit avec ces termes, le jour de la signature compris ; None s'il n'y en a pas."""
    ecrits = lister_propositions(sortie, reference)
    return next(((le, echeancier) for le, dits, echeancier in ecrits if le <= signe_le and dits == termes), None)


def lister_propositions(sortie: Path, reference: str) -> list[tuple[dt.date, dict[str, str], Echeancier]]:
    """Chaque protocole écrit, le dernier d'abord : son jour, ses termes, ses montants.

    Un fichier illisible est laissé de côté : le protocole qu'il décrit se refait.
    """
    trouvees = []
    for fichier in (sortie / reference / NOM_MESSAGES).glob(f"*{_SUFFIXE}"):
        try:
            le = dt.date.fromisoformat(fichier.name.removesuffix(_SUFFIXE))
            objet = json.loads(fichier.read_text(encoding="utf-8"))
            trouvees.append((le, dict(objet["termes"]), _lire(objet)))
        except (OSError, ValueError, KeyError, TypeError, InvalidOperation):
            continue
    return sorted(trouvees, key=lambda trouvee: trouvee[0], reverse=True)


def _lire(objet: dict[str, Any]) -> Echeancier:
    versements = tuple(
        Versement(rang, dt.date.fromisoformat(v["date"]), Decimal(v["montant"]))
        for rang, v in enumerate(objet["versements"], start=1)
    )
    return Echeancier(Decimal(objet["du"]), Decimal(objet["remise"]), Decimal(objet["acompte"]), versements)

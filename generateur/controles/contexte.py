"""Ce que les contrôles reçoivent à côté du dossier : les dates, les fichiers inspectés, le décompte."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from generateur.calculs.decompte import Decompte
from generateur.domaine.fichiers import Inspection


@dataclass(frozen=True)
class Contexte:
    """Contexte d'un contrôle.

    `au` est la date d'arrêté, `jour` la date d'aujourd'hui. `fichiers` a pour clés les chemins du dossier
    ; un chemin qui n'y est pas n'a pas été inspecté et ne donne aucun constat. `decompte` vaut None quand
    le droit manque à la date : les contrôles qui en dépendent se taisent, et l'appelant dit ensuite ce qui
    manque.
    """

    au: date
    jour: date
    fichiers: Mapping[str, Inspection]
    decompte: Decompte | None

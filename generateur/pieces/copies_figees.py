"""Les fichiers du dossier tels qu'ils étaient au départ : une copie privée, seule lue ensuite.

Un fichier remplacé pendant la production ne change plus rien : ce qui est examiné, préparé, versé et résumé est la même
suite d'octets.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from generateur.domaine.fichiers import Inspection
from generateur.erreurs import ErreurEcriture, raison_du_systeme
from generateur.surveillance.entrees_accentuees import trouver


def figer(source: Path, chemin: str, copies: Path) -> Path:
    """Copie ce fichier, déjà vérifié par `localiser`, sous son chemin saisi ; rend la copie, faite une seule fois.

    Lève ErreurEcriture si le disque de travail refuse.
    """
    cible = copies.joinpath(*PurePosixPath(chemin.replace("\\", "/")).parts)
    if cible.exists():
        return cible
    try:
        cible.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, cible)
    except OSError as erreur:
        raise ErreurEcriture(
            f"la copie de travail de « {chemin} » ne s'écrit pas : {raison_du_systeme(erreur)}",
            lieu=str(copies.parent),
            remede="Libérer de la place sur ce disque, puis relancer : rien n'a été publié.",
        ) from erreur
    return cible


def sommes_des_copies(fichiers: Mapping[str, Inspection], copies: Path | None) -> dict[Path, str]:
    """Par copie, l'empreinte prise à l'examen : personne n'y écrit plus, elle ne se reprend pas à chaque étape."""
    if copies is None:
        return {}
    figees = {chemin: trouver(copies, chemin) for chemin, vu in fichiers.items() if vu.empreinte}
    return {figee: fichiers[chemin].empreinte for chemin, figee in figees.items() if figee is not None}

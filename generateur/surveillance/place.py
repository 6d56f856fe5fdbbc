"""La place qui manque sur un disque : elle explique l'échec d'un outil sans que le document y soit pour rien."""

import errno
import shutil
from pathlib import Path

from generateur.erreurs import ErreurEcriture, raison_du_systeme

REFUS_DU_DISQUE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE})
_RESERVE = 1024 * 1024  # un outil qui échoue faute de place rend souvent ce qu'il avait pris
_REMEDE = "Libérer de la place sur ce disque, ou désigner un autre répertoire temporaire (TMPDIR), puis relancer."


def refus_du_disque(numero: int, lieu: Path | str) -> ErreurEcriture:
    """L'erreur qui dit ce que le disque reproche (un `errno`), et où."""
    raison = raison_du_systeme(OSError(numero, ""))
    return ErreurEcriture(f"le travail en cours ne s'écrit pas : {raison}", lieu=str(lieu), remede=_REMEDE)


def disque_plein(*lieux: Path, besoin: int = 0) -> ErreurEcriture | None:
    """L'erreur à lever si l'un de ces répertoires n'a plus de place pour `besoin` octets, None s'ils en ont tous."""
    return next((refus_du_disque(errno.ENOSPC, lieu) for lieu in lieux if _est_plein(lieu, besoin)), None)


def _est_plein(lieu: Path, besoin: int) -> bool:
    try:
        return shutil.disk_usage(lieu).free < _RESERVE + besoin
    except OSError:
        return False

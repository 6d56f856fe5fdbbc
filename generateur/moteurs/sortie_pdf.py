"""Le contrôle de ce qu'un moteur a écrit, et l'écriture sans demi-fichier."""

import os
import re
import tempfile
from pathlib import Path

from generateur.erreurs import ErreurEcriture, raison_du_systeme

_PAGE = re.compile(rb"/Type\s*/Pages?\b")


def defaut_du_pdf(chemin: Path) -> str:
    """Ce qui manque au fichier pour être un PDF d'au moins une page ; vide s'il n'y a rien à redire."""
    try:
        octets = chemin.read_bytes()
    except OSError:
        return "aucun fichier produit"
    if not octets:
        return "fichier vide"
    if not octets.startswith(b"%PDF-") or b"%%EOF" not in octets[-1024:]:
        return "fichier tronqué ou qui n'est pas un PDF"
    if not _PAGE.search(octets) and b"/ObjStm" not in octets:
        return "PDF sans page"
    return ""


def publier_fichier(octets: bytes, cible: Path) -> None:
    """Écrit à côté puis met à sa place d'un seul geste ; lève ErreurEcriture si le disque refuse."""
    provisoire = None
    try:
        descripteur, provisoire = tempfile.mkstemp(prefix=f".{cible.name}.", dir=cible.parent)
        with os.fdopen(descripteur, "wb") as fichier:
            fichier.write(octets)
        os.replace(provisoire, cible)  # noqa: PTH105 - remplace aussi sous Windows
    except OSError as erreur:
        if provisoire is not None:
            Path(provisoire).unlink(missing_ok=True)
        raise ErreurEcriture(
            f"Impossible d'écrire « {cible.name} » : {raison_du_systeme(erreur)}.", lieu=str(cible)
        ) from erreur

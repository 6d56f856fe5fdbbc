"""Les noms de fichier que plusieurs salles emploient ; un nom venu d'ailleurs, rendu sûr partout."""

import re
import unicodedata
from pathlib import PurePosixPath

NOM_MANIFESTE = "manifeste.json"  # à côté de la liasse, et dedans quand il y est joint
NOM_DROIT_AJOUTE = "droit_ajoute.toml"  # les valeurs de droit ajoutées, dans les données de l'utilisateur
NOM_MESSAGES = "relances"  # les messages écrits à côté de la liasse, avant elle le plus souvent
_LONGUEUR_NOM, _LONGUEUR_EXTENSION = 80, 10
_RESERVES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # sous Windows, des appareils


def nommer_copie(nom: str) -> str:
    """Un nom de fichier sûr sur tout système, accents ôtés, 80 signes au plus."""
    chemin = PurePosixPath(nom.replace("\\", "/").rpartition("/")[2])
    plat = "".join(c for c in unicodedata.normalize("NFKD", chemin.stem) if not unicodedata.combining(c))
    souche = re.sub(r"[^A-Za-z0-9._-]+", "_", plat).strip("._") or "document"
    extension = re.sub(r"[^a-z0-9.]", "", chemin.suffix.lower())[:_LONGUEUR_EXTENSION]
    garde = "_" if _RESERVES.fullmatch(souche) else ""
    return f"{garde}{souche[: _LONGUEUR_NOM - len(garde) - len(extension)]}{extension}"

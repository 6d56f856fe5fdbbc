"""Ce que l'utilisateur choisit pour une production : des données seules, qui voyagent en JSON dans les deux sens.

Ni moteur, ni processus, ni clé ouverte : un certificat est un chemin, et c'est le processus qui scelle qui l'ouvre.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_MODELE = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class ReglagesLiasse:
    """Réglages de l'assemblage ; longueurs en points (1/72 de pouce), tailles en octets."""

    tampon_toutes_pages: bool = False
    tampon_place: str = "haut_droite"
    tampon_taille: float = 12.0
    folio_place: str = "bas_droite"
    folio_taille: float = 9.0
    versos_blancs: bool = False
    max_octets: int | None = None
    pdfa: bool = False


class ReglagesSceau(BaseModel):
    """Le certificat (PKCS#12) qui scellera, et l'adresse qui horodate s'il y en a une ; jamais le mot de passe."""

    model_config = _MODELE

    certificat: Path
    horodatage: str | None = None


class Reglages(BaseModel):
    """Ce que l'utilisateur choisit pour une production."""

    model_config = _MODELE

    procedure: str | None = None
    rendu: str | None = None
    modeles: Path | None = None
    projet: bool = False
    liasse: ReglagesLiasse = ReglagesLiasse()
    sceau: ReglagesSceau | None = None
    renumeroter: bool = False
    joindre_manifeste: bool = False
    ocr: bool = False
    alleger_images: bool = False
    intercalaires: bool = False
    sans_couverture: bool = False

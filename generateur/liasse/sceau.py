"""Ce qu'est un sceau : annoncé par celui qui le pose, relevé sur un fichier. Sans la bibliothèque qui le pose."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

BIBLIOTHEQUE = "pyhanko>=0.38,<0.39"
RESERVE_SCEAU = 80_000  # octets qu'un sceau ajoute au plus à un fichier : signature, champ et table des objets


@dataclass(frozen=True)
class Sceau:
    """Le sceau tel qu'on l'annonce : niveau PAdES, signataire, empreinte du certificat, hôte qui horodate s'il y en a.

    Il porte l'heure : deux scellements d'une même liasse n'ont pas les mêmes octets.
    """

    niveau: Literal["PAdES-B-B", "PAdES-B-T"]
    signataire: str
    certificat_sha256: str
    autorite: str | None
    logiciel: str


class Scelleur(Protocol):
    """Un certificat ouvert, prêt à sceller."""

    @property
    def sceau(self) -> Sceau:
        """Le sceau qu'il pose."""

    def sceller(self, fichier: Path, lieu: str) -> str:
        """Scelle le fichier à sa place et rend son sha256 ; en cas d'échec, le fichier est intact."""


@dataclass(frozen=True)
class SceauReleve:
    """Ce qu'un fichier porte : intact si ni le fichier ni la signature n'ont bougé, et rien n'a été ajouté après."""

    signataire: str
    certificat_sha256: str
    intact: bool
    heure: dt.datetime | None
    horodatage_intact: bool | None  # None : pas d'horodatage, l'heure est celle que le poste déclare

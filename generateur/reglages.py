"""Ce que l'utilisateur choisit, et le travail qui en naît : des données seules, en JSON dans les deux sens.

Ni moteur, ni processus, ni clé ouverte : un certificat est un chemin, et c'est le processus qui scelle qui l'ouvre.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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
    formulaire: Path | None = None


class Travail(BaseModel):
    """Un dossier à produire : le même objet va à un processus d'ici ou d'ailleurs.

    `jumeaux` : les dossiers du lot qui portent la même référence ; `deposes` : refaire aussi un dossier déposé ;
    `est_a_classer` : rendre aussi de quoi remettre le dossier sans rien ressaisir ; `est_a_inscrire` : et de quoi
    l'inscrire au registre sans le relire. `depuis`, `vers` : l'adresse du
    dossier, celle de la sortie, quand elles sont dans un magasin d'objets.
    """

    model_config = _MODELE

    source: Path
    sortie: Path
    jour: dt.date
    au: dt.date | None = None
    reglages: Reglages = Reglages()
    deposes: bool = False
    jumeaux: tuple[Path, ...] = ()
    depuis: str | None = None
    vers: str | None = None
    est_a_classer: bool = False
    est_a_inscrire: bool = False


class Manque(BaseModel):
    """Ce qui arrête un dossier : le constat, et ce qu'il faut faire."""

    model_config = _MODELE

    code: str
    message: str
    lieu: str = ""
    remede: str = ""


class FicheDossier(BaseModel):
    """Qui, contre qui, devant qui : de quoi classer un dossier sans le rouvrir.

    `horizon`, `tables` : jusqu'où le droit employé est connu. `retenue` : pourquoi ce qui est publié ne doit pas
    partir, vide si rien ne l'empêche ; `retenue_le` : depuis quand, si c'est daté.
    `remise` : ce que reçoit celui à qui l'on remet, s'il est demandé.
    """

    model_config = _MODELE

    creancier: str = ""
    creancier_siren: str = ""
    debiteurs: tuple[str, ...] = ()
    etude: str = ""
    etude_adresse: str = ""
    etude_courriel: str = ""
    juridiction: str = ""
    juridiction_adresse: str = ""
    au: dt.date | None = None
    pieces: int = 0
    pages: int = 0
    horizon: dt.date | None = None
    tables: tuple[str, ...] = ()
    retenue: str = ""
    retenue_le: dt.date | None = None
    remise: dict[str, Any] = {}


class Resultat(BaseModel):
    """Ce qu'il est advenu d'un dossier ; un échec en est un, jamais une exception.

    `message` dit tout ; `raison` et `remede` tiennent chacun sur une ligne. `manques`, `fiche` : pour la synthèse et
    les piles. `inscription` : ce qui est à écrire au registre, s'il est demandé.
    """

    model_config = _MODELE

    reference: str
    etat: Literal["produit", "a_jour", "refuse", "en_echec"]
    code: int
    procedure: str | None = None
    total: str | None = None
    message: str = ""
    fichier: str | None = None
    raison: str = ""
    remede: str = ""
    manques: tuple[Manque, ...] = ()
    fiche: FicheDossier = FicheDossier()
    inscription: str = ""

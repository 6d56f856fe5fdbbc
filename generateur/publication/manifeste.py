"""Le manifeste : ce qui a été produit, avec l'empreinte de chaque fichier et de chaque source."""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generateur.contrats import NOM_MANIFESTE
from generateur.erreurs import ErreurLiasse

_BLOC = 1024 * 1024


class _Bloc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FichierProduit(_Bloc):
    """Un fichier produit ; chemin relatif au manifeste."""

    fichier: str
    sha256: str
    pages: int | None = None


class VolumeProduit(FichierProduit):
    """Un volume : ses pages, index compris, et celles de la liasse qu'il porte, bornes comprises."""

    premiere_page: int
    derniere_page: int


class LiasseProduite(FichierProduit):
    """La liasse : chemin, empreinte, nombre de pages."""


class PieceProduite(_Bloc):
    """Une pièce : numéro servi, empreinte du fichier tamponné et de sa source, place dans la liasse."""

    numero: str
    titre: str
    date: str | None
    fichier: str
    sha256: str
    pages: int
    page_debut: int
    source: str
    source_sha256: str
    observations: tuple[str, ...] = ()


class ActeProduit(_Bloc):
    """Un acte : Word et PDF, et sa place dans la liasse s'il y entre."""

    nom: str
    titre: str
    docx: FichierProduit
    pdf: FichierProduit
    rendu: str
    page_debut: int | None = None


class SceauProduit(_Bloc):
    """Le sceau de la liasse et de ses volumes. Il porte l'heure : refaire la liasse ne rend pas les mêmes octets."""

    niveau: Literal["PAdES-B-B", "PAdES-B-T"]
    signataire: str
    certificat_sha256: str
    autorite: str | None
    logiciel: str


class JuridictionManifeste(_Bloc):
    """La juridiction compétente, comme dans « choisir »."""

    type: str
    nom: str
    siege: str
    adresse: str
    confiance: Literal["certaine", "a_confirmer"]


class ConstatManifeste(_Bloc):
    """Un constat, comme dans « verifier »."""

    code: str
    gravite: Literal["bloquant", "a_completer", "avertissement", "information"]
    message: str
    lieu: str
    remede: str
    fondement: str


class PieceReduite(_Bloc):
    """Ce que le manifeste joint dit d'une pièce : rien qui ne soit déjà au bordereau, sauf ses empreintes."""

    numero: str
    titre: str
    fichier: str
    sha256: str
    pages: int
    page_debut: int
    source_sha256: str


class LiasseReduite(_Bloc):
    """La liasse vue de l'intérieur : elle ne peut pas porter sa propre empreinte."""

    fichier: str
    pages: int


class ManifesteReduit(_Bloc):
    """La copie jointe dans la liasse, sur option : pièces, pages et empreintes ; aucun constat."""

    reference: str
    liasse: LiasseReduite
    pieces: tuple[PieceReduite, ...]


class Manifeste(_Bloc):
    """Le manifeste d'un dossier produit. Montants en texte à deux décimales, dates ISO."""

    reference: str
    au: str
    verdict: Literal["pret", "a_completer", "irrecevable"]
    procedure: str
    procedure_forcee: bool = False
    projet: bool = False
    renumerotee: bool = False
    juridiction: JuridictionManifeste | None
    cour_appel: str | None = None
    total: str
    liasse: LiasseProduite
    sceau: SceauProduit | None = Field(default=None, exclude_if=lambda sceau: sceau is None)
    volumes: tuple[VolumeProduit, ...] = ()
    obstacles_pdfa: tuple[str, ...] = ()
    pieces: tuple[PieceProduite, ...]
    actes: tuple[ActeProduit, ...]
    autres: tuple[FichierProduit, ...] = ()
    versions: dict[str, str]
    empreinte_entrees: str = ""
    constats: tuple[ConstatManifeste, ...]


def empreinte(fichier: Path) -> str:
    """SHA-256 d'un fichier, lu par blocs."""
    somme = hashlib.sha256()
    with fichier.open("rb") as flux:
        while bloc := flux.read(_BLOC):
            somme.update(bloc)
    return somme.hexdigest()


def ecrire_manifeste(manifeste: Manifeste, dossier: Path) -> None:
    """Écrit manifeste.json, clés dans l'ordre du modèle."""
    texte = json.dumps(manifeste.model_dump(mode="json"), ensure_ascii=False, indent=2)
    (dossier / NOM_MANIFESTE).write_bytes(f"{texte}\n".encode())


def lire_manifeste(fichier: Path) -> Manifeste:
    """Relit un manifeste. Lève ErreurLiasse s'il manque ou ne se lit pas."""
    try:
        return Manifeste.model_validate_json(fichier.read_bytes())
    except (OSError, ValueError) as erreur:
        raise ErreurLiasse(
            "le manifeste manque ou ne se lit pas",
            lieu=str(fichier),
            remede="Relancer « generateur produire » pour refaire la liasse et son manifeste.",
        ) from erreur

"""Le manifeste : ce qui a été produit, avec l'empreinte de chaque fichier et de chaque source."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurLecture, ErreurLiasse
from generateur.surveillance.ordinaire import lire_ordinaire

CLE_EMPREINTE = "empreinte_manifeste"


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


class ComparaisonPages(_Bloc):
    """Pages comparées par le rendu, et celles qui diffèrent."""

    comparees: int = 0
    differentes: tuple[int, ...] = ()


class FidelitePiece(ComparaisonPages):
    """Pages que la préparation a touchées (les autres sont recopiées), comparées à l'original par le rendu.

    `en_liasse` : pages de la liasse comparées, hors du tampon et du folio, à la pièce préparée.
    """

    en_liasse: ComparaisonPages = ComparaisonPages()


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
    fidelite: FidelitePiece = FidelitePiece()


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


class SommesManifeste(_Bloc):
    """Ce que le total réunit, poste par poste."""

    principal: str
    interets: str
    indemnites: str
    clause_penale: str
    frais: str
    interet_journalier: str


class HorizonDuDroit(_Bloc):
    """Le dernier jour (compris) pour lequel le droit employé est connu, et les tables qui s'arrêtent là."""

    date: str
    tables: tuple[str, ...]


class DroitAjoute(_Bloc):
    """Une valeur de droit ajoutée par l'utilisateur, dont le dossier dépend."""

    table: str
    cle: str
    depuis: str
    valeur: str
    source: str
    publie_le: str | None
    saisie_le: str | None


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
    """La liasse vue de l'intérieur : elle ne peut pas porter sa propre empreinte, mais celle de ce qu'elle montre."""

    fichier: str
    pages: int
    pages_sha256: tuple[str, ...]
    document_sha256: str


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
    sommes: SommesManifeste | None = None
    liasse: LiasseProduite
    sceau: SceauProduit | None = Field(default=None, exclude_if=lambda sceau: sceau is None)
    volumes: tuple[VolumeProduit, ...] = ()
    obstacles_pdfa: tuple[str, ...] = ()
    pieces: tuple[PieceProduite, ...]
    actes: tuple[ActeProduit, ...]
    autres: tuple[FichierProduit, ...] = ()
    versions: dict[str, str]
    horizon: HorizonDuDroit | None = None
    droit_ajoute: tuple[DroitAjoute, ...] = Field(default=(), exclude_if=lambda ajouts: not ajouts)
    empreinte_entrees: str = ""
    constats: tuple[ConstatManifeste, ...]
    empreinte_manifeste: str = ""  # celle de tout le reste : un manifeste retouché se voit
    # ce que la version remplacée portait d'une personne, gardé à part : dit à l'écran, jamais publié
    gardes_a_part: tuple[str, ...] = Field(default=(), exclude=True)


def _texte_ou_rien(valeur: object) -> object:
    return valeur if isinstance(valeur, str) else ""


_Somme = Annotated[str, BeforeValidator(_texte_ou_rien)]  # une empreinte absente ne prouve rien, sans être une faute


class _Annonce(BaseModel):
    """Ce qu'un manifeste annonce, lu sans s'y fier : il peut venir d'une autre version, ou d'un tiers."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class FichierAnnonce(_Annonce):
    """Un fichier annoncé, à comparer à ce qui est là."""

    fichier: str
    sha256: _Somme = ""


class LiasseAnnoncee(FichierAnnonce):
    """La liasse annoncée ; un manifeste joint n'en donne pas l'empreinte, mais celle de ce que ses pages montrent."""

    pages: int
    pages_sha256: Annotated[tuple[str, ...], Field(strict=False)] = ()
    document_sha256: _Somme = ""


class PieceAnnoncee(FichierAnnonce):
    """Une pièce annoncée ; un manifeste joint ne dit pas d'où elle vient."""

    numero: str
    pages: int
    page_debut: int
    source: str | None = None
    source_sha256: _Somme = ""


class ActeAnnonce(_Annonce):
    """Un acte annoncé : son Word et son PDF."""

    docx: FichierAnnonce
    pdf: FichierAnnonce


class ManifesteAnnonce(_Annonce):
    """Ce que la vérification attend de tout manifeste, complet ou joint."""

    reference: Any = None
    projet: bool = False
    liasse: LiasseAnnoncee
    pieces: Annotated[tuple[PieceAnnoncee, ...], Field(strict=False)]
    volumes: Annotated[tuple[FichierAnnonce, ...], Field(strict=False)] = ()
    autres: Annotated[tuple[FichierAnnonce, ...], Field(strict=False)] = ()
    actes: Annotated[tuple[ActeAnnonce, ...], Field(strict=False)] = ()
    sceau: dict[str, Any] | None = None


def lire_annonce(octets: bytes, lieu: str) -> ManifesteAnnonce:
    """Lit un manifeste à vérifier, d'où qu'il vienne. Lève ErreurLecture en nommant ce qui y manque."""
    try:
        return ManifesteAnnonce.model_validate_json(octets)
    except ValidationError as erreur:
        endroit = ".".join(str(cle) for cle in erreur.errors()[0]["loc"])
        precision = f" : « {endroit} » y manque ou n'est pas ce qu'il doit être" if endroit else ""
        raise ErreurLecture(
            f"le manifeste ne se lit pas{precision}",
            lieu=lieu,
            remede="Reprendre le manifeste écrit avec cette liasse.",
        ) from erreur


def lire_contenu(octets: bytes) -> dict[str, Any]:
    """Le contenu d'un manifeste déjà reconnu, tel qu'il est écrit ; d'empreinte fausse s'il ne se relit pas."""
    try:
        contenu = json.loads(octets, object_pairs_hook=_refuser_les_doublons)
    except (ValueError, RecursionError):  # une clé double, un entier ou une imbrication démesurés : rien à comparer
        return {CLE_EMPREINTE: "illisible"}
    return contenu if isinstance(contenu, dict) else {}


def _refuser_les_doublons(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    """Une clé écrite deux fois dit deux choses à deux lecteurs : ce n'est plus le manifeste qui a été écrit."""
    objet = dict(paires)
    if len(objet) != len(paires):
        raise ValueError
    return objet


def empreinte(fichier: Path) -> str:
    """SHA-256 d'un fichier, lu par blocs."""
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def ecrire_manifeste(manifeste: Manifeste, dossier: Path) -> Manifeste:
    """Écrit manifeste.json, clés dans l'ordre du modèle, et le rend avec l'empreinte de son contenu."""
    signe = manifeste.model_copy(update={CLE_EMPREINTE: resumer_contenu(manifeste.model_dump(mode="json"))})
    texte = json.dumps(signe.model_dump(mode="json"), ensure_ascii=False, indent=2)
    (dossier / NOM_MANIFESTE).write_bytes(f"{texte}\n".encode())
    return signe


def resumer_contenu(contenu: Mapping[str, Any]) -> str:
    """L'empreinte d'un manifeste, sans celle qu'il porte ; ni l'ordre des clés, ni les blancs n'y changent rien."""
    reste = {cle: valeur for cle, valeur in contenu.items() if cle != CLE_EMPREINTE}
    texte = json.dumps(reste, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(texte.encode(errors="surrogatepass")).hexdigest()


def est_intact(contenu: Mapping[str, Any]) -> bool | None:
    """Vrai si le contenu est bien celui que son empreinte annonce ; None s'il n'en porte pas (version d'avant)."""
    annoncee = contenu.get(CLE_EMPREINTE)
    return resumer_contenu(contenu) == annoncee if annoncee else None


def lire_manifeste(fichier: Path) -> Manifeste:
    """Relit un manifeste. Lève ErreurLiasse s'il manque ou ne se lit pas."""
    try:
        return Manifeste.model_validate_json(lire_ordinaire(fichier))
    except (OSError, ValueError) as erreur:
        raise ErreurLiasse(
            "le manifeste manque ou ne se lit pas",
            lieu=str(fichier),
            remede="Relancer « generateur produire » pour refaire la liasse et son manifeste.",
        ) from erreur

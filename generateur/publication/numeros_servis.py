"""Le registre des numéros de pièces déjà communiqués, gardés à chaque nouvelle liasse.

`numeros_servis.json` est à côté de dossier.toml, écrit par la seule commande « retenir-numeros » d'après la liasse
communiquée. Ce qui le compare au dossier est dans ecarts.py, ce qui s'en dit dans journal.py.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from generateur.domaine.chemins import relever_chemins
from generateur.domaine.dossier import Dossier
from generateur.domaine.entrees_bordereau import normaliser_fichier
from generateur.domaine.numeros import lire_numero
from generateur.erreurs import ErreurDossier, ErreurEcriture, ErreurLecture
from generateur.publication.manifeste import Manifeste, PieceProduite, empreinte
from generateur.surveillance.entrees_accentuees import trouver

NOM_REGISTRE = "numeros_servis.json"


class _Bloc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LiasseServie(_Bloc):
    """Une liasse communiquée : le jour, son empreinte, sa date d'arrêté, sa somme (à deux décimales), sa procédure."""

    le: date
    sha256: str
    au: date | None = None
    total: str | None = None
    procedure: str | None = None


class PieceServie(_Bloc):
    """Une pièce communiquée : son numéro ne change plus, même si elle est retirée."""

    numero: str
    titre: str
    fichier: str
    sha256: str


class Registre(_Bloc):
    """Ce qui a été communiqué, liasse après liasse."""

    reference: str
    liasses: tuple[LiasseServie, ...]
    pieces: tuple[PieceServie, ...]

    @property
    def derniere(self) -> LiasseServie:
        """La dernière liasse communiquée."""
        return self.liasses[-1]

    def liasse_de(self, somme: str) -> LiasseServie | None:
        """La liasse communiquée qui a cette empreinte."""
        return next((liasse for liasse in self.liasses if liasse.sha256 == somme), None)


def lire_registre(racine: Path, reference: str) -> Registre | None:
    """Le registre du dossier, None s'il n'y en a pas. Lève ErreurLecture s'il est d'un autre dossier ou abîmé."""
    fichier = racine / NOM_REGISTRE
    if not fichier.is_file():
        return None
    remede = f"Le rétablir d'une sauvegarde ; à défaut le supprimer et refaire « generateur retenir-numeros {racine} »."
    try:
        registre = Registre.model_validate_json(fichier.read_bytes())
    except (ValidationError, OSError) as erreur:
        raise ErreurLecture(
            "le registre des numéros servis ne se lit pas", lieu=str(fichier), remede=remede
        ) from erreur
    if registre.reference != reference or not registre.liasses:
        raise ErreurLecture(
            f"le registre des numéros servis est celui du dossier « {registre.reference} », pas de « {reference} »",
            lieu=str(fichier),
            remede=remede,
        )
    for piece in registre.pieces:
        lire_numero(piece.numero)
    return registre


def numeros_a_garder(registre: Registre, dossier: Dossier, racine: Path) -> dict[str, str]:
    """Par fichier, le numéro communiqué ; un fichier seulement renommé (même empreinte) garde le sien.

    Un fichier retiré reste dans la réponse : son numéro ne sert plus à aucun autre.
    """
    presents = dict.fromkeys(normaliser_fichier(mention.chemin) for mention in relever_chemins(dossier))
    servis = {piece.fichier for piece in registre.pieces}
    nouveaux = {somme_de(trouver(racine, chemin)): chemin for chemin in presents if chemin not in servis}
    return {
        piece.fichier if piece.fichier in presents else nouveaux.get(piece.sha256, piece.fichier): piece.numero
        for piece in registre.pieces
    }


def somme_de(fichier: Path | None) -> str:
    """SHA-256 d'un fichier, vide s'il n'est pas là."""
    return empreinte(fichier) if fichier and fichier.is_file() else ""


def inscrire(ancien: Registre | None, manifeste: Manifeste, le: date) -> Registre:
    """Le registre où cette liasse, communiquée ce jour-là, est inscrite ; elle ne l'est qu'une fois.

    Lève ErreurDossier si elle contredit un numéro déjà communiqué.
    """
    liasse = LiasseServie(
        le=le,
        sha256=manifeste.liasse.sha256,
        au=date.fromisoformat(manifeste.au),
        total=manifeste.total,
        procedure=manifeste.procedure,
    )
    deja = ancien.liasses if ancien else ()
    liasses = deja if ancien and ancien.liasse_de(liasse.sha256) else (*deja, liasse)
    return Registre(
        reference=manifeste.reference,
        liasses=tuple(sorted(liasses, key=lambda liasse: liasse.le)),
        pieces=_reunir(None if manifeste.renumerotee else ancien, manifeste.pieces),
    )


def _reunir(ancien: Registre | None, produites: Sequence[PieceProduite]) -> tuple[PieceServie, ...]:
    """Les pièces de la nouvelle liasse, et celles, retirées, dont le numéro reste pris."""
    nouvelles = [
        PieceServie(numero=p.numero, titre=p.titre, fichier=normaliser_fichier(p.source), sha256=p.source_sha256)
        for p in produites
    ]
    deja = {piece.numero: piece for piece in (ancien.pieces if ancien else ())}
    for piece in nouvelles:
        servie = deja.pop(piece.numero, piece)
        autre = next((p.numero for p in deja.values() if p.fichier == piece.fichier), "")
        if autre or (servie.fichier != piece.fichier and servie.sha256 != piece.sha256):
            raise ErreurDossier(
                f"la liasse publiée donne le n° {piece.numero} à « {piece.fichier} », contre ce qui a été communiqué",
                lieu=NOM_REGISTRE,
                remede="Produire de nouveau le dossier, qui reprendra les numéros communiqués, avant de les retenir.",
            )
    return tuple(sorted((*nouvelles, *deja.values()), key=lambda piece: lire_numero(piece.numero)))


def ecrire_registre(registre: Registre, racine: Path) -> None:
    """Écrit le registre à côté du dossier, d'un seul geste. Lève ErreurEcriture."""
    cible = racine / NOM_REGISTRE
    texte = json.dumps(registre.model_dump(mode="json"), ensure_ascii=False, indent=2)
    provisoire = cible.with_suffix(".provisoire")
    try:
        provisoire.write_bytes(f"{texte}\n".encode())
        provisoire.replace(cible)
    except OSError as erreur:
        raise ErreurEcriture("le registre des numéros servis ne s'écrit pas", lieu=str(cible)) from erreur

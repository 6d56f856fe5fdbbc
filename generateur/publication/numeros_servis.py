"""Les numéros de pièces déjà communiqués : retenus dans le dossier, gardés à chaque nouvelle liasse.

Le registre `numeros_servis.json` est à côté de dossier.toml, écrit par la seule commande « retenir-numeros » d'après
la liasse publiée. Il est une entrée comme une autre : une production ne dépend jamais de ce que contient la sortie.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from generateur.contrats import NOM_MANIFESTE
from generateur.controles.catalogue import constater
from generateur.controles.constat import Constat
from generateur.controles.pieces import chemins_cites
from generateur.domaine.bordereau import Bordereau, PieceDossier
from generateur.domaine.dossier import Dossier
from generateur.domaine.entrees_bordereau import normaliser_fichier
from generateur.domaine.langue import date_longue
from generateur.domaine.numeros import lire_numero
from generateur.erreurs import ErreurDossier, ErreurEcriture, ErreurLecture, ErreurLiasse
from generateur.lecture.socle import lire_dossier
from generateur.pieces.emplacement import trouver
from generateur.publication.manifeste import Manifeste, PieceProduite, empreinte, lire_manifeste

NOM_REGISTRE = "numeros_servis.json"
SUITE_JOURNAL = "_journal.txt"
Genre = Literal["ajoutee", "retiree", "modifiee", "deplacee", "intitule", "renumerotee"]
_TITRES: Mapping[Genre, str] = {
    "ajoutee": "Pièces ajoutées",
    "retiree": "Pièces retirées (leur numéro n'est pas réemployé)",
    "modifiee": "Pièces dont le fichier a changé",
    "deplacee": "Pièces dont le fichier a changé de nom",
    "intitule": "Pièces dont l'intitulé a changé",
    "renumerotee": "Pièces renumérotées",
}


class _Bloc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LiasseServie(_Bloc):
    """Une liasse communiquée : le jour, et son empreinte."""

    le: date
    sha256: str


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


@dataclass(frozen=True)
class Ecart:
    """Ce qu'une pièce est devenue depuis la dernière communication."""

    genre: Genre
    numero: str
    titre: str
    detail: str = ""


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
    presents = dict.fromkeys(normaliser_fichier(chemin) for _, chemin in chemins_cites(dossier))
    servis = {piece.fichier for piece in registre.pieces}
    nouveaux = {_somme(trouver(racine, chemin)): chemin for chemin in presents if chemin not in servis}
    return {
        piece.fichier if piece.fichier in presents else nouveaux.get(piece.sha256, piece.fichier): piece.numero
        for piece in registre.pieces
    }


def comparer(registre: Registre, bordereau: Bordereau, racine: Path) -> tuple[Ecart, ...]:
    """Ce qui distingue le bordereau de ce qui a été communiqué, dans l'ordre des numéros."""
    return tuple(_comparer(registre, bordereau, racine))


def _comparer(registre: Registre, bordereau: Bordereau, racine: Path) -> Iterator[Ecart]:
    restantes = {piece.fichier: piece for piece in bordereau.pieces}
    paires: list[tuple[PieceServie, PieceDossier]] = []
    orphelines: list[PieceServie] = []
    for servie in registre.pieces:
        actuelle = restantes.pop(servie.fichier, None)
        if actuelle:
            paires.append((servie, actuelle))
        else:
            orphelines.append(servie)
    par_somme = {_somme(trouver(racine, fichier)): piece for fichier, piece in restantes.items()}
    for servie in orphelines:
        if actuelle := par_somme.pop(servie.sha256, None):
            del restantes[actuelle.fichier]
            yield Ecart("deplacee", actuelle.numero, actuelle.titre, f"{servie.fichier} devient {actuelle.fichier}")
            paires.append((servie, actuelle))
        else:
            yield Ecart("retiree", servie.numero, servie.titre, servie.fichier)
    for servie, actuelle in paires:
        yield from _comparer_piece(servie, actuelle, racine)
    for nouvelle in restantes.values():
        yield Ecart("ajoutee", nouvelle.numero, nouvelle.titre, nouvelle.fichier)


def _comparer_piece(servie: PieceServie, actuelle: PieceDossier, racine: Path) -> Iterator[Ecart]:
    if servie.numero != actuelle.numero:
        detail = f"le n° {servie.numero} devient le n° {actuelle.numero}"
        yield Ecart("renumerotee", actuelle.numero, actuelle.titre, detail)
    somme = _somme(trouver(racine, actuelle.fichier))
    if somme and somme != servie.sha256:
        yield Ecart("modifiee", actuelle.numero, actuelle.titre, f"empreinte {servie.sha256} devient {somme}")
    if servie.titre != actuelle.titre:
        yield Ecart("intitule", actuelle.numero, actuelle.titre, f"était « {servie.titre} »")


def _somme(fichier: Path | None) -> str:
    return empreinte(fichier) if fichier and fichier.is_file() else ""


def constater_ecarts(registre: Registre | None, ecarts: Iterable[Ecart], dossier: Dossier) -> Iterator[Constat]:
    """Ce qu'il faut savoir d'un dossier déjà communiqué : numéros oubliés, pièces retirées ou changées."""
    if registre is None:
        if dossier.suivi and dossier.suivi.depot:
            yield constater(
                "NUMEROS_NON_RETENUS",
                f"Le dossier a été déposé le {date_longue(dossier.suivi.depot)}, mais les numéros de ses pièces ne "
                "sont pas retenus : une pièce ajoutée décalerait les suivantes.",
                lieu="suivi.depot",
                remede="Tant que la liasse publiée est celle qui a été déposée : « generateur retenir-numeros "
                f"dossiers/{dossier.reference} ».",
            )
        return
    for ecart in ecarts:
        piece = f"La pièce n° {ecart.numero} (« {ecart.titre} »), déjà communiquée,"
        if ecart.genre == "retiree":
            yield constater(
                "PIECE_SERVIE_RETIREE",
                f"{piece} n'est plus au dossier : son numéro reste vide.",
                lieu=NOM_REGISTRE,
                remede="La remettre, ou annoncer son retrait à ceux qui l'ont reçue.",
            )
        elif ecart.genre == "modifiee":
            yield constater(
                "PIECE_SERVIE_MODIFIEE",
                f"{piece} a changé : son fichier n'est plus celui qui a été communiqué.",
                lieu=NOM_REGISTRE,
                remede="Rétablir l'ancien fichier et verser le nouveau sous un autre nom : il prendra un numéro à lui.",
            )


def ecrire_journal(registre: Registre | None, ecarts: Sequence[Ecart], bordereau: Bordereau, chantier: Path) -> None:
    """Le journal des changements depuis la dernière communication, s'il y en a eu une ; jamais dans la liasse."""
    if registre is None:
        return
    touchees = {ecart.numero for ecart in ecarts if ecart.genre != "retiree"}
    memes = [piece.numero for piece in bordereau.pieces if piece.numero not in touchees]
    lignes = [
        f"Dossier {registre.reference} : ce qui a changé depuis la liasse communiquée le "
        f"{date_longue(registre.derniere.le)}",
        f"(empreinte de cette liasse : {registre.derniere.sha256})",
    ]
    for genre, titre in _TITRES.items():
        concernes = sorted((e for e in ecarts if e.genre == genre), key=lambda e: lire_numero(e.numero))
        if concernes:
            lignes += ["", titre]
            lignes += [f"  n° {e.numero} : {e.titre}" + (f" ({e.detail})" if e.detail else "") for e in concernes]
    lignes += ["", f"Pièces inchangées : {', '.join(memes) or 'aucune'}"]
    journal = chantier / f"{registre.reference}{SUITE_JOURNAL}"
    journal.write_bytes(("\n".join(lignes) + "\n").encode())


def retenir_numeros(source: Path, sortie: Path, jour: date) -> Registre:
    """Retient dans le dossier les numéros de la liasse publiée, qui vient d'être communiquée.

    `jour` est celui de la communication, à défaut de [suivi] depot. Lève ErreurLiasse si la liasse publiée manque ou
    n'est plus celle du manifeste, ErreurDossier si c'est un projet ou si elle contredit ce qui a été communiqué.
    """
    lu = lire_dossier(source)
    dossier = lu.dossier
    publie = sortie / dossier.reference
    manifeste = lire_manifeste(publie / NOM_MANIFESTE)
    _verifier_publication(manifeste, publie, dossier.reference)
    ancien = lire_registre(lu.racine, dossier.reference)
    depot = dossier.suivi.depot if dossier.suivi else None
    liasse = LiasseServie(le=depot or jour, sha256=manifeste.liasse.sha256)
    registre = Registre(
        reference=dossier.reference,
        liasses=_ajouter_liasse(ancien, liasse),
        pieces=_reunir(None if manifeste.renumerotee else ancien, manifeste.pieces),
    )
    _ecrire(registre, lu.racine / NOM_REGISTRE)
    return registre


def presenter_registre(registre: Registre) -> str:
    """Ce que l'utilisateur lit : ce qui est retenu, et la suite."""
    return "\n".join(
        (
            f"{registre.reference} : {len(registre.pieces)} numéro(s) retenu(s) dans {NOM_REGISTRE}, à garder avec le "
            "dossier.",
            *(f"  n° {piece.numero} : {piece.titre}" for piece in registre.pieces),
            "Une pièce qui arrive maintenant prendra un « bis » ou le numéro suivant ; le journal le dira.",
        )
    )


def _verifier_publication(manifeste: Manifeste, publie: Path, reference: str) -> None:
    liasse = publie / manifeste.liasse.fichier
    if manifeste.reference != reference or _somme(liasse) != manifeste.liasse.sha256:
        raise ErreurLiasse(
            "la liasse publiée n'est plus celle que son manifeste décrit",
            lieu=str(liasse),
            remede="Remettre dans la sortie la liasse communiquée et son manifeste, puis relancer.",
        )
    if manifeste.projet:
        raise ErreurDossier(
            "la liasse publiée est un projet : il ne se communique pas",
            lieu=str(liasse),
            remede="Compléter le dossier, le produire sans --projet, puis relancer.",
        )


def _ajouter_liasse(ancien: Registre | None, liasse: LiasseServie) -> tuple[LiasseServie, ...]:
    deja = ancien.liasses if ancien else ()
    return deja if any(autre.sha256 == liasse.sha256 for autre in deja) else (*deja, liasse)


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


def _ecrire(registre: Registre, cible: Path) -> None:
    texte = json.dumps(registre.model_dump(mode="json"), ensure_ascii=False, indent=2)
    provisoire = cible.with_suffix(".provisoire")
    try:
        provisoire.write_bytes(f"{texte}\n".encode())
        provisoire.replace(cible)
    except OSError as erreur:
        raise ErreurEcriture("le registre des numéros servis ne s'écrit pas", lieu=str(cible)) from erreur

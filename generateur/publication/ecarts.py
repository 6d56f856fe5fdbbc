"""Ce qui distingue le bordereau d'aujourd'hui de ce qui a été communiqué, pièce par pièce."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generateur.domaine.bordereau import Bordereau, PieceDossier
from generateur.publication.numeros_servis import PieceServie, Registre, somme_de
from generateur.surveillance.entrees_accentuees import trouver

Genre = Literal["ajoutee", "retiree", "modifiee", "deplacee", "intitule", "renumerotee"]


@dataclass(frozen=True)
class Ecart:
    """Ce qu'une pièce est devenue depuis la dernière communication."""

    genre: Genre
    numero: str
    titre: str
    detail: str = ""


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
    par_somme = {somme_de(trouver(racine, fichier)): piece for fichier, piece in restantes.items()}
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
    somme = somme_de(trouver(racine, actuelle.fichier))
    if somme and somme != servie.sha256:
        yield Ecart("modifiee", actuelle.numero, actuelle.titre, f"empreinte {servie.sha256} devient {somme}")
    if servie.titre != actuelle.titre:
        yield Ecart("intitule", actuelle.numero, actuelle.titre, f"était « {servie.titre} »")

"""Les signets : lus dans une pièce (déjà assainie), réécrits sous celui de la pièce dans la liasse."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from generateur.liasse.destinations import CarteDestinations, Destination
from generateur.liasse.geometrie import Cle, Matrice, lire_nombre

PROFONDEUR_MAXIMALE = 40
SIGNETS_MAXIMUM = 50_000


@dataclass
class Signet:
    """Un intitulé, où il mène (None : nulle part, simple titre de groupe), et ce qu'il contient."""

    titre: str
    destination: Destination | None = None
    enfants: list["Signet"] = field(default_factory=list)
    ouvert: bool = False
    style: int = 0


def lire_signets(pdf: pikepdf.Pdf) -> list[Signet]:
    """Tous les signets du document, les cinq sortes ; un cycle ou un maillon brisé arrête sa branche."""
    racine = pdf.Root.get(Name.Outlines)
    if not isinstance(racine, Dictionary):
        return []
    carte = CarteDestinations(pdf)
    return _lire_branche(racine.get(Name.First), carte, set(), 0)


def _lire_branche(premier: Any, carte: CarteDestinations, vus: set[Cle], profondeur: int) -> list[Signet]:
    signets: list[Signet] = []
    element = premier
    while isinstance(element, Dictionary) and len(vus) < SIGNETS_MAXIMUM:
        if element.objgen in vus or not element.is_indirect:
            break
        vus.add(element.objgen)
        destination = carte.resoudre(element.get(Name.Dest)) or carte.resoudre_action(element.get(Name.A))
        enfants = []
        if profondeur < PROFONDEUR_MAXIMALE:
            enfants = _lire_branche(element.get(Name.First), carte, vus, profondeur + 1)
        titre = element.get(Name.Title)
        signets.append(
            Signet(
                titre=str(titre).replace("\0", "") if isinstance(titre, String) else "",
                destination=destination,
                enfants=enfants,
                ouvert=(lire_nombre(element.get(Name.Count)) or 0) > 0,
                style=int(lire_nombre(element.get(Name.F)) or 0) & 3,
            )
        )
        element = element.get(Name.Next)
    return signets


def decaler_signets(signets: Sequence[Signet], pages: int) -> list[Signet]:
    """Les mêmes signets dans un document où leur pièce commence après tant de pages."""
    return [
        Signet(
            titre=signet.titre,
            destination=signet.destination
            and Destination(signet.destination.page + pages, signet.destination.cadrage, signet.destination.parametres),
            enfants=decaler_signets(signet.enfants, pages),
            ouvert=signet.ouvert,
            style=signet.style,
        )
        for signet in signets
    ]


def ecrire_signets(
    pdf: pikepdf.Pdf, signets: Sequence[Signet], pages: Sequence[pikepdf.Object], matrices: Sequence[Matrice]
) -> None:
    """Remplace le plan du document ; matrices : déplacement du contenu de chaque page."""
    if not signets:
        if Name.Outlines in pdf.Root:
            del pdf.Root[Name.Outlines]
        return
    racine = pdf.make_indirect(Dictionary(Type=Name.Outlines))

    def ecrire_branche(parent: pikepdf.Object, branche: Sequence[Signet]) -> int:
        objets = [pdf.make_indirect(Dictionary(Title=String(s.titre), Parent=parent)) for s in branche]
        visibles = len(objets)
        for rang, (objet, signet) in enumerate(zip(objets, branche, strict=True)):
            if rang:
                objet[Name.Prev] = objets[rang - 1]
            if rang + 1 < len(objets):
                objet[Name.Next] = objets[rang + 1]
            if signet.destination is not None:
                page = signet.destination.page
                objet[Name.Dest] = signet.destination.dresser(pages[page], matrices[page])
            if signet.style:
                objet[Name.F] = signet.style
            if signet.enfants:
                dessous = ecrire_branche(objet, signet.enfants)
                objet[Name.Count] = dessous if signet.ouvert else -dessous
                visibles += dessous if signet.ouvert else 0
        parent[Name.First], parent[Name.Last] = objets[0], objets[-1]
        return visibles

    racine[Name.Count] = ecrire_branche(racine, signets)
    pdf.Root[Name.Outlines] = racine


def attribuer_etiquettes(pdf: pikepdf.Pdf) -> None:
    """Étiquettes de page 1, 2, 3… : le numéro affiché par le lecteur est celui du folio."""
    pdf.Root[Name.PageLabels] = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))

"""Où mène un lien ou un signet : page du document et cadrage, noms résolus.

Cinq sortes se rencontrent : page explicite, destination nommée, action GoTo, parent sans page, imbriqués.
Toutes deviennent une destination explicite ; ce qui mène hors du document ne mène plus nulle part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from generateur.liasse.geometrie import IDENTITE, Cle, Matrice, lire_cadre, lire_nombre, transformer

# nombre de paramètres de chaque cadrage, et lesquels sont des abscisses (x) ou des ordonnées (y)
CADRAGES = {
    "/XYZ": "xyz",
    "/Fit": "",
    "/FitH": "y",
    "/FitV": "x",
    "/FitR": "xyxy",
    "/FitB": "",
    "/FitBH": "y",
    "/FitBV": "x",
}
HAUT_DE_PAGE = "/Haut"  # notre cadrage : coin haut gauche de la page telle qu'on la voit
NOEUDS_MAXIMUM = 200_000


@dataclass(frozen=True)
class Destination:
    """Une page (rang à partir de 0) et la façon de la montrer ; None = inchangé."""

    page: int
    cadrage: str = "/XYZ"
    parametres: tuple[float | None, ...] = (None, None, None)

    def dresser(self, page: pikepdf.Object, matrice: Matrice = IDENTITE) -> Array:
        """Tableau PDF visant cette page, coordonnées passées par la matrice si le contenu a été déplacé."""
        if self.cadrage == HAUT_DE_PAGE:
            cadre = lire_cadre(page)
            coin = transformer(cadre.vers_pdf, 0.0, cadre.dimensions[1])
            return Array([page, Name.XYZ, round(coin[0], 2), round(coin[1], 2), None])
        valeurs: list[Any] = []
        couple: dict[str, float | None] = {"x": None, "y": None}
        for sorte, valeur in zip(CADRAGES[self.cadrage], self.parametres, strict=True):
            if sorte == "z" or valeur is None:
                valeurs.append(valeur)
                continue
            couple[sorte] = valeur
            x, y = transformer(matrice, couple["x"] or 0.0, couple["y"] or 0.0)
            valeurs.append(round(x if sorte == "x" else y, 2))
        return Array([page, Name(self.cadrage), *valeurs])


class CarteDestinations:
    """Les pages et les noms d'un document, pour y résoudre toute destination."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pages: list[pikepdf.Object] = [page.obj for page in pdf.pages]
        self.rangs: dict[Cle, int] = {page.objgen: rang for rang, page in enumerate(self.pages)}
        self._pdf = pdf
        self._noms: dict[bytes, Any] | None = None

    def resoudre(self, cible: Any, *, profondeur: int = 0) -> Destination | None:
        """Destination lue d'un tableau, d'un nom, d'une chaîne ou d'un dictionnaire /D ; None si elle est vaine."""
        if profondeur > 4:  # noqa: PLR2004 — un nom qui renvoie à un nom, et ainsi de suite : un cycle
            return None
        if isinstance(cible, Array):
            return self._lire_tableau(cible)
        if isinstance(cible, Dictionary):
            return self.resoudre(cible.get(Name.D), profondeur=profondeur + 1)
        if isinstance(cible, Name):
            return self.resoudre(self._lire_noms().get(str(cible)[1:].encode()), profondeur=profondeur + 1)
        if isinstance(cible, String | str | bytes):
            cle = bytes(cible) if isinstance(cible, String | bytes) else cible.encode()
            return self.resoudre(self._lire_noms().get(cle), profondeur=profondeur + 1)
        return None

    def resoudre_action(self, action: Any) -> Destination | None:
        """Destination d'une action GoTo interne ; None pour toute autre action."""
        if isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo:
            return self.resoudre(action.get(Name.D))
        return None

    def _lire_tableau(self, tableau: Array) -> Destination | None:
        if not len(tableau):
            return None
        rang = self._lire_page(tableau[0])
        if rang is None:
            return None
        cadrage = str(tableau[1]) if len(tableau) > 1 and isinstance(tableau[1], Name) else "/XYZ"
        if cadrage not in CADRAGES:
            return Destination(rang)
        sortes = CADRAGES[cadrage]
        lus: list[float | None] = [lire_nombre(valeur) for valeur in list(tableau)[2 : 2 + len(sortes)]]
        lus += [None] * (len(sortes) - len(lus))
        if cadrage == "/FitR" and None in lus:
            return Destination(rang)
        return Destination(rang, cadrage, tuple(lus))

    def _lire_page(self, objet: Any) -> int | None:
        if isinstance(objet, int) and not isinstance(objet, bool):
            return objet if 0 <= objet < len(self.rangs) else None
        if isinstance(objet, Dictionary):
            return self.rangs.get(objet.objgen)
        return None

    def _lire_noms(self) -> dict[bytes, Any]:
        if self._noms is None:
            racine = self._pdf.Root
            self._noms = {}
            anciens = racine.get(Name.Dests)
            if isinstance(anciens, Dictionary):
                self._noms.update({cle[1:].encode(): valeur for cle, valeur in anciens.items()})
            noms = racine.get(Name.Names)
            if isinstance(noms, Dictionary):
                self._noms.update(parcourir_noms(noms.get(Name.Dests)))
        return self._noms


def parcourir_noms(racine: Any) -> Iterator[tuple[bytes, Any]]:
    """Couples (nom, valeur) d'un arbre de noms, cycles et nœuds de travers tolérés."""
    vus: set[Cle] = set()
    attente = [racine]
    while attente and len(vus) < NOEUDS_MAXIMUM:
        noeud = attente.pop()
        if not isinstance(noeud, Dictionary) or (noeud.is_indirect and noeud.objgen in vus):
            continue
        if noeud.is_indirect:
            vus.add(noeud.objgen)
        feuilles = noeud.get(Name.Names)
        if isinstance(feuilles, Array):
            for rang in range(0, len(feuilles) - 1, 2):
                if isinstance(feuilles[rang], String):
                    yield bytes(feuilles[rang]), feuilles[rang + 1]
        enfants = noeud.get(Name.Kids)
        if isinstance(enfants, Array):
            attente.extend(reversed(list(enfants)))


@dataclass(frozen=True)
class LienInterne:
    """Un lien d'une page vers une autre du même document : rangs à partir de 0."""

    page: int
    rang: int
    destination: Destination


def relever_liens(pdf: pikepdf.Pdf) -> list[LienInterne]:
    """Les liens internes d'un document assaini, à rattacher une fois ses pages copiées ailleurs."""
    carte = CarteDestinations(pdf)
    liens = []
    for numero, page in enumerate(carte.pages):
        annotations = page.get(Name.Annots)
        for rang, annotation in enumerate(annotations if isinstance(annotations, Array) else ()):
            destination = carte.resoudre(annotation.get(Name.Dest))
            if destination is not None:
                liens.append(LienInterne(numero, rang, destination))
    return liens


def rattacher_liens(pages: Sequence[pikepdf.Object], liens: Sequence[LienInterne], matrices: Sequence[Matrice]) -> None:
    """Rend leurs destinations aux liens, sur les pages (et contenus déplacés) données dans le même ordre."""
    for lien in liens:
        visee = lien.destination.page
        annotations = pages[lien.page][Name.Annots]
        annotations[lien.rang][Name.Dest] = lien.destination.dresser(pages[visee], matrices[visee])

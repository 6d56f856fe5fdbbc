"""Ce qu'on assemble, dans l'ordre, et ce que l'assemblage rend."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.numeros import RANGS, est_numero, lire_numero
from generateur.erreurs import ErreurLiasse, ErreurUsage
from generateur.liasse.empreintes_pages import EmpreintesPages
from generateur.liasse.geometrie import Matrice, Rectangle
from generateur.reglages import ReglagesLiasse

PLACES_TAMPON = ("haut_droite", "haut_gauche", "haut_centre", "bas_gauche", "bas_centre")
PLACES_FOLIO = ("bas_droite", "bas_centre", "bas_gauche", "haut_droite", "haut_centre", "haut_gauche")
NOM_BORDEREAU = "bordereau"
LONGUEUR_NOM = 80


@dataclass(frozen=True)
class ElementActe:
    """Un acte déjà rendu : nom court (« bordereau », « requete »), titre, fichier PDF, intitulé du signet."""

    nom: str
    titre: str
    pdf: Path
    signet: str = ""


@dataclass(frozen=True)
class ElementPiece:
    """Une pièce préparée mais non tamponnée ; mention : petite ligne ajoutée sous le tampon.

    `emprises` : ce qu'on sait déjà de chaque page de ce PDF (domaine/emprises), vide pour une page à mesurer.
    """

    numero: str
    titre: str
    pdf: Path
    mention: str = ""
    emprises: tuple[str, ...] = ()

    @property
    def libelle(self) -> str:
        """Ce que le tampon porte et que les messages nomment."""
        return f"Pièce n° {self.numero}"


@dataclass(frozen=True)
class PlanLiasse:
    """La liasse à faire : actes puis pièces, dans l'ordre ; partie = nom court du créancier pour le tampon."""

    reference: str
    titre: str
    auteur: str
    date_creation: dt.date
    actes: tuple[ElementActe, ...]
    pieces: tuple[ElementPiece, ...]
    partie: str = ""
    projet: bool = False

    def verifier(self) -> None:
        """Refuse un plan vide, un numéro de pièce mal formé ou employé deux fois (ErreurLiasse)."""
        if not self.actes and not self.pieces:
            raise ErreurLiasse("La liasse n'a ni acte ni pièce.", lieu=self.reference)
        vus: set[str] = set()
        for piece in self.pieces:
            if not est_numero(piece.numero):
                raise ErreurLiasse(
                    f"« {piece.numero} » n'est pas un numéro de pièce.",
                    lieu=piece.titre,
                    remede="Écrire un nombre, suivi au besoin de bis, ter, quater… : « 4 » ou « 4 bis ».",
                )
            if piece.numero in vus:
                raise ErreurLiasse(
                    f"Deux pièces portent le numéro {piece.numero}.",
                    lieu=piece.titre,
                    remede="Donner à chaque pièce un numéro différent.",
                )
            vus.add(piece.numero)


@dataclass(frozen=True)
class Options(ReglagesLiasse):
    """Les réglages de l'assemblage, et ce que le programme y ajoute.

    manifeste_joint : le manifeste réduit à joindre, ou la fonction qui le dresse d'après l'assemblage
    (empreintes et pages connues, empreinte de la liasse encore vide).
    """

    manifeste_joint: "bytes | Callable[[Assemblage], bytes] | None" = None
    exiger_citations: bool = True

    def verifier(self) -> None:
        """Refuse une place inconnue, une taille illisible, deux options qui s'excluent (ErreurUsage)."""
        if self.tampon_place not in PLACES_TAMPON:
            raise ErreurUsage(
                f"Place de tampon inconnue : « {self.tampon_place} ».",
                remede=f"Choisir parmi : {', '.join(PLACES_TAMPON)}.",
            )
        if self.folio_place not in PLACES_FOLIO:
            raise ErreurUsage(
                f"Place de folio inconnue : « {self.folio_place} ».",
                remede=f"Choisir parmi : {', '.join(PLACES_FOLIO)}.",
            )
        tailles = (self.tampon_taille, self.folio_taille)
        if not all(TAILLE_MINIMALE <= taille <= TAILLE_MAXIMALE for taille in tailles):
            raise ErreurUsage(
                "Taille de tampon ou de folio hors limites.",
                remede=f"Choisir entre {TAILLE_MINIMALE:g} et {TAILLE_MAXIMALE:g} points.",
            )
        if self.manifeste_joint is not None and (self.pdfa or self.max_octets):
            raise ErreurUsage(
                "Le manifeste ne peut pas être joint à une liasse PDF/A-2b ni découpée pour un portail.",
                remede="Retirer l'une des deux options : le manifeste reste à côté de la liasse.",
            )


TAILLE_MINIMALE = 6.0
TAILLE_MAXIMALE = 36.0


@dataclass(frozen=True)
class Pagination:
    """Premières pages (à partir de 1) des actes par nom et des pièces par numéro, et nombre total de pages."""

    pages_actes: dict[str, int]
    pages_debut: dict[str, int]
    total: int


@dataclass(frozen=True)
class PieceAssemblee:
    """Une pièce écrite à part : fichier tamponné, son empreinte sha256, ses pages, sa place dans la liasse."""

    numero: str
    titre: str
    fichier: Path
    sha256: str
    pages: int
    page_debut: int
    retraits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Volume:
    """Une partie de la liasse découpée : fichier, empreinte, pages de la liasse qu'il porte (bornes comprises)."""

    fichier: Path
    sha256: str
    octets: int
    premiere_page: int
    derniere_page: int


@dataclass(frozen=True)
class PageMarquee:
    """Une page de pièce dans la liasse, à comparer à ce qu'elle était : son numéro (à partir de 1), d'où elle vient.

    `rang` : sa place dans la pièce, à partir de 0. `contenu` : ce qui l'a déplacée. `marques` : où l'on a écrit. L'un
    et l'autre dans le repère du PDF.
    """

    page: int
    piece: str
    source: Path
    rang: int
    contenu: Matrice
    marques: tuple[Rectangle, ...]


@dataclass(frozen=True)
class Assemblage:
    """Ce qui a été écrit ; obstacles_pdfa dit ce qui empêche PDF/A-2b quand il était demandé.

    `empreintes` : ce que chaque page montre, quand un manifeste est joint à la liasse. `pages_marquees` : les pages de
    pièces à comparer, celles dont le rendu coûte peu ou que les marques ont fait bouger.
    """

    fichier: Path
    sha256: str
    pages: int
    pages_actes: dict[str, int]
    pages_debut: dict[str, int]
    pieces: tuple[PieceAssemblee, ...]
    volumes: tuple[Volume, ...] = ()
    obstacles_pdfa: tuple[str, ...] = ()
    empreintes: EmpreintesPages | None = None
    pages_marquees: tuple[PageMarquee, ...] = ()


def paginer(actes: Sequence[tuple[str, int]], pieces: Sequence[tuple[str, int]], *, versos_blancs: bool) -> Pagination:
    """Calcule où tombe chaque élément d'après ses pages ; versos_blancs : chacun commence au recto.

    >>> paginer([("couverture", 1), ("bordereau", 2)], [("1", 3), ("2", 1)], versos_blancs=False)
    Pagination(pages_actes={'couverture': 1, 'bordereau': 2}, pages_debut={'1': 4, '2': 7}, total=7)
    """
    page = 0
    debuts: list[dict[str, int]] = []
    for elements in (actes, pieces):
        debuts.append({})
        for nom, nombre in elements:
            if versos_blancs and page % 2:
                page += 1
            debuts[-1][nom] = page + 1
            page += nombre
    return Pagination(debuts[0], debuts[1], page)


def nom_fichier_piece(numero: str, titre: str) -> str:
    """Nom sûr pour tout portail : « Piece_04bis_Facture_F2026-118.pdf », ASCII, 80 caractères au plus.

    >>> nom_fichier_piece("4 bis", "Facture n° F2026/118 « L'Œuvre »")
    'Piece_04bis_Facture_n_F2026_118_L_OEuvre.pdf'
    """
    rang, suffixe = lire_numero(numero)
    debut = f"Piece_{rang:02d}{RANGS[suffixe]}"
    ligatures = titre.translate({ord("œ"): "oe", ord("Œ"): "OE", ord("æ"): "ae", ord("Æ"): "AE", ord("°"): " "})
    ascii_seul = unicodedata.normalize("NFKD", ligatures).encode("ascii", "ignore").decode()
    corps = re.sub(r"[^A-Za-z0-9-]+", "_", ascii_seul).strip("_-")
    place = LONGUEUR_NOM - len(debut) - len("_.pdf")
    corps = corps[:place].rstrip("_-")
    return f"{debut}_{corps}.pdf" if corps else f"{debut}.pdf"

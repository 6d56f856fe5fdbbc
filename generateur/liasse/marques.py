"""Ce qu'on écrit sur les pages : tampon de pièce, folio, filigrane PROJET ; et comment on l'y pose.

Le contenu d'origine devient une forme (Form XObject) avec ses propres ressources : ses noms ne heurtent pas les
nôtres, ses q/Q mal équilibrés ne déplacent rien, il peut être réduit d'un bloc, et il n'est jamais recompressé.
"""

import math
import zlib
from functools import cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from generateur.liasse.amenagement import Amenagement, Taille
from generateur.liasse.geometrie import (
    COTE_MAXIMAL,
    IDENTITE,
    Cadre,
    Cle,
    Matrice,
    Rectangle,
    attribut_herite,
    ecrire_matrice,
    ecrire_nombre,
    lire_nombre,
    transformer,
    transformer_rectangle,
)
from generateur.liasse.ouverture_pdf import ERREURS_PDF
from generateur.liasse.police_des_marques import charger_police, ecrire_chaine, incorporer

ENCRE_TAMPON = "0.11 0.20 0.42"
PETIT = 0.58  # corps des lignes sous le numéro, par rapport à lui
INTERLIGNE = 1.25
GARDE = 0.55  # blanc entre le texte et le cadre du tampon, en corps
LARGEUR_TAMPON = 11.0  # largeur maximale du texte, en corps
OPACITE_PROJET = 0.16
OPACITE_LISERE = 0.4  # le liseré blanc du filigrane : invisible sur du papier, il le fait lire sur un fond sombre
LISERE = 0.02  # sa largeur, en corps


class Tampon:
    """Le tampon d'une pièce : « Pièce n° 4 », puis le nom de la partie et une mention, plus petits."""

    def __init__(self, libelle: str, lignes: tuple[str, ...], corps: float) -> None:
        police = charger_police()
        petit = corps * PETIT
        maximum = LARGEUR_TAMPON * corps
        self._corps = corps
        self._lignes = [(libelle, corps)] + [
            (police.abreger(ligne, petit, maximum), petit) for ligne in lignes if ligne
        ]
        largeur = max(police.mesurer(texte, taille) for texte, taille in self._lignes)
        hauteur = self._corps * police.capitale / 1000 + sum(taille * INTERLIGNE for _, taille in self._lignes[1:])
        garde = 2 * GARDE * corps
        self.taille: Taille = (largeur + garde, hauteur + garde)

    def dessiner(self, coin: tuple[float, float], echelle: float) -> bytes:
        """Opérateurs de dessin, coin bas gauche donné dans le repère visible."""
        police = charger_police()
        largeur, hauteur = self.taille
        morceaux = [
            f"q {ecrire_matrice((echelle, 0, 0, echelle, *coin))} cm "
            f"{ENCRE_TAMPON} RG {ENCRE_TAMPON} rg 0.9 w 0.5 0.5 "
            f"{ecrire_nombre(largeur - 1)} {ecrire_nombre(hauteur - 1)} re S".encode()
        ]
        y = hauteur - GARDE * self._corps - self._corps * police.capitale / 1000
        for rang, (texte, corps) in enumerate(self._lignes):
            if rang:
                y -= corps * INTERLIGNE
            x = (largeur - police.mesurer(texte, corps)) / 2
            morceaux.append(_ecrire_texte(texte, corps, x, y))
        return b" ".join([*morceaux, b"Q"])


@cache
def mesurer_folio(total: int, corps: float) -> Taille:
    """Place prise par le plus long folio d'une liasse de tant de pages."""
    return charger_police().mesurer(f"{total} / {total}", corps), corps * 0.75


def dessiner_folio(page: int, total: int, corps: float, coin: tuple[float, float], taille: Taille, place: str) -> bytes:
    """Folio « n / total », appuyé sur le bord de sa zone (coin bas gauche et taille) selon la place choisie."""
    texte = f"{page} / {total}"
    reste = taille[0] - charger_police().mesurer(texte, corps)
    x = coin[0] + {"gauche": 0.0, "centre": reste / 2, "droite": reste}[place.split("_")[1]]
    return b"0 g " + _ecrire_texte(texte, corps, x, coin[1])


def dessiner_projet(cadre: Cadre) -> bytes:
    """Filigrane « PROJET » en diagonale, transparent : le contenu reste lisible dessous, sombre ou clair."""
    largeur, hauteur = cadre.dimensions
    corps = 0.22 * min(largeur, hauteur)
    pente = math.atan2(hauteur, largeur)
    long = charger_police().mesurer("PROJET", corps)
    cosinus, sinus = math.cos(pente), math.sin(pente)
    matrice = (cosinus, sinus, -sinus, cosinus, largeur / 2, hauteur / 2)
    return b" ".join(
        [
            f"q /Voile gs {ecrire_matrice(matrice)} cm 0.75 0.1 0.1 rg 1 G".encode(),
            f"{ecrire_nombre(LISERE * corps)} w 2 Tr".encode(),
            _ecrire_texte("PROJET", corps, -long / 2, -corps / 3),
            b"Q",
        ]
    )


def _ecrire_texte(texte: str, corps: float, x: float, y: float) -> bytes:
    entete = f"BT /Marque {ecrire_nombre(corps)} Tf {ecrire_nombre(x)} {ecrire_nombre(y)} Td ".encode()
    return entete + ecrire_chaine(texte) + b" Tj ET"


class Habilleur:
    """Pose les marques sur les pages d'un document ; une seule police et un seul voile pour toutes."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._police = incorporer(pdf)
        self._voile: pikepdf.Object | None = None
        self._formes: dict[Cle, tuple[Any, Any]] = {}

    def habiller(self, page: pikepdf.Object, origine: Cadre, amenagement: Amenagement, marques: bytes) -> None:
        """Remplace le dessin de la page par : son contenu (déplacé s'il le faut), puis les marques.

        origine : le cadre de la page avant aménagement.
        """
        cadre = amenagement.cadre
        if amenagement.contenu != IDENTITE:
            deplacer_annotations(page, amenagement.contenu)
        ressources = Dictionary(Font=Dictionary(Marque=self._police))
        if b"/Voile gs" in marques:
            ressources[Name.ExtGState] = Dictionary(Voile=self._prendre_voile())
        deplacement = b"q " + ecrire_matrice(amenagement.contenu).encode() + b" cm"
        marques = b"q " + ecrire_matrice(cadre.vers_pdf).encode() + b" cm " + marques + b" Q"
        dessins = _lister_dessins(page)
        forme = self._former(page, dessins, origine.boite)
        if dessins and forme is None:
            self._entourer(page, dessins, deplacement, marques, ressources)
        else:
            if forme is not None:
                ressources[Name.XObject] = Dictionary(Contenu=forme)
                marques = deplacement + b" /Contenu Do Q\n" + marques
            page[Name.Resources] = ressources
            page[Name.Contents] = Stream(self._pdf, marques)
        page[Name.MediaBox] = _dresser_boite(cadre.boite)
        page[Name.Rotate] = cadre.rotation
        if attribut_herite(page, Name.CropBox) is not None:
            page[Name.CropBox] = _dresser_boite(cadre.boite)

    def _entourer(
        self, page: pikepdf.Object, dessins: list[Any], avant: bytes, marques: bytes, ressources: Dictionary
    ) -> None:
        """Pour un contenu en plusieurs flux dont l'un ne se décode pas : le laisser tel quel, entre deux flux."""
        forme = Stream(self._pdf, marques)
        forme[Name.Type], forme[Name.Subtype] = Name.XObject, Name.Form
        forme[Name.BBox] = Array([-COTE_MAXIMAL, -COTE_MAXIMAL, COTE_MAXIMAL, COTE_MAXIMAL])
        forme[Name.Resources] = ressources
        nom = pikepdf.Page(page).add_resource(forme, Name.XObject, prefix="Marques")
        fin = Stream(self._pdf, b"\nQ q " + str(nom).encode() + b" Do Q")
        page[Name.Contents] = Array([Stream(self._pdf, avant + b"\n"), *dessins, fin])

    def partager_police(self, page: pikepdf.Object) -> None:
        """Fait employer par une page déjà tamponnée la police commune, au lieu de sa propre copie."""
        polices = page[Name.Resources].get(Name.Font)
        if isinstance(polices, Dictionary) and Name.Marque in polices:
            polices[Name.Marque] = self._police

    def _prendre_voile(self) -> pikepdf.Object:
        if self._voile is None:
            self._voile = self._pdf.make_indirect(Dictionary(Type=Name.ExtGState, ca=OPACITE_PROJET, CA=OPACITE_LISERE))
        return self._voile

    def _former(self, page: pikepdf.Object, dessins: list[Any], boite: Rectangle) -> Any:
        """Le contenu de la page en forme, sur place s'il est d'un seul flux ; None s'il est vide ou illisible."""
        ressources = attribut_herite(page, Name.Resources)
        if not isinstance(ressources, Dictionary):
            ressources = Dictionary()
        dessin = dessins[0] if len(dessins) == 1 else self._fondre(dessins)
        if dessin is None:
            return None
        connue = self._formes.get(dessin.objgen)
        if connue is not None:
            if connue[0] == (ressources.objgen, boite) and ressources.is_indirect:
                return connue[1]
            copie = Stream(self._pdf, dessin.read_raw_bytes())
            for cle in (Name.Filter, Name.DecodeParms):
                if cle in dessin:
                    copie[cle] = dessin[cle]
            dessin = self._pdf.make_indirect(copie)
        self._formes[dessin.objgen] = ((ressources.objgen, boite), dessin)
        dessin[Name.Type], dessin[Name.Subtype] = Name.XObject, Name.Form
        dessin[Name.BBox] = _dresser_boite(boite)
        dessin[Name.Resources] = ressources
        for cle in (Name.Matrix, Name.Group):
            if cle in dessin:
                del dessin[cle]
        return dessin

    def _fondre(self, dessins: list[Any]) -> Any:
        """Plusieurs flux, à lire bout à bout, en un seul ; None s'il n'y en a pas ou si l'un ne se décode pas."""
        try:
            octets = b"\n".join(dessin.read_bytes() for dessin in dessins)
        except ERREURS_PDF:
            return None
        if not octets:
            return None
        fondu = Stream(self._pdf, zlib.compress(octets))
        fondu[Name.Filter] = Name.FlateDecode
        return fondu


def _lister_dessins(page: pikepdf.Object) -> list[Any]:
    contenus = page.get(Name.Contents)
    flux = contenus if isinstance(contenus, Array) else [contenus]
    return [objet for objet in flux if isinstance(objet, Stream)]


def _dresser_boite(boite: Rectangle) -> Array:
    return Array([round(cote, 4) for cote in boite])


def deplacer_annotations(page: pikepdf.Object, matrice: Matrice) -> None:
    """Fait suivre aux annotations le déplacement du contenu (échelle et translation)."""
    annotations = page.get(Name.Annots)
    for annotation in annotations if isinstance(annotations, Array) else ():
        if not isinstance(annotation, Dictionary):
            continue
        rectangle = annotation.get(Name.Rect)
        if isinstance(rectangle, Array) and len(rectangle) == 4:  # noqa: PLR2004 — deux coins
            coins = [lire_nombre(valeur) or 0.0 for valeur in rectangle]
            nouveau = transformer_rectangle(matrice, (coins[0], coins[1], coins[2], coins[3]))
            annotation[Name.Rect] = Array([round(cote, 3) for cote in nouveau])
        for cle in (Name.QuadPoints, Name.Vertices, Name.L, Name.CL):
            if isinstance(annotation.get(cle), Array):
                annotation[cle] = _deplacer_points(annotation[cle], matrice)
        traits = annotation.get(Name.InkList)
        if isinstance(traits, Array):
            annotation[Name.InkList] = Array(
                [_deplacer_points(trait, matrice) for trait in traits if isinstance(trait, Array)]
            )


def _deplacer_points(points: Any, matrice: Matrice) -> Array:
    valeurs = [lire_nombre(valeur) or 0.0 for valeur in points]
    deplaces: list[float] = []
    for x, y in zip(valeurs[::2], valeurs[1::2], strict=False):
        deplaces.extend(round(cote, 3) for cote in transformer(matrice, x, y))
    return Array(deplaces)

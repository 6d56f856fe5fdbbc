"""Où poser le tampon et le folio sur une page, et comment lui faire de la place si elle n'en a pas.

Règle : le folio garde toujours la même place. Si elle est libre et qu'on l'y lit (mesuré), la page entre telle
quelle ; sinon son contenu est réduit de 3 % environ pour dégager une bande blanche. Un fond blanc posé sur le contenu
en cacherait une partie : jamais. Le tampon essaie les autres coins avant de demander une bande. Une page trop petite
pour être réduite reçoit une feuille plus grande.
"""

from collections.abc import Callable
from dataclasses import dataclass

from generateur.liasse.geometrie import (
    IDENTITE,
    Cadre,
    Matrice,
    Rectangle,
    inverser,
    transformer_rectangle,
)
from generateur.liasse.plan import PLACES_TAMPON

MARGE_TAMPON = 20.0
MARGE_FOLIO_COTE = 22.0
MARGE_FOLIO_BORD = 13.0
BLANC = 4.0  # entre le contenu et une bande dégagée
RETRAITS_ESSAYES = (20.0, 14.0, 8.0, 28.0, 38.0, 50.0)  # distances aux bords, de la plus belle à la moins belle
REDUCTION_MINIMALE = 0.85
COTE_A_REDUIRE = 240.0  # une page plus petite est agrandie, pas réduite
FEUILLE_IMPRIMEE = (595.276, 841.89)  # la feuille A4 où la page finira, ajustée
TOLERANCE_FEUILLE = 1.1  # une feuille à peine plus grande (Letter, marges de coupe) garde ses marques ordinaires

EstLibre = Callable[[Rectangle], bool]
Taille = tuple[float, float]


@dataclass(frozen=True)
class Amenagement:
    """Feuille finale, déplacement du contenu (repère PDF), coins bas gauche des marques (repère visible)."""

    cadre: Cadre
    contenu: Matrice = IDENTITE
    tampon: tuple[float, float] | None = None
    folio: tuple[float, float] | None = None


def echelle_des_marques(cadre: Cadre) -> float:
    """1 jusqu'au format A4 ; au-delà, ce que l'impression ajustée à une feuille A4 ferait perdre aux marques.

    Un plan, une page longue et étroite portent ainsi, une fois imprimés, les marques d'une page ordinaire.
    """
    petit, grand = sorted(cadre.dimensions)
    excedent = max(petit / FEUILLE_IMPRIMEE[0], grand / FEUILLE_IMPRIMEE[1])
    return excedent if excedent > TOLERANCE_FEUILLE else 1.0


def placer(dimensions: Taille, place: str, taille: Taille, retrait: Taille) -> Rectangle:
    """Rectangle d'une marque à la place dite, à cette distance des bords (côté, haut ou bas)."""
    largeur, hauteur = dimensions
    vertical, horizontal = place.split("_")
    x = {"gauche": retrait[0], "centre": (largeur - taille[0]) / 2, "droite": largeur - retrait[0] - taille[0]}[
        horizontal
    ]
    y = retrait[1] if vertical == "bas" else hauteur - retrait[1] - taille[1]
    return x, y, x + taille[0], y + taille[1]


def amenager(
    cadre: Cadre,
    *,
    place_tampon: str,
    taille_tampon: Taille | None,
    place_folio: str,
    taille_folio: Taille | None,
    folio_libre: EstLibre,
    tampon_libre: EstLibre,
) -> Amenagement:
    """Décide l'aménagement d'une page ; les mesures ne sont demandées que si elles servent."""
    echelle = echelle_des_marques(cadre)
    bandes = {"haut": 0.0, "bas": 0.0}
    cote_folio, bord_folio = MARGE_FOLIO_COTE * echelle, MARGE_FOLIO_BORD * echelle
    petite = min(cadre.dimensions) < COTE_A_REDUIRE
    if taille_folio:
        zone = placer(cadre.dimensions, place_folio, taille_folio, (cote_folio, bord_folio))
        if not _tient(zone, cadre) or not folio_libre(zone):
            bandes[place_folio.split("_", maxsplit=1)[0]] += bord_folio + taille_folio[1] + BLANC * echelle
    tampon: Rectangle | None = None
    mise = _degager(cadre, bandes, echelle, taille_tampon, taille_folio)
    if taille_tampon:
        interdit = placer(mise.cadre.dimensions, place_folio, taille_folio or (0, 0), (cote_folio, bord_folio))
        if not petite:
            tampon = _chercher(cadre, mise, place_tampon, taille_tampon, interdit, tampon_libre)
        if tampon is None:
            cote = place_tampon.split("_", maxsplit=1)[0]
            sous_folio = bandes[cote]
            bandes[cote] += taille_tampon[1] + (BLANC if sous_folio else MARGE_TAMPON) * echelle + BLANC
            mise = _degager(cadre, bandes, echelle, taille_tampon, taille_folio)
            retrait = (MARGE_TAMPON * echelle, (sous_folio or MARGE_TAMPON * echelle - BLANC) + BLANC)
            tampon = placer(mise.cadre.dimensions, place_tampon, taille_tampon, retrait)
    folio = None
    if taille_folio:
        folio = placer(mise.cadre.dimensions, place_folio, taille_folio, (cote_folio, bord_folio))
    return Amenagement(mise.cadre, mise.contenu, tampon and tampon[:2], folio and folio[:2])


def _degager(cadre: Cadre, bandes: dict[str, float], echelle: float, *marques: Taille | None) -> Amenagement:
    """Réduit le contenu, ou agrandit la feuille si elle est petite, pour libérer les bandes demandées."""
    haut, bas = bandes["haut"], bandes["bas"]
    largeur, hauteur = cadre.dimensions
    besoin = max((marque[0] + 2 * MARGE_FOLIO_COTE * echelle for marque in marques if marque), default=0.0)
    if not haut and not bas and largeur >= besoin:
        return Amenagement(cadre)
    reduction = (hauteur - haut - bas) / hauteur
    if min(largeur, hauteur) < COTE_A_REDUIRE or reduction < REDUCTION_MINIMALE or largeur < besoin:
        cote = max(0.0, besoin - largeur) / 2
        return Amenagement(cadre.agrandir(cote, bas, cote, haut))
    visible = (reduction, 0.0, 0.0, reduction, largeur * (1 - reduction) / 2, bas)
    return Amenagement(cadre, cadre.placer(visible))


def _chercher(
    origine: Cadre, mise: Amenagement, place: str, taille: Taille, interdit: Rectangle, est_libre: EstLibre
) -> Rectangle | None:
    """Première place libre : celle demandée d'abord, à plusieurs distances des bords, puis les autres.

    La mesure se demande dans le repère de la page d'origine, que la feuille ait été agrandie ou non.
    """
    echelle = echelle_des_marques(origine)
    retour = inverser(mise.contenu)
    for essai in (place, *(autre for autre in PLACES_TAMPON if autre != place)):
        for bord in RETRAITS_ESSAYES:
            for cote in RETRAITS_ESSAYES if not essai.endswith("centre") else (0.0,):
                zone = placer(mise.cadre.dimensions, essai, taille, (cote * echelle, bord * echelle))
                if _se_touchent(zone, interdit) or not _tient(zone, mise.cadre):
                    continue
                en_pdf = transformer_rectangle(retour, transformer_rectangle(mise.cadre.vers_pdf, zone))
                if est_libre(transformer_rectangle(inverser(origine.vers_pdf), en_pdf)):
                    return zone
    return None


def _tient(zone: Rectangle, cadre: Cadre) -> bool:
    largeur, hauteur = cadre.dimensions
    return zone[0] >= 0 and zone[1] >= 0 and zone[2] <= largeur and zone[3] <= hauteur


def _se_touchent(un: Rectangle, autre: Rectangle) -> bool:
    return (
        un[0] < autre[2] + BLANC and autre[0] < un[2] + BLANC and un[1] < autre[3] + BLANC and autre[1] < un[3] + BLANC
    )

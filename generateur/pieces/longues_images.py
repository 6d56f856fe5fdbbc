"""Une image bien plus longue qu'une feuille (capture d'écran qui défile) : où la couper pour qu'on puisse la lire.

S'exécute dans l'enfant de l'atelier. Chaque rangée est dans un tronçon et un seul. On coupe où rien n'est écrit : une
rangée d'une seule couleur, à défaut une rangée qui se répète (le bord d'une bulle, une barre) ; sinon on le dit.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import pikepdf
from PIL import Image, ImageChops

from generateur.domaine.langue import INSECABLE
from generateur.pieces.limites import Limites

_TEXTE_COURANT = 10.0  # points : un texte courant, dans un document
_FEUILLE = (595.276, 841.89)
_PAGES_CITEES = 10
_BOITE_ILLISIBLE = (pikepdf.PdfError, AttributeError, ValueError, TypeError, KeyError, IndexError)
TEXTE_D_ECRAN = 14  # pixels : un texte courant, sur un écran ordinaire
_ECRAN = 2.4  # longueur sur largeur : un écran de téléphone entier, qui se lit d'un coup d'œil
_COTE_A_LIRE = 100  # pixels : plus étroite, l'image ne porte pas de texte
_ECART = 24  # niveaux d'une couleur, d'un point au suivant : un trait, pas un dégradé ni le grain d'un JPEG
_BORDS_ADMIS = 8  # points où une rangée vide change de couleur : les bords d'une bulle, d'une barre
_BLANC_UTILE = 40  # rangées : un blanc plus grand n'est pas meilleur
_PREMIERE_CHERCHE, _SECONDE_CHERCHE = 0.6, 0.15  # en part du tronçon voulu
_POIDS_DE_LA_DISTANCE = 60
Boite = tuple[int, int, int, int]
Taille = tuple[float, float]


@dataclass(frozen=True)
class Decoupe:
    """Les tronçons, dans l'ordre de lecture, et comment les poser ; `forcees` : rangs des coupes dans un contenu."""

    feuille: Taille
    echelle: float  # points par pixel carré
    pas: Taille  # points par pixel de l'image, en largeur et en hauteur
    troncons: tuple[Boite, ...]
    forcees: tuple[int, ...]

    @property
    def corps(self) -> float:
        """La taille, en points, d'un texte courant une fois imprimé."""
        return TEXTE_D_ECRAN * self.echelle

    def est_a_regarder(self, corps_lisible: float) -> bool:
        """Vrai si la découpe n'a pas suffi : un texte trop petit, ou une coupe dans un contenu."""
        return self.corps < corps_lisible or bool(self.forcees)


def est_longue(taille: Taille) -> bool:
    """Vrai si l'image, droite, est bien plus longue qu'un écran et assez large pour porter du texte."""
    petit, grand = sorted(taille)
    return petit >= _COTE_A_LIRE and grand > _ECRAN * petit


def decouper(vue: Image.Image, taille: Taille, feuille: Taille, marge: float, pleine: float, corps: float) -> Decoupe:
    """Où couper une vue longue, droite et sans transparence.

    `taille` : ses dimensions en pixels carrés. `feuille` : la feuille, en portrait. `pleine` : l'échelle qu'on ne
    dépasse pas. `corps` : la plus petite taille lisible ; la feuille n'est tournée que si elle y aide.
    """
    est_haute = taille[1] >= taille[0]
    petit, grand = sorted(taille)
    feuilles = (feuille, feuille[::-1]) if est_haute else (feuille[::-1], feuille)
    choix = []
    for essai in feuilles:
        travers, long = (cote - 2 * marge for cote in (essai if est_haute else essai[::-1]))
        choix.append((min(travers / petit, pleine), long, essai))
    echelle, long, retenue = next((c for c in choix if c[0] * TEXTE_D_ECRAN >= corps), max(choix, key=lambda c: c[0]))
    rangees = vue.height if est_haute else vue.width
    maximum = max(1, int(long / echelle * rangees / grand))
    coupes = list(_couper(vue, maximum, est_haute=est_haute))
    bornes = [0, *(place for place, _ in coupes), rangees]
    return Decoupe(
        retenue,
        echelle,
        (echelle * taille[0] / vue.width, echelle * taille[1] / vue.height),
        tuple(
            (0, debut, vue.width, fin) if est_haute else (debut, 0, fin, vue.height) for debut, fin in pairwise(bornes)
        ),
        tuple(rang for rang, (_, est_franche) in enumerate(coupes, 1) if not est_franche),
    )


def decrire(decoupe: Decoupe, vue: Image.Image, corps: float) -> str:
    """La phrase qui dit la découpe, la taille imprimée d'un texte courant, et ce qui reste à redire."""
    pages, forcees = len(decoupe.troncons), decoupe.forcees
    seuil = _ecrire_points(corps)
    dits = [
        f"Longue image ({vue.width} × {vue.height} pixels) coupée en {pages} pages, sans rien en perdre : un texte de "
        f"{TEXTE_D_ECRAN} pixels s'y imprime à {_ecrire_points(decoupe.corps)}"
    ]
    if decoupe.corps >= corps:
        dits[0] += f" (plus petite taille lisible : {seuil})."
    else:
        dits[0] += f", sous la plus petite taille lisible ({seuil})."
        dits.append("Refaites la capture dans une fenêtre plus étroite, ou en grossissant le texte.")
    if forcees:
        fins = ", ".join(map(str, forcees))
        dits.append(f"Faute de rangée vide, la coupe passe dans un contenu à la fin de la page {fins} : regardez-la.")
    return " ".join(dits)


def relever_pages_longues(pdf: pikepdf.Pdf) -> list[str]:
    """La phrase qui nomme les pages d'un PDF qu'une feuille A4 rendrait illisibles (une page qui défile, imprimée)."""
    longues, pire = [], _TEXTE_COURANT
    for rang, page in enumerate(pdf.pages, 1):
        try:
            boite = [float(cote) for cote in page.cropbox]
        except _BOITE_ILLISIBLE:
            continue
        petit, grand = sorted((abs(boite[2] - boite[0]), abs(boite[3] - boite[1])))
        imprime = _TEXTE_COURANT * min(1.0, _FEUILLE[0] / max(petit, 1.0), _FEUILLE[1] / max(grand, 1.0))
        if grand > _ECRAN * petit and imprime < Limites().corps_lisible:
            longues.append(str(rang))
            pire = min(pire, imprime)
    if not longues:
        return []
    cites = ", ".join(longues[:_PAGES_CITEES]) + (" …" if len(longues) > _PAGES_CITEES else "")
    courant, lisible = _ecrire_points(_TEXTE_COURANT), _ecrire_points(Limites().corps_lisible)
    return [
        f"Page(s) {cites} : bien plus longue(s) qu'une feuille. Imprimée(s) sur A4, un texte de {courant} y ferait "
        f"{_ecrire_points(pire)} (plus petite taille lisible : {lisible}). Imprimez ce document en pages A4, ou "
        "joignez-en des captures."
    ]


def _ecrire_points(corps: float) -> str:
    return f"{round(corps, 1):g}{INSECABLE}points".replace(".", ",")


def _couper(vue: Image.Image, maximum: int, *, est_haute: bool) -> Iterator[tuple[int, bool]]:
    """Chaque coupe (rangée où commence la suite), et True si elle passe dans du vide."""
    debut, total = 0, vue.height if est_haute else vue.width
    while total - debut > maximum:
        reste = total - debut
        voulu = reste // -(-reste // maximum)
        limites = (int(voulu * _PREMIERE_CHERCHE), maximum)
        place, est_franche = _chercher(vue, debut, limites, voulu, est_haute=est_haute)
        if not est_franche:
            plus_tot = (int(voulu * _SECONDE_CHERCHE), limites[0])
            autre = _chercher(vue, debut, plus_tot, limites[0], est_haute=est_haute)
            place, est_franche = autre if autre[1] else (place, False)
        debut += place
        yield debut, est_franche


def _chercher(
    vue: Image.Image, debut: int, limites: tuple[int, int], voulu: int, *, est_haute: bool
) -> tuple[int, bool]:
    """La meilleure coupe entre ces limites, comptées depuis le début du tronçon."""
    premiere, derniere = max(1, limites[0]), max(2, limites[1])
    if est_haute:
        bande = vue.crop((0, debut + premiere, vue.width, debut + derniere))
    else:
        bande = vue.crop((debut + premiere, 0, debut + derniere, vue.height)).transpose(Image.Transpose.TRANSPOSE)
    bords, changements = _compter_bords(bande.convert("RGB"))
    vides = [_juger_rangee(bords, changements, rang) for rang in range(len(bords))]
    blancs, rang = [], 0
    for qualite, suite in groupby(vides):
        longueur = len(list(suite))
        if qualite and longueur > 1:
            retrait = min(longueur // 2, _BLANC_UTILE // 2)
            place = min(max(voulu - premiere, rang + retrait), rang + longueur - retrait)
            ecart = abs(place - (voulu - premiere)) / len(vides)
            blancs.append((qualite * min(longueur, _BLANC_UTILE) - _POIDS_DE_LA_DISTANCE * ecart, place))
        rang += longueur
    if blancs:
        return premiere + max(blancs)[1], True
    return premiere + min(range(len(bords)), key=lambda r: (bords[r], abs(r - (voulu - premiere)))), False


def _juger_rangee(bords: Sequence[int], changements: Sequence[int], rang: int) -> float:
    """1 pour une rangée d'une seule couleur, 0,5 pour une rangée qui se répète autour d'elle, 0 pour un contenu."""
    if not bords[rang]:
        return 1.0
    autour = changements[max(0, rang - 1) : rang + 1]
    return 0.5 if bords[rang] <= _BORDS_ADMIS and not any(autour) else 0.0


def _compter_bords(bande: Image.Image) -> tuple[list[int], list[int]]:
    """Par rangée : combien de points diffèrent de leur voisin de gauche, combien de celui d'en dessous."""
    largeur, hauteur = bande.size
    bords = ImageChops.difference(bande.crop((1, 0, largeur, hauteur)), bande.crop((0, 0, largeur - 1, hauteur)))
    changements = ImageChops.difference(bande.crop((0, 1, largeur, hauteur)), bande.crop((0, 0, largeur, hauteur - 1)))
    return _compter_par_rangee(bords), [*_compter_par_rangee(changements), 0]


def _compter_par_rangee(ecarts: Image.Image) -> list[int]:
    rouge, vert, bleu = ecarts.split()
    plus_grand = ImageChops.lighter(ImageChops.lighter(rouge, vert), bleu)
    traits = plus_grand.point([255 if niveau > _ECART else 0 for niveau in range(256)])
    moyennes = traits.convert("F").resize((1, ecarts.height), Image.Resampling.BOX)
    return [round(moyenne * ecarts.width / 255) for moyenne in array("f", moyennes.tobytes())]

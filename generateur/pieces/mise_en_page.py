"""Compose un texte en PDF : A4, Source Sans, lignes coupées, en-têtes alignés, pages numérotées par la liasse.

S'exécute dans l'enfant de l'atelier. Même texte, mêmes octets.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pikepdf

from generateur.erreurs import ErreurPiece
from generateur.pieces.caracteres import Police, rendre_representable
from generateur.pieces.images import A4

_GAUCHE, _DROITE, _HAUT, _BAS = 68.0, 56.0, 76.0, 64.0  # le haut et le bas laissent place au tampon et au folio
_LARGEUR = A4[0] - _GAUCHE - _DROITE
_COLONNE = 92.0  # largeur des étiquettes d'en-tête
_TABULATION = 4
_RETRAIT_CITATION = 10.0


@dataclass(frozen=True)
class Bloc:
    """Un morceau du document ; genre : titre, entete (étiquette et texte), corps, note, filet, saut."""

    genre: str
    texte: str = ""
    etiquette: str = ""


@dataclass(frozen=True)
class _Ligne:
    """Une ligne posée : morceaux (décalage, style, corps, texte), hauteur, retrait et filet éventuels."""

    hauteur: float
    morceaux: tuple[tuple[float, str, float, str], ...] = ()
    filet: bool = False
    citation: int = 0


@dataclass(frozen=True)
class Composition:
    """Ce qui a été écrit."""

    pages: int
    caracteres_perdus: int


_STYLES = {"titre": ("gras", 14.0, 20.0), "corps": ("normal", 10.0, 13.6), "note": ("italique", 9.0, 12.5)}


class _Feuilles:
    """Accumule les lignes page par page."""

    def __init__(self, polices: dict[str, Police], maximum: int | None) -> None:
        self._polices = polices
        self._maximum = maximum
        self._pages: list[list[bytes]] = []
        self._reste = 0.0

    def poser(self, ligne: _Ligne, suite: float = 0.0) -> None:
        """Pose une ligne ; `suite` est la hauteur qui doit tenir avec elle sur la page."""
        if ligne.hauteur + suite > self._reste:
            self.tourner()
        y = _BAS + self._reste - ligne.hauteur
        self._reste -= ligne.hauteur
        page = self._pages[-1]
        if ligne.filet:
            trait = f"0.6 G 0.5 w {_GAUCHE:.2f} {y + ligne.hauteur / 2:.2f} m {A4[0] - _DROITE:.2f}"
            page.append(f"{trait} {y + ligne.hauteur / 2:.2f} l S 0 G".encode("ascii"))
        for niveau in range(ligne.citation):
            x = _GAUCHE + niveau * _RETRAIT_CITATION + 2
            page.append(f"0.7 G 1 w {x:.2f} {y - 1:.2f} m {x:.2f} {y + ligne.hauteur - 1:.2f} l S 0 G".encode("ascii"))
        for decalage, style, corps, texte in ligne.morceaux:
            codes = self._polices[style].coder(texte).hex().upper()
            debut = f"BT /{style.capitalize()} {corps:g} Tf {_GAUCHE + decalage:.2f} {y + 3:.2f} Td"
            page.append(f"{debut} <{codes}> Tj ET".encode("ascii"))

    def tourner(self) -> None:
        """Commence une page. Lève ErreurPiece au-delà du maximum, sans composer le reste."""
        if self._maximum is not None and len(self._pages) >= self._maximum:
            raise ErreurPiece(
                f"Ce texte demande plus de {self._maximum} pages : c'est le maximum par pièce.",
                remede="Ne joignez que l'extrait utile, ou partagez-le en plusieurs pièces.",
            )
        self._pages.append([])
        self._reste = A4[1] - _HAUT - _BAS

    def ecrire(self, cible: str, titre: str) -> int:
        """Écrit le PDF et rend son nombre de pages."""
        with pikepdf.new() as pdf:
            fontes = {
                style.capitalize(): police.enfouir(pdf)
                for style, police in self._polices.items()
                if police.est_employee
            }
            ressources = pdf.make_indirect(
                pikepdf.Dictionary(Font=pikepdf.Dictionary({f"/{nom}": f for nom, f in fontes.items()}))
            )
            for contenu in self._pages:
                page = pdf.add_blank_page(page_size=A4)
                page.obj.Resources = ressources
                page.obj.Contents = pdf.make_stream(b"\n".join(contenu))
            pdf.docinfo["/Title"] = titre
            pdf.save(cible, static_id=True)
            return len(pdf.pages)


def composer(blocs: Sequence[Bloc], cible: str, titre: str, pages_maximales: int | None = None) -> Composition:
    """Écrit les blocs à la cible. Lève ErreurPiece s'il y faut plus de pages qu'il n'est admis."""
    polices = {style: Police(style) for style in ("normal", "gras", "italique")}
    feuilles = _Feuilles(polices, pages_maximales)
    feuilles.tourner()
    perdus = 0
    for bloc in blocs:
        if bloc.genre == "saut":
            feuilles.tourner()
            continue
        representable, manquants = rendre_representable(_nettoyer(bloc.texte), polices["normal"])
        perdus += manquants
        lignes = _mettre_en_lignes(Bloc(bloc.genre, representable, bloc.etiquette), polices)
        premiere, deuxieme = next(lignes, None), next(lignes, None)
        if premiere is not None:  # elle ne reste pas seule en bas de page
            feuilles.poser(premiere, deuxieme.hauteur if deuxieme else 0.0)
        for ligne in chain((deuxieme,), lignes) if deuxieme else ():
            feuilles.poser(ligne)
    return Composition(feuilles.ecrire(cible, titre), perdus)


def _nettoyer(texte: str) -> str:
    texte = unicodedata.normalize("NFC", texte).replace("\r\n", "\n").replace("\r", "\n")
    return texte.replace("\f", "\n").replace("\v", "\n").expandtabs(_TABULATION)


def _mettre_en_lignes(bloc: Bloc, polices: dict[str, Police]) -> Iterator[_Ligne]:
    if bloc.genre == "filet":
        yield _Ligne(16.0, filet=True)
    elif bloc.genre == "entete":
        lignes = list(_couper(bloc.texte, polices["normal"], 10.0, _LARGEUR - _COLONNE)) or [""]
        for rang, ligne in enumerate(lignes):
            etiquette = ((0.0, "gras", 10.0, bloc.etiquette),) if rang == 0 else ()
            yield _Ligne(14.0, (*etiquette, (_COLONNE, "normal", 10.0, ligne)))
    else:
        style, corps, hauteur = _STYLES[bloc.genre]
        for paragraphe in bloc.texte.split("\n"):
            niveau, texte = _lire_citation(paragraphe) if bloc.genre == "corps" else (0, paragraphe)
            retrait = niveau * _RETRAIT_CITATION
            for ligne in _couper(texte, polices[style], corps, _LARGEUR - retrait):
                yield _Ligne(hauteur, ((retrait, style, corps, ligne),) if ligne else (), citation=niveau)


def _lire_citation(ligne: str) -> tuple[int, str]:
    """Niveau de citation d'une ligne de courriel (« > > ») et son texte."""
    trouve = re.match(r"(?:>\s?)+", ligne)
    if not trouve:
        return 0, ligne
    return min(trouve[0].count(">"), 8), ligne[trouve.end() :]


def _couper(texte: str, police: Police, corps: float, largeur: float) -> Iterator[str]:
    """Coupe aux espaces ; un mot plus long que la ligne est coupé où il déborde."""
    ligne, occupe = "", 0.0
    for mot in re.findall(r"[ ]*[^ ]+|[ ]+$", texte):
        mesure = police.largeur(mot, corps)
        if ligne and occupe + mesure > largeur:
            yield ligne
            mot, ligne, occupe = mot.lstrip(" "), "", 0.0  # noqa: PLW2901 (le mot passe à la ligne sans ses blancs)
            mesure = police.largeur(mot, corps)
        if mesure > largeur:
            *pleines, mot = _trancher(mot, police, corps, largeur)  # noqa: PLW2901 (reste du mot coupé)
            yield from pleines
            mesure = police.largeur(mot, corps)
        ligne += mot
        occupe += mesure
    yield ligne.rstrip(" ")


def _trancher(mot: str, police: Police, corps: float, largeur: float) -> list[str]:
    """Le mot en tranches qui tiennent chacune sur une ligne, un caractère au moins ; en une seule lecture."""
    tranches, debut, occupe = [], 0, 0.0
    for rang, caractere in enumerate(mot):
        chasse = police.largeur(caractere, corps)
        if occupe + chasse > largeur and rang > debut:
            tranches.append(mot[debut:rang])
            debut, occupe = rang, 0.0
        occupe += chasse
    return [*tranches, mot[debut:]]

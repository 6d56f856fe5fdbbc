"""Les lignes du bordereau, retrouvées dans l'acte rendu pour en faire des liens et en contrôler les pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.numeros import BLANC, NOMBRE, normaliser_numero
from generateur.erreurs import ErreurLiasse
from generateur.liasse.citations import Renvoi
from generateur.liasse.geometrie import Rectangle
from generateur.liasse.texte import PageTexte, lire_texte, reunir, sont_alignes

DEBUT_LIGNE = re.compile(
    rf"(?:pi[èe]ce{BLANC}+)?(?:n{BLANC}*[°ºo]{BLANC}*)?(?P<numero>{NOMBRE})(?![0-9/]|[.,][0-9])", re.IGNORECASE
)
FIN_LIGNE = re.compile(rf"(?:^|{BLANC})(?P<page>[1-9][0-9]*)$")
ECART_LIGNES = 1.9  # une suite de titre est à moins de tant d'interlignes de la ligne précédente
SEPARATION = 0.25  # blanc, en hauteur de signe, à partir duquel deux signes font deux mots


@dataclass(frozen=True)
class LigneVue:
    """Une ligne de texte telle qu'elle se voit sur la page, de gauche à droite."""

    texte: str
    zone: Rectangle


def lire_lignes(page: PageTexte) -> list[LigneVue]:
    """Lignes de la page, de haut en bas, les cellules d'une même rangée mises bout à bout."""
    rangees: list[list[tuple[Rectangle, str]]] = []
    signes = [(boite, page.texte[rang]) for rang in range(len(page.texte)) if (boite := page.boite(rang))]
    for boite, signe in sorted(signes, key=lambda couple: (-couple[0][3], couple[0][0])):
        if rangees and sont_alignes(rangees[-1][0][0], boite):
            rangees[-1].append((boite, signe))
        else:
            rangees.append([(boite, signe)])
    return [_composer_ligne(sorted(rangee)) for rangee in rangees]


def _composer_ligne(rangee: list[tuple[Rectangle, str]]) -> LigneVue:
    zone, texte = rangee[0][0], ""
    for boite, signe in rangee:
        if texte and boite[0] - zone[2] > SEPARATION * (boite[3] - boite[1]):
            texte += " "
        texte += signe
        zone = reunir(zone, boite)
    return LigneVue(texte, zone)


def lire_rangees(pdf: Path, pages_debut: Mapping[str, int]) -> list[Renvoi]:
    """Une zone cliquable par pièce, du numéro au n° de page, dans l'ordre du bordereau.

    ErreurLiasse si une pièce n'y est pas, ou si la page annoncée n'est pas celle où la pièce commence.
    """
    attendus = list(pages_debut)
    renvois: list[Renvoi] = []
    with lire_texte(pdf) as pages:
        for rang, page in enumerate(pages):
            lignes = lire_lignes(page)
            debuts: list[int] = []
            for place, ligne in enumerate(lignes):
                trouve = DEBUT_LIGNE.match(ligne.texte)
                suivant = len(renvois) + len(debuts)
                if trouve and suivant < len(attendus):
                    numero = normaliser_numero(trouve["numero"])
                    if numero == attendus[suivant] and _annonce(ligne, pages_debut[numero]):
                        debuts.append(place)
            for ordre, place in enumerate(debuts):
                borne = debuts[ordre + 1] if ordre + 1 < len(debuts) else None
                renvois.append(Renvoi(rang, attendus[len(renvois)], _couvrir(lignes, place, borne)))
    if len(renvois) < len(attendus):
        numero = attendus[len(renvois)]
        raise ErreurLiasse(
            f"Le bordereau n'annonce pas la pièce n° {numero} à la page {pages_debut[numero]}.",
            lieu=pdf.name,
            remede="Dans le modèle du bordereau, chaque ligne commence par le numéro de la pièce "
            "et finit par sa première page dans la liasse.",
        )
    return renvois


def _annonce(ligne: LigneVue, page: int) -> bool:
    fin = FIN_LIGNE.search(ligne.texte)
    return fin is not None and int(fin["page"]) == page


def _couvrir(lignes: Sequence[LigneVue], place: int, borne: int | None) -> Rectangle:
    """La ligne et ses suites : jusqu'à la pièce suivante, ou tant que les lignes se touchent."""
    zone = lignes[place].zone
    hauteur = zone[3] - zone[1]
    for ligne in lignes[place + 1 : borne]:
        if zone[1] - ligne.zone[1] > ECART_LIGNES * hauteur or ligne.zone[0] <= zone[0] + 1:
            break
        zone = reunir(zone, ligne.zone)
    return zone

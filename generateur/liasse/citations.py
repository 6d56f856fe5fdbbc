"""Les renvois d'un acte aux pièces : « pièce n° 4 », « pièces n° 3, 4 et 5 », « pièces n° 3 à 5 », « n° 4 bis ».

Au singulier, un seul numéro suit ; au pluriel, une suite séparée par « , », « ; », « et », « ou », « à ».
Espaces insécables et retours à la ligne sont admis partout.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generateur.domaine.numeros import BLANC, NOMBRE, normaliser_numero, ordonner_numero
from generateur.erreurs import ErreurLiasse
from generateur.liasse.geometrie import Rectangle
from generateur.liasse.plan import PlanLiasse
from generateur.liasse.texte import lire_texte

# ce qui suit un nombre et dit qu'il n'est pas un numéro de pièce : montant, durée, date
SUITE_ETRANGERE = (
    rf"(?![0-9]|[.,][0-9]|{BLANC}[0-9]{{3}}(?![0-9])|{BLANC}*(?:€|%|euros?\b|jours?\b|mois\b|ans?\b|factures?\b|relances?\b|rue\b|"
    r"janv|févr|mars\b|avril\b|mai\b|juin\b|juil|août\b|sept|oct|nov|déc|/))"
)
SIGNE = rf"n{BLANC}*(?:[°ºo]{BLANC}*s?|ᵒˢ?|os)|№|Nos?"
ANNONCE = re.compile(rf"\bpi[èe](?P<pluriel>ces|ce){BLANC}+(?:{SIGNE}){BLANC}*", re.IGNORECASE)
PREMIER = re.compile(NOMBRE, re.IGNORECASE)
SUIVANT = re.compile(
    rf"{BLANC}*(?P<lien>,|;|et\b|ou\b|à\b|[-–—]){BLANC}*(?:et{BLANC}+)?(?:(?:{SIGNE}){BLANC}*)?"
    rf"(?P<numero>{NOMBRE}){SUITE_ETRANGERE}",
    re.IGNORECASE,
)
PLAGE = frozenset(["à", "-", "–", "—"])


@dataclass(frozen=True)
class Citation:
    """Un numéro cité et la place de ses signes dans le texte ; jusque : autre borne d'une plage « 3 à 5 »."""

    numero: str
    debut: int
    fin: int
    jusque: str = ""


@dataclass(frozen=True)
class Renvoi:
    """Un numéro cité sur la page (rang à partir de 0) d'un acte, et les rectangles à rendre cliquables."""

    page: int
    numero: str
    zone: Rectangle


def reperer_citations(texte: str) -> Iterator[Citation]:
    """Chaque numéro de pièce cité dans le texte ; la première citation d'un groupe comprend « pièces n° ».

    >>> [(c.numero, c.jusque) for c in reperer_citations("(pièces n° 3, 4 bis et 6 à 8)")]
    [('3', ''), ('4 bis', ''), ('6', ''), ('8', '6')]
    """
    for annonce in ANNONCE.finditer(texte):
        premier = PREMIER.match(texte, annonce.end())
        if premier is None:
            continue
        precedent = normaliser_numero(premier[0])
        yield Citation(precedent, annonce.start(), premier.end())
        place = premier.end()
        while annonce["pluriel"].lower() == "ces" and (suivant := SUIVANT.match(texte, place)):
            numero = normaliser_numero(suivant["numero"])
            depuis = precedent if suivant["lien"].lower() in PLAGE else ""
            yield Citation(numero, suivant.start("numero"), suivant.end(), depuis)
            precedent, place = numero, suivant.end()


def _etendre(citation: Citation, ordre: Sequence[str]) -> list[str]:
    """Les numéros visés : un seul, ou tous ceux d'une plage, dans l'ordre de la liasse."""
    if not citation.jusque or citation.jusque not in ordre or citation.numero not in ordre:
        return [citation.numero]
    bornes = sorted((ordre.index(citation.jusque), ordre.index(citation.numero)))
    return list(ordre[bornes[0] : bornes[1] + 1])


def lire_renvois(pdf: Path, ordre: Sequence[str]) -> tuple[list[Renvoi], set[str]]:
    """Renvois cliquables d'un acte et numéros qu'il cite (plages comprises)."""
    renvois: list[Renvoi] = []
    cites: set[str] = set()
    with lire_texte(pdf) as pages:
        for rang, page in enumerate(pages):
            for citation in reperer_citations(page.texte):
                cites.update(_etendre(citation, ordre))
                lignes = page.lignes(citation.debut, citation.fin)
                if lignes and citation.numero in ordre:
                    # sur plusieurs lignes, le lien est sur la dernière : c'est celle du numéro
                    renvois.append(Renvoi(rang, citation.numero, lignes[-1]))
    return renvois, cites


def departager(plan: PlanLiasse, cites: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Sépare les numéros cités en (citées, non citées, inconnues), chacun dans l'ordre de la liasse."""
    ordre = [piece.numero for piece in plan.pieces]
    vus = set(cites)
    return (
        tuple(numero for numero in ordre if numero in vus),
        tuple(numero for numero in ordre if numero not in vus),
        tuple(sorted(vus.difference(ordre), key=ordonner_numero)),
    )


def refuser_citations_fausses(plan: PlanLiasse, cites: Iterable[str]) -> None:
    """ErreurLiasse si une pièce n'est citée nulle part ou si un acte cite une pièce qui n'existe pas."""
    _, oubliees, inconnues = departager(plan, cites)
    if inconnues:
        raise ErreurLiasse(
            f"Un acte cite une pièce qui n'est pas dans la liasse : n° {', n° '.join(inconnues)}.",
            lieu=plan.reference,
            remede="Corriger la citation dans le modèle, ou joindre la pièce.",
        )
    if oubliees:
        raise ErreurLiasse(
            f"Aucun acte ne cite la pièce n° {', n° '.join(oubliees)}.",
            lieu=plan.reference,
            remede="Citer chaque pièce au moins une fois (« pièce n° X »), ou la retirer du dossier.",
        )

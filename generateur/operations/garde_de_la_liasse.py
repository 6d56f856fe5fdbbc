"""La garde de fidélité sur la liasse écrite : hors du tampon et du folio, chaque page montre encore sa pièce."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generateur.erreurs import ErreurPiece
from generateur.liasse.geometrie import IDENTITE
from generateur.liasse.plan import PageMarquee
from generateur.pieces.atelier import Atelier, executer_borne
from generateur.pieces.preparation import Fidelite

PAGES_COMPAREES = 300  # tamponnées, ou premières et dernières d'une pièce : le folio seul change peu
PAGES_DEPLACEES = 10  # leur contenu, réduit, n'a plus les mêmes pixels : les comparer est plus long


def comparer_a_la_liasse(liasse: Path, marquees: Sequence[PageMarquee], atelier: Atelier) -> dict[str, Fidelite]:
    """Par numéro de pièce, combien de ses pages ont été comparées dans la liasse, et celles qui y diffèrent.

    Une comparaison qui n'aboutit pas ne prouve rien, et n'arrête rien : elle ne compte pas.
    """
    choisies = _choisir(marquees)
    if not choisies:
        return {}
    demandees = [
        {"page": p.page, "piece": str(p.source), "rang": p.rang, "contenu": p.contenu, "marques": p.marques}
        for p in choisies
    ]
    part = -(-len(demandees) // atelier.places)
    parts = [demandees[debut : debut + part] for debut in range(0, len(demandees), part)]

    def comparer(pages: list[dict[str, Any]]) -> list[tuple[int, bool | None]]:
        vues: list[tuple[int, bool | None]] = executer_borne(atelier, "comparer_dans_la_liasse", liasse, pages=pages)[
            "pages"
        ]
        return vues

    try:
        vues = [vue for part in atelier.traiter_ensemble(comparer, parts) for vue in part]
    except ErreurPiece:
        return {}
    semblables = {numero: est_semblable for numero, est_semblable in vues if est_semblable is not None}
    return {
        piece: Fidelite(
            sum(page.page in semblables for page in choisies if page.piece == piece),
            tuple(p.rang + 1 for p in choisies if p.piece == piece and semblables.get(p.page) is False),
        )
        for piece in dict.fromkeys(page.piece for page in choisies)
    }


def _choisir(marquees: Sequence[PageMarquee]) -> list[PageMarquee]:
    """Les pages tamponnées, la deuxième et la dernière de chaque pièce, et les premières qu'il a fallu réduire."""
    dernieres = {page.piece: page.rang for page in marquees}
    deplacees = [page for page in marquees if page.contenu != IDENTITE][:PAGES_DEPLACEES]
    en_place = [
        page
        for page in marquees
        if page.contenu == IDENTITE and (len(page.marques) > 1 or page.rang in {1, dernieres[page.piece]})
    ]
    return sorted([*deplacees, *en_place[:PAGES_COMPAREES]], key=lambda page: page.page)

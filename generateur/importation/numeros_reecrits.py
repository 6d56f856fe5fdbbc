"""Un même numéro de facture écrit autrement d'un export à l'autre : zéros perdus par le tableur, blanc, tiret, casse.

Ce n'est la même facture que si le montant et la date s'accordent aussi ; et cela se dit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from generateur.domaine.numeros_de_facture import cle_du_numero
from generateur.importation.groupement import Groupe, completer_piece
from generateur.importation.socle import PieceLue
from generateur.importation.valeurs_a_plat import CheminValeur, aplatir

_SECTIONS = ("factures", "avoirs")


@dataclass(frozen=True)
class Reecriture:
    """Une pièce de la source prise pour une autre, dont le numéro s'écrit autrement."""

    piece: PieceLue
    numero: str


@dataclass(frozen=True)
class _Connue:
    section: str
    numero: str
    montant: Any
    jour: Any


def reunir_les_reecritures(groupe: Groupe) -> tuple[Groupe, list[Reecriture]]:
    """Les pièces du débiteur, chacune une fois ; deux dates inconnues ne prouvent rien."""
    gardees: list[PieceLue] = []
    reecritures = []
    places: dict[tuple[str, str, Decimal, date], int] = {}
    for piece in groupe.pieces:
        cle = _cle(piece)
        if cle is None or cle not in places:
            if cle is not None:
                places[cle] = len(gardees)
            gardees.append(piece)
            continue
        premiere = gardees[places[cle]]
        gardees[places[cle]] = completer_piece(premiere, piece)
        reecritures.append(Reecriture(piece, premiere.numero))
    return replace(groupe, pieces=tuple(gardees)), reecritures


def reprendre_les_numeros(
    groupe: Groupe, actuel: Mapping[str, Any], base: Mapping[CheminValeur, Any]
) -> tuple[Groupe, list[Reecriture]]:
    """Les pièces sous le numéro que le dossier leur donne, ou leur donnait quand on l'en a retirée."""
    lues = {(_section(piece), piece.numero) for piece in groupe.pieces}
    plates = aplatir(actuel)
    presentes = [connue for connue in _lister(plates) if (connue.section, connue.numero) not in lues]
    retirees = [c for c in _lister(base) if (c.section, c.numero) not in lues and c not in presentes]
    deja = {(connue.section, connue.numero) for connue in _lister(plates)}
    pieces, reecritures = [], []
    for piece in groupe.pieces:
        connue = None
        if (_section(piece), piece.numero) not in deja:
            connue = _seule(piece, presentes) or _seule(piece, retirees)
        pieces.append(replace(piece, numero=connue.numero) if connue else piece)
        reecritures += [Reecriture(piece, connue.numero)] if connue else []
    noms = {r.piece.numero: r.numero for r in reecritures if _section(r.piece) == "factures"}
    pieces = [replace(p, facture_visee=noms.get(p.facture_visee, p.facture_visee)) for p in pieces]
    return replace(groupe, pieces=tuple(pieces)), reecritures


def _section(piece: PieceLue) -> str:
    est_avoir = piece.nature == "avoir" or (piece.montant_ttc is not None and piece.montant_ttc < 0)
    return "avoirs" if est_avoir else "factures"


def _cle(piece: PieceLue) -> tuple[str, str, Decimal, date] | None:
    """Ce qui fait d'une pièce la même ; None si trop peu en est connu."""
    numero = cle_du_numero(piece.numero)
    if not numero or piece.nature == "reglement" or piece.montant_ttc is None or piece.date is None:
        return None
    return _section(piece), numero, abs(piece.montant_ttc), piece.date


def _lister(valeurs: Mapping[CheminValeur, Any]) -> list[_Connue]:
    numeros = dict.fromkeys(cle[:2] for cle in valeurs if cle[0] in _SECTIONS and len(cle) > 1)
    return list(_connaitre(numeros, valeurs))


def _connaitre(numeros: Iterable[CheminValeur], valeurs: Mapping[CheminValeur, Any]) -> Iterator[_Connue]:
    for section, numero in numeros:
        yield _Connue(
            section,
            numero,
            valeurs.get((section, numero, "montant_ttc")),
            valeurs.get((section, numero, "date")),
        )


def _seule(piece: PieceLue, connues: Sequence[_Connue]) -> _Connue | None:
    """La seule pièce connue qui puisse être celle-ci."""
    if piece.nature == "reglement" or piece.montant_ttc is None or not cle_du_numero(piece.numero):
        return None
    memes = [
        connue
        for connue in connues
        if connue.section == _section(piece)
        and connue.montant == abs(piece.montant_ttc)
        and (connue.jour is None or piece.date is None or connue.jour == piece.date)
        and cle_du_numero(connue.numero) == cle_du_numero(piece.numero)
    ]
    return memes[0] if len(memes) == 1 else None

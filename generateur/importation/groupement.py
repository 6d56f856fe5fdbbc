"""Un groupe par débiteur : les mêmes identifiants d'abord, le même nom ensuite, jamais deux SIREN ensemble."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from generateur.importation.socle import PieceLue, Tiers

_SIREN = re.compile(r"[0-9]{9}")
_TVA_FRANCAISE = re.compile(r"FR[0-9A-Z]{2}([0-9]{9})")
_LONGUEUR_NOM = 24


@dataclass(frozen=True)
class Groupe:
    """Un débiteur et ses pièces, dans l'ordre où elles ont été lues. `cles` : ce qui le fera reconnaître demain."""

    tiers: Tiers
    cles: tuple[str, ...]
    pieces: tuple[PieceLue, ...]


def siren_de(tiers: Tiers) -> str:
    """Le SIREN, dit ou tiré du SIRET ou de la TVA ; vide si rien ne le donne. La clé n'est pas contrôlée ici."""
    for candidat in (tiers.siren, tiers.siret[:9]):
        if _SIREN.fullmatch(candidat):
            return candidat
    tva = _TVA_FRANCAISE.fullmatch(tiers.tva.upper())
    return tva[1] if tva else ""


def cles_de(tiers: Tiers) -> tuple[str, ...]:
    """Les clés d'un débiteur, de la plus sûre à la moins sûre."""
    siren = siren_de(tiers)
    candidates = (
        siren and f"siren:{siren}",
        tiers.identifiant and f"compte:{tiers.identifiant}",
        tiers.nom and f"nom:{aplatir_nom(tiers.nom)}",
    )
    return tuple(filter(None, candidates))


def aplatir_nom(nom: str) -> str:
    """Le nom sans casse, accent ni ponctuation."""
    sans_accent = "".join(c for c in unicodedata.normalize("NFKD", nom.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", sans_accent).split())


def dedoublonner(pieces: Iterable[PieceLue]) -> tuple[list[PieceLue], list[tuple[PieceLue, PieceLue]]]:
    """Une même pièce lue dans plusieurs fichiers n'est comptée qu'une fois ; rend aussi les paires qui se contredisent.

    La première lue reste, complétée de ce que les autres savent ; deux montants différents sont une contradiction.
    """
    gardees: dict[tuple[str, str, bool], PieceLue] = {}
    contradictions = []
    for rang, piece in enumerate(pieces):
        nom = siren_de(piece.debiteur) or aplatir_nom(piece.debiteur.nom)
        cle = (piece.numero or f"\0{rang}", nom, piece.nature == "avoir")
        premiere = gardees.setdefault(cle, piece)
        if premiere is piece:
            continue
        if None not in {premiere.montant_ttc, piece.montant_ttc} and premiere.montant_ttc != piece.montant_ttc:
            contradictions.append((premiere, piece))
        manques = [
            c.name for c in fields(PieceLue) if getattr(premiere, c.name) in (None, "", ()) and c.name != "reste_du"
        ]
        gardees[cle] = replace(premiere, **{nom: getattr(piece, nom) for nom in manques})
    return list(gardees.values()), contradictions


def grouper(pieces: Iterable[PieceLue], clients: Sequence[Tiers] = ()) -> list[Groupe]:
    """Les débiteurs, dans l'ordre de lecture ; `clients` complète ce que les factures ne disent pas d'eux."""
    completees = [replace(piece, debiteur=_completer(piece.debiteur, clients)) for piece in pieces]
    lots: list[list[PieceLue]] = []
    for piece in completees:
        trouve = _choisir_lot(lots, piece)
        if trouve is None:
            lots.append([piece])
        else:
            trouve.append(piece)
    return [_reunir(lot) for lot in _rapprocher(lots)]


def _completer(tiers: Tiers, clients: Sequence[Tiers]) -> Tiers:
    """Le tiers, complété par sa fiche client s'il n'y en a qu'une qui lui réponde."""
    for cle in cles_de(tiers):
        fiches = [client for client in clients if cle in cles_de(client)]
        if len(fiches) == 1 and _compatibles(tiers, fiches[0]):
            return _fondre(tiers, fiches[0])
    return tiers


def _choisir_lot(lots: list[list[PieceLue]], piece: PieceLue) -> list[PieceLue] | None:
    for cle in cles_de(piece.debiteur):
        compatibles = [
            lot
            for lot in lots
            if any(cle in cles_de(autre.debiteur) for autre in lot)
            and all(_compatibles(piece.debiteur, autre.debiteur) for autre in lot)
        ]
        if len(compatibles) == 1:
            return compatibles[0]
        if compatibles:
            return None  # deux débiteurs répondent à ce nom : à part, et l'utilisateur tranchera
    return None


def _rapprocher(lots: list[list[PieceLue]]) -> list[list[PieceLue]]:
    """Une pièce lue avant celle qui donnait le SIREN de son débiteur le rejoint, s'il n'y en a qu'un possible."""
    restants: list[list[PieceLue]] = []
    for rang, lot in enumerate(lots):
        possibles = [a for a in (*restants, *lots[rang + 1 :]) if _memes(a, lot)]
        if len(possibles) == 1 and any(possibles[0] is a for a in restants):
            possibles[0] += lot
        else:
            restants.append(lot)
    return restants


def _memes(un: list[PieceLue], autre: list[PieceLue]) -> bool:
    communs = {cle for p in un for cle in cles_de(p.debiteur)} & {cle for p in autre for cle in cles_de(p.debiteur)}
    return bool(communs) and all(_compatibles(a.debiteur, b.debiteur) for a in un for b in autre)


def _compatibles(un: Tiers, autre: Tiers) -> bool:
    """Faux si deux SIREN, ou deux comptes chez l'outil, les distinguent."""
    sirens = siren_de(un), siren_de(autre)
    if all(sirens):
        return sirens[0] == sirens[1]
    return not (un.identifiant and autre.identifiant and un.identifiant != autre.identifiant)


def _fondre(un: Tiers, autre: Tiers) -> Tiers:
    """Le premier, complété par le second."""
    return Tiers(**{champ.name: getattr(un, champ.name) or getattr(autre, champ.name) for champ in fields(Tiers)})


def _reunir(lot: list[PieceLue]) -> Groupe:
    tiers = lot[0].debiteur
    for piece in lot[1:]:
        tiers = _fondre(tiers, piece.debiteur)
    cles = dict.fromkeys(cle for piece in lot for cle in (*cles_de(tiers), *cles_de(piece.debiteur)))
    return Groupe(tiers, tuple(cles), tuple(lot))


def nommer_reference(annee: int, nom: str) -> str:
    """« 2026-menuiserie-durand » : l'année, et le nom en ASCII, 24 signes au plus."""
    court = aplatir_nom(nom).replace(" ", "-")[:_LONGUEUR_NOM].strip("-")
    return f"{annee}-{court or 'debiteur'}"

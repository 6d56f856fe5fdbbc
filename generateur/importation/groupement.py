"""Un groupe par débiteur : les mêmes identifiants d'abord, le même nom ensuite, jamais deux SIREN ensemble."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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
    gardees: list[PieceLue] = []
    rangs: dict[tuple[str, bool], list[int]] = {}
    contradictions = []
    for piece in pieces:
        memes = rangs.setdefault((piece.numero, piece.nature == "avoir"), []) if piece.numero else []
        rang = next((r for r in memes if _sont_la_meme(gardees[r], piece)), None)
        if rang is None:
            memes.append(len(gardees))
            gardees.append(piece)
            continue
        premiere = gardees[rang]
        if None not in {premiere.montant_ttc, piece.montant_ttc} and premiere.montant_ttc != piece.montant_ttc:
            contradictions.append((premiere, piece))
        gardees[rang] = completer_piece(premiere, piece)
    return gardees, contradictions


def _sont_la_meme(une: PieceLue, autre: PieceLue) -> bool:
    """Vrai si deux pièces de même numéro sont du même débiteur : son SIREN, à défaut son nom."""
    sirens = siren_de(une.debiteur), siren_de(autre.debiteur)
    if all(sirens):
        return sirens[0] == sirens[1]
    return aplatir_nom(une.debiteur.nom) == aplatir_nom(autre.debiteur.nom)


def completer_piece(premiere: PieceLue, autre: PieceLue) -> PieceLue:
    """La première, complétée de ce que l'autre sait de plus ; son reste dû, même inconnu, ne vient pas d'ailleurs."""
    manques = [
        champ.name
        for champ in fields(PieceLue)
        if not getattr(premiere, champ.name) and getattr(premiere, champ.name) != 0 and champ.name != "reste_du"
    ]
    return replace(
        premiere,
        **{nom: getattr(autre, nom) for nom in manques},
        debiteur=_fondre(premiere.debiteur, autre.debiteur),
    )


@dataclass(eq=False)
class _Lot:
    """Les pièces d'un même débiteur, et le peu qu'il faut pour dire si d'autres sont les siennes."""

    pieces: list[PieceLue]
    cles: dict[str, None]
    sirens: set[str]
    comptes: set[str]
    comptes_sans_siren: set[str]
    est_garde: bool = False

    @classmethod
    def ouvrir(cls, piece: PieceLue) -> "_Lot":
        """Le lot d'une seule pièce."""
        siren, compte = siren_de(piece.debiteur), piece.debiteur.identifiant
        comptes = {compte} if compte else set()
        return cls(
            [piece],
            dict.fromkeys(cles_de(piece.debiteur)),
            {siren} if siren else set(),
            comptes,
            set() if siren else comptes.copy(),
        )

    def absorber(self, autre: "_Lot") -> None:
        """Prend les pièces de l'autre."""
        self.pieces += autre.pieces
        self.cles |= autre.cles
        self.sirens |= autre.sirens
        self.comptes |= autre.comptes
        self.comptes_sans_siren |= autre.comptes_sans_siren

    def est_compatible(self, autre: "_Lot") -> bool:
        """Faux si deux SIREN ou, à défaut, deux comptes de l'outil, les distinguent ; un même SIREN les réunit."""
        if self.sirens and self.sirens == autre.sirens:
            return True
        return (
            _s_accordent(self.sirens, autre.sirens)
            and _s_accordent(self.comptes_sans_siren, autre.comptes)
            and _s_accordent(self.comptes, autre.comptes_sans_siren)
        )


def _s_accordent(un: set[str], autre: set[str]) -> bool:
    return not un or not autre or (len(un) == 1 and un == autre)


class _Index:
    """Les lots par clé : chaque pièce ne regarde que ceux qui portent l'une des siennes."""

    def __init__(self) -> None:
        self._par_cle: dict[str, dict[int, _Lot]] = {}

    def inscrire(self, lot: _Lot) -> None:
        """Le lot se retrouve par chacune de ses clés."""
        for cle in lot.cles:
            self._par_cle.setdefault(cle, {})[id(lot)] = lot

    def oublier(self, lot: _Lot) -> None:
        """Le lot, absorbé par un autre, ne se retrouve plus."""
        for cle in lot.cles:
            self._par_cle[cle].pop(id(lot), None)

    def chercher(self, cle: str, lot: _Lot) -> list[_Lot]:
        """Les autres lots qui portent cette clé et peuvent être du même débiteur."""
        return [a for a in self._par_cle.get(cle, {}).values() if a is not lot and a.est_compatible(lot)]


def grouper(pieces: Iterable[PieceLue], clients: Sequence[Tiers] = ()) -> list[Groupe]:
    """Les débiteurs, dans l'ordre de lecture ; `clients` complète ce que les factures ne disent pas d'eux."""
    fiches: dict[str, list[Tiers]] = {}
    for client in clients:
        for cle in cles_de(client):
            fiches.setdefault(cle, []).append(client)
    lots: list[_Lot] = []
    index = _Index()
    for piece in pieces:
        seul = _Lot.ouvrir(replace(piece, debiteur=_completer(piece.debiteur, fiches)))
        trouve = _choisir_lot(index, seul)
        if trouve is None:
            lots.append(seul)
        else:
            trouve.absorber(seul)
        index.inscrire(trouve or seul)
    return [_reunir(lot.pieces) for lot in _rapprocher(lots, index)]


def _completer(tiers: Tiers, fiches: Mapping[str, Sequence[Tiers]]) -> Tiers:
    """Le tiers, complété par sa fiche client s'il n'y en a qu'une qui lui réponde."""
    for cle in cles_de(tiers):
        siennes = fiches.get(cle, ())
        if len(siennes) == 1 and _compatibles(tiers, siennes[0]):
            return _fondre(tiers, siennes[0])
    return tiers


def _choisir_lot(index: _Index, seul: _Lot) -> _Lot | None:
    for cle in seul.cles:
        compatibles = index.chercher(cle, seul)
        if len(compatibles) == 1:
            return compatibles[0]
        if compatibles:
            return None  # deux débiteurs répondent à ce nom : à part, et l'utilisateur tranchera
    return None


def _rapprocher(lots: Sequence[_Lot], index: _Index) -> list[_Lot]:
    """Une pièce lue avant celle qui donnait le SIREN de son débiteur le rejoint, s'il n'y en a qu'un possible."""
    for lot in lots:
        possibles = {id(autre): autre for cle in lot.cles for autre in index.chercher(cle, lot)}
        unique = next(iter(possibles.values())) if len(possibles) == 1 else None
        if unique is not None and unique.est_garde:
            index.oublier(lot)
            unique.absorber(lot)
            index.inscrire(unique)
        else:
            lot.est_garde = True
    return [lot for lot in lots if lot.est_garde]


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
    sans_ligature = nom.casefold().replace("œ", "oe").replace("æ", "ae")
    court = aplatir_nom(sans_ligature).replace(" ", "-")[:_LONGUEUR_NOM].strip("-")
    return f"{annee}-{court or 'debiteur'}"

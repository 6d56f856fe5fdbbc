"""Le bordereau : la liste ordonnée et numérotée des pièces communiquées, une par fichier distinct.

Ordre : contrat et commandes, conditions générales, livraisons, factures, avoirs, paiements, relances,
mise en demeure et ses preuves, identité des parties, autres pièces ; ou celui que dit ordre_des_pieces. Jamais une
pièce confidentielle.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

from generateur.domaine.dossier import Dossier, Piece
from generateur.domaine.entrees_bordereau import (
    NATURES_IDENTITE,
    TITRES_PAR_NATURE,
    Categorie,
    Entree,
    dater,
    lister_autres_fichiers,
    lister_entrees,
    normaliser_fichier,
)
from generateur.domaine.langue import INSECABLE, enumerer
from generateur.domaine.numeros import RANGS, Numero, ecrire_numero, lire_numero, rendre_insecable
from generateur.erreurs import ErreurLecture

NOM_DU_COMPLEMENTAIRE = "bordereau_complementaire"  # l'acte qui ne porte que les pièces ajoutées
_CATEGORIES: tuple[Categorie, ...] = get_args(Categorie)


@dataclass(frozen=True)
class PieceDossier:
    """Une ligne du bordereau ; `numero` vaut « 4 » ou « 4 bis », `fichier` est relatif au dossier."""

    numero: str
    titre: str
    date: dt.date | None
    fichier: str
    nature: str
    categorie: Categorie
    mot_de_passe: str | None = None
    original: bool = False


@dataclass(frozen=True)
class Bordereau:
    """Les pièces communiquées, dans l'ordre de leurs numéros."""

    pieces: tuple[PieceDossier, ...] = ()

    def numero_de(self, fichier: str | None) -> str | None:
        """Numéro sous lequel le fichier est communiqué, None s'il ne l'est pas."""
        return next((piece.numero for piece in self._retenir([fichier])), None)

    def citation(self, *fichiers: str | None) -> str:
        """« (pièce n° 4) », « (pièces n° 3, 4 et 7) », ou une chaîne vide si aucun n'est communiqué."""
        numeros = [rendre_insecable(piece.numero) for piece in self._retenir(fichiers)]
        if not numeros:
            return ""
        mot = "pièce" if len(numeros) == 1 else "pièces"
        return f"({mot}{INSECABLE}n°{INSECABLE}{enumerer(numeros)})"

    def _retenir(self, fichiers: Sequence[str | None]) -> Iterator[PieceDossier]:
        voulus = {normaliser_fichier(fichier) for fichier in fichiers if fichier}
        return (piece for piece in self.pieces if normaliser_fichier(piece.fichier) in voulus)


def dresser_bordereau(dossier: Dossier, servis: Mapping[str, str] | None = None) -> Bordereau:
    """Dresse le bordereau.

    `servis` donne, par fichier, les numéros déjà communiqués à l'adversaire : ils ne changent jamais ; une
    pièce nouvelle qui s'intercale reçoit « 4 bis », une pièce nouvelle qui suit reçoit le numéro suivant.
    Lève ErreurLecture si les numéros imposés se contredisent.
    """
    complements: dict[str, list[Piece]] = {}
    for piece in dossier.pieces:
        complements.setdefault(normaliser_fichier(piece.fichier), []).append(piece)
    retenues = {
        entree.fichier: _completer(entree, complements.get(entree.fichier, []))
        for entree in _ordonner(dossier)
        if entree.fichier not in _fichiers_confidentiels(dossier)
    }
    deja_servis = {normaliser_fichier(fichier): lire_numero(n) for fichier, n in (servis or {}).items()}
    numeros = _numeroter(list(retenues), _numeros_imposes(dossier, set(retenues), deja_servis), deja_servis)
    ordonnees = sorted(retenues.values(), key=lambda piece: numeros[piece.fichier])
    numerotees = [replace(piece, numero=ecrire_numero(numeros[piece.fichier])) for piece in ordonnees]
    return Bordereau(tuple(_distinguer(numerotees)))


def _fichiers_confidentiels(dossier: Dossier) -> frozenset[str]:
    """Un fichier dit confidentiel une fois l'est partout."""
    relances = (relance.fichier for relance in dossier.relances if relance.confidentiel)
    pieces = (piece.fichier for piece in dossier.pieces if piece.confidentiel)
    return frozenset(normaliser_fichier(fichier) for fichier in (*relances, *pieces) if fichier)


def _ordonner(dossier: Dossier) -> list[Entree]:
    """Les entrées sans doublon, dans l'ordre de la liasse : la première mention d'un fichier l'emporte."""
    par_fichier: dict[str, Entree] = {}
    for entree in (*lister_entrees(dossier), *_entrees_ajoutees(dossier), *lister_autres_fichiers(dossier)):
        par_fichier.setdefault(entree.fichier, entree)
    return _suivre_l_ordre_choisi(sorted(par_fichier.values(), key=_rang), dossier.ordre_des_pieces)


def _suivre_l_ordre_choisi(entrees: Sequence[Entree], choisi: Sequence[str]) -> list[Entree]:
    """L'ordre choisi pour les fichiers qu'il nomme ; chaque autre reste derrière celui qui le précède d'ordinaire."""
    rangs = {fichier: rang for rang, fichier in enumerate(dict.fromkeys(map(normaliser_fichier, choisi)))}
    nommees = (entree for entree in entrees if entree.fichier in rangs)
    placees = sorted(nommees, key=lambda entree: rangs[entree.fichier])
    for precedente, entree in pairwise((None, *entrees)):
        if entree is not None and entree.fichier not in rangs:
            placees.insert(placees.index(precedente) + 1 if precedente else 0, entree)
    return placees


def _rang(entree: Entree) -> tuple[int, int]:
    identites: tuple[str, ...] = NATURES_IDENTITE
    sous_rang = identites.index(entree.nature) if entree.categorie == "identite" else 0
    return _CATEGORIES.index(entree.categorie), sous_rang


def _entrees_ajoutees(dossier: Dossier) -> Iterator[Entree]:
    for piece in dossier.pieces:
        nature = piece.nature or "autre"
        jour = piece.date or piece.delivre_le
        yield Entree(
            fichier=normaliser_fichier(piece.fichier),
            titre=piece.titre or dater(TITRES_PAR_NATURE[nature], jour),
            date=jour,
            nature=nature,
            categorie="identite" if nature in NATURES_IDENTITE else "autre",
        )


def _completer(entree: Entree, complements: Sequence[Piece]) -> PieceDossier:
    """Applique à une entrée ce que [[pieces]] dit du même fichier."""
    ligne = PieceDossier("", entree.titre, entree.date, entree.fichier, entree.nature, entree.categorie)
    for piece in complements:
        ligne = replace(
            ligne,
            titre=piece.titre or ligne.titre,
            date=piece.date or piece.delivre_le or ligne.date,
            nature=piece.nature or ligne.nature,
            mot_de_passe=piece.mot_de_passe or ligne.mot_de_passe,
            original=piece.original or ligne.original,
        )
    return ligne


def _numeros_imposes(dossier: Dossier, retenus: set[str], servis: Mapping[str, Numero]) -> dict[str, Numero]:
    """Les numéros demandés par [[pieces]], contradictions refusées en nommant la ligne."""
    imposes: dict[str, Numero] = {}
    for rang, piece in enumerate(dossier.pieces):
        fichier = normaliser_fichier(piece.fichier)
        if piece.numero is None or fichier not in retenus:
            continue
        voulu, lieu = lire_numero(piece.numero), f"pieces[{rang}].numero"
        if servis.get(fichier, voulu) != voulu:
            raise ErreurLecture(
                f"La pièce « {fichier} » a déjà été communiquée sous le n° {ecrire_numero(servis[fichier])} "
                f"et ne peut pas devenir le n° {piece.numero}.",
                lieu=lieu,
                remede="Retirez la clé « numero » de cette pièce, ou rétablissez le numéro communiqué.",
            )
        occupants = [autre for autre, pris in (imposes | dict(servis)).items() if pris == voulu]
        if any(autre != fichier for autre in occupants):
            raise ErreurLecture(
                f"Le numéro {piece.numero} est demandé pour « {fichier} », mais « {occupants[0]} » le porte déjà.",
                lieu=lieu,
                remede="Donnez un numéro différent à l'une des deux pièces, ou retirez la clé « numero ».",
            )
        if imposes.setdefault(fichier, voulu) != voulu:
            raise ErreurLecture(
                f"Deux numéros sont demandés pour « {fichier} ».",
                lieu=lieu,
                remede="N'en gardez qu'un.",
            )
    return imposes


def _numeroter(
    fichiers: Sequence[str], imposes: Mapping[str, Numero], servis: Mapping[str, Numero]
) -> dict[str, Numero]:
    """Numéro de chaque fichier ; les numéros servis puis imposés sont fixes."""
    numeros = dict(imposes) | {fichier: n for fichier, n in servis.items() if fichier in fichiers}
    pris = set(servis.values()) | set(imposes.values())
    libres = [fichier for fichier in fichiers if fichier not in numeros]
    if servis:
        _intercaler(fichiers, numeros, pris, max(base for base, _ in servis.values()))
    else:
        suivant = 0
        for fichier in libres:
            suivant = _entier_libre(suivant + 1, pris)
            numeros[fichier] = (suivant, 0)
        _refuser_trous(numeros, imposes)
    return numeros


def _entier_libre(depart: int, pris: set[Numero]) -> int:
    while (depart, 0) in pris:
        depart += 1
    return depart


def _refuser_trous(numeros: Mapping[str, Numero], imposes: Mapping[str, Numero]) -> None:
    """Un numéro imposé doit suivre une pièce qui existe : ni « 9 » après 5 pièces, ni « 9 bis » sans 9."""
    entiers = {base for base, rang in numeros.values() if rang == 0}
    attendus = set(range(1, len(entiers) + 1))
    for fichier, (base, rang) in imposes.items():
        if base not in attendus or base not in entiers:
            raise ErreurLecture(
                f"Le numéro {ecrire_numero((base, rang))} demandé pour « {fichier} » laisserait un trou : "
                f"le bordereau compte {len(entiers)} pièce(s) numérotée(s) de 1 à {len(entiers)}.",
                lieu="pieces",
                remede=f"Choisissez un numéro entre 1 et {len(entiers)}, au besoin suivi de bis.",
            )


def _intercaler(fichiers: Sequence[str], numeros: dict[str, Numero], pris: set[Numero], dernier: int) -> None:
    """Numérote les pièces nouvelles d'un bordereau déjà communiqué, sans toucher aux autres."""
    derniere_fixe = max((i for i, fichier in enumerate(fichiers) if fichier in numeros), default=-1)
    precedent = 1
    for rang, fichier in enumerate(fichiers):
        if fichier not in numeros:
            if rang < derniere_fixe and (intercale := _rang_libre(precedent, pris)):
                numeros[fichier] = intercale
            else:
                dernier = _entier_libre(dernier + 1, pris)
                numeros[fichier] = (dernier, 0)
            pris.add(numeros[fichier])
        precedent = numeros[fichier][0]


def _rang_libre(base: int, pris: set[Numero]) -> Numero | None:
    """Le premier « bis », « ter »… libre après tous ceux déjà pris sous ce numéro."""
    rang = max((autre for entier, autre in pris if entier == base), default=0) + 1
    return (base, rang) if rang < len(RANGS) else None


def _distinguer(pieces: Sequence[PieceDossier]) -> Iterator[PieceDossier]:
    """Deux pièces de même titre reçoivent leur date si elle suffit à les distinguer, sinon un rang."""
    datees = [(piece, dater(piece.titre, piece.date)) for piece in pieces]
    par_titre = Counter(piece.titre for piece in pieces)
    par_titre_date = Counter(titre for _, titre in datees)
    vus: Counter[str] = Counter()
    for piece, titre_date in datees:
        if par_titre[piece.titre] == 1:
            yield piece
        elif par_titre_date[titre_date] == 1 and titre_date != piece.titre and titre_date not in par_titre:
            yield replace(piece, titre=titre_date)
        else:
            vus[piece.titre] += 1
            yield replace(piece, titre=f"{piece.titre} ({vus[piece.titre]})")

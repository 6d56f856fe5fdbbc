"""Le bordereau tel que la page le montre : chaque pièce, ce qu'on peut en changer, et pourquoi elle ne bouge pas."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generateur.domaine.bordereau import PieceDossier
from generateur.domaine.chemins_de_cle import nommer
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Piece
from generateur.operations.bordereau_choisi import CLE, lister_fixes
from generateur.operations.etude import Etude
from generateur.operations.formulaire_dossier import Champ, decrire_section
from generateur.operations.gestes_sur_piece import lieux_de, rang_du_bloc
from generateur.operations.retenir_numeros import est_a_retenir

_A_PART = frozenset({"fichier", "confidentiel"})
_D_EMBLEE = ("titre", "nature", "date")


@dataclass(frozen=True)
class Ligne:
    """Une pièce du bordereau. `fixite` : communiquee, imposee, ou vide si elle se déplace ; `lieux` : qui la cite."""

    piece: PieceDossier
    fixite: str
    est_nouvelle: bool
    lieux: tuple[str, ...]
    champs: tuple[Champ, ...]
    autres: tuple[Champ, ...]
    constats: tuple[Constat, ...]

    @property
    def valeurs(self) -> dict[str, str]:
        """Ce que son formulaire montre, par clé."""
        return {str(champ.chemin[-1]): champ.valeur for champ in (*self.champs, *self.autres)}


@dataclass(frozen=True)
class BordereauMontre:
    """Les pièces versées, celles qu'on garde pour soi ; `a_retenir` : les numéros de la liasse ne sont pas retenus."""

    lignes: tuple[Ligne, ...]
    confidentielles: tuple[Piece, ...]
    est_choisi: bool
    a_retenir: bool

    def ligne(self, fichier: str) -> Ligne | None:
        """Celle de ce fichier."""
        return next((ligne for ligne in self.lignes if ligne.piece.fichier == fichier), None)


def montrer_bordereau(etude: Etude, donnees: Mapping[str, Any], sortie: Path) -> BordereauMontre:
    """Le bordereau de cette étude, chaque pièce avec ce que le fichier du dossier en dit."""
    fixes = lister_fixes(etude)
    lignes = tuple(_decrire(etude, donnees, piece, fixes.get(piece.fichier, "")) for piece in etude.bordereau.pieces)
    return BordereauMontre(
        lignes,
        tuple(piece for piece in etude.dossier.pieces if piece.confidentiel),
        bool(donnees.get(CLE)),
        est_a_retenir(etude, sortie),
    )


def _decrire(etude: Etude, donnees: Mapping[str, Any], piece: PieceDossier, fixite: str) -> Ligne:
    champs = _remplir(donnees, piece)
    lieux = tuple(map(nommer, lieux_de(donnees, piece.fichier)))
    return Ligne(
        piece,
        fixite,
        piece.numero in etude.ajoutees,
        lieux,
        tuple(champs[cle] for cle in _D_EMBLEE),
        tuple(champ for cle, champ in champs.items() if cle not in _D_EMBLEE),
        tuple(c for c in etude.constats if c.lieu in lieux),
    )


def _remplir(donnees: Mapping[str, Any], piece: PieceDossier) -> dict[str, Champ]:
    """Les champs de [[pieces]] pour ce fichier ; le titre et la date sont ceux que le bordereau imprime."""
    rang = rang_du_bloc(donnees, piece.fichier)
    bloc = donnees["pieces"][rang] if rang is not None else {}
    imprimes = {"titre": piece.titre, "date": piece.date.isoformat() if piece.date else ""}
    champs = {str(c.chemin[-1]): c for c in decrire_section({"pieces": [bloc]}, ("pieces", 0)).champs}
    return {
        cle: replace(champ, valeur=imprimes.get(cle, champ.valeur))
        for cle, champ in champs.items()
        if cle not in _A_PART
    }

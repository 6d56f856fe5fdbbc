"""Ce qu'un courriel ou une boîte de courriels dit de chaque message : jour, objet, correspondants, corps."""

import datetime as dt
from pathlib import Path
from typing import Any

from generateur.domaine.fichiers import MessageLu
from generateur.erreurs import ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.familles import Famille
from generateur.pieces.limites import Limites
from generateur.pieces.poste import Poste
from generateur.surveillance.provisoires import repertoire_provisoire

_FAMILLES = frozenset({Famille.COURRIEL, Famille.BOITE})
_EXTENSIONS = frozenset({".eml", ".emlx", ".mbox"})


def lire_messages(fichier: Path, atelier: Atelier) -> list[MessageLu]:
    """Les messages du fichier, dans l'ordre ; aucun si ce n'est pas un courriel, ou s'il ne se lit pas."""
    if fichier.suffix.lower() not in _EXTENSIONS:
        return []
    with repertoire_provisoire() as provisoire:
        poste = Poste(atelier, Limites(), None, "", provisoire)
        try:
            poste.verifier_poids(fichier)
            reconnu = poste.lire("reconnaitre", fichier)
            if Famille(reconnu["famille"]) not in _FAMILLES:
                return []
            lus = poste.ouvrir_courriel(fichier, provisoire, reconnu["extension"])
        except ErreurPiece:
            return []
    return [comprendre(lu) for lu in lus["messages"]]


def separer_boite(fichier: Path, atelier: Atelier) -> list[tuple[bytes, MessageLu]]:
    """Chaque message de la boîte : ses octets, qui font un .eml, et ce qu'il dit. Un message illisible est laissé."""
    with repertoire_provisoire() as provisoire:
        poste = Poste(atelier, Limites(), None, "", provisoire)
        try:
            noms = poste.lire(
                "separer_boite", fichier, dossier=str(provisoire), octets_maximaux=poste.limites.octets_courriel
            )["messages"]
        except ErreurPiece:
            return []
        lus = [(nom.read_bytes(), lire_messages(nom, atelier)) for nom in map(Path, noms)]
    return [(octets, messages[0]) for octets, messages in lus if messages]


def comprendre(lu: dict[str, Any]) -> MessageLu:
    """Le message, de ce que l'atelier en a lu."""
    return MessageLu(
        dt.date.fromisoformat(lu["jour"]) if lu["jour"] else None,
        lu["objet"],
        lu["expediteur"],
        lu["destinataires"],
        lu["corps"],
        lu["est_brouillon"],
        frozenset(map(dt.date.fromisoformat, lu["jours"])),
        tuple(lu["adresses"]),
        lu["identifiant"],
    )

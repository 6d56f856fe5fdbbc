"""Ce qu'un courriel ou une boîte de courriels dit de chaque message : jour, objet, correspondants, corps."""

import datetime as dt
from pathlib import Path

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
    return [
        MessageLu(
            dt.date.fromisoformat(m["jour"]) if m["jour"] else None,
            m["objet"],
            m["expediteur"],
            m["destinataires"],
            m["corps"],
            m["est_brouillon"],
        )
        for m in lus["messages"]
    ]

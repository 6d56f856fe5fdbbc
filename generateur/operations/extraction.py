"""Les documents joints à un PDF (le bon de livraison d'une Factur-X…), rangés dans pieces/ pour être versés.

Documents seulement (PDF et images) : le XML d'une facture n'est pas une pièce. Les noms sont choisis ici, sûrs, et un
fichier qui existe n'est jamais écrasé.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generateur.controles.pieces import chemins_cites
from generateur.erreurs import ErreurPiece
from generateur.lecture.socle import DossierLu, lire_dossier
from generateur.pieces.atelier import Atelier
from generateur.pieces.emplacement import localiser
from generateur.pieces.familles import Famille
from generateur.pieces.limites import Limites
from generateur.pieces.poste import Poste
from generateur.publication.rangement import Copies
from generateur.surveillance.provisoires import repertoire_provisoire

_LONGUEUR_NOM = 80
_DOCUMENTS = frozenset({Famille.PDF, Famille.IMAGE})


@dataclass(frozen=True)
class Extrait:
    """Un document sorti d'une pièce : sa pièce, son nom d'origine, le fichier écrit (relatif au dossier)."""

    piece: str
    nom: str
    fichier: str


@dataclass
class Extraction:
    """Ce qui a été extrait d'un dossier, et ce qui ne l'a pas été."""

    reference: str
    extraits: list[Extrait] = field(default_factory=list)
    ecartes: list[str] = field(default_factory=list)


def extraire_documents(source: Path, atelier: Atelier) -> Extraction:
    """Range dans pieces/ les documents joints aux PDF que le dossier cite.

    Lève ErreurLecture si le dossier ne se lit pas, ErreurEcriture si rien ne peut y être écrit ; une pièce illisible
    est passée : « verifier » la signale.
    """
    lu = lire_dossier(source)
    extraction = Extraction(lu.dossier.reference)
    with repertoire_provisoire() as provisoire_commun:
        for rang, (chemin, poste) in enumerate(_postes(lu, atelier, provisoire_commun)):
            provisoire = poste.dossier / f"{rang:04d}"
            provisoire.mkdir()
            for joint in _ouvrir(poste, lu.racine, chemin, provisoire):
                _ranger(poste, lu.racine, chemin, joint, extraction)
    return extraction


def _postes(lu: DossierLu, atelier: Atelier, provisoire: Path) -> Iterator[tuple[str, Poste]]:
    """Chaque fichier cité, une fois, avec son mot de passe."""
    mots_de_passe: dict[str, str | None] = {piece.fichier: piece.mot_de_passe for piece in lu.dossier.pieces}
    for chemin in dict.fromkeys(chemin for _, chemin in chemins_cites(lu.dossier)):
        yield chemin, Poste(atelier, Limites(), None, "", provisoire, mots_de_passe.get(chemin))


def _ouvrir(poste: Poste, racine: Path, chemin: str, provisoire: Path) -> list[dict[str, str]]:
    """Les fichiers joints à une pièce ; aucun si elle n'est pas un PDF ou ne se lit pas."""
    try:
        source = localiser(racine, chemin)
        poste.verifier_poids(source)
        if poste.lire("reconnaitre", source)["famille"] != Famille.PDF:
            return []
        lus = poste.lire(
            "extraire_jointes",
            source,
            mot_de_passe=poste.mot_de_passe,
            dossier=str(provisoire),
            maximum=poste.limites.pieces_jointes,
        )
    except ErreurPiece:
        return []
    jointes: list[dict[str, str]] = lus["jointes"]
    return jointes


def _ranger(poste: Poste, racine: Path, piece: str, joint: dict[str, str], extraction: Extraction) -> None:
    fichier = Path(joint["fichier"])
    try:
        reconnue = poste.lire("reconnaitre", fichier)
    except ErreurPiece:
        reconnue = {"famille": Famille.INCONNUE, "extension": ""}
    if Famille(reconnue["famille"]) not in _DOCUMENTS:
        extraction.ecartes.append(joint["nom"])
        return
    nom = _nommer(Path(piece).stem, joint["nom"], reconnue["extension"])
    copies = Copies(racine)
    cite = copies.prevoir(fichier, nom)
    copies.ecrire(racine)
    extraction.extraits.append(Extrait(piece, joint["nom"], cite))


def _nommer(piece: str, nom: str, extension: str) -> str:
    """« facture-118_bon_de_livraison.pdf » : la pièce d'où vient le document, son nom, l'extension de son contenu."""
    debut, suite = (_ascii(texte) for texte in (piece, Path(nom.replace("\\", "/")).stem))
    corps = "_".join(filter(None, (debut, suite or "document")))
    return f"{corps[: _LONGUEUR_NOM - len(extension)].rstrip('_-')}{extension}"


def _ascii(texte: str) -> str:
    lettres = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "_", lettres).strip("_-")

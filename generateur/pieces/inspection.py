"""Regarde les fichiers d'un dossier sans les convertir : chacun pourra-t-il devenir une pièce ?"""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from generateur.contrats import MoteurRendu
from generateur.domaine.fichiers import Inspection
from generateur.erreurs import ErreurOutilAbsent, ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.emplacement import est_present, localiser
from generateur.pieces.familles import Famille
from generateur.pieces.limites import Limites
from generateur.pieces.travail import Travail


def inspecter(
    racine: Path,
    chemins: Iterable[tuple[str, str | None]],
    *,
    moteur_bureautique: MoteurRendu | None = None,
    limites: Limites | None = None,
    atelier: Atelier | None = None,
) -> dict[str, Inspection]:
    """État de chaque fichier, par chemin saisi ; `chemins` donne (chemin, mot de passe ou None).

    Quelques millisecondes par PDF. Ne lève rien pour un fichier en défaut : c'est ce que dit l'inspection.
    Sans moteur bureautique, un document Word ou Excel est dit illisible ici (code 9). Sans `atelier`, un enfant
    est démarré pour cette seule inspection.
    """
    if atelier is None:
        with Atelier() as ephemere:
            return inspecter(racine, chemins, moteur_bureautique=moteur_bureautique, limites=limites, atelier=ephemere)
    with tempfile.TemporaryDirectory(prefix="pieces-") as provisoire:
        travail = Travail(atelier, limites or Limites(), moteur_bureautique, "", Path(provisoire))
        return {
            chemin: _inspecter(replace(travail, mot_de_passe=mot_de_passe), racine, chemin)
            for chemin, mot_de_passe in chemins
        }


def _inspecter(travail: Travail, racine: Path, chemin: str) -> Inspection:
    try:
        source = localiser(racine, chemin)
        faits = _examiner(travail, source)
    except (ErreurPiece, ErreurOutilAbsent) as erreur:
        return Inspection(
            chemin,
            existe=est_present(racine, chemin),
            lisible=False,
            raison=erreur.message,
            remede=erreur.remede,
            code_sortie=int(erreur.code),
        )
    return Inspection(
        chemin,
        existe=True,
        lisible=True,
        pages=faits.get("pages"),
        texte=faits.get("texte", ""),
        famille=faits["famille"],
        sans_texte=faits.get("sans_texte", False),
        signe=faits.get("signe", False),
        pieces_jointes=tuple(faits.get("pieces_jointes", ())),
    )


def _examiner(travail: Travail, source: Path) -> dict[str, Any]:
    travail.verifier_poids(source)
    reconnue = travail.lire("reconnaitre", source)
    examen = EXAMENS[Famille(reconnue["famille"])]
    return {"famille": reconnue["famille"]} | examen(travail, source, reconnue["extension"])


def _examiner_pdf(travail: Travail, source: Path, _extension: str) -> dict[str, Any]:
    return travail.lire(
        "examiner_pdf",
        source,
        mot_de_passe=travail.mot_de_passe,
        pages_maximales=travail.limites.pages,
    )


def _examiner_image(travail: Travail, source: Path, _extension: str) -> dict[str, Any]:
    faits = travail.lire(
        "examiner_image",
        source,
        pixels=travail.limites.pixels,
        pages_maximales=travail.limites.pages,
    )
    return faits | {"sans_texte": True}


def _examiner_texte(travail: Travail, source: Path, extension: str) -> dict[str, Any]:
    return travail.lire(
        "examiner_texte",
        source,
        octets_maximaux=travail.limites.octets_texte,
        est_page_web=extension == ".html",
    )


def _examiner_courriel(travail: Travail, source: Path, extension: str) -> dict[str, Any]:
    """Lit les messages ; une pièce jointe bureautique demande le même outil qu'une pièce bureautique."""
    with tempfile.TemporaryDirectory(dir=travail.dossier) as jointes:
        lu = travail.ouvrir_courriel(source, Path(jointes), extension)
        noms, textes = [], []
        for message in lu["messages"]:
            textes += [message["objet"], message["corps"]]
            for piece in message["pieces"]:
                noms.append(piece["nom"])
                if piece["fichier"] and _est_bureautique(travail, Path(piece["fichier"])):
                    travail.exiger_bureautique()
    return {"texte": "\n".join(textes), "pieces_jointes": noms}


def _est_bureautique(travail: Travail, fichier: Path) -> bool:
    try:
        famille = travail.lire("reconnaitre", fichier)["famille"]
    except ErreurPiece:
        return False  # une pièce jointe illisible est dite dans la liste des pièces jointes, sans bloquer
    return Famille(famille) is Famille.BUREAUTIQUE


def _examiner_bureautique(travail: Travail, _source: Path, _extension: str) -> dict[str, Any]:
    travail.exiger_bureautique()
    return {}


EXAMENS: dict[Famille, Callable[[Travail, Path, str], dict[str, Any]]] = {
    Famille.PDF: _examiner_pdf,
    Famille.IMAGE: _examiner_image,
    Famille.TEXTE: _examiner_texte,
    Famille.PAGE_WEB: _examiner_texte,
    Famille.COURRIEL: _examiner_courriel,
    Famille.BOITE: _examiner_courriel,
    Famille.BUREAUTIQUE: _examiner_bureautique,
}

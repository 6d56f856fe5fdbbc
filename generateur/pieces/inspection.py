"""Regarde les fichiers d'un dossier sans les convertir : chacun pourra-t-il devenir une pièce ?"""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from generateur.contrats import MoteurRendu
from generateur.domaine.fichiers import Inspection, lire_caches
from generateur.erreurs import ErreurOutilAbsent, ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.copies_figees import figer
from generateur.pieces.correspondance import comprendre
from generateur.pieces.emplacement import est_present, localiser
from generateur.pieces.familles import Famille
from generateur.pieces.fonds import Fonds
from generateur.pieces.limites import Limites
from generateur.pieces.poste import Poste
from generateur.surveillance.provisoires import repertoire_provisoire


def inspecter(
    racine: Path,
    chemins: Iterable[tuple[str, str | None]],
    *,
    moteur_bureautique: MoteurRendu | None = None,
    limites: Limites | None = None,
    atelier: Atelier | None = None,
    fonds: Fonds | None = None,
    est_a_preparer: bool = False,
    copies: Path | None = None,
) -> dict[str, Inspection]:
    """État de chaque fichier, par chemin saisi ; `chemins` donne (chemin, mot de passe ou None).

    Quelques millisecondes par PDF. Ne lève rien pour un fichier en défaut : c'est ce que dit l'inspection.
    Sans moteur bureautique, un document Word ou Excel est dit illisible ici (code 9). Sans `atelier`, un enfant
    est démarré pour cette seule inspection. Un contenu que le fonds connaît n'est pas rouvert ; `est_a_preparer` :
    un PDF est préparé dans la foulée, et attend dans le fonds. `copies` : où chaque fichier est d'abord copié, pour
    n'être plus lu que là.
    """
    if atelier is None:
        with Atelier() as ephemere:
            return inspecter(
                racine,
                chemins,
                moteur_bureautique=moteur_bureautique,
                limites=limites,
                atelier=ephemere,
                fonds=fonds,
                est_a_preparer=est_a_preparer,
                copies=copies,
            )
    with repertoire_provisoire() as provisoire:
        poste = Poste(atelier, limites or Limites(), moteur_bureautique, "", provisoire, fonds=fonds or Fonds())

        def voir(rang_et_demande: tuple[int, tuple[str, str | None]]) -> Inspection:
            rang, (chemin, mot_de_passe) = rang_et_demande
            essai = provisoire / f"{rang:04d}.pdf" if est_a_preparer else None
            return _inspecter(replace(poste, mot_de_passe=mot_de_passe), racine, chemin, essai, copies)

        return {vue.chemin: vue for vue in atelier.traiter_ensemble(voir, enumerate(chemins))}


def _inspecter(poste: Poste, racine: Path, chemin: str, essai: Path | None, copies: Path | None) -> Inspection:
    try:
        source = localiser(racine, chemin)
        poste.verifier_poids(source)
        if copies is not None:
            source = figer(source, chemin, copies)
        empreinte = poste.resumer(source)
        faits = _examiner(poste, source, empreinte, essai)
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
        messages=faits.get("messages", ()),
        empreinte=empreinte,
        caches=lire_caches(faits),
        observations=tuple(faits.get("observations", ())),
        a_regarder=faits.get("a_regarder", False),
    )


def _examiner(poste: Poste, source: Path, empreinte: str, essai: Path | None) -> dict[str, Any]:
    """Ce qu'il y a à savoir du fichier ; un refus n'est pas gardé, il peut ne tenir qu'à un outil absent."""
    cle, _ = poste.cles(empreinte, source)
    if connue := poste.fonds.chercher(cle):
        if connue.faits["famille"] == Famille.BUREAUTIQUE.value:
            poste.exiger_bureautique()
        return connue.faits
    ouverte = poste.ouvrir(source, essai)
    famille = Famille(ouverte["famille"])
    faits = {"famille": famille.value, "extension": ouverte["extension"]}
    if famille is Famille.PDF:
        faits |= ouverte["faits"]
        poste.fonds.ranger(cle, faits, essai)
    else:
        faits |= EXAMENS[famille](poste, source, ouverte["extension"])
        if famille not in {Famille.COURRIEL, Famille.BOITE}:  # leurs pièces jointes peuvent demander un outil
            poste.fonds.ranger(cle, faits, None)
    return faits


def _examiner_image(poste: Poste, source: Path, _extension: str) -> dict[str, Any]:
    faits = poste.lire(
        "examiner_image",
        source,
        pixels=poste.limites.pixels,
        pages_maximales=poste.limites.pages,
        corps_lisible=poste.limites.corps_lisible,
    )
    return faits | {"sans_texte": True}


def _examiner_texte(poste: Poste, source: Path, extension: str) -> dict[str, Any]:
    return poste.lire(
        "examiner_texte",
        source,
        octets_maximaux=poste.limites.octets_texte,
        est_page_web=extension == ".html",
    )


def _examiner_courriel(poste: Poste, source: Path, extension: str) -> dict[str, Any]:
    """Lit les messages ; une pièce jointe bureautique demande le même outil qu'une pièce bureautique."""
    with tempfile.TemporaryDirectory(dir=poste.dossier) as jointes:
        lu = poste.ouvrir_courriel(source, Path(jointes), extension)
        noms, textes, caches = [], [], []
        for message in lu["messages"]:
            textes += [message["objet"], message["corps"]]
            caches += message["caches"]
            for piece in message["pieces"]:
                noms.append(piece["nom"])
                if piece["fichier"]:
                    caches += _examiner_jointe(poste, piece["nom"], Path(piece["fichier"]))
    messages = tuple(replace(comprendre(message), corps="") for message in lu["messages"])
    return {"texte": "\n".join(textes), "pieces_jointes": noms, "messages": messages, "caches": caches}


def _examiner_jointe(poste: Poste, nom: str, fichier: Path) -> list[dict[str, Any]]:
    """Ce que cache la pièce jointe ; lève ErreurOutilAbsent si elle demande un outil qui manque."""
    if poste.profondeur >= poste.limites.profondeur:
        return []
    dessous = replace(poste, profondeur=poste.profondeur + 1)
    try:
        faits = _examiner(dessous, fichier, dessous.resumer(fichier), None)
    except ErreurPiece:
        return []  # une pièce jointe illisible est dite dans la liste des pièces jointes, sans bloquer
    return [asdict(cache.dans(nom)) for cache in lire_caches(faits)]


def _examiner_bureautique(poste: Poste, source: Path, extension: str) -> dict[str, Any]:
    poste.exiger_bureautique()
    return poste.lire("relever_bureautique", source, extension=extension)


EXAMENS: dict[Famille, Callable[[Poste, Path, str], dict[str, Any]]] = {
    Famille.IMAGE: _examiner_image,
    Famille.TEXTE: _examiner_texte,
    Famille.PAGE_WEB: _examiner_texte,
    Famille.COURRIEL: _examiner_courriel,
    Famille.BOITE: _examiner_courriel,
    Famille.BUREAUTIQUE: _examiner_bureautique,
}

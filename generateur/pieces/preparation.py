"""Prépare une pièce : tout document devient un PDF lisible, ou un refus qui dit la raison et le remède.

Une préparation par famille (table PREPARATIONS). Le décodage a lieu dans l'enfant de l'atelier ; les
documents bureautiques passent par LibreOffice, seul fidèle à ce que leurs auteurs ont vu.
"""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from generateur.contrats import Conversion, MoteurRendu
from generateur.domaine.fichiers import ContenuCache, lire_caches
from generateur.domaine.langue import INSECABLE
from generateur.erreurs import ErreurGenerateur, ErreurOutilAbsent, ErreurPiece, ErreurRendu
from generateur.pieces.atelier import Atelier
from generateur.pieces.familles import Famille
from generateur.pieces.fonds import Fonds
from generateur.pieces.limites import Limites
from generateur.pieces.poste import Poste


@dataclass(frozen=True)
class Fidelite:
    """Pages comparées à leur source par le rendu (les autres sont recopiées), et celles qui diffèrent."""

    comparees: int = 0
    differentes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Preparee:
    """Ce qu'est devenue la pièce.

    `pieces_jointes` : fichiers qu'un PDF renferme, à proposer comme pièces. `signe` : l'original signé est à
    garder à côté de la liasse. `sans_texte` : scan dont le texte ne se cherche pas. `caches` : ce que la pièce portait
    sans le montrer, et ce qu'il en est advenu. `emprises` : une par page, vide quand on ne la sait pas
    (domaine/emprises) ; aucune si le document n'était pas un PDF recopié tel quel.
    """

    pages: int
    famille: str
    avertissements: tuple[str, ...] = ()
    pieces_jointes: tuple[str, ...] = ()
    signe: bool = False
    sans_texte: bool = False
    fidelite: Fidelite = Fidelite()
    caches: tuple[ContenuCache, ...] = ()
    emprises: tuple[str, ...] = ()


def preparer_piece(
    source: Path,
    cible: Path,
    *,
    titre: str,
    mot_de_passe: str | None = None,
    moteur_bureautique: MoteurRendu | None = None,
    limites: Limites | None = None,
    atelier: Atelier | None = None,
    fonds: Fonds | None = None,
    empreinte: str = "",
) -> Preparee:
    """Écrit à la cible le PDF de la pièce, entier, sans chiffrement.

    `source` est un chemin déjà vérifié par emplacement.localiser, `empreinte` celle de son contenu si elle est déjà
    prise. Sans `atelier`, un enfant est démarré pour cette seule pièce. Lève ErreurPiece (la pièce est en cause) ou
    ErreurOutilAbsent (il ne manque que LibreOffice), en nommant la pièce ; la cible n'est alors pas écrite.
    """
    if atelier is None:
        with Atelier() as ephemere:
            return preparer_piece(
                source,
                cible,
                titre=titre,
                mot_de_passe=mot_de_passe,
                moteur_bureautique=moteur_bureautique,
                limites=limites,
                atelier=ephemere,
                fonds=fonds,
                empreinte=empreinte,
            )
    # à côté de la cible : l'achèvement est un renommage, jamais une copie à moitié faite
    with tempfile.TemporaryDirectory(prefix=".piece-", dir=cible.parent) as provisoire:
        poste = Poste(
            atelier,
            limites or Limites(),
            moteur_bureautique,
            titre,
            Path(provisoire),
            mot_de_passe,
            fonds=fonds or Fonds(),
        )
        essai = Path(provisoire) / "piece.pdf"
        try:
            preparee = _reprendre_ou_preparer(poste, source, essai, empreinte)
        except (ErreurPiece, ErreurOutilAbsent) as erreur:
            raise _nommer(erreur, titre, source) from erreur
        essai.replace(cible)
    return preparee


def _nommer(erreur: ErreurGenerateur, titre: str, source: Path) -> ErreurGenerateur:
    """L'erreur d'un décodeur ignore de quelle pièce il s'agit : on le dit ici, une fois."""
    return type(erreur)(
        f"La pièce « {titre} » ({source.name}) ne peut pas être jointe. {erreur.message}",
        lieu=erreur.lieu or source.name,
        remede=erreur.remede,
    )


def _reprendre_ou_preparer(poste: Poste, source: Path, cible: Path, empreinte: str) -> Preparee:
    """Le PDF que le fonds a déjà pour ce contenu, sinon un neuf, que le fonds garde."""
    poste.verifier_poids(source)
    preparees = poste.cles(empreinte or poste.resumer(source), source, "préparée", poste.titre)  # à l'examen, ou ici
    for cle in preparees:
        connue = poste.fonds.chercher(cle)
        if connue is not None and connue.donner(cible):
            return _decrire(Famille(connue.faits["famille"]), connue.faits)
    preparee = _preparer(poste, source, cible)
    if Famille(preparee.famille) in _GARDEES:
        poste.fonds.ranger(preparees[-1], asdict(preparee), cible)
    return preparee


def _preparer(poste: Poste, source: Path, cible: Path) -> Preparee:
    poste.verifier_poids(source)
    ouverte = poste.ouvrir(source, cible)
    famille = Famille(ouverte["famille"])
    resultat = ouverte["faits"] or PREPARATIONS[famille](poste, source, cible, ouverte["extension"])
    if resultat["pages"] > poste.limites.pages:
        raise ErreurPiece(
            f"Cette pièce compte {resultat['pages']} pages : le maximum est {poste.limites.pages}.",
            remede="Ne joignez que les pages utiles, ou partagez-la en plusieurs pièces.",
        )
    return _decrire(famille, resultat)


def _decrire(famille: Famille, resultat: dict[str, Any]) -> Preparee:
    return Preparee(
        pages=resultat["pages"],
        famille=famille.value,
        avertissements=tuple(dict.fromkeys(resultat.get("avertissements", ()))),
        pieces_jointes=tuple(resultat.get("pieces_jointes", ())),
        signe=resultat.get("signe", False),
        sans_texte=resultat.get("sans_texte", famille is Famille.IMAGE),
        fidelite=_lire_fidelite(resultat.get("fidelite")),
        caches=lire_caches(resultat),
        emprises=tuple(resultat.get("emprises", ())),
    )


def _lire_fidelite(comparaison: dict[str, Any] | None) -> Fidelite:
    return Fidelite(comparaison["comparees"], tuple(comparaison["differentes"])) if comparaison else Fidelite()


def _preparer_pdf(poste: Poste, source: Path, cible: Path, _extension: str) -> dict[str, Any]:
    return poste.lire(
        "traiter_pdf",
        source,
        cible=str(cible),
        mot_de_passe=poste.mot_de_passe,
        pages_maximales=poste.limites.pages,
    )


def _preparer_image(poste: Poste, source: Path, cible: Path, _extension: str) -> dict[str, Any]:
    return poste.lire(
        "preparer_image",
        source,
        cible=str(cible),
        pixels=poste.limites.pixels,
        pages_maximales=poste.limites.pages,
        corps_lisible=poste.limites.corps_lisible,
    )


def _preparer_texte(poste: Poste, source: Path, cible: Path, extension: str) -> dict[str, Any]:
    return poste.lire(
        "preparer_texte",
        source,
        cible=str(cible),
        titre=poste.titre,
        octets_maximaux=poste.limites.octets_texte,
        pages_maximales=poste.limites.pages,
        est_page_web=extension == ".html",
    )


def _preparer_bureautique(poste: Poste, source: Path, cible: Path, extension: str) -> dict[str, Any]:
    moteur = poste.exiger_bureautique()
    if source.stat().st_size > poste.limites.octets_bureautique:
        raise ErreurPiece(
            f"Ce document bureautique dépasse {poste.limites.octets_bureautique >> 20} Mo.",
            remede="Enregistrez-le en PDF et joignez ce PDF.",
        )
    copie = poste.dossier / f"document{extension}"
    converti = poste.dossier / "document.pdf"
    notes = poste.lire("relever_bureautique", source, extension=extension)
    neutre = poste.lire(
        "neutraliser",
        source,
        cible=str(copie),
        extension=extension,
        octets_decompresses=poste.limites.octets_decompresses,
    )
    try:
        moteur.convertir([Conversion(copie, converti)])
    except ErreurRendu as erreur:
        raise ErreurPiece(
            f"LibreOffice n'a pas pu convertir ce document ({extension.removeprefix('.')}).",
            remede="Ouvrez-le dans son logiciel, enregistrez-le en PDF, et joignez ce PDF.",
        ) from erreur
    resultat = _preparer_pdf(replace(poste, mot_de_passe=None), converti, cible, ".pdf")
    # LibreOffice peut joindre ou signer ce qu'il veut : seul le document d'origine compte
    return {
        "pages": resultat["pages"],
        "sans_texte": False,
        "avertissements": neutre["avertissements"] + resultat["avertissements"],
        "caches": notes["caches"] + [cache for cache in resultat["caches"] if cache["sort"] == "reste"],
    }


def _preparer_courriel(poste: Poste, source: Path, cible: Path, extension: str) -> dict[str, Any]:
    """Chaque message, suivi de ses pièces jointes qui sont des documents ; le sort de chacune est écrit."""
    jointes = poste.dossier / "jointes"
    jointes.mkdir()
    lu = poste.ouvrir_courriel(source, jointes, extension)
    parties: list[Path] = []
    avertissements: list[str] = []
    caches: list[dict[str, Any]] = []
    for rang, message in enumerate(lu["messages"], 1):
        caches += message["caches"]
        annexes = [_preparer_jointe(poste, piece, avertissements, caches) for piece in message["pieces"]]
        composee = poste.dossier / f"message_{rang:04d}.pdf"
        resultat = poste.executer(
            "composer_message",
            len(message["corps"]),
            cible=str(composee),
            titre=poste.titre,
            message=message,
            rang=rang,
            total=len(lu["messages"]),
            pages_maximales=poste.limites.pages,
        )
        avertissements += resultat["avertissements"]
        parties += [composee, *(annexe for annexe in annexes if annexe)]
    octets = sum(partie.stat().st_size for partie in parties)
    reunion = poste.executer("reunir", octets, sources=[str(partie) for partie in parties], cible=str(cible))
    return {"pages": reunion["pages"], "avertissements": avertissements, "sans_texte": False, "caches": caches}


def _preparer_jointe(
    poste: Poste, piece: dict[str, Any], avertissements: list[str], caches: list[dict[str, Any]]
) -> Path | None:
    """Le PDF d'une pièce jointe, None si elle n'est pas reproduite ; écrit son sort dans la fiche."""
    if piece["motif"]:
        piece["sort"] = piece["motif"]
        if piece.get("est_a_signaler"):
            avertissements.append(f"Pièce jointe « {piece['nom']} » : {piece['sort']}.")
        return None
    if poste.profondeur >= poste.limites.profondeur:
        piece["sort"] = "non reproduite, imbriquée trop profondément"
        avertissements.append(f"Pièce jointe « {piece['nom']} » : {piece['sort']}.")
        return None
    rang = sum(1 for chemin in poste.dossier.iterdir() if chemin.is_dir())
    sous_travail = poste.descendre(rang)
    cible = sous_travail.dossier / "jointe.pdf"
    try:
        preparee = _preparer(sous_travail, Path(piece["fichier"]), cible)
    except ErreurPiece as erreur:
        raison = erreur.message[:1].lower() + erreur.message[1:].rstrip(".")
        piece["sort"] = f"non reproduite : {raison}"
        avertissements.append(f"Pièce jointe « {piece['nom']} » non reproduite. {erreur.message} {erreur.remede}")
        return None
    except ErreurOutilAbsent as erreur:
        raise ErreurOutilAbsent(
            f"Sa pièce jointe « {piece['nom']} » n'est pas lisible ici. {erreur.message}", remede=erreur.remede
        ) from erreur
    pages = "1 page" if preparee.pages == 1 else f"{preparee.pages}{INSECABLE}pages"
    piece["sort"] = f"reproduite ci-après, {pages}"
    avertissements += [f"Pièce jointe « {piece['nom']} » : {texte}" for texte in preparee.avertissements]
    caches += [asdict(cache.dans(piece["nom"])) for cache in preparee.caches]
    return cible


# ni les courriels, dont les annexes peuvent demander un outil, ni le bureautique, que le cache des rendus garde déjà
_GARDEES = frozenset({Famille.PDF, Famille.IMAGE, Famille.TEXTE, Famille.PAGE_WEB})
PREPARATIONS: dict[Famille, Callable[[Poste, Path, Path, str], dict[str, Any]]] = {
    Famille.IMAGE: _preparer_image,
    Famille.TEXTE: _preparer_texte,
    Famille.PAGE_WEB: _preparer_texte,
    Famille.COURRIEL: _preparer_courriel,
    Famille.BOITE: _preparer_courriel,
    Famille.BUREAUTIQUE: _preparer_bureautique,
}

"""Une liasse et son manifeste concordent-ils encore ? Relu par pypdf, qui n'a pas servi à l'assembler.

Trois réponses par contrôle : prouvé, diffère, non prouvé (ce qu'il faudrait n'est pas à portée).
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pypdf
from pypdf.errors import PyPdfError

from generateur.contrats import NOM_MANIFESTE
from generateur.domaine.numeros import BLANC, NOMBRE, motif_du_numero, normaliser_numero
from generateur.erreurs import ErreurLecture, ErreurLiasse
from generateur.liasse.sceau_facultatif import juger_sceau
from generateur.publication.manifeste import FichierAnnonce, ManifesteAnnonce, PieceAnnoncee, empreinte, lire_annonce
from generateur.publication.sources import Sources, chercher_sources, joindre

PROFONDEUR_LISIBLE = 7
Etat = Literal["prouve", "differe", "non_prouve"]
ERREURS_PYPDF = (PyPdfError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # nos contrôles disent déjà, en français, ce qui ne va pas
MARQUE_PIECE = re.compile(rf"Pièce{BLANC}n°{BLANC}({NOMBRE})[^\S\n]*\n")
REMEDE_DIFFERENCE = "Produire de nouveau la liasse, ou retrouver l'exemplaire que le manifeste décrit."


@dataclass(frozen=True)
class Controle:
    """Un point vérifié : sur quoi il porte, ce qui en est résulté, et ce qu'il faut en dire, sans redire l'objet."""

    objet: str
    etat: Etat
    message: str


@dataclass(frozen=True)
class Verification:
    """Résultat : conforme si rien ne diffère, entiere si de plus tout a pu être prouvé."""

    fichier: Path
    controles: tuple[Controle, ...]

    @property
    def conforme(self) -> bool:
        """Vrai si aucun contrôle ne diffère."""
        return all(controle.etat != "differe" for controle in self.controles)

    @property
    def entiere(self) -> bool:
        """Vrai si chaque contrôle est prouvé."""
        return all(controle.etat == "prouve" for controle in self.controles)

    def exiger(self) -> None:
        """Lève ErreurLiasse en citant les différences, s'il y en a."""
        differences = [f"{c.objet} : {c.message}" for c in self.controles if c.etat == "differe"]
        if differences:
            raise ErreurLiasse(" ; ".join(differences), lieu=str(self.fichier), remede=REMEDE_DIFFERENCE)


def verifier_liasse(chemin: Path, sources: Path | None = None) -> Verification:
    """Vérifie un dossier produit, ou un PDF dont le manifeste est à côté ou joint.

    `sources` est le dossier d'origine ; sans lui, il est cherché près de la sortie (dossiers/<reference>).
    ErreurLiasse si le manifeste ou la liasse manque ou ne s'ouvre pas ; ErreurLecture si le manifeste est mal formé.
    """
    if chemin.is_dir():
        manifeste = _lire(chemin / NOM_MANIFESTE)
        liasse = joindre(chemin, manifeste.liasse.fichier)
        if liasse is None:
            raise ErreurLecture("Le manifeste désigne une liasse hors de son dossier.", lieu=str(chemin))
        lecteur = _ouvrir(liasse)
        return Verification(liasse, tuple(_controler(liasse, lecteur, manifeste, chemin, sources)))
    lecteur = _ouvrir(chemin)
    a_cote = chemin.parent / NOM_MANIFESTE
    if a_cote.is_file():
        manifeste = _lire(a_cote)
        if PurePosixPath(manifeste.liasse.fichier).name == chemin.name:
            return Verification(chemin, tuple(_controler(chemin, lecteur, manifeste, chemin.parent, sources)))
    joint = _lire_joint(lecteur)
    if joint is None:
        raise ErreurLiasse(
            f"« {chemin.name} » n'a de manifeste ni à côté de lui ni joint.",
            lieu=str(chemin),
            remede=f"Placer {NOM_MANIFESTE} dans le même dossier que la liasse.",
        )
    manifeste = lire_annonce(joint, str(chemin))
    return Verification(chemin, tuple(_controler(chemin, lecteur, manifeste, chemin.parent, sources)))


def _controler(
    liasse: Path, lecteur: pypdf.PdfReader, manifeste: ManifesteAnnonce, dossier: Path, donne: Path | None
) -> Iterator[Controle]:
    annoncees = manifeste.liasse.pages
    sources = chercher_sources(dossier, manifeste.reference, donne)
    yield _comparer_empreinte("liasse", "fichier", liasse, manifeste.liasse.sha256)
    try:
        pages = len(lecteur.pages)
    except ERREURS_PYPDF as erreur:
        raise ErreurLiasse("La liasse ne se lit pas jusqu'au bout.", lieu=str(liasse)) from erreur
    yield Controle(
        "liasse",
        "prouve" if pages == annoncees else "differe",
        f"{pages} pages" if pages == annoncees else f"{pages} pages au lieu de {annoncees}",
    )
    yield from _controler_sceaux(liasse, lecteur, manifeste, dossier)
    yield from _controler_annexes(manifeste, dossier)
    suivante = 0
    for piece in manifeste.pieces:
        nom = f"Pièce n° {piece.numero}"
        yield _controler_piece(lecteur, piece, pages, suivante)
        yield _controler_fichier(nom, piece, dossier)
        yield _controler_source(nom, piece, sources)
        suivante = piece.page_debut + piece.pages
    yield _controler_couverture(lecteur, manifeste.pieces, suivante - 1 if manifeste.pieces else 0)


def _controler_couverture(lecteur: pypdf.PdfReader, pieces: Sequence[PieceAnnoncee], derniere: int) -> Controle:
    """Les pièces du manifeste vont jusqu'à la dernière page, et la liasse n'en porte pas d'autre."""
    annoncees = {piece.numero for piece in pieces}
    marquees = {
        normaliser_numero(marque[1])
        for page in lecteur.pages[derniere:]
        for marque in MARQUE_PIECE.finditer(page.extract_text())
    }
    if not pieces and not marquees:
        return Controle("pièces", "prouve", "Aucune pièce annoncée, aucune tamponnée.")
    if marquees - annoncees:
        ignorees = ", ".join(sorted(marquees - annoncees))
        return Controle("pièces", "differe", f"La liasse porte des pièces que le manifeste ignore : {ignorees}.")
    return Controle("pièces", "prouve", "Le manifeste annonce toutes les pièces de la liasse.")


def _controler_sceaux(
    liasse: Path, lecteur: pypdf.PdfReader, manifeste: ManifesteAnnonce, dossier: Path
) -> Iterator[Controle]:
    """Le sceau de la liasse et de chaque volume à portée ; rien si aucun n'est annoncé ni porté."""
    annonce = manifeste.sceau
    examines = [(liasse, lecteur)]
    for volume in manifeste.volumes if annonce else ():
        fichier = joindre(dossier, volume.fichier)
        if fichier is not None and fichier.is_file():
            examines.append((fichier, _ouvrir(fichier)))
    for fichier, lu in examines:
        if jugement := juger_sceau(fichier, annonce, porte_un_sceau=_porte_un_sceau(lu)):
            etat, message = jugement
            yield Controle(f"sceau de {fichier.name}", etat, message)


def _porte_un_sceau(lecteur: pypdf.PdfReader) -> bool:
    """Un champ de signature rempli ; un formulaire illisible n'en porte pas."""
    try:
        formulaire = lecteur.root_object.get("/AcroForm")
        champs = formulaire.get_object().get("/Fields", ()) if formulaire is not None else ()
        return any("/V" in champ.get_object() and champ.get_object().get("/FT") == "/Sig" for champ in champs)
    except ERREURS_PYPDF:
        return False


def _controler_annexes(manifeste: ManifesteAnnonce, dossier: Path) -> Iterator[Controle]:
    """Les volumes, les originaux gardés et le journal, tels que le manifeste les annonce."""
    annonces: tuple[FichierAnnonce, ...] = (*manifeste.volumes, *manifeste.autres)
    for annonce in annonces:
        fichier = joindre(dossier, annonce.fichier)
        if fichier is None or not fichier.is_file():
            yield Controle(annonce.fichier, "non_prouve", "pas à portée")
        else:
            yield _comparer_empreinte(annonce.fichier, "fichier", fichier, annonce.sha256)


def _controler_piece(lecteur: pypdf.PdfReader, piece: PieceAnnoncee, total: int, suivante: int) -> Controle:
    debut, pages = piece.page_debut, piece.pages
    if debut < max(1, suivante) or debut + pages - 1 > total:
        nom = f"Pièce n° {piece.numero}"
        return Controle(nom, "differe", f"les pages {debut} à {debut + pages - 1} ne lui reviennent pas")
    return _controler_marques(lecteur, piece.numero, debut, total)


def _controler_marques(lecteur: pypdf.PdfReader, numero: str, page: int, total: int) -> Controle:
    nom = f"Pièce n° {numero}"
    try:
        feuille = lecteur.pages[page - 1]
        if _profondeur(feuille.get("/Resources")) > PROFONDEUR_LISIBLE:
            return Controle(nom, "non_prouve", f"le dessin de la page {page} est trop imbriqué")
        texte = re.sub(r"\s+", " ", feuille.extract_text())
    except ERREURS_PYPDF:
        return Controle(nom, "non_prouve", f"le texte de la page {page} ne se lit pas")
    manque = [
        libelle
        for libelle, motif in (
            ("le tampon", rf"Pièce n° {motif_du_numero(numero)}"),
            ("le folio", rf"(?<![0-9]){page} / {total}(?![0-9])"),
        )
        if not re.search(motif, texte)
    ]
    if manque:
        return Controle(nom, "differe", f"{' et '.join(manque)} ne se lit pas à la page {page}")
    return Controle(nom, "prouve", f"tampon et folio lus page {page}")


def _profondeur(ressources: Any) -> int:
    """Imbrication des formes d'une page : pypdf les déploie toutes, et elles peuvent se multiplier sans fin."""
    niveau, suivants = 0, [ressources]
    while niveau <= PROFONDEUR_LISIBLE:
        formes: dict[int, Any] = {}
        for courantes in suivants:
            objets = courantes.get_object().get("/XObject") if courantes is not None else None
            for objet in objets.get_object().values() if objets is not None else ():
                formes[id(objet.get_object())] = objet.get_object().get("/Resources")
        if not formes:
            break
        niveau, suivants = niveau + 1, list(formes.values())
    return niveau


def _controler_fichier(nom: str, piece: PieceAnnoncee, dossier: Path) -> Controle:
    """La pièce tamponnée, écrite à part."""
    fichier = joindre(dossier, piece.fichier)
    if fichier is None or not fichier.is_file():
        return Controle(nom, "non_prouve", "fichier tamponné pas à portée")
    return _comparer_empreinte(nom, "fichier tamponné", fichier, piece.sha256)


def _controler_source(nom: str, piece: PieceAnnoncee, sources: Sources) -> Controle:
    """La source de la pièce, par son chemin, sinon par son empreinte."""
    relatif, attendue = piece.source, piece.source_sha256
    if relatif is not None:
        fichier = sources.trouver(relatif)
        if fichier is not None:
            return _comparer_empreinte(nom, "source", fichier, attendue)
    elif attendue and sources.contient(attendue):
        return Controle(nom, "prouve", "source identique")
    return Controle(nom, "non_prouve", "source pas à portée" + (f" ({relatif})" if relatif is not None else ""))


def _comparer_empreinte(objet: str, libelle: str, fichier: Path, attendue: str) -> Controle:
    if not attendue:
        return Controle(objet, "non_prouve", f"{libelle} : empreinte absente du manifeste")
    if empreinte(fichier) == attendue:
        return Controle(objet, "prouve", f"{libelle} identique")
    return Controle(objet, "differe", f"{libelle} : ce n'est plus ce que le manifeste décrit")


def _ouvrir(liasse: Path) -> pypdf.PdfReader:
    try:
        if liasse.exists() and not liasse.is_file():  # un périphérique se lirait sans fin
            raise IsADirectoryError
        return pypdf.PdfReader(liasse)
    except FileNotFoundError as erreur:
        raise ErreurLiasse(
            f"La liasse « {liasse.name} » est introuvable.",
            lieu=str(liasse),
            remede="Indiquer le dossier produit, ou le PDF de la liasse.",
        ) from erreur
    except (*ERREURS_PYPDF, OSError) as erreur:
        raise ErreurLiasse(
            f"« {liasse.name} » ne s'ouvre pas comme un PDF.", lieu=str(liasse), remede=REMEDE_DIFFERENCE
        ) from erreur


def _lire_joint(lecteur: pypdf.PdfReader) -> bytes | None:
    try:
        contenus = lecteur.attachments.get(NOM_MANIFESTE)
        return contenus[0] if contenus else None
    except ERREURS_PYPDF:
        return None


def _lire(chemin: Path) -> ManifesteAnnonce:
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        raise ErreurLiasse(
            f"Le manifeste « {chemin.name} » est introuvable ou illisible.",
            lieu=str(chemin),
            remede="Indiquer le dossier produit, ou le PDF de la liasse avec son manifeste à côté.",
        ) from erreur
    return lire_annonce(octets, str(chemin))

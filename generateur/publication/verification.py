"""Une liasse et son manifeste concordent-ils encore ? Relu par pypdf, qui n'a pas servi à l'assembler.

Trois réponses par contrôle : prouvé, diffère, non prouvé (ce qu'il faudrait n'est pas à portée).
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.domaine.numeros import BLANC, NOMBRE, motif_du_numero, normaliser_numero, ordonner_numero
from generateur.erreurs import ErreurLecture, ErreurLiasse
from generateur.liasse.empreintes_pages import ERREURS_PDF, NON_COUVERT, resumer_fichier
from generateur.liasse.sceau_facultatif import juger_sceau
from generateur.publication.echange import reparer_si_besoin
from generateur.publication.inventaire_publie import lister_inconnus
from generateur.publication.manifeste import (
    ManifesteAnnonce,
    PieceAnnoncee,
    est_intact,
    lire_annonce,
    lire_contenu,
)
from generateur.publication.preuve import REMEDE_DIFFERENCE, Controle, Etat, Verification, comparer_empreinte, est_la
from generateur.publication.sources import Sources, chercher_sources, joindre
from generateur.surveillance.ordinaire import lire_ordinaire

PROFONDEUR_LISIBLE = 7
ERREURS_PYPDF = (PyPdfError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # nos contrôles disent déjà, en français, ce qui ne va pas
MARQUE_PIECE = re.compile(rf"Pièce{BLANC}n°{BLANC}({NOMBRE})[^\S\n]*\n")


def verifier_liasse(chemin: Path, sources: Path | None = None) -> Verification:
    """Vérifie un dossier produit, ou un PDF dont le manifeste est à côté ou joint.

    `sources` est le dossier d'origine ; sans lui, il est cherché près de la sortie (dossiers/<reference>).
    ErreurLiasse si le manifeste ou la liasse manque ou ne s'ouvre pas ; ErreurLecture si le manifeste est mal formé.
    """
    reparer_si_besoin(chemin if chemin.suffix.lower() != ".pdf" else chemin.parent)
    if chemin.is_dir():
        octets = _lire(chemin / NOM_MANIFESTE)
        manifeste = lire_annonce(octets, str(chemin / NOM_MANIFESTE))
        liasse = joindre(chemin, manifeste.liasse.fichier)
        if liasse is None:
            raise ErreurLecture("Le manifeste désigne une liasse hors de son dossier.", lieu=str(chemin))
        etabli = _Etabli(liasse, _ouvrir(liasse), manifeste, chemin, sources, est_complet=True)
        return Verification(liasse, (_controler_manifeste(octets), *_controler(etabli)))
    lecteur = _ouvrir(chemin)
    a_cote = chemin.parent / NOM_MANIFESTE
    if a_cote.is_file():
        octets = _lire(a_cote)
        manifeste = lire_annonce(octets, str(a_cote))
        if PurePosixPath(manifeste.liasse.fichier).name == chemin.name:
            est_complet = any((chemin.parent / nom).is_dir() for nom in ("actes", "pieces"))
            etabli = _Etabli(chemin, lecteur, manifeste, chemin.parent, sources, est_complet=est_complet)
            return Verification(chemin, (_controler_manifeste(octets), *_controler(etabli)))
    joints = _lire_joints(lecteur)
    if not joints:
        raise ErreurLiasse(
            f"« {chemin.name} » n'a de manifeste ni à côté de lui ni joint.",
            lieu=str(chemin),
            remede=f"Placer {NOM_MANIFESTE} dans le même dossier que la liasse.",
        )
    manifeste = lire_annonce(joints[0], str(chemin))
    etabli = _Etabli(chemin, lecteur, manifeste, chemin.parent, sources, est_complet=False)
    return Verification(chemin, (*_dire_hors_de_portee(len(joints)), *_controler(etabli)))


@dataclass(frozen=True)
class _Etabli:
    """Ce qu'on vérifie ; `est_complet` : tout le répertoire produit est là, un fichier absent y manque."""

    liasse: Path
    lecteur: pypdf.PdfReader
    manifeste: ManifesteAnnonce
    dossier: Path
    sources: Path | None
    est_complet: bool


def _controler_manifeste(octets: bytes) -> Controle:
    """Total, procédure, verdict, titres : le manifeste est celui qui a été écrit, ou ne l'est plus."""
    intact = est_intact(lire_contenu(octets))
    if intact is None:
        return Controle("manifeste", "non_prouve", "il ne porte pas son empreinte (version d'avant)")
    if not intact:
        return Controle("manifeste", "differe", "son contenu (total, procédure, verdict, titres…) a été changé")
    return Controle("manifeste", "prouve", "total, procédure, verdict et titres sont ceux qui ont été écrits")


def _dire_hors_de_portee(joints: int) -> Iterator[Controle]:
    """Avec le PDF seul, le manifeste joint prouve que rien n'a bougé depuis lui, non qu'il est celui d'origine."""
    if joints > 1:
        yield Controle("manifeste joint", "differe", f"il y en a {joints} : un seul a été écrit")
    yield Controle(
        "manifeste joint", "non_prouve", "rien ne dit qu'il est celui d'origine : il faut manifeste.json, ou un sceau"
    )
    yield Controle("actes", "non_prouve", "leurs fichiers Word et PDF, le total, la procédure et le verdict aussi")


def _controler(etabli: _Etabli) -> Iterator[Controle]:
    liasse, lecteur, manifeste, dossier = etabli.liasse, etabli.lecteur, etabli.manifeste, etabli.dossier
    annoncees = manifeste.liasse.pages
    sources = chercher_sources(dossier, manifeste.reference, etabli.sources)
    yield comparer_empreinte("liasse", "fichier", liasse, manifeste.liasse.sha256)
    try:
        pages = len(lecteur.pages)
    except ERREURS_PYPDF as erreur:
        raise ErreurLiasse("La liasse ne se lit pas jusqu'au bout.", lieu=str(liasse)) from erreur
    yield Controle(
        "liasse",
        "prouve" if pages == annoncees else "differe",
        f"{pages} pages" if pages == annoncees else f"{pages} pages au lieu de {annoncees}",
    )
    yield from _controler_pages(liasse, manifeste)
    yield from _controler_sceaux(liasse, lecteur, manifeste, dossier)
    yield from _controler_annexes(etabli)
    suivante = 0
    for piece in manifeste.pieces:
        nom = f"Pièce n° {piece.numero}"
        yield _controler_piece(lecteur, piece, pages, suivante)
        yield _controler_fichier(nom, piece, etabli)
        yield _controler_source(nom, piece, sources)
        suivante = piece.page_debut + piece.pages
    yield _controler_couverture(lecteur, manifeste.pieces)


def _controler_pages(liasse: Path, manifeste: ManifesteAnnonce) -> Iterator[Controle]:
    """Ce que chaque page montre, et ce qui vaut pour tout le document, quand le manifeste en donne l'empreinte."""
    annoncees = manifeste.liasse.pages_sha256
    if not annoncees:
        if not manifeste.liasse.sha256:
            yield Controle("contenu des pages", "non_prouve", "le manifeste joint n'en donne pas l'empreinte")
        return
    try:
        lues = resumer_fichier(liasse)
    except ERREURS_PDF:
        yield Controle("contenu des pages", "non_prouve", "le fichier ne se lit pas assez pour le dire")
        return
    changees = [
        str(rang) for rang, (lue, annoncee) in enumerate(zip_longest(lues.pages, annoncees), start=1) if lue != annoncee
    ]
    if changees:
        yield Controle("contenu des pages", "differe", f"elles ne montrent plus la même chose : {', '.join(changees)}")
    else:
        yield Controle("contenu des pages", "prouve", "texte, images, liens et annotations identiques")
    if lues.document != manifeste.liasse.document_sha256:
        yield Controle("document", "differe", "signets, étiquettes, champs, actions, titres ou fichiers joints changés")
    else:
        yield Controle("document", "prouve", "signets, étiquettes, champs, actions, titres, fichiers joints identiques")
    yield Controle("hors des empreintes", "non_prouve", NON_COUVERT)


def _controler_couverture(lecteur: pypdf.PdfReader, pieces: Sequence[PieceAnnoncee]) -> Controle:
    """Aucune page hors des pièces annoncées ne porte leur marque : le manifeste n'en tait pas une."""
    annoncees = {piece.numero for piece in pieces}
    siennes = _etendre(lecteur, pieces, suivantes=True)
    marquees: set[str] = set()
    for rang, page in enumerate(lecteur.pages, start=1):
        if rang in siennes:  # une page suivante d'une pièce : son document peut citer d'autres numéros
            continue
        try:
            texte = page.extract_text()
        except ERREURS_PYPDF:
            continue
        debut = texte.lstrip()
        marquees |= {normaliser_numero(marque[1]) for marque in MARQUE_PIECE.finditer(debut)}
    ignorees = sorted(marquees - annoncees, key=ordonner_numero)
    if ignorees:
        liste = ", ".join(ignorees)
        return Controle("pièces", "differe", f"La liasse porte des pièces que le manifeste ignore : {liste}.")
    trous = _trouver_trous(lecteur, pieces)
    if trous:
        return Controle("pièces", "differe", f"Des pages ne reviennent à aucune pièce annoncée : {', '.join(trous)}.")
    if not pieces:
        return Controle("pièces", "prouve", "Aucune pièce annoncée, aucune tamponnée.")
    return Controle("pièces", "prouve", "Le manifeste annonce toutes les pièces de la liasse.")


def _trouver_trous(lecteur: pypdf.PdfReader, pieces: Sequence[PieceAnnoncee]) -> list[str]:
    """Les pages, après la première pièce, qui ne sont à aucune ; un verso laissé blanc n'en est pas un."""
    if not pieces:
        return []
    couvertes = _etendre(lecteur, pieces)
    premiere = max(1, min(piece.page_debut for piece in pieces))
    trous = (page for page in range(premiere, len(lecteur.pages) + 1) if page not in couvertes)
    return [str(page) for page in trous if not _est_verso_blanc(lecteur, page)]


def _etendre(lecteur: pypdf.PdfReader, pieces: Sequence[PieceAnnoncee], *, suivantes: bool = False) -> set[int]:
    """Les pages de la liasse annoncées pour ces pièces, sans leur première si `suivantes` ; rien au-delà du PDF."""
    total = len(lecteur.pages)
    return {
        page
        for piece in pieces
        for page in range(max(1, piece.page_debut + suivantes), min(total + 1, piece.page_debut + piece.pages))
    }


def _est_verso_blanc(lecteur: pypdf.PdfReader, page: int) -> bool:
    """Une page paire où il n'y a que le folio."""
    try:
        feuille = lecteur.pages[page - 1]
        texte = re.sub(r"\s+", " ", feuille.extract_text()).strip()
        return page % 2 == 0 and texte in {"", f"{page} / {len(lecteur.pages)}"} and not feuille.images
    except ERREURS_PYPDF:
        return False


def _controler_sceaux(
    liasse: Path, lecteur: pypdf.PdfReader, manifeste: ManifesteAnnonce, dossier: Path
) -> Iterator[Controle]:
    """Le sceau de la liasse et de chaque volume à portée ; rien si aucun n'est annoncé ni porté."""
    annonce = manifeste.sceau
    examines = [(liasse, lecteur)]
    for volume in manifeste.volumes if annonce else ():
        fichier = joindre(dossier, volume.fichier)
        if fichier is not None and est_la(fichier):
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


def _controler_annexes(etabli: _Etabli) -> Iterator[Controle]:
    """Les actes, les volumes, les originaux gardés et le journal, tels que le manifeste les annonce."""
    manifeste = etabli.manifeste
    actes = (fichier for acte in manifeste.actes for fichier in (acte.docx, acte.pdf))
    for annonce in (*actes, *manifeste.volumes, *manifeste.autres):
        fichier = joindre(etabli.dossier, annonce.fichier)
        if fichier is None or not est_la(fichier):
            yield Controle(annonce.fichier, *_dire_absent(etabli, "fichier"))
        else:
            yield comparer_empreinte(annonce.fichier, "fichier", fichier, annonce.sha256)
    if etabli.est_complet:
        for chemin in lister_inconnus(etabli.dossier, manifeste):
            yield Controle(chemin, "non_prouve", "le manifeste n'annonce pas ce fichier")


def _dire_absent(etabli: _Etabli, quoi: str) -> tuple[Etat, str]:
    """Dans un répertoire produit entier, ce qui n'est pas là manque ; ailleurs, cela ne prouve rien."""
    return ("differe", f"{quoi} absent") if etabli.est_complet else ("non_prouve", f"{quoi} pas à portée")


def _controler_piece(lecteur: pypdf.PdfReader, piece: PieceAnnoncee, total: int, suivante: int) -> Controle:
    debut, pages = piece.page_debut, piece.pages
    if pages < 1 or debut < max(1, suivante) or debut + pages - 1 > total:
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


def _controler_fichier(nom: str, piece: PieceAnnoncee, etabli: _Etabli) -> Controle:
    """La pièce tamponnée, écrite à part."""
    fichier = joindre(etabli.dossier, piece.fichier)
    if fichier is None:
        return Controle(nom, "non_prouve", "fichier tamponné pas à portée")
    if not est_la(fichier):
        return Controle(nom, *_dire_absent(etabli, "fichier tamponné"))
    return comparer_empreinte(nom, "fichier tamponné", fichier, piece.sha256)


def _controler_source(nom: str, piece: PieceAnnoncee, sources: Sources) -> Controle:
    """La source de la pièce, par son chemin, sinon par son empreinte."""
    relatif, attendue = piece.source, piece.source_sha256
    if relatif is not None:
        fichier = sources.trouver(relatif)
        if fichier is not None:
            return comparer_empreinte(nom, "source", fichier, attendue)
    elif attendue and sources.contient(attendue):
        return Controle(nom, "prouve", "source identique")
    return Controle(nom, "non_prouve", "source pas à portée" + (f" ({relatif})" if relatif is not None else ""))


def _ouvrir(liasse: Path) -> pypdf.PdfReader:
    try:
        if liasse.exists() and not liasse.is_file():  # un périphérique se lirait sans fin
            raise IsADirectoryError
        lecteur = pypdf.PdfReader(liasse)
        if lecteur.is_encrypted:
            raise ErreurLiasse(
                f"« {liasse.name} » est chiffrée : ce n'est plus la liasse qui a été produite.",
                lieu=str(liasse),
                remede="Vérifier l'exemplaire d'origine, sans mot de passe ; le programme n'en met jamais.",
            )
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
    return lecteur


def _lire_joints(lecteur: pypdf.PdfReader) -> list[bytes]:
    try:
        return list(lecteur.attachments.get(NOM_MANIFESTE) or ())
    except ERREURS_PYPDF:
        return []


def _lire(chemin: Path) -> bytes:
    try:
        return lire_ordinaire(chemin)
    except OSError as erreur:
        raise ErreurLiasse(
            f"Le manifeste « {chemin.name} » est introuvable ou illisible.",
            lieu=str(chemin),
            remede="Indiquer le dossier produit, ou le PDF de la liasse avec son manifeste à côté.",
        ) from erreur

"""Assemble la liasse : actes puis pièces tamponnées, folios, signets, liens, métadonnées, octets stables.

L'assemblage est confié à pikepdf (qpdf) : pypdf perd des signets (destination nommée, action, parent sans page)
et échoue sur 88 des 513 PDF difficiles que qpdf ouvre. pypdf relit la liasse en tiers dans verification.py ;
pypdfium2 lit le texte positionné des actes et mesure l'encre des pages.

Chaque document est rendu inerte puis écrit à part (pièces tamponnées), qpdf les met bout à bout sans les charger
en mémoire, et une seule passe pose folios, liens et signets sur le résultat.
"""

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurEcriture, ErreurPiece, raison_du_systeme
from generateur.liasse.amenagement import EstLibre, amenager, echelle_des_marques
from generateur.liasse.apports import Apport, apporter_acte, apporter_piece, nommer_acte, nommer_piece
from generateur.liasse.archivage import declarer_pdfa, juger_pdfa, retirer_declaration
from generateur.liasse.bordereau import lire_rangees
from generateur.liasse.calques import reunir_calques
from generateur.liasse.citations import Renvoi, lire_renvois, refuser_citations_fausses
from generateur.liasse.destinations import HAUT_DE_PAGE, Destination, rattacher_liens
from generateur.liasse.ecriture import decrire, enregistrer
from generateur.liasse.empreintes_pages import resumer_pages
from generateur.liasse.encre import ouvrir_mesureur
from generateur.liasse.geometrie import IDENTITE, Cadre, Matrice, Rectangle, composer, lire_cadre, transformer_rectangle
from generateur.liasse.marques import Habilleur, dessiner_folio, dessiner_projet, mesurer_folio
from generateur.liasse.ouverture_pdf import mesurer, nommer_la_faute
from generateur.liasse.plan import NOM_BORDEREAU, Assemblage, Options, PageMarquee, Pagination, PlanLiasse, paginer
from generateur.liasse.reunion import reunir
from generateur.liasse.signets import Signet, attribuer_etiquettes, decaler_signets, ecrire_signets
from generateur.liasse.volumes import decouper

__all__ = ["assembler", "mesurer", "prevoir_pages"]

DRAPEAU_IMPRIME = 4


def prevoir_pages(plan: PlanLiasse, options: Options | None = None) -> Pagination:
    """Où commencera chaque acte et chaque pièce, pages mesurées ; à refaire tant que le bordereau en change."""
    reglages = options or Options()
    return paginer(
        [(acte.nom, mesurer(acte.pdf, nommer_acte(acte))) for acte in plan.actes],
        [(piece.numero, mesurer(piece.pdf, nommer_piece(piece))) for piece in plan.pieces],
        versos_blancs=reglages.versos_blancs,
    )


def assembler(plan: PlanLiasse, cible: Path, dossier_pieces: Path, options: Options | None = None) -> Assemblage:
    """Écrit la liasse et les pièces tamponnées ; ErreurPiece nomme la pièce impossible, sa raison, son remède.

    ErreurLiasse : pièce non citée, citation d'une pièce absente, bordereau qui annonce une autre page.
    """
    reglages = options or Options()
    plan.verifier()
    reglages.verifier()
    pagination = prevoir_pages(plan, reglages)
    try:
        cible.parent.mkdir(parents=True, exist_ok=True)
        dossier_pieces.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cible.parent, prefix=".liasse-") as chantier:
            assemblage, apports = _assembler(plan, cible, dossier_pieces, reglages, pagination, Path(chantier))
        if reglages.max_octets:
            elements = [(apport.signet, apport.debut, apport.pages) for apport in apports]
            assemblage = replace(assemblage, volumes=decouper(cible, plan, elements, reglages.max_octets))
    except OSError as erreur:
        raise ErreurEcriture(f"L'écriture a échoué : {raison_du_systeme(erreur)}.", lieu=str(cible)) from erreur
    return assemblage


def _assembler(
    plan: PlanLiasse,
    cible: Path,
    dossier_pieces: Path,
    options: Options,
    pagination: Pagination,
    chantier: Path,
) -> tuple[Assemblage, list[Apport]]:
    actes = [apporter_acte(acte, plan, pagination, chantier, options) for acte in plan.actes]
    pieces = [apporter_piece(piece, plan, pagination, dossier_pieces, chantier, options) for piece in plan.pieces]
    apports = [*actes, *(apport for apport, _ in pieces)]
    assemblage = Assemblage(
        fichier=cible,
        sha256="",
        pages=pagination.total,
        pages_actes=pagination.pages_actes,
        pages_debut=pagination.pages_debut,
        pieces=tuple(piece for _, piece in pieces),
        obstacles_pdfa=tuple(obstacle for apport in apports for obstacle in apport.obstacles),
    )
    renvois = _relever_renvois(plan, pagination, options)
    with nommer_la_faute(f"Liasse {plan.reference}"), _reunir(apports) as liasse:
        marquees = _finir(liasse, plan, apports, renvois, pagination, options)
        assemblage = replace(assemblage, pages_marquees=() if plan.projet else marquees)
        est_declaree = options.pdfa and not assemblage.obstacles_pdfa
        (declarer_pdfa if est_declaree else decrire)(
            liasse, titre=plan.titre, auteur=plan.auteur, jour=plan.date_creation
        )
        if options.manifeste_joint is not None:
            with contextlib.suppress(RecursionError):  # imbriquée sans fin, elle se dira « non prouvée »
                assemblage = replace(assemblage, empreintes=resumer_pages(liasse))
            joint = options.manifeste_joint
            _joindre_manifeste(liasse, joint if isinstance(joint, bytes) else joint(assemblage))
        graine = "\n".join([plan.reference, plan.titre, *(piece.sha256 for piece in assemblage.pieces)])
        empreinte = enregistrer(liasse, cible, graine)
        if est_declaree and (refus := juger_pdfa(cible)):
            assemblage = replace(assemblage, obstacles_pdfa=tuple(f"Liasse : {raison}" for raison in refus))
            retirer_declaration(liasse, titre=plan.titre, auteur=plan.auteur, jour=plan.date_creation)
            empreinte = enregistrer(liasse, cible, graine)
        return replace(assemblage, sha256=empreinte), apports


def _joindre_manifeste(liasse: pikepdf.Pdf, contenu: bytes) -> None:
    """Le manifeste réduit, en fichier joint, sans date : les octets ne dépendent que de lui."""
    flux = Stream(liasse, contenu)
    flux[Name.Type], flux[Name.Subtype] = Name.EmbeddedFile, Name("/application#2Fjson")
    fiche = Dictionary(
        Type=Name.Filespec,
        F=String(NOM_MANIFESTE),
        UF=String(NOM_MANIFESTE),
        EF=Dictionary(F=flux),
        AFRelationship=Name.Data,
    )
    noms = Array([String(NOM_MANIFESTE), liasse.make_indirect(fiche)])
    liasse.Root[Name.Names] = Dictionary(EmbeddedFiles=Dictionary(Names=noms))


def _relever_renvois(plan: PlanLiasse, pagination: Pagination, options: Options) -> list[tuple[int, Renvoi]]:
    """Liens à poser sur les actes : (première page de l'acte, renvoi) ; contrôle citations et bordereau."""
    ordre = [piece.numero for piece in plan.pieces]
    renvois: list[tuple[int, Renvoi]] = []
    cites: set[str] = set()
    for acte in plan.actes:
        debut = pagination.pages_actes[acte.nom]
        if acte.nom == NOM_BORDEREAU:
            renvois += [(debut, renvoi) for renvoi in lire_rangees(acte.pdf, pagination.pages_debut)]
            continue
        trouves, numeros = lire_renvois(acte.pdf, ordre)
        renvois += [(debut, renvoi) for renvoi in trouves]
        cites |= numeros
    if options.exiger_citations:
        refuser_citations_fausses(plan, cites)
    return renvois


def _reunir(apports: Sequence[Apport]) -> pikepdf.Pdf:
    try:
        return reunir([(apport.fichier, "1-z") for apport in apports])
    except ErreurPiece:
        for apport in apports:  # qpdf ne dit pas lequel : celui qui ne se relit pas
            mesurer(apport.fichier, apport.lieu)
        raise


def _finir(
    liasse: pikepdf.Pdf,
    plan: PlanLiasse,
    apports: list[Apport],
    renvois: list[tuple[int, Renvoi]],
    pagination: Pagination,
    options: Options,
) -> tuple[PageMarquee, ...]:
    """Pose ce qui vaut pour toute la liasse : versos blancs, folios, filigrane, liens, signets, métadonnées.

    Rend les pages de pièces à comparer à ce qu'elles étaient.
    """
    _inserer_versos(liasse, apports)
    pages = [page.obj for page in liasse.pages]
    matrices, marquees = _folioter(liasse, pages, plan, apports, options)
    signets = []
    for apport in apports:
        debut, fin = apport.debut - 1, apport.debut - 1 + apport.pages
        rattacher_liens(pages[debut:fin], apport.liens, matrices[debut:fin])
        enfants = decaler_signets(apport.signets, debut)
        signets.append(Signet(apport.signet, Destination(debut, HAUT_DE_PAGE, ()), enfants))
    for debut, renvoi in renvois:
        rang = debut - 1 + renvoi.page
        _poser_lien(pages[rang], matrices[rang], renvoi.zone, pages[pagination.pages_debut[renvoi.numero] - 1])
    ecrire_signets(liasse, signets, pages, matrices)
    attribuer_etiquettes(liasse)
    if any(apport.calques for apport in apports):
        reunir_calques(liasse)
    liasse.Root[Name.PageMode] = Name.UseOutlines
    return tuple(marquees)


def _inserer_versos(liasse: pikepdf.Pdf, apports: list[Apport]) -> None:
    """Ajoute les pages blanches que la pagination a prévues, au format de la page qu'elles suivent."""
    place = 0
    for apport in apports:
        if apport.debut - 1 > place:
            largeur, hauteur = lire_cadre(liasse.pages[place - 1].obj).dimensions
            liasse.add_blank_page(page_size=(largeur, hauteur))
            blanche = liasse.pages[-1]
            del liasse.pages[-1]
            liasse.pages.insert(place, blanche)
            place += 1
        place += apport.pages


def _folioter(
    liasse: pikepdf.Pdf,
    pages: Sequence[pikepdf.Object],
    plan: PlanLiasse,
    apports: list[Apport],
    options: Options,
) -> tuple[list[Matrice], list[PageMarquee]]:
    """Folio « n / total » et filigrane sur chaque page ; rend le déplacement de chacune, et celles à comparer."""
    habilleur = Habilleur(liasse)
    marquees: list[PageMarquee] = []
    matrices = [IDENTITE] * len(pages)
    restantes = set(range(len(pages)))
    for apport in apports:
        with ouvrir_mesureur(apport.source, apport.emprises) as mesureur:
            for rang in range(apport.pages):
                place = apport.debut - 1 + rang
                page, cadre = pages[place], lire_cadre(pages[place])
                if rang in apport.folio_degage:
                    habilleur.partager_police(page)
                    libre: EstLibre = _toujours
                else:
                    libre = mesureur.verifier_zone(rang, cadre, page)
                est_legere = mesureur.est_legere(page)
                matrices[place], folio = _poser_folio(habilleur, page, cadre, place, len(pages), plan, options, libre)
                restantes.discard(place)
                marquee = _decrire_page(apport, rang, matrices[place], folio)
                if marquee is not None and (est_legere or marquee.contenu != IDENTITE):
                    marquees.append(marquee)
    for place in restantes:
        cadre = lire_cadre(pages[place])
        _poser_folio(habilleur, pages[place], cadre, place, len(pages), plan, options, _toujours)
    return matrices, marquees


def _decrire_page(apport: Apport, rang: int, matrice: Matrice, folio: Rectangle) -> PageMarquee | None:
    """La page d'une pièce, ce que tampon et folio lui ont fait ; None pour un acte."""
    if apport.piece is None:
        return None
    contenu, tampon = apport.poses.get(rang, (IDENTITE, None))
    marques = (folio,) if tampon is None else (folio, transformer_rectangle(matrice, tampon))
    return PageMarquee(
        apport.debut + rang, apport.piece.numero, apport.piece.pdf, rang, composer(contenu, matrice), marques
    )


def _poser_folio(
    habilleur: Habilleur,
    page: pikepdf.Object,
    cadre: Cadre,
    place: int,
    total: int,
    plan: PlanLiasse,
    options: Options,
    libre: EstLibre,
) -> tuple[Matrice, Rectangle]:
    """Rend le déplacement du contenu, et où est le folio, dans le repère du PDF."""
    corps = options.folio_taille * echelle_des_marques(cadre)
    taille = mesurer_folio(total, corps)
    pose = amenager(
        cadre,
        place_tampon=options.tampon_place,
        taille_tampon=None,
        place_folio=options.folio_place,
        taille_folio=taille,
        folio_libre=libre,
        tampon_libre=libre,
    )
    marques = dessiner_folio(place + 1, total, corps, pose.folio or (0.0, 0.0), taille, options.folio_place)
    if plan.projet:
        marques = dessiner_projet(pose.cadre) + b" " + marques
    habilleur.habiller(page, cadre, pose, marques)
    x, y = pose.folio or (0.0, 0.0)
    return pose.contenu, transformer_rectangle(pose.cadre.vers_pdf, (x, y, x + taille[0], y + taille[1]))


def _poser_lien(page: pikepdf.Object, matrice: Matrice, zone: Rectangle, visee: pikepdf.Object) -> None:
    """Lien interne sans bordure vers le haut de la page visée."""
    lien = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([round(cote, 2) for cote in transformer_rectangle(matrice, zone)]),
        Border=Array([0, 0, 0]),
        F=DRAPEAU_IMPRIME,
        Dest=Destination(0, HAUT_DE_PAGE, ()).dresser(visee),
    )
    if not isinstance(page.get(Name.Annots), Array):
        page[Name.Annots] = Array()
    page[Name.Annots].append(lien)


def _toujours(_zone: Rectangle) -> bool:
    return True

"""Assemble la liasse : actes puis pièces tamponnées, folios, signets, liens, métadonnées, octets stables.

L'assemblage est confié à pikepdf (qpdf) : pypdf perd des signets (destination nommée, action, parent sans page)
et échoue sur 88 des 513 PDF difficiles que qpdf ouvre. pypdf relit la liasse en tiers dans verification.py ;
pypdfium2 lit le texte positionné des actes et mesure l'encre des pages.

Chaque document est rendu inerte puis écrit à part (pièces tamponnées), qpdf les met bout à bout sans les charger
en mémoire, et une seule passe pose folios, liens et signets sur le résultat.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from generateur.erreurs import ErreurPiece
from generateur.liasse.amenagement import EstLibre, amenager, echelle_des_marques
from generateur.liasse.assainissement import assainir
from generateur.liasse.bordereau import lire_rangees
from generateur.liasse.calques import marquer_calques, reunir_calques
from generateur.liasse.citations import Renvoi, lire_renvois, refuser_citations_fausses
from generateur.liasse.destinations import (
    HAUT_DE_PAGE,
    Destination,
    LienInterne,
    rattacher_liens,
    relever_liens,
)
from generateur.liasse.ecriture import decrire, enregistrer
from generateur.liasse.encre import ouvrir_mesureur
from generateur.liasse.geometrie import (
    IDENTITE,
    Matrice,
    Rectangle,
    lire_cadre,
    transformer_rectangle,
)
from generateur.liasse.marques import (
    Habilleur,
    Tampon,
    dessiner_folio,
    dessiner_projet,
    mesurer_folio,
)
from generateur.liasse.ouverture import mesurer, nommer_la_faute, ouvrir_pdf
from generateur.liasse.plan import (
    NOM_BORDEREAU,
    Assemblage,
    ElementActe,
    ElementPiece,
    Options,
    Pagination,
    PieceAssemblee,
    PlanLiasse,
    nom_fichier_piece,
    paginer,
)
from generateur.liasse.signets import Signet, attribuer_etiquettes, decaler_signets, ecrire_signets, lire_signets

__all__ = ["assembler", "mesurer", "prevoir_pages"]

DRAPEAU_IMPRIME = 4


@dataclass
class Apport:
    """Un document prêt à entrer dans la liasse, et ce que la copie de ses pages ferait perdre."""

    lieu: str
    signet: str
    fichier: Path
    source: Path
    pages: int
    debut: int
    signets: list[Signet] = field(default_factory=list)
    liens: list[LienInterne] = field(default_factory=list)
    calques: bool = False
    folio_degage: frozenset[int] = frozenset()


def prevoir_pages(plan: PlanLiasse, options: Options | None = None) -> Pagination:
    """Où commencera chaque acte et chaque pièce, pages mesurées ; à refaire tant que le bordereau en change."""
    reglages = options or Options()
    return paginer(
        [(acte.nom, mesurer(acte.pdf, f"Acte « {acte.titre} »")) for acte in plan.actes],
        [(piece.numero, mesurer(piece.pdf, _lieu(piece))) for piece in plan.pieces],
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
    with nommer_la_faute(str(dossier_pieces)):
        dossier_pieces.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cible.parent, prefix=".liasse-", ignore_cleanup_errors=True) as chantier:
        actes = [_apporter_acte(acte, pagination, Path(chantier), plan) for acte in plan.actes]
        pieces = [
            _apporter_piece(piece, plan, pagination, dossier_pieces, Path(chantier), reglages) for piece in plan.pieces
        ]
        renvois = _relever_renvois(plan, pagination, reglages)
        fonds = Path(chantier) / "fonds.pdf"
        apports = [*actes, *(apport for apport, _ in pieces)]
        _reunir(apports, fonds)
        assemblage = Assemblage(
            cible,
            "",
            pagination.total,
            pagination.pages_actes,
            pagination.pages_debut,
            tuple(piece for _, piece in pieces),
        )
        with nommer_la_faute(f"Liasse {plan.reference}"), pikepdf.open(fonds) as liasse:
            _finir(liasse, plan, apports, renvois, pagination, reglages)
            graine = "\n".join([repr(plan.titre), *(piece.sha256 for piece in assemblage.pieces)])
            empreinte = enregistrer(liasse, cible, graine)
    return replace(assemblage, sha256=empreinte)


def _lieu(piece: ElementPiece) -> str:
    return f"{piece.libelle} « {piece.titre} »"


def _apporter_acte(acte: ElementActe, pagination: Pagination, chantier: Path, plan: PlanLiasse) -> Apport:
    lieu = f"Acte « {acte.titre} »"
    debut = pagination.pages_actes[acte.nom]
    fichier = chantier / f"acte_{debut:05}.pdf"
    with ouvrir_pdf(acte.pdf, lieu) as pdf:
        assainir(pdf)
        apport = Apport(
            lieu,
            acte.signet or acte.titre,
            fichier,
            acte.pdf,
            len(pdf.pages),
            debut,
            lire_signets(pdf),
            relever_liens(pdf),
        )
        enregistrer(pdf, fichier, plan.reference)
    return apport


def _apporter_piece(
    piece: ElementPiece,
    plan: PlanLiasse,
    pagination: Pagination,
    dossier: Path,
    chantier: Path,
    options: Options,
) -> tuple[Apport, PieceAssemblee]:
    """Écrit la pièce inerte et tamponnée, telle qu'elle entrera dans la liasse (folio excepté)."""
    lieu, debut = _lieu(piece), pagination.pages_debut[piece.numero]
    fichier = dossier / nom_fichier_piece(piece.numero, piece.titre)
    with ouvrir_pdf(piece.pdf, lieu) as pdf:
        a_des_champs = Name.AcroForm in pdf.Root
        retraits = assainir(pdf)
        source = piece.pdf
        if a_des_champs:  # les champs viennent d'entrer dans la page : c'est elle qu'il faut mesurer
            source = chantier / f"champs_{debut:05}.pdf"
            enregistrer(pdf, source, piece.numero)
        apport = Apport(
            lieu,
            f"{piece.libelle} – {piece.titre}",
            fichier,
            source,
            len(pdf.pages),
            debut,
            lire_signets(pdf),
            relever_liens(pdf),
            marquer_calques(pdf),
        )
        _tamponner(pdf, apport, piece, plan, pagination.total, options)
        decrire(pdf, titre=apport.signet, auteur=plan.auteur, jour=plan.date_creation)
        empreinte = enregistrer(pdf, fichier, f"{plan.reference}\n{apport.signet}\n{apport.pages}")
    return apport, PieceAssemblee(piece.numero, piece.titre, fichier, empreinte, apport.pages, debut, tuple(retraits))


def _tamponner(
    pdf: pikepdf.Pdf, apport: Apport, piece: ElementPiece, plan: PlanLiasse, total: int, options: Options
) -> None:
    """Tamponne la première page (ou toutes), liens et signets suivant le contenu déplacé."""
    tampon = Tampon(piece.libelle, (plan.partie, piece.mention), options.tampon_taille)
    habilleur = Habilleur(pdf)
    pages = [page.obj for page in pdf.pages]
    matrices: list[Matrice] = [IDENTITE] * len(pages)
    degagees = set()
    tamponnees = range(len(pages) if options.tampon_toutes_pages else 1)
    with ouvrir_mesureur(apport.source) as mesureur:
        for rang in tamponnees:
            page, cadre = pages[rang], lire_cadre(pages[rang])
            echelle = echelle_des_marques(cadre)
            encre = mesureur.mesurer_page(rang, cadre, page)
            libre = encre.est_libre if encre else _jamais
            taille = (tampon.taille[0] * echelle, tampon.taille[1] * echelle)
            folio = mesurer_folio(total, options.folio_taille * echelle)
            pose = amenager(
                cadre,
                place_tampon=options.tampon_place,
                taille_tampon=taille,
                place_folio=options.folio_place,
                taille_folio=folio,
                folio_libre=libre,
                tampon_libre=libre,
            )
            degagees.add(rang)
            matrices[rang] = pose.contenu
            if pose.tampon:
                habilleur.habiller(page, pose, tampon.dessiner(pose.tampon, echelle))
    if any(matrice != IDENTITE for matrice in matrices):
        rattacher_liens(pages, apport.liens, matrices)
        ecrire_signets(pdf, apport.signets, pages, matrices)
        apport.liens, apport.signets = relever_liens(pdf), lire_signets(pdf)
    apport.folio_degage = frozenset(degagees)


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


def _reunir(apports: Sequence[Apport], fonds: Path) -> None:
    """Met les documents bout à bout, flux copiés tels quels de fichier à fichier."""
    travail = {
        "empty": "",
        "outputFile": str(fonds),
        "pages": [{"file": str(apport.fichier), "range": "1-z"} for apport in apports],
        "decodeLevel": "none",
        "compressStreams": "n",
        "objectStreams": "generate",
        "removeUnreferencedResources": "no",
        "staticId": "",
        "noWarn": "",
        "warningExit0": "",
    }
    try:
        with nommer_la_faute("Réunion des documents"):
            pikepdf.Job(travail).run()
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
) -> None:
    """Pose ce qui vaut pour toute la liasse : versos blancs, folios, filigrane, liens, signets, métadonnées."""
    _inserer_versos(liasse, apports)
    pages = [page.obj for page in liasse.pages]
    matrices = _folioter(liasse, pages, plan, apports, options)
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
    decrire(liasse, titre=plan.titre, auteur=plan.auteur, jour=plan.date_creation)


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
) -> list[Matrice]:
    """Folio « n / total » et filigrane sur chaque page ; rend le déplacement du contenu de chacune."""
    habilleur = Habilleur(liasse)
    matrices = [IDENTITE] * len(pages)
    restantes = set(range(len(pages)))
    for apport in apports:
        with ouvrir_mesureur(apport.source) as mesureur:
            for rang in range(apport.pages):
                place = apport.debut - 1 + rang
                page = pages[place]
                if rang in apport.folio_degage:
                    habilleur.partager_police(page)
                    libre: EstLibre = _toujours
                else:
                    libre = mesureur.verifier_zone(rang, lire_cadre(page), page)
                matrices[place] = _poser_folio(habilleur, page, place, len(pages), plan, options, libre)
                restantes.discard(place)
    for place in restantes:
        _poser_folio(habilleur, pages[place], place, len(pages), plan, options, _toujours)
    return matrices


def _poser_folio(
    habilleur: Habilleur,
    page: pikepdf.Object,
    place: int,
    total: int,
    plan: PlanLiasse,
    options: Options,
    libre: EstLibre,
) -> Matrice:
    cadre = lire_cadre(page)
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
    habilleur.habiller(page, pose, marques)
    return pose.contenu


def _jamais(_zone: Rectangle) -> bool:
    return False


def _toujours(_zone: Rectangle) -> bool:
    return True


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

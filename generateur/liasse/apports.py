"""Chaque document rendu prêt à entrer dans la liasse : inerte, et tamponné s'il est une pièce."""

from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Name

from generateur.liasse.amenagement import Amenagement, Taille, amenager, echelle_des_marques
from generateur.liasse.archivage import relever_obstacles
from generateur.liasse.assainissement import assainir
from generateur.liasse.calques import marquer_calques
from generateur.liasse.destinations import LienInterne, rattacher_liens, relever_liens
from generateur.liasse.ecriture import decrire, enregistrer
from generateur.liasse.encre import ouvrir_mesureur
from generateur.liasse.geometrie import IDENTITE, Matrice, Rectangle, lire_cadre, transformer_rectangle
from generateur.liasse.marques import Habilleur, Tampon, mesurer_folio
from generateur.liasse.ouverture_pdf import ouvrir_pdf
from generateur.liasse.plan import (
    ElementActe,
    ElementPiece,
    Options,
    Pagination,
    PieceAssemblee,
    PlanLiasse,
    nom_fichier_piece,
)
from generateur.liasse.signets import Signet, ecrire_signets, lire_signets


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
    obstacles: list[str] = field(default_factory=list)
    piece: ElementPiece | None = None
    emprises: tuple[str, ...] = ()
    poses: dict[int, tuple[Matrice, Rectangle | None]] = field(default_factory=dict)  # contenu déplacé, zone du tampon


def nommer_acte(acte: ElementActe) -> str:
    """Comment les messages désignent un acte."""
    return f"Acte « {acte.titre} »"


def nommer_piece(piece: ElementPiece) -> str:
    """Comment les messages désignent une pièce."""
    return f"{piece.libelle} « {piece.titre} »"


def apporter_acte(
    acte: ElementActe, plan: PlanLiasse, pagination: Pagination, chantier: Path, options: Options
) -> Apport:
    """Écrit l'acte inerte dans le chantier."""
    lieu = nommer_acte(acte)
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
            obstacles=_relever(pdf, lieu, chantier, options),
        )
        enregistrer(pdf, fichier, plan.reference)
    return apport


def apporter_piece(
    piece: ElementPiece,
    plan: PlanLiasse,
    pagination: Pagination,
    dossier: Path,
    chantier: Path,
    options: Options,
) -> tuple[Apport, PieceAssemblee]:
    """Écrit la pièce inerte et tamponnée, telle qu'elle entrera dans la liasse (folio excepté)."""
    lieu, debut = nommer_piece(piece), pagination.pages_debut[piece.numero]
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
            obstacles=_relever(pdf, lieu, chantier, options),
            piece=piece,
            emprises=() if a_des_champs else piece.emprises,
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
    with ouvrir_mesureur(apport.source, apport.emprises) as mesureur:
        for rang in tamponnees:
            page, cadre = pages[rang], lire_cadre(pages[rang])
            echelle = echelle_des_marques(cadre)
            libre = mesureur.verifier_place(rang, cadre, page)
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
            apport.poses[rang] = (pose.contenu, _situer(pose, taille))
            if pose.tampon:
                habilleur.habiller(page, cadre, pose, tampon.dessiner(pose.tampon, echelle))
    if any(matrice != IDENTITE for matrice in matrices):
        rattacher_liens(pages, apport.liens, matrices)
        ecrire_signets(pdf, apport.signets, pages, matrices)
        apport.liens, apport.signets = relever_liens(pdf), lire_signets(pdf)
    apport.folio_degage = frozenset(degagees)


def _situer(pose: Amenagement, taille: Taille) -> Rectangle | None:
    """Où est le tampon, dans le repère du PDF."""
    if pose.tampon is None:
        return None
    x, y = pose.tampon
    return transformer_rectangle(pose.cadre.vers_pdf, (x, y, x + taille[0], y + taille[1]))


def _relever(pdf: pikepdf.Pdf, lieu: str, chantier: Path, options: Options) -> list[str]:
    """Ce qui interdit PDF/A-2b, si l'option le demande."""
    if not options.pdfa:
        return []
    return [f"{lieu} : {raison}" for raison in relever_obstacles(pdf, chantier / "essai_pdfa.pdf")]

"""Du dossier étudié à la liasse : pièces préparées, actes écrits, pages mesurées, assemblage, manifeste.

Les pages que citent la couverture et le bordereau sont mesurées : on écrit d'abord les actes qui n'en dépendent
pas, puis les autres, et l'on recommence tant que leur propre longueur déplace quelque chose.
"""

import datetime as dt
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from generateur.domaine.constat import LIBELLES_GRAVITES
from generateur.erreurs import ErreurLiasse
from generateur.liasse.assemblage import assembler, mesurer
from generateur.liasse.intercalaires import preceder_de_gardes
from generateur.liasse.plan import (
    Assemblage,
    ElementActe,
    ElementPiece,
    Options,
    Pagination,
    PlanLiasse,
    nom_fichier_piece,
    paginer,
)
from generateur.liasse.sceau import Scelleur
from generateur.liasse.texte import finit_presque_vide
from generateur.operations.archivage_des_actes import Archivage, archiver_a_cote
from generateur.operations.etude import Etude
from generateur.operations.garde_de_la_liasse import comparer_a_la_liasse
from generateur.operations.inventaire import LiasseFaite, PiecePrete
from generateur.operations.outillage import OutilsPieces
from generateur.operations.progression import Avancer, Etape, taire
from generateur.pieces.atelier import Atelier
from generateur.pieces.emplacement import localiser
from generateur.pieces.lecture_scans import ajouter_texte
from generateur.pieces.preparation import preparer_piece
from generateur.pieces.traitements import alleger_images
from generateur.procedures.socle import Acte
from generateur.redaction.actes import ActeEcrit, Ecritoire, ecrire_actes
from generateur.redaction.composition import Matiere, composer_contexte, mesurer_contexte
from generateur.redaction.contexte import ConstatActe, ContexteActes
from generateur.redaction.lignes_bordereau import Mesures
from generateur.redaction.vue_adverse import presenter_caches, resumer_ordinaires
from generateur.reglages import Reglages, ReglagesLiasse

_PASSES_MAXIMALES = 6
INTERCALAIRES = Acte("gardes", "Pages de garde", "communs/intercalaire", place="a_cote")
_SCAN_SIGNE = "Scan signé : aucun texte n'y a été ajouté."


def preparer_pieces(etude: Etude, provisoire: Path, outils: OutilsPieces, reglages: Reglages) -> tuple[PiecePrete, ...]:
    """Convertit chaque pièce en PDF dans le répertoire provisoire. Lève ErreurPiece en nommant la pièce."""
    pretes = []
    for rang, piece in enumerate(etude.bordereau.pieces):
        cible = provisoire / f"{rang:04d}.pdf"
        source = localiser(etude.racine_des_pieces, piece.fichier)
        somme = etude.sommes.get(source, "")
        preparee = preparer_piece(
            source,
            cible,
            titre=piece.titre,
            mot_de_passe=piece.mot_de_passe,
            moteur_bureautique=outils.bureautique,
            atelier=outils.atelier,
            fonds=outils.fonds,
            empreinte=somme,
        )
        pretes.append(_traiter(PiecePrete(piece, source, cible, preparee, somme), outils, reglages))
    return tuple(pretes)


def _traiter(prete: PiecePrete, outils: OutilsPieces, reglages: Reglages) -> PiecePrete:
    """Ce que l'utilisateur a demandé de faire des pièces ; rien par défaut."""
    faits: list[str] = []
    a_texte_ajoute = False
    if outils.reconnaissance and prete.preparee.signe:
        faits += [_SCAN_SIGNE] if prete.preparee.sans_texte else []
    elif outils.reconnaissance:
        lu = ajouter_texte(prete.pdf, titre=prete.piece.titre, moteur=outils.reconnaissance, atelier=outils.atelier)
        a_texte_ajoute = lu is not None and bool(lu.pages)
        faits += [lu.phrase] if lu else []
    if reglages.alleger_images and (perte := alleger_images(prete.pdf, atelier=outils.atelier)):
        faits.append(perte)
    return replace(prete, a_texte_ajoute=a_texte_ajoute, traitements=tuple(faits))


def annoter_fiche(matiere: Matiere, pieces: tuple[PiecePrete, ...]) -> Matiere:
    """Ajoute à la fiche interne ce qui est arrivé à chaque pièce, et ce qu'elle portait sans le montrer."""
    if matiere.fiche is None:
        return matiere
    remarques = tuple(
        ConstatActe(LIBELLES_GRAVITES["information"], f"Pièce n° {p.piece.numero} : {texte}", p.piece.fichier, "", "")
        for p in pieces
        for texte in p.observations
    )
    caches = tuple(
        ligne
        for p in pieces
        for ligne in presenter_caches(
            p.piece.numero, p.piece.titre, p.preparee.caches, est_original_garde=p.est_a_garder
        )
    )
    fiche = replace(
        matiere.fiche,
        constats=(*matiere.fiche.constats, *remarques),
        caches=caches,
        metadonnees=resumer_ordinaires([(p.piece.numero, p.preparee.caches) for p in pieces]),
    )
    return replace(matiere, fiche=fiche)


@dataclass(frozen=True)
class Etabli:
    """Où et avec quoi l'on écrit."""

    chantier: Path
    ecritoire: Ecritoire
    options: Options
    atelier: Atelier
    avancer: Avancer = taire


def mettre_en_liasse(matiere: Matiere, pieces: tuple[PiecePrete, ...], etabli: Etabli) -> LiasseFaite:
    """Écrit les actes et la liasse dans le chantier. Lève ErreurLiasse si la pagination ne se stabilise pas."""
    etabli.avancer(Etape.ACTES)
    with archiver_a_cote(etabli.atelier, matiere.espece.au) as archivage:
        ecrits = _ecrire_et_archiver(matiere, pieces, etabli, archivage)
        etabli.avancer(Etape.ASSEMBLAGE)
        assemblage = _assembler(matiere, ecrits, pieces, etabli)
        etabli.avancer(Etape.JUGEMENT)
        if archivage.rendre_les_refuses():  # la liasse tient de chaque acte tel qu'il est publié
            assemblage = _assembler(matiere, ecrits, pieces, etabli)
    en_liasse = comparer_a_la_liasse(assemblage.fichier, assemblage.pages_marquees, etabli.atelier)
    return LiasseFaite(ecrits, pieces, assemblage, en_liasse=en_liasse)


def _ecrire_et_archiver(
    matiere: Matiere, pieces: tuple[PiecePrete, ...], etabli: Etabli, archivage: Archivage
) -> tuple[ActeEcrit, ...]:
    """Les actes dans l'ordre, au format d'archivage ; ceux que rien ne fera plus bouger sont jugés les premiers."""
    actes = matiere.procedure.actes
    emplacements = _placer_actes(actes, matiere.espece.dossier.reference, etabli.chantier)
    contexte = mesurer_contexte(composer_contexte(matiere), _relever(pieces))
    fixes = {a: b for a, b in emplacements.items() if not etabli.ecritoire.depend_des_mesures(a)}
    ecrits = {e.acte: e for e in _ecrire(fixes, contexte, etabli, matiere.espece.au)}
    mobiles = {a: b for a, b in emplacements.items() if a not in fixes}
    for ecrit in ecrits.values():
        archivage.confier(ecrit)
    stables = _ecrire_jusqu_a_stabilite(mobiles, ecrits, contexte, pieces, matiere, etabli)
    for ecrit in stables.values():
        archivage.confier(ecrit)
    ecrits |= stables
    return tuple(ecrits[acte] for acte in actes)


def _assembler(
    matiere: Matiere, ecrits: tuple[ActeEcrit, ...], pieces: tuple[PiecePrete, ...], etabli: Etabli
) -> Assemblage:
    dossier = matiere.espece.dossier
    plan = PlanLiasse(
        reference=dossier.reference,
        titre=f"{matiere.procedure.libelle} – {dossier.reference}",
        auteur=dossier.creancier.nom_complet,
        date_creation=matiere.espece.au,
        actes=tuple(ElementActe(e.acte.nom, e.acte.titre, e.pdf) for e in ecrits if e.acte.place == "liasse"),
        pieces=tuple(ElementPiece(p.piece.numero, p.piece.titre, p.pdf, p.mention, p.emprises) for p in pieces),
        partie=dossier.creancier.nom_complet,
        projet=matiere.projet,
    )
    liasse = etabli.chantier / f"{dossier.reference}_liasse.pdf"
    return assembler(plan, liasse, etabli.chantier / "pieces", etabli.options)


def sceller_liasse(faite: LiasseFaite, scelleur: Scelleur | None, reglages: ReglagesLiasse, lieu: str) -> LiasseFaite:
    """Scelle, si c'est demandé, la liasse et chacun de ses volumes ; rend les empreintes des fichiers scellés.

    Lève ErreurLiasse si un volume, scellé, dépasse la taille demandée.
    """
    if scelleur is None:
        return faite
    max_octets = reglages.max_octets
    assemblage = faite.assemblage
    volumes = []
    for volume in assemblage.volumes:
        somme = scelleur.sceller(volume.fichier, lieu)
        octets = volume.fichier.stat().st_size
        if max_octets is not None and octets > max_octets:
            raise ErreurLiasse(
                "le sceau fait dépasser la taille demandée",
                lieu=volume.fichier.name,
                remede="Demander des volumes plus grands avec --max-mo, ou produire sans --sceller.",
            )
        volumes.append(replace(volume, sha256=somme, octets=octets))
    somme = scelleur.sceller(assemblage.fichier, lieu)
    scelle = replace(assemblage, sha256=somme, volumes=tuple(volumes))
    return replace(faite, assemblage=scelle, sceau=scelleur.sceau)


def _relever(pieces: tuple[PiecePrete, ...], pagination: Pagination | None = None) -> Mesures:
    """Pages et mentions des pièces ; sans pagination, seule leur place dans la liasse manque encore."""
    debuts = pagination.pages_debut if pagination else {}
    return Mesures(
        pages=pagination.total if pagination else 0,
        pieces={p.piece.numero: (debuts.get(p.piece.numero, 0), p.preparee.pages) for p in pieces},
        mentions={p.piece.numero: p.mention for p in pieces},
    )


def intercaler_gardes(
    pieces: tuple[PiecePrete, ...], matiere: Matiere, ecritoire: Ecritoire, provisoire: Path
) -> tuple[PiecePrete, ...]:
    """Met une page de garde devant chaque pièce ; elle compte dans ses pages et porte son tampon."""
    contexte = mesurer_contexte(composer_contexte(matiere), _relever(pieces))
    (gardes,) = ecrire_actes({INTERCALAIRES: provisoire / "gardes"}, contexte, ecritoire, matiere.espece.au)
    cibles = [prete.pdf.with_name(f"garde-{prete.pdf.name}") for prete in pieces]
    preceder_de_gardes(gardes.pdf, [prete.pdf for prete in pieces], cibles)
    return tuple(
        replace(
            prete,
            pdf=cible,
            preparee=replace(prete.preparee, pages=prete.preparee.pages + 1, emprises=("", *prete.preparee.emprises)),
        )
        for prete, cible in zip(pieces, cibles, strict=True)
    )


def _placer_actes(actes: tuple[Acte, ...], reference: str, chantier: Path) -> dict[Acte, Path]:
    (chantier / "actes").mkdir()
    return {
        acte: chantier / f"{reference}_{acte.nom}" if acte.place == "interne" else chantier / "actes" / acte.nom
        for acte in actes
    }


def _ecrire(emplacements: dict[Acte, Path], contexte: ContexteActes, etabli: Etabli, jour: dt.date) -> list[ActeEcrit]:
    """Les actes écrits ; celui dont la dernière page est presque vide est resserré, s'il y gagne une page."""
    ecrits = ecrire_actes(emplacements, contexte, etabli.ecritoire, jour)
    return [_resserrer(ecrit, contexte, etabli, jour) if finit_presque_vide(ecrit.pdf) else ecrit for ecrit in ecrits]


def _resserrer(ecrit: ActeEcrit, contexte: ContexteActes, etabli: Etabli, jour: dt.date) -> ActeEcrit:
    avant = mesurer(ecrit.pdf)
    essai = {ecrit.acte: ecrit.pdf.with_name(f"{ecrit.pdf.stem}_resserre")}
    (resserre,) = ecrire_actes(essai, contexte, etabli.ecritoire, jour, est_resserre=True)
    if mesurer(resserre.pdf) < avant:
        resserre.docx.replace(ecrit.docx)
        resserre.pdf.replace(ecrit.pdf)
    else:
        resserre.docx.unlink()
        resserre.pdf.unlink()
    return ecrit


def _ecrire_jusqu_a_stabilite(
    mobiles: dict[Acte, Path],
    fixes: dict[Acte, ActeEcrit],
    contexte: ContexteActes,
    pieces: tuple[PiecePrete, ...],
    matiere: Matiere,
    etabli: Etabli,
) -> dict[Acte, ActeEcrit]:
    pages = {acte: mesurer(ecrit.pdf) for acte, ecrit in fixes.items()} | dict.fromkeys(mobiles, 1)
    for _ in range(_PASSES_MAXIMALES):
        pagination = _paginer(matiere.procedure.actes, pages, pieces, etabli.options)
        mesure = mesurer_contexte(contexte, _relever(pieces, pagination))
        ecrits = {e.acte: e for e in _ecrire(mobiles, mesure, etabli, matiere.espece.au)}
        mesurees = {acte: mesurer(ecrit.pdf) for acte, ecrit in ecrits.items()}
        if all(pages[acte] == combien for acte, combien in mesurees.items()):
            return ecrits
        pages |= mesurees
    raise ErreurLiasse(
        "la pagination de la couverture et du bordereau ne se stabilise pas",
        lieu="communs/bordereau",
        remede="Simplifier la mise en page de ces deux modèles, ou reprendre ceux du programme.",
    )


def _paginer(
    actes: tuple[Acte, ...], pages: dict[Acte, int], pieces: tuple[PiecePrete, ...], options: Options
) -> Pagination:
    return paginer(
        [(acte.nom, pages[acte]) for acte in actes if acte.place == "liasse"],
        [(p.piece.numero, p.preparee.pages) for p in pieces],
        versos_blancs=options.versos_blancs,
    )


def garder_originaux(pieces: tuple[PiecePrete, ...], chantier: Path) -> None:
    """Copie à côté de la liasse les originaux signés (une fusion les descelle) et ceux dont le texte a été ajouté."""
    for prete in pieces:
        if prete.est_a_garder:
            dossier = chantier / "originaux"
            dossier.mkdir(exist_ok=True)
            nom = Path(nom_fichier_piece(prete.piece.numero, prete.piece.titre))
            extension = prete.source.suffix.lower()
            shutil.copyfile(prete.source, dossier / (nom.with_suffix(extension) if extension.isascii() else nom))

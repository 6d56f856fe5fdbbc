"""L'inventaire de ce qui a été produit : le manifeste, et sa copie réduite à joindre dans la liasse."""

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from generateur import VERSION
from generateur.contrats import MoteurRendu
from generateur.droit.ajouts import Ajout
from generateur.droit.tables import lire_table
from generateur.liasse.assemblage import mesurer
from generateur.liasse.plan import Assemblage, Options, PieceAssemblee
from generateur.liasse.sceau import RESERVE_SCEAU
from generateur.operations.etude import Etude, juridiction_en_json
from generateur.operations.mise_en_liasse import LiasseFaite, PiecePrete
from generateur.publication.journal import SUITE_JOURNAL
from generateur.publication.manifeste import (
    ActeProduit,
    ConstatManifeste,
    DroitAjoute,
    FichierProduit,
    HorizonDuDroit,
    LiasseProduite,
    LiasseReduite,
    Manifeste,
    ManifesteReduit,
    PieceProduite,
    PieceReduite,
    SceauProduit,
    VolumeProduit,
    empreinte,
)
from generateur.reglages import Reglages


def preparer_assemblage(
    reglages: Reglages, etude: Etude, pieces: tuple[PiecePrete, ...], *, est_scellee: bool
) -> Options:
    """Les options d'assemblage : la place du sceau dans chaque volume, et le manifeste réduit s'il est demandé."""
    options = Options(**asdict(reglages.liasse))
    if est_scellee and options.max_octets is not None:
        options = replace(options, max_octets=options.max_octets - RESERVE_SCEAU)
    if reglages.joindre_manifeste:
        options = replace(options, manifeste_joint=partial(_reduire, etude, pieces))
    return options


def _reduire(etude: Etude, pieces: tuple[PiecePrete, ...], assemblage: Assemblage) -> bytes:
    sources = {prete.piece.numero: prete.source for prete in pieces}
    reduit = ManifesteReduit(
        reference=etude.dossier.reference,
        liasse=LiasseReduite(fichier=assemblage.fichier.name, pages=assemblage.pages),
        pieces=tuple(
            PieceReduite(
                numero=piece.numero,
                titre=piece.titre,
                fichier=f"{piece.fichier.parent.name}/{piece.fichier.name}",
                sha256=piece.sha256,
                pages=piece.pages,
                page_debut=piece.page_debut,
                source_sha256=empreinte(sources[piece.numero]),
            )
            for piece in assemblage.pieces
        ),
    )
    return reduit.model_dump_json(indent=2).encode()


def dresser_manifeste(
    etude: Etude, faite: LiasseFaite, chantier: Path, moteur: MoteurRendu, reglages: Reglages, entrees: str
) -> Manifeste:
    """Le manifeste de ce qui vient d'être produit ; chemins relatifs au chantier."""
    espece, assemblage = etude.espece, faite.assemblage
    procedure = etude.decision.retenue
    sources = {prete.piece.numero: prete for prete in faite.pieces}
    return Manifeste(
        reference=etude.dossier.reference,
        au=espece.au.isoformat(),
        verdict=etude.verdict,
        procedure=procedure.nom if procedure else "",
        projet=reglages.projet,
        renumerotee=reglages.renumeroter,
        procedure_forcee=etude.decision.est_forcee,
        juridiction=juridiction_en_json(etude),
        cour_appel=espece.competence.cour_appel,
        total=f"{espece.decompte.total:.2f}",
        liasse=LiasseProduite(fichier=assemblage.fichier.name, sha256=assemblage.sha256, pages=assemblage.pages),
        sceau=SceauProduit(**asdict(faite.sceau)) if faite.sceau else None,
        volumes=tuple(
            VolumeProduit(
                fichier=v.fichier.relative_to(chantier).as_posix(),
                sha256=v.sha256,
                pages=mesurer(v.fichier),
                premiere_page=v.premiere_page,
                derniere_page=v.derniere_page,
            )
            for v in assemblage.volumes
        ),
        obstacles_pdfa=assemblage.obstacles_pdfa,
        pieces=tuple(_declarer_piece(p, sources[p.numero], chantier) for p in assemblage.pieces),
        actes=tuple(
            ActeProduit(
                nom=ecrit.acte.nom,
                titre=ecrit.acte.titre,
                docx=_declarer(ecrit.docx, chantier),
                pdf=_declarer(ecrit.pdf, chantier),
                rendu=ecrit.moteur,
                page_debut=assemblage.pages_actes.get(ecrit.acte.nom),
            )
            for ecrit in faite.actes
        ),
        autres=tuple(
            _declarer(f, chantier)
            for f in sorted((*(chantier / "originaux").glob("*"), *chantier.glob(f"*{SUITE_JOURNAL}")))
        ),
        versions={
            "generateur": VERSION,
            "rendu": moteur.nom,
            "moteur": moteur.empreinte(),
            "polices": "fournies" if moteur.polices_maitrisees else "du système",
        },
        horizon=_declarer_horizon(etude),
        droit_ajoute=tuple(_declarer_droit(ajout) for ajout in etude.droit_ajoute),
        empreinte_entrees=entrees,
        constats=tuple(ConstatManifeste(**c.en_json()) for c in etude.constats_durables),
    )


def _declarer_horizon(etude: Etude) -> HorizonDuDroit:
    tables = [lire_table(nom) for nom in etude.tables_employees]
    fin = min(table.horizon for table in tables)
    return HorizonDuDroit(date=fin.isoformat(), tables=tuple(t.nom for t in tables if t.horizon == fin))


def _declarer_droit(ajout: Ajout) -> DroitAjoute:
    valeur = ajout.valeur
    publication, saisie = valeur.source.publication, valeur.saisie_le
    return DroitAjoute(
        table=ajout.table,
        cle=valeur.cle,
        depuis=valeur.depuis.isoformat(),
        valeur=str(valeur.valeur),
        source=valeur.source.titre,
        publie_le=publication.isoformat() if publication else None,
        saisie_le=saisie.isoformat() if saisie else None,
    )


def _declarer(fichier: Path, chantier: Path) -> FichierProduit:
    pages = mesurer(fichier) if fichier.suffix == ".pdf" else None
    chemin = fichier.relative_to(chantier).as_posix()
    return FichierProduit(fichier=chemin, sha256=empreinte(fichier), pages=pages)


def _declarer_piece(assemblee: PieceAssemblee, prete: PiecePrete, chantier: Path) -> PieceProduite:
    piece = prete.piece
    return PieceProduite(
        numero=piece.numero,
        titre=piece.titre,
        date=piece.date.isoformat() if piece.date else None,
        fichier=assemblee.fichier.relative_to(chantier).as_posix(),
        sha256=assemblee.sha256,
        pages=assemblee.pages,
        page_debut=assemblee.page_debut,
        source=piece.fichier,
        source_sha256=empreinte(prete.source),
        observations=(*prete.observations, *assemblee.retraits),
    )

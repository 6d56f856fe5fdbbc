"""La chaîne : du fichier de dossier à la liasse publiée, étape par étape.

Tout le programme se lit ici de haut en bas ; chaque étape est un paquet.
"""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from generateur import VERSION
from generateur.contrats import MoteurRendu
from generateur.empreintes import resumer_entrees
from generateur.erreurs import ErreurProcedure
from generateur.etude import Etude, etudier_dossier, juridiction_en_json, refuser_si_besoin
from generateur.liasse.assemblage import mesurer
from generateur.liasse.plan import Assemblage, Options, PieceAssemblee
from generateur.manifeste import (
    ActeProduit,
    ConstatManifeste,
    FichierProduit,
    LiasseProduite,
    LiasseReduite,
    Manifeste,
    ManifesteReduit,
    PieceProduite,
    PieceReduite,
    SceauProduit,
    VolumeProduit,
    ecrire_manifeste,
    empreinte,
)
from generateur.mise_en_liasse import (
    Etabli,
    LiasseFaite,
    PiecePrete,
    annoter_fiche,
    garder_originaux,
    mettre_en_liasse,
    preparer_pieces,
    sceller_liasse,
)
from generateur.numeros_servis import SUITE_JOURNAL, ecrire_journal
from generateur.publication import preparer_publication
from generateur.redaction.actes import Ecritoire
from generateur.redaction.composition import Matiere
from generateur.redaction.fiche import dresser_fiche
from generateur.redaction.gabarits import ouvrir_bibliotheque
from generateur.reglages import Moteurs, Reglages


def produire_dossier(
    source: Path, sortie: Path, *, jour: dt.date, au: dt.date | None, reglages: Reglages, moteurs: Moteurs
) -> Manifeste:
    """Produit le dossier complet ; n'écrit rien dans sortie si une étape échoue.

    Lève toute fille d'ErreurGenerateur ; les constats d'un refus sont dans l'erreur.
    """
    etude = etudier_dossier(
        source,
        jour=jour,
        au=au,
        procedure=reglages.procedure,
        outils=moteurs.pieces,
        renumeroter=reglages.renumeroter,
    )
    refuser_si_besoin(etude, projet=reglages.projet)
    matiere = rassembler_matiere(etude, projet=reglages.projet, moteur=moteurs.rendu)
    ecritoire = ouvrir_ecritoire(reglages, moteurs)
    # relevé avant d'écrire : une pièce changée pendant la production rendra la liasse périmée, non « à jour »
    entrees = resumer_entrees(etude.lu, etude.espece.au, reglages, moteurs)
    with preparer_publication(sortie, etude.dossier.reference) as chantier, repertoire_provisoire() as provisoire:
        pieces = preparer_pieces(etude.bordereau, etude.lu.racine, provisoire, moteurs.pieces, reglages)
        options = _joindre_manifeste(reglages, etude, pieces)
        faite = mettre_en_liasse(annoter_fiche(matiere, pieces), pieces, Etabli(chantier, ecritoire, options))
        if reglages.scelleur:
            lieu = etude.dossier.creancier.adresse.commune
            faite = sceller_liasse(faite, reglages.scelleur, lieu, reglages.liasse.max_octets)
        garder_originaux(pieces, chantier)
        if etude.registre:
            journal = chantier / f"{etude.dossier.reference}{SUITE_JOURNAL}"
            ecrire_journal(etude.registre, etude.ecarts, etude.bordereau, journal)
        manifeste = dresser_manifeste(etude, faite, chantier, moteurs.rendu, entrees).model_copy(
            update={"projet": reglages.projet, "renumerotee": reglages.renumeroter}
        )
        ecrire_manifeste(manifeste, chantier)
    return manifeste


def _joindre_manifeste(reglages: Reglages, etude: Etude, pieces: tuple[PiecePrete, ...]) -> Options:
    """Les options d'assemblage, avec de quoi joindre le manifeste réduit s'il est demandé."""
    if not reglages.joindre_manifeste:
        return reglages.assemblage
    return replace(reglages.assemblage, manifeste_joint=partial(_reduire, etude, pieces))


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


def ouvrir_ecritoire(reglages: Reglages, moteurs: Moteurs) -> Ecritoire:
    """Les modèles choisis et les moteurs qui les rendent."""
    return Ecritoire(ouvrir_bibliotheque(reglages.modeles), moteurs.rendu, moteurs.pieces.bureautique)


def rassembler_matiere(etude: Etude, *, projet: bool, moteur: MoteurRendu) -> Matiere:
    """Ce que les actes impriment. L'étude doit avoir retenu une procédure."""
    procedure = etude.decision.retenue
    if procedure is None:
        raise ErreurProcedure("aucune procédure n'est retenue", constats=etude.constats)
    nom_moteur = f"{moteur.nom} {moteur.disponibilite().version}".strip()
    fiche = dresser_fiche(etude.espece, etude.decision, etude.constats_durables, etude.verdict, nom_moteur)
    return Matiere(etude.espece, procedure, etude.bordereau, fiche, projet=projet)


@contextlib.contextmanager
def repertoire_provisoire() -> Iterator[Path]:
    """Répertoire de travail privé, effacé quoi qu'il arrive."""
    with tempfile.TemporaryDirectory(prefix="generateur-", ignore_cleanup_errors=True) as nom:
        yield Path(nom)


def dresser_manifeste(etude: Etude, faite: LiasseFaite, chantier: Path, moteur: MoteurRendu, entrees: str) -> Manifeste:
    """Le manifeste de ce qui vient d'être produit ; chemins relatifs au chantier."""
    espece, assemblage = etude.espece, faite.assemblage
    procedure = etude.decision.retenue
    sources = {prete.piece.numero: prete for prete in faite.pieces}
    return Manifeste(
        reference=etude.dossier.reference,
        au=espece.au.isoformat(),
        verdict=etude.verdict,
        procedure=procedure.nom if procedure else "",
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
        empreinte_entrees=entrees,
        constats=tuple(ConstatManifeste(**c.en_json()) for c in etude.constats_durables),
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

"""L'inventaire de ce qui a été produit : le manifeste, et sa copie réduite à joindre dans la liasse."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from generateur.domaine.bordereau import PieceDossier
from generateur.liasse.assemblage import mesurer
from generateur.liasse.plan import Assemblage, PieceAssemblee
from generateur.liasse.sceau import Sceau
from generateur.pieces.preparation import Fidelite, Preparee
from generateur.publication.journal import SUITE_JOURNAL
from generateur.publication.manifeste import (
    ActeProduit,
    ComparaisonPages,
    ConstatManifeste,
    DroitAjoute,
    FichierProduit,
    FidelitePiece,
    HorizonDuDroit,
    JuridictionManifeste,
    LiasseProduite,
    LiasseReduite,
    Manifeste,
    ManifesteReduit,
    PieceProduite,
    PieceReduite,
    SceauProduit,
    SommesManifeste,
    VolumeProduit,
    empreinte,
)
from generateur.redaction.actes import ActeEcrit

_ORIGINAL_GARDE = "original signé conservé à part"
_TEXTE_AJOUTE = "texte ajouté, original à part"

# Ce qui peut accompagner les actes, hors de la liasse.
FORMULAIRE_REMPLI = "formulaire_rempli.pdf"
DONNEES_DU_PORTAIL = "portail_greffe_commercial.json"


_MARQUEE_AUTREMENT = (
    "Page(s) {pages} : une fois tamponnée(s) et foliotée(s), elle(s) ne se montre(nt) plus tout à fait comme la pièce. "
    "Comparez-les."
)


@dataclass(frozen=True)
class PiecePrete:
    """Une pièce convertie en PDF, prête à être tamponnée."""

    piece: PieceDossier
    source: Path
    pdf: Path
    preparee: Preparee
    somme: str = ""  # l'empreinte de la source, si elle est déjà connue
    a_texte_ajoute: bool = False
    traitements: tuple[str, ...] = ()

    @property
    def est_a_garder(self) -> bool:
        """Vrai si l'original dit quelque chose que la liasse ne dit plus : il est gardé à côté."""
        return self.preparee.signe or self.a_texte_ajoute

    @property
    def source_sha256(self) -> str:
        """L'empreinte du fichier d'origine, tel qu'il a été lu."""
        return self.somme or empreinte(self.source)

    @property
    def observations(self) -> tuple[str, ...]:
        """Ce qui est arrivé à la pièce ; pour le manifeste et la fiche interne."""
        return (*self.preparee.avertissements, *self.traitements)

    @property
    def emprises(self) -> tuple[str, ...]:
        """Celles de ses pages ; aucune si un traitement les a changées depuis."""
        return () if self.traitements else self.preparee.emprises

    @property
    def mention(self) -> str:
        """Ce que le bordereau dit de la pièce."""
        mentions = [_TEXTE_AJOUTE] if self.a_texte_ajoute else []
        if self.preparee.signe:
            mentions.append(_ORIGINAL_GARDE)
        elif self.piece.original:
            mentions.append("original conservé")
        return ", ".join(mentions)


@dataclass(frozen=True)
class LiasseFaite:
    """Ce que la mise en liasse rend : les actes, les pièces, l'assemblage, et le sceau s'il y en a un.

    `en_liasse` : par numéro de pièce, ses pages de la liasse comparées à la pièce préparée.
    """

    actes: tuple[ActeEcrit, ...]
    pieces: tuple[PiecePrete, ...]
    assemblage: Assemblage
    sceau: Sceau | None = None
    en_liasse: Mapping[str, Fidelite] = field(default_factory=dict)


def reduire(reference: str, pieces: Sequence[PiecePrete], assemblage: Assemblage) -> bytes:
    """Le manifeste à joindre dans la liasse : pièces, pages et empreintes, rien d'interne."""
    sources = {prete.piece.numero: prete for prete in pieces}
    reduit = ManifesteReduit(
        reference=reference,
        liasse=LiasseReduite(
            fichier=assemblage.fichier.name,
            pages=assemblage.pages,
            pages_sha256=assemblage.empreintes.pages if assemblage.empreintes else (),
            document_sha256=assemblage.empreintes.document if assemblage.empreintes else "",
        ),
        pieces=tuple(
            PieceReduite(
                numero=piece.numero,
                titre=piece.titre,
                fichier=f"{piece.fichier.parent.name}/{piece.fichier.name}",
                sha256=piece.sha256,
                pages=piece.pages,
                page_debut=piece.page_debut,
                source_sha256=sources[piece.numero].source_sha256,
            )
            for piece in assemblage.pieces
        ),
    )
    return reduit.model_dump_json(indent=2).encode()


@dataclass(frozen=True)
class EnTete:
    """Ce que le manifeste dit de l'affaire, avant ses fichiers : les clés du manifeste, sous leur nom."""

    reference: str
    au: str
    verdict: Literal["pret", "a_completer", "irrecevable"]
    procedure: str
    procedure_forcee: bool
    projet: bool
    renumerotee: bool
    juridiction: JuridictionManifeste | None
    cour_appel: str | None
    total: str
    sommes: SommesManifeste
    versions: dict[str, str]
    horizon: HorizonDuDroit
    droit_ajoute: tuple[DroitAjoute, ...]
    empreinte_entrees: str
    constats: tuple[ConstatManifeste, ...]


def dresser_manifeste(en_tete: EnTete, faite: LiasseFaite, chantier: Path) -> Manifeste:
    """Le manifeste de ce qui vient d'être produit ; chemins relatifs au chantier."""
    assemblage = faite.assemblage
    sources = {prete.piece.numero: prete for prete in faite.pieces}
    return Manifeste(
        **vars(en_tete),
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
        pieces=tuple(
            _declarer_piece(p, sources[p.numero], faite.en_liasse.get(p.numero, Fidelite()), chantier)
            for p in assemblage.pieces
        ),
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
            for f in sorted(
                (
                    *(chantier / "originaux").glob("*"),
                    *(chantier / "actes" / nom for nom in (FORMULAIRE_REMPLI, DONNEES_DU_PORTAIL)),
                    *chantier.glob(f"*{SUITE_JOURNAL}"),
                )
            )
            if f.is_file()
        ),
    )


def _declarer(fichier: Path, chantier: Path) -> FichierProduit:
    pages = mesurer(fichier) if fichier.suffix == ".pdf" else None
    chemin = fichier.relative_to(chantier).as_posix()
    return FichierProduit(fichier=chemin, sha256=empreinte(fichier), pages=pages)


def _declarer_piece(assemblee: PieceAssemblee, prete: PiecePrete, en_liasse: Fidelite, chantier: Path) -> PieceProduite:
    piece = prete.piece
    pages = ", ".join(map(str, en_liasse.differentes))
    ecarts = (_MARQUEE_AUTREMENT.format(pages=pages),) if pages else ()
    return PieceProduite(
        numero=piece.numero,
        titre=piece.titre,
        date=piece.date.isoformat() if piece.date else None,
        fichier=assemblee.fichier.relative_to(chantier).as_posix(),
        sha256=assemblee.sha256,
        pages=assemblee.pages,
        page_debut=assemblee.page_debut,
        source=piece.fichier,
        source_sha256=prete.source_sha256,
        observations=(*prete.observations, *ecarts, *assemblee.retraits),
        fidelite=FidelitePiece(
            comparees=prete.preparee.fidelite.comparees,
            differentes=prete.preparee.fidelite.differentes,
            en_liasse=ComparaisonPages(comparees=en_liasse.comparees, differentes=en_liasse.differentes),
        ),
    )

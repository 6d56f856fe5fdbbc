"""Les fichiers de pieces/ que le dossier ne cite pas, lus : texte, courriels d'une boîte, facture jointe, scan."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from generateur.contrats import MoteurRendu
from generateur.domaine.fichiers import Inspection
from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.importation import format_facture_electronique
from generateur.importation.propositions import Document
from generateur.importation.socle import Consignes, PieceLue
from generateur.moteurs import chercher_reconnaissance
from generateur.operations.outillage import OutilsPieces
from generateur.pieces.correspondance import lire_messages, separer_boite
from generateur.pieces.familles import Famille
from generateur.pieces.inspection import inspecter
from generateur.pieces.lecture_scans import ajouter_texte
from generateur.pieces.preparation import preparer_piece
from generateur.publication.rangement import Copies
from generateur.surveillance.provisoires import repertoire_provisoire

_PAGES_RECONNUES = 2  # le haut de la première page dit ce qu'est un document


class Lecteur:
    """Lit les fichiers libres d'un dossier. `copies` reçoit les messages des boîtes ; rien n'est encore écrit."""

    def __init__(self, racine: Path, cites: frozenset[str], outils: OutilsPieces, copies: Copies) -> None:
        self._racine, self._cites, self._outils, self._copies = racine, cites, outils, copies
        self.boites: dict[str, list[str]] = {}  # chaque boîte lue, et le fichier de chacun de ses messages

    def lire(self, libres: list[str]) -> list[Document]:
        """Un document par fichier, un par message pour une boîte ; un message déjà rangé n'est pas repris."""
        vus = inspecter(
            self._racine,
            [(chemin, None) for chemin in libres],
            moteur_bureautique=self._outils.bureautique,
            atelier=self._outils.atelier,
            fonds=self._outils.fonds,
        )
        connus = self._cites | frozenset(libres)
        return [
            document
            for chemin in libres
            for document in (
                self._lire_boite(chemin, connus)
                if vus[chemin].famille == Famille.BOITE
                else (self._lire_document(vus[chemin]),)
            )
        ]

    def _lire_boite(self, chemin: str, connus: frozenset[str]) -> Iterator[Document]:
        for octets, message in separer_boite(self._racine / chemin, self._outils.atelier):
            jour = message.jour.isoformat() if message.jour else "sans_date"
            copie = self._copies.prevoir_contenu(f"courriel_{jour}.eml", octets)
            self.boites.setdefault(chemin, []).append(copie)
            if copie not in connus:
                yield Document(chemin, messages=(message,), copie=copie)

    def _lire_document(self, vu: Inspection) -> Document:
        fichier = self._racine / vu.chemin
        est_un_scan = vu.lisible and vu.sans_texte and not vu.texte.strip()
        return Document(
            vu.chemin,
            self._reconnaitre(fichier) if est_un_scan else vu.texte,
            tuple(lire_messages(fichier, self._outils.atelier)),
            _lire_facture(fichier) if vu.pieces_jointes or fichier.suffix.lower() == ".xml" else None,
            vu.lisible,
            est_un_scan=est_un_scan,
        )

    @cached_property
    def _reconnaissance(self) -> MoteurRendu | None:
        """Sondée au premier scan seulement."""
        return chercher_reconnaissance()

    def _reconnaitre(self, fichier: Path) -> str:
        """Le texte des premières pages d'un scan ; vide si l'outil manque, ou s'il n'y trouve rien."""
        moteur = self._reconnaissance
        if moteur is None:
            return ""
        with repertoire_provisoire() as provisoire:
            try:
                prete = provisoire / "scan.pdf"
                preparer_piece(fichier, prete, titre=fichier.name, atelier=self._outils.atelier)
                ajouter_texte(
                    prete, titre=fichier.name, moteur=moteur, atelier=self._outils.atelier, premieres=_PAGES_RECONNUES
                )
            except ErreurGenerateur:
                return ""
            return inspecter(provisoire, [(prete.name, None)], atelier=self._outils.atelier)[prete.name].texte


def _lire_facture(fichier: Path) -> PieceLue | None:
    """La facture électronique que porte le fichier, s'il en porte une."""
    try:
        return next(iter(format_facture_electronique.lire(fichier, Consignes()).pieces), None)
    except ErreurLecture:
        return None

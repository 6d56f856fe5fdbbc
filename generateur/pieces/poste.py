"""Ce que partagent l'examen et la préparation d'une pièce, et ceux des pièces jointes qu'elle contient."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from generateur.contrats import MoteurRendu
from generateur.erreurs import ErreurOutilAbsent, ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.fonds import Fonds
from generateur.pieces.limites import Limites


@dataclass(frozen=True)
class Poste:
    """L'atelier, les bornes, le moteur bureautique, un dossier provisoire, et où l'on en est."""

    atelier: Atelier
    limites: Limites
    moteur: MoteurRendu | None
    titre: str
    dossier: Path
    mot_de_passe: str | None = None
    profondeur: int = 0
    fonds: Fonds = field(default_factory=Fonds)

    def ouvrir(self, source: Path, cible: Path | None = None) -> dict[str, Any]:
        """Reconnaît le fichier et, si c'est un PDF, le traite d'un même geste (voir pieces/accueil.py)."""
        return self.lire(
            "ouvrir_piece",
            source,
            cible=str(cible) if cible else None,
            mot_de_passe=self.mot_de_passe,
            pages_maximales=self.limites.pages,
        )

    def resumer(self, source: Path) -> str:
        """L'empreinte du contenu."""
        with source.open("rb") as flux:
            return hashlib.file_digest(flux, "sha256").hexdigest()

    def cles(self, contenu: str, source: Path, *precisions: str) -> tuple[str, str]:
        """Les clés d'un contenu résumé dans le fonds, sans puis avec les précisions.

        Les bornes en sont : ce qu'elles refusaient hier peut passer aujourd'hui.
        """
        reglage = [source.suffix.lower(), self.mot_de_passe, repr(self.limites)]
        est_secrete = self.mot_de_passe is not None
        return (
            self.fonds.cle(contenu, reglage, est_secrete=est_secrete),
            self.fonds.cle(contenu, [*reglage, *precisions], est_secrete=est_secrete),
        )

    def lire(self, tache: str, source: Path, **arguments: Any) -> dict[str, Any]:
        """Exécute une tâche de l'atelier sur ce fichier, bornée selon sa taille."""
        return self.executer(tache, source.stat().st_size, source=str(source), **arguments)

    def executer(self, tache: str, octets: int, **arguments: Any) -> dict[str, Any]:
        """Exécute une tâche de l'atelier portant sur tant d'octets."""
        return self.atelier.executer(
            tache, delai=self.limites.delai(octets), memoire=self.limites.memoire_pour(octets), **arguments
        )

    def ouvrir_courriel(self, source: Path, jointes: Path, extension: str) -> dict[str, Any]:
        """Lit les messages et extrait leurs pièces jointes (voir pieces/courriels.py)."""
        return self.lire(
            "ouvrir_courriel",
            source,
            dossier=str(jointes),
            est_boite=extension == ".mbox",
            octets_maximaux=self.limites.octets_courriel,
            pieces_maximales=self.limites.pieces_jointes,
        )

    def verifier_poids(self, source: Path) -> None:
        """Lève ErreurPiece si le fichier dépasse le poids admis."""
        octets = source.stat().st_size
        if octets > self.limites.octets:
            raise ErreurPiece(
                f"Ce fichier pèse {octets >> 20} Mo : le maximum est {self.limites.octets >> 20} Mo.",
                remede="Réduisez-le ou partagez-le en plusieurs pièces.",
            )

    def descendre(self, rang: int) -> "Poste":
        """Le poste d'une pièce jointe : un dossier à elle, un étage de plus, le mot de passe donné pour la pièce."""
        dossier = self.dossier / f"{rang:04d}"
        dossier.mkdir()
        return replace(self, dossier=dossier, profondeur=self.profondeur + 1)

    def exiger_bureautique(self) -> MoteurRendu:
        """Le moteur bureautique ; ErreurOutilAbsent s'il n'y en a pas d'utilisable ici."""
        disponibilite = self.moteur.disponibilite() if self.moteur else None
        if self.moteur is None or disponibilite is None or not disponibilite.presente:
            raise ErreurOutilAbsent(
                "Les documents Word, Excel ou OpenDocument demandent LibreOffice, qui manque ici.",
                remede=(disponibilite.remede if disponibilite else "")
                or "Installez LibreOffice, ou enregistrez ce document en PDF et joignez ce PDF.",
            )
        return self.moteur

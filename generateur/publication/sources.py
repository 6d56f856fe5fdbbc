"""Où sont les sources des pièces au moment de vérifier : là où l'on dit, sinon près de la liasse."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from generateur.erreurs import ErreurIntrouvable
from generateur.publication.manifeste import empreinte

DOSSIERS = "dossiers"
FICHIERS_REGARDES = 5_000
_HAUTEUR = 4  # d'une liasse communiquée (sortie/<reference>/communiquees/<jour>) jusqu'à côté de la sortie
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Sources:
    """Les répertoires où chercher les sources, dans l'ordre. Rien n'y est lu hors d'eux, ni à travers un lien."""

    def __init__(self, racines: Sequence[Path]) -> None:
        self._racines = [racine for racine in racines if racine.is_dir()]

    def trouver(self, relatif: str) -> Path | None:
        """Le fichier désigné par ce chemin relatif, None s'il n'est nulle part."""
        return next((f for r in self._racines if (f := joindre(r, relatif)) and _est_dedans(r, f)), None)

    def contient(self, somme: str) -> bool:
        """Vrai si un fichier a cette empreinte : un manifeste joint ne dit pas d'où viennent les pièces."""
        return somme in self._sommes

    @cached_property
    def _sommes(self) -> frozenset[str]:
        return frozenset(
            empreinte(fichier) for fichier, _ in zip(self._fichiers(), range(FICHIERS_REGARDES), strict=False)
        )

    def _fichiers(self) -> Iterator[Path]:
        for racine in self._racines:
            yield from (fichier for fichier in sorted(racine.rglob("*")) if _est_dedans(racine, fichier))


def chercher_sources(produit: Path, reference: object, dossier: Path | None) -> Sources:
    """Les sources du dossier donné ; à défaut, celles de dossiers/<reference> près de la sortie, ou d'ici.

    Lève ErreurLecture si le dossier donné n'existe pas.
    """
    if dossier is not None:
        racine = dossier.parent if dossier.is_file() else dossier
        if not racine.is_dir():
            raise ErreurIntrouvable(
                "ce dossier n'existe pas", lieu=str(dossier), remede="Donner le répertoire qui contient dossier.toml."
            )
        return Sources([racine])
    voisins: list[Path] = []
    if isinstance(reference, str) and REFERENCE.fullmatch(reference):
        sorties = produit.resolve().parents
        voisins = [base / DOSSIERS / reference for base in (*sorties[:_HAUTEUR], Path.cwd())]
    return Sources([produit, *voisins])


def joindre(dossier: Path, relatif: str) -> Path | None:
    """Chemin désigné par le manifeste ; None s'il est absolu ou remonte (rien hors de portée n'est lu)."""
    chemin = PurePosixPath(relatif)
    if not relatif or chemin.is_absolute() or ":" in relatif or "\\" in relatif or ".." in chemin.parts:
        return None
    return dossier / chemin


def _est_dedans(racine: Path, fichier: Path) -> bool:
    try:
        return fichier.is_file() and fichier.resolve().is_relative_to(racine.resolve())
    except (OSError, ValueError):  # un nom trop long, un signe nul : un manifeste hostile
        return False

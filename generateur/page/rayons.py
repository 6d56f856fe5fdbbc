"""Ce qui est produit pour un dossier : rangé par usage, désigné sans rien dire de l'affaire, servi sans surprise."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from starlette.responses import FileResponse, Response

from generateur.domaine.noms_de_fichier import NOM_MESSAGES
from generateur.operations.suite import A_PART

_RAYONS = {
    "La liasse": re.compile(r"_liasse(_volume_\d+)?\.pdf$"),
    "À envoyer": re.compile(r"/relances/.*(?<!\.json)$|_mise_en_demeure/|_suite_"),
    "Pour vous seul": re.compile(r"_fiche_interne\."),
    "Les actes": re.compile(r"/actes/"),
}
_RESTE = "Le reste"
_D_AUTRUI = frozenset({"pieces", "originaux"})  # leurs octets viennent du débiteur ou d'un tiers
_PDF, _OCTETS = "application/pdf", "application/octet-stream"


@dataclass(frozen=True)
class Produit:
    """Un fichier produit, par son chemin dans la sortie."""

    chemin: PurePosixPath

    @property
    def cle(self) -> str:
        """Ce qui le désigne dans une adresse : son nom n'y paraît pas, un autre fichier n'en prend jamais la place."""
        return hashlib.sha256(self.chemin.as_posix().encode()).hexdigest()[:20]

    @property
    def est_la_liasse(self) -> bool:
        """Vrai pour le PDF unique."""
        return self.chemin.name.endswith("_liasse.pdf")

    @property
    def s_ouvre(self) -> bool:
        """Vrai pour un PDF que nous avons écrit ; ce qui vient d'autrui se télécharge, ou se voit en image."""
        est_a_nous = bool(self.rayon != _RESTE) and not _D_AUTRUI.intersection(self.chemin.parts)
        return est_a_nous and self.chemin.suffix == ".pdf"

    @property
    def rayon(self) -> str:
        """L'usage qu'on en a."""
        return next((nom for nom, motif in _RAYONS.items() if motif.search(self.chemin.as_posix())), _RESTE)

    def servir(self, sortie: Path, *, est_a_telecharger: bool) -> Response:
        """Le fichier : montré par le lecteur du navigateur s'il est de nous, téléchargé sinon ; rien ne s'exécute."""
        est_vu = self.s_ouvre and not est_a_telecharger
        return FileResponse(
            sortie / self.chemin,
            media_type=_PDF if est_vu else _OCTETS,
            filename=self.chemin.name,
            content_disposition_type="inline" if est_vu else "attachment",
        )


def lister_produits(sortie: Path, reference: str) -> list[Produit]:
    """Ce qui est produit pour ce dossier, la liasse d'abord ; rien de caché, aucun lien."""
    racines = [sortie / reference, *(sortie / f"{reference}_{suffixe}" for suffixe in A_PART)]
    trouves = [
        p.relative_to(sortie).as_posix()
        for racine in racines
        if racine.is_dir() and not racine.is_symlink()
        for p in racine.rglob("*")
        if p.is_file() and not p.is_symlink() and not any(m.startswith(".") for m in p.relative_to(sortie).parts)
    ]
    ordre = sorted(trouves, key=lambda nom: (not nom.endswith("_liasse.pdf"), nom.count("/"), nom))
    return [Produit(PurePosixPath(nom)) for nom in ordre]


def situer(sortie: Path, reference: str, quoi: str, produits: Sequence[Produit]) -> Path | None:
    """Le répertoire de ce qui vient d'être écrit ; à défaut, celui du premier fichier produit."""
    ecrits = {
        "liasse": sortie / reference,
        "accord": sortie / reference / NOM_MESSAGES,
        **{nom: sortie / f"{reference}_{nom}" for nom in A_PART},
    }
    if (ecrit := ecrits.get(quoi)) is not None and ecrit.is_dir():
        return ecrit
    return (sortie / produits[0].chemin).parent if produits else None


def ranger(produits: Iterable[Produit]) -> dict[str, list[Produit]]:
    """Les fichiers par usage : ce qui s'ouvre d'abord, ce qui part, ce qui reste chez soi."""
    rayons: dict[str, list[Produit]] = {nom: [] for nom in (*_RAYONS, _RESTE)}
    for produit in produits:
        rayons[produit.rayon].append(produit)
    return {nom: contenu for nom, contenu in rayons.items() if contenu}

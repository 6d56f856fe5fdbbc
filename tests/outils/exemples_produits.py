"""Les dossiers d'exemple tels que la chaîne les produit, et le texte de leurs actes, lu dans les PDF."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf

from generateur.erreurs import ErreurDossier, ErreurProcedure
from generateur.lecture.socle import lire_dossier
from generateur.operations.exemples import lister_exemples
from generateur.operations.mise_en_demeure import ecrire_mise_en_demeure
from generateur.operations.outillage import Moteurs
from generateur.operations.production import produire_dossier
from generateur.publication.manifeste import Manifeste
from generateur.reglages import Reglages

EXEMPLES = Path(__file__).resolve().parents[2] / "dossiers"
# Rendues visibles : un relecteur doit voir qu'un montant ou un numéro ne se coupe pas en fin de ligne.
_INSECABLES = str.maketrans({"\u00a0": "⍽", "\u202f": "·"})
_VERSION = re.compile(r"(?<=dxpdf )[\d.]+")


def produire_exemples(sortie: Path, moteurs: Moteurs) -> dict[str, Manifeste]:
    """Produit chaque exemple à la date d'arrêté qu'il porte ; un exemple refusé n'est pas dans le résultat."""
    produits = {}
    for chemin in lister_exemples():
        dossier = lire_dossier(chemin).dossier
        jour = dossier.arrete_au(dt.date.min)
        try:
            manifeste = produire_dossier(chemin, sortie, jour=jour, au=None, reglages=Reglages(), moteurs=moteurs)
        except (ErreurDossier, ErreurProcedure):
            continue
        produits[manifeste.reference] = manifeste
    return produits


def ecrire_lettre(reference: str, sortie: Path, moteurs: Moteurs) -> Path:
    """La mise en demeure d'un exemple qui n'en a pas encore envoyé ; rend son PDF."""
    chemin = EXEMPLES / reference
    jour = lire_dossier(chemin).dossier.arrete_au(dt.date.min)
    lettres = ecrire_mise_en_demeure(chemin, sortie, jour=jour, au=None, reglages=Reglages(), moteurs=moteurs)
    return lettres.fichiers[0]


def texte_du_pdf(fichier: Path) -> str:
    """Le texte, page par page : insécables visibles (⍽, fine ·), sans la version du moteur."""
    pages = enumerate(_pages(pypdf.PdfReader(fichier)), start=1)
    return "".join("\n".join((f"--- page {rang}", *lignes, "")) for rang, lignes in pages)


def _pages(lecteur: pypdf.PdfReader) -> Iterator[list[str]]:
    for page in lecteur.pages:
        lignes = (ligne.strip(" ") for ligne in page.extract_text().splitlines())
        yield [_VERSION.sub("…", ligne.translate(_INSECABLES)) for ligne in lignes if ligne.strip("\u00a0 ")]

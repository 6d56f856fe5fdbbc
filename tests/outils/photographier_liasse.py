"""Photographie une liasse pour le README : `python -m tests.outils.photographier_liasse [DOSSIER_PRODUIT [IMAGE]]`.

Huit pages de la liasse, sur deux rangées, en un PNG de moins de 400 ko. Sans argument, le dossier d'exemple est
produit à part, puis photographié. Les pages viennent du manifeste ; mêmes octets de liasse, même image.
"""

import datetime as dt
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.lecture.socle import lire_dossier
from generateur.operations.outillage import ouvrir_moteurs
from generateur.operations.production import produire_dossier
from generateur.publication.manifeste import Manifeste, lire_manifeste
from generateur.reglages import Reglages

RACINE = Path(__file__).resolve().parents[2]
EXEMPLE = RACINE / "dossiers" / "2026-0042"
IMAGE = RACINE / "tests" / "attendus" / "apercu_liasse.png"

ACTES = (("couverture", 1), ("bordereau", 1), ("requete", 1), ("requete", 2), ("decompte", 1), ("releve_relances", 1))
COLONNES = 4
LARGEUR = 420  # pixels par page, soit 51 points par pouce pour un A4
SURECHANTILLON = 3  # rendu plus grand puis réduit : les traits fins restent lisibles
INTERVALLE = 20
FOND = 232
GRIS = 32  # niveaux de gris, plus la couleur du tampon : la page reste nette et l'image légère


def choisir_pages(manifeste: Manifeste, facture: str, lettre: str) -> list[int]:
    """Les pages (à partir de 1) des actes montrés, puis de la facture et de la mise en demeure, par leur source."""
    actes = {acte.nom: acte.page_debut for acte in manifeste.actes}
    pieces = {piece.source: piece.page_debut for piece in manifeste.pieces}
    debuts = [(actes[nom] or 0) + rang - 1 for nom, rang in ACTES]
    return [*debuts, pieces[facture], pieces[lettre]]


def rendre_pages(liasse: Path, pages: list[int]) -> Iterator[Image.Image]:
    """Chaque page à la largeur voulue, entourée d'un filet."""
    document = pypdfium2.PdfDocument(liasse)
    try:
        for numero in pages:
            page = document[numero - 1]
            grande = page.render(scale=SURECHANTILLON * LARGEUR / page.get_width()).to_pil().convert("RGB")
            hauteur = round(grande.height * LARGEUR / grande.width)
            yield ImageOps.expand(grande.resize((LARGEUR, hauteur), Image.Resampling.LANCZOS), 1, (150, 150, 150))
    finally:
        document.close()


def composer_planche(pages: list[Image.Image]) -> Image.Image:
    """La planche : des rangées de même hauteur sur un fond clair, en une palette courte."""
    largeur, hauteur = max(p.width for p in pages), max(p.height for p in pages)
    rangees = -(-len(pages) // COLONNES)
    taille = (
        COLONNES * (largeur + INTERVALLE) + INTERVALLE,
        rangees * (hauteur + INTERVALLE) + INTERVALLE,
    )
    planche = Image.new("RGB", taille, (FOND, FOND, FOND))
    for rang, page in enumerate(pages):
        ligne, colonne = divmod(rang, COLONNES)
        planche.paste(
            page, (INTERVALLE + colonne * (largeur + INTERVALLE), INTERVALLE + ligne * (hauteur + INTERVALLE))
        )
    return planche.quantize(GRIS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def photographier(produit: Path, image: Path) -> None:
    """Écrit l'image d'un dossier déjà produit."""
    dossier = lire_dossier(EXEMPLE).dossier
    lettre = dossier.toutes_mises_en_demeure[0].fichier
    if lettre is None:
        raise SystemExit(f"{EXEMPLE} : la mise en demeure n'a pas de fichier")
    manifeste = lire_manifeste(produit / NOM_MANIFESTE)
    pages = choisir_pages(manifeste, dossier.factures[0].fichier, lettre)
    planche = composer_planche(list(rendre_pages(produit / manifeste.liasse.fichier, pages)))
    image.parent.mkdir(parents=True, exist_ok=True)
    planche.save(image, optimize=True)


def produire_exemple(sortie: Path) -> Path:
    """Produit le dossier d'exemple, à la date d'arrêté qu'il porte."""
    dossier = lire_dossier(EXEMPLE).dossier
    jour = dossier.arrete_au(dt.date.min)
    with ouvrir_moteurs(None) as moteurs:
        produire_dossier(EXEMPLE, sortie, jour=jour, au=None, reglages=Reglages(), moteurs=moteurs)
    return sortie / dossier.reference


def principal(arguments: list[str]) -> None:
    """Photographie le dossier donné, ou l'exemple produit pour l'occasion."""
    image = Path(arguments[1]) if arguments[1:] else IMAGE
    with tempfile.TemporaryDirectory() as provisoire:
        produit = Path(arguments[0]) if arguments else produire_exemple(Path(provisoire))
        photographier(produit, image)
    sys.stdout.write(f"{image} : {image.stat().st_size // 1024} ko\n")


if __name__ == "__main__":
    principal(sys.argv[1:])

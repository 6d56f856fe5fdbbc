"""Banc de l'assemblage : temps et mémoire contre `qpdf --empty --pages … --`, sur les mêmes pièces.

À lancer à la main : python tests/bancs/banc_assemblage.py [--tout]. Sans --tout, s'arrête à 1 000 pages et 100 Mo.
"""

import argparse
import datetime as dt
import io
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image
from reportlab import rl_config
from reportlab.pdfgen import canvas

from generateur.liasse.assemblage import assembler
from generateur.liasse.plan import ElementActe, ElementPiece, Options, PlanLiasse

FEUILLE = (595.0, 842.0)
COURTS = (("texte", 10, 5, 0), ("texte", 1, 1000, 0), ("texte", 28, 20, 0), ("numerise", 10, 20, 500_000))
LONGS = (("texte", 1, 5000, 0), ("texte", 500, 10, 0), ("numerise", 10, 200, 500_000))


def ecrire_texte(chemin: Path, pages: int, graine: int) -> None:
    """Un contrat dense : une page de texte après l'autre, un signet toutes les cinquante pages."""
    hasard = random.Random(graine)  # noqa: S311 — du texte de remplissage, pas un secret
    mots = ["".join(hasard.choices("aeilmnoprstu", k=hasard.randint(2, 10))) for _ in range(500)]
    rl_config.useA85 = 0  # sinon qpdf passerait son temps à défaire l'ASCII85, et le rapport nous flatterait
    feuille = canvas.Canvas(str(chemin), pagesize=FEUILLE, pageCompression=1, invariant=1)
    for page in range(pages):
        feuille.setFont("Helvetica", 10)
        for ligne in range(48):
            feuille.drawString(60, 780 - ligne * 14, " ".join(hasard.choices(mots, k=12)))
        if page % 50 == 0:
            feuille.bookmarkPage(f"p{page}")
            feuille.addOutlineEntry(f"Partie {page}", f"p{page}")
        feuille.showPage()
    feuille.save()


def ecrire_numerise(chemin: Path, pages: int, octets: int) -> None:
    """Une numérisation : une image JPEG par page, toutes différentes, du poids demandé."""
    tampon = io.BytesIO()
    Image.effect_noise((1240, 1754), 40).save(tampon, "JPEG", quality=30)
    image = tampon.getvalue()
    with pikepdf.new() as pdf:
        for page in range(pages):
            flux = Stream(pdf, image + page.to_bytes(8, "big") + b"\0" * max(0, octets - len(image)))
            flux[Name.Type], flux[Name.Subtype], flux[Name.Filter] = Name.XObject, Name.Image, Name.DCTDecode
            flux[Name.Width], flux[Name.Height], flux[Name.BitsPerComponent] = 1240, 1754, 8
            flux[Name.ColorSpace] = Name.DeviceGray
            contenu = Stream(pdf, b"q 595 0 0 842 0 0 cm /Image Do Q")
            ressources = Dictionary(XObject=Dictionary(Image=flux))
            objet = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Resources=ressources, Contents=contenu)
            pdf.pages.append(pikepdf.Page(objet))
        pdf.save(chemin, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def preparer(dossier: Path, nature: str, nombre: int, pages: int, octets: int) -> PlanLiasse:
    """Pièces et acte citant chacune d'elles."""
    pieces = []
    modele = dossier / "modele.pdf"
    if nature == "numerise":
        ecrire_numerise(modele, pages, octets)
    for rang in range(nombre):
        chemin = dossier / f"source_{rang:03}.pdf"
        if nature == "texte":
            ecrire_texte(chemin, pages, rang)
        else:
            shutil.copyfile(modele, chemin)
        pieces.append(ElementPiece(str(rang + 1), f"Document {rang + 1}", chemin))
    modele.unlink(missing_ok=True)
    acte = dossier / "requete.pdf"
    feuille = canvas.Canvas(str(acte), pagesize=FEUILLE, invariant=1)
    for debut in range(0, nombre, 40):
        for ligne, piece in enumerate(pieces[debut : debut + 40]):
            feuille.drawString(60, 780 - 17 * ligne, f"Ce fait est établi (pièce n° {piece.numero}).")
        feuille.showPage()
    feuille.save()
    return PlanLiasse(
        "banc",
        "Banc",
        "Banc",
        dt.date(2026, 11, 21),
        (ElementActe("requete", "Requête", acte),),
        tuple(pieces),
        "Atelier Lumen",
    )


def assembler_ici(plan: PlanLiasse, dossier: Path) -> tuple[float, int]:
    """Durée en secondes et mémoire maximale du processus, en Mo."""
    depart = time.perf_counter()
    assembler(plan, dossier / "liasse.pdf", dossier / "pieces", Options())
    duree = time.perf_counter() - depart
    unite = 1024 * 1024 if sys.platform == "darwin" else 1024
    return duree, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unite


def mesurer_qpdf(plan: PlanLiasse, dossier: Path) -> float:
    """Durée de la réunion nue, en secondes."""
    fichiers = [str(element.pdf) for element in (*plan.actes, *plan.pieces)]
    depart = time.perf_counter()
    subprocess.run(["qpdf", "--empty", "--pages", *fichiers, "--", str(dossier / "nu.pdf")], check=True)
    return time.perf_counter() - depart


def afficher(ligne: str) -> None:
    """Une ligne du tableau, sans attendre la suivante."""
    sys.stdout.write(ligne + "\n")
    sys.stdout.flush()


def principal() -> None:
    """Affiche un tableau : pages, poids, durées médianes, rapport, mémoire."""
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--tout", action="store_true", help="jusqu'à 5 000 pages et 1 Go")
    analyseur.add_argument("--dossier", type=Path, help="où écrire (par défaut, le dossier temporaire)")
    choix = analyseur.parse_args()
    afficher(f"{'pièces':>18} {'pages':>6} {'Mo':>6} {'qpdf s':>8} {'liasse s':>9} {'rapport':>8} {'mémoire Mo':>11}")
    for nature, nombre, pages, octets in COURTS + (LONGS if choix.tout else ()):
        with tempfile.TemporaryDirectory(dir=choix.dossier) as temporaire:
            dossier = Path(temporaire)
            plan = preparer(dossier, nature, nombre, pages, octets)
            poids = sum(piece.pdf.stat().st_size for piece in plan.pieces) / 1e6
            nus, faits = [], []
            for _ in range(3):
                nus.append(mesurer_qpdf(plan, dossier))
                # un processus neuf à chaque fois : la mémoire mesurée est celle de ce seul assemblage
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executant:
                    faits.append(executant.submit(assembler_ici, plan, dossier).result())
            nu, fait = statistics.median(nus), statistics.median(duree for duree, _ in faits)
            memoire = max(memoire for _, memoire in faits)
            afficher(
                f"{nombre:>8} {nature:>9} {nombre * pages:>6} {poids:>6.0f} {nu:>8.2f} {fait:>9.2f} "
                f"{fait / nu:>7.1f}x {memoire:>11}",
            )


if __name__ == "__main__":
    principal()

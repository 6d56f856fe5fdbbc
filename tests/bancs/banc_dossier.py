"""Banc du dossier type : actes, 10 pièces de 5 pages, tampons, liens, signets, liasse.

Compare, dans la même exécution, notre chaîne à la chaîne simple (docxtpl, un appel LibreOffice par acte, pypdf).
Les temps absolus dépendent de la machine ; les rapports comptent. Le cache de l'utilisateur n'y sert pas : chaque
mesure part du sien, vide ; les modules du programme y sont compilés, comme une fois installés. Imprime aussi ce que
coûtent les bibliothèques seules, et ce qu'un dossier fait ouvrir, rendre et résumer.

    python -m tests.bancs.banc_dossier [--tours 3] [--sans-comparaison]
"""

import argparse
import datetime as dt
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docxtpl
import pypdf
from jinja2 import FunctionLoader
from jinja2.sandbox import SandboxedEnvironment
from reportlab.pdfgen.canvas import Canvas

from generateur.moteurs import choisir_rendu
from generateur.operations import mise_en_liasse
from generateur.operations import production as chaine
from generateur.operations.archivage_des_actes import Archivage
from generateur.operations.etude import etudier_dossier
from generateur.operations.outillage import Moteurs, ouvrir_moteurs
from generateur.publication import echange
from generateur.redaction.actes import en_champs
from generateur.redaction.composition import composer_contexte
from generateur.redaction.modeles_livres import racine_par_defaut
from generateur.reglages import Reglages
from tests.bancs.compteur import compter
from tests.bancs.planchers import mesurer_planchers

JOUR = dt.date(2026, 11, 21)
MODELE_DOSSIER = Path(__file__).parents[2] / "dossiers" / "2026-0042"
NB_PIECES, PAGES_PAR_PIECE = 10, 5
ETAPES = (
    (chaine, "etudier_dossier", "étude (lecture, contrôles, décompte, choix)"),
    (chaine, "preparer_pieces", "pièces converties"),
    (mise_en_liasse, "composer_contexte", "contexte des actes"),
    (mise_en_liasse, "ecrire_actes", "actes écrits et rendus"),
    (Archivage, "confier", "actes déclarés PDF/A, jugés à côté"),
    (mise_en_liasse, "assembler", "assemblage"),
    (Archivage, "rendre_les_refuses", "attente de leur jugement"),
    (chaine, "dresser_manifeste", "manifeste"),
    (echange, "_ecrire_sur_le_disque", "écriture assurée du disque (fsync)"),
)


def fabriquer_dossier(racine: Path, rang: int) -> Path:
    """Copie le dossier d'exemple et remplace ses dix premières pièces par des PDF de cinq pages.

    Le rang change la référence et chaque pièce : rien ne se reprend d'un dossier à l'autre.
    """
    dossier = racine / f"{MODELE_DOSSIER.name}-{rang}"
    shutil.copytree(MODELE_DOSSIER, dossier)
    saisie = dossier / "dossier.toml"
    saisie.write_text(saisie.read_text("utf-8").replace(MODELE_DOSSIER.name, dossier.name), "utf-8")
    for fichier in sorted((dossier / "pieces").glob("*.pdf"))[:NB_PIECES]:
        feuille = Canvas(str(fichier), invariant=1)
        for page in range(PAGES_PAR_PIECE):
            for ligne in range(40):
                feuille.drawString(72, 760 - 16 * ligne, f"{rang} {fichier.stem}, page {page + 1}, ligne {ligne + 1}")
            feuille.showPage()
        feuille.save()
    return dossier


@contextmanager
def chronometrer() -> Iterator[dict[str, float]]:
    """Temps passé dans chaque étape de la chaîne."""
    temps: dict[str, float] = defaultdict(float)
    originaux = [(module, nom, getattr(module, nom)) for module, nom, _ in ETAPES]
    for (module, nom, fonction), (_, _, libelle) in zip(originaux, ETAPES, strict=True):
        setattr(module, nom, _mesurer(fonction, libelle, temps))
    try:
        yield temps
    finally:
        for module, nom, fonction in originaux:
            setattr(module, nom, fonction)


def _mesurer(fonction: Callable[..., Any], libelle: str, temps: dict[str, float]) -> Callable[..., Any]:
    def enveloppe(*args: Any, **kwargs: Any) -> Any:
        debut = time.perf_counter()
        try:
            return fonction(*args, **kwargs)
        finally:
            temps[libelle] += time.perf_counter() - debut

    return enveloppe


def produire(dossier: Path, sortie: Path, moteurs: Moteurs) -> float:
    """Une production complète, processus déjà chaud."""
    debut = time.perf_counter()
    chaine.produire_dossier(dossier, sortie, jour=JOUR, au=None, reglages=Reglages(), moteurs=moteurs)
    return time.perf_counter() - debut


def produire_a_froid(dossier: Path, sortie: Path, **variables: str) -> float:
    """La commande entière, dans un processus neuf."""
    debut = time.perf_counter()
    commande = [sys.executable, "-m", "generateur", *_arguments(dossier, sortie)]
    subprocess.run(commande, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **variables})
    return time.perf_counter() - debut


def _arguments(dossier: Path, sortie: Path) -> list[str]:
    return ["produire", str(dossier), "-o", str(sortie), "-q"]


def chaine_simple(dossier: Path, sortie: Path) -> float:
    """docxtpl, un appel LibreOffice par acte, fusion et tampons par pypdf : ce qu'on écrirait sans outil."""
    etude = etudier_dossier(dossier, jour=JOUR)
    moteur = choisir_rendu()
    matiere = chaine.rassembler_matiere(etude, projet=False, moteur=moteur)
    champs = en_champs(composer_contexte(matiere))
    modeles = racine_par_defaut()
    # docxtpl seul ne connaît pas nos fragments : ils restent vides, ce qui allège plutôt la chaîne simple
    environnement = SandboxedEnvironment(autoescape=True, loader=FunctionLoader(lambda _: ""))
    debut = time.perf_counter()
    sortie.mkdir(parents=True)
    pdfs = []
    for acte in matiere.procedure.actes:
        modele = docxtpl.DocxTemplate(modeles / f"{_sans_inclusion(acte.modele)}.docx")
        modele.render(champs, environnement)
        docx = sortie / f"{acte.nom}.docx"
        modele.save(docx)
        subprocess.run(
            ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(sortie), str(docx)],
            check=True,
            capture_output=True,
        )
        pdfs.append(docx.with_suffix(".pdf"))
    _fusionner(pdfs, sorted((dossier / "pieces").glob("*.pdf")), sortie / "liasse.pdf")
    return time.perf_counter() - debut


def _sans_inclusion(modele: str) -> str:
    # docxtpl seul ne connaît pas nos fragments : un acte de même longueur les remplace
    return "communs/decompte" if modele.endswith(("requete", "demande", "declaration")) else modele


def _fusionner(actes: list[Path], pieces: list[Path], cible: Path) -> None:
    fusion = pypdf.PdfWriter()
    for acte in actes:
        fusion.append(acte)
    for rang, piece in enumerate(pieces, start=1):
        debut = len(fusion.pages)
        fusion.append(piece, f"Pièce n° {rang}")
        fusion.pages[debut].merge_page(_tampon(rang))
    fusion.write(cible)


def _tampon(rang: int) -> pypdf.PageObject:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as fichier:
        feuille = Canvas(fichier.name)
        feuille.drawString(450, 800, f"Pièce n° {rang}")
        feuille.save()
        return pypdf.PdfReader(fichier.name).pages[0]


def principal() -> None:
    """Mesure et imprime."""
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--tours", type=int, default=3)
    analyse.add_argument("--sans-comparaison", action="store_true")
    options = analyse.parse_args()
    with tempfile.TemporaryDirectory() as nom:
        racine = Path(nom)
        os.environ["XDG_CACHE_HOME"] = str(racine / "cache")
        os.environ["PYTHONPYCACHEPREFIX"] = str(racine / "compiles")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        dossiers = [fabriquer_dossier(racine / "dossiers", rang) for rang in range(2 * options.tours + 2)]
        neufs = iter(dossiers)
        with ouvrir_moteurs(None) as moteurs:
            premier = next(neufs)
            premiere = produire(premier, racine / "chaud", moteurs)
            depart = time.process_time()
            with chronometrer() as temps:
                chauds = [produire(next(neufs), racine / "chaud", moteurs) for _ in range(options.tours)]
            calcul = (time.process_time() - depart) / options.tours
            repris = [produire(premier, racine / "chaud", moteurs) for _ in range(options.tours)]
            planchers = mesurer_planchers(racine / "chaud" / premier.name, choisir_rendu(), racine)
        produire_a_froid(premier, racine / "froid")  # pour compiler les modules ; ne se mesure pas
        froids = [produire_a_froid(next(neufs), racine / f"froid{i}") for i in range(options.tours)]
        vides = [
            produire_a_froid(premier, racine / f"vide{i}", GENERATEUR_SANS_CACHE="1") for i in range(options.tours)
        ]
        print(f"première production, processus neuf  {premiere:7.3f} s")
        print(f"même dossier repris (médiane)        {statistics.median(repris):7.3f} s")
        print(f"dossiers distincts, chaud (médiane)  {statistics.median(chauds):7.3f} s")
        for libelle, total in temps.items():
            print(f"    {libelle:<46}{1000 * total / options.tours:8.1f} ms")
        print(f"    {'calcul du processus principal (CPU)':<46}{1000 * calcul:8.1f} ms")
        print(f"commande à froid, dossier neuf (médiane) {statistics.median(froids):7.3f} s")
        print(f"commande à froid, sans aucun cache       {statistics.median(vides):7.3f} s")
        print("planchers : les bibliothèques seules, sur ces mêmes pages")
        for libelle, duree in planchers.items():
            print(f"    {libelle:<46}{1000 * duree:8.1f} ms")
        imprimer_comptes(next(neufs), racine)
        if options.sans_comparaison or not shutil.which("soffice"):
            return
        simple = chaine_simple(premier, racine / "simple")
        print(f"chaîne simple                        {simple:7.3f} s")
        print(f"rapport à chaud   {simple / statistics.median(chauds):6.1f} ×")
        print(f"rapport à froid   {simple / statistics.median(froids):6.1f} × (sans cache "
              f"{simple / statistics.median(vides):.1f} ×)")  # fmt: skip


def imprimer_comptes(dossier: Path, racine: Path) -> None:
    """Ouvertures, rendus et empreintes d'un dossier neuf ; et combien par pièce d'origine."""
    comptes = compter(_arguments(dossier, racine / "compte"), racine)
    pieces = {fichier.name for fichier in (dossier / "pieces").iterdir()}
    print("comptes d'un dossier neuf, enfants compris")
    for genre in dict.fromkeys(genre for genre, _ in comptes):
        total = sum(nombre for (g, _), nombre in comptes.items() if g == genre)
        originaux = sum(nombre for (g, nom), nombre in comptes.items() if g == genre and nom in pieces)
        print(f"    {genre:<46}{total:8}   dont {originaux / len(pieces):.1f} par pièce d'origine")


if __name__ == "__main__":
    principal()

"""Banc du lot : la chaîne simple, notre lot à un et à deux processus, le plancher, et les courbes de 10 à N dossiers.

Tout est mesuré dans la même exécution, sur des dossiers distincts (7 actes, 10 pièces de 5 pages, tous différents), les
caches vides au départ. L'horloge d'une machine chargée ment : le temps de processeur est donné à côté.

    python -m tests.bancs.banc_lot [--dossiers 40] [--simples 2] [--courbe 300] [--sans-comparaison]
    python -m tests.bancs.banc_lot --courbe 2000      # un quart d'heure
"""

import argparse
import contextlib
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pikepdf
import psutil

from generateur.operations import production as chaine
from generateur.operations.etude import etudier_dossier
from generateur.operations.executants import choisir_executant
from generateur.operations.lot import Avancee, Bilan, produire_lot
from generateur.operations.outillage import ouvrir_moteurs
from generateur.redaction.actes import en_champs
from generateur.redaction.composition import composer_contexte
from generateur.redaction.gabarits import ouvrir_bibliotheque
from generateur.reglages import Reglages
from tests.bancs.banc_dossier import ETAPES, JOUR, chaine_simple, chronometrer, fabriquer_dossier, produire

PALIERS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
TOURS_DU_PLANCHER = 5


@dataclass(frozen=True)
class Mesure:
    """Temps par dossier : d'horloge, et de processeur (le nôtre et celui de tous les enfants)."""

    horloge: float
    processeur: float


@contextlib.contextmanager
def mesurer(nombre: int, mesures: list[Mesure]) -> Iterator[None]:
    """Ajoute la mesure de ce qui se fait ici, par dossier ; les enfants doivent être finis à la sortie."""
    debut, avant = time.perf_counter(), _processeur()
    yield
    mesures.append(Mesure((time.perf_counter() - debut) / nombre, (_processeur() - avant) / nombre))


def _processeur() -> float:
    usages = (resource.getrusage(qui) for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def lancer(source: Path, sortie: Path, processus: int, avancer=lambda _: None) -> Bilan:
    """Un lot entier, démarrage des ouvriers compris ; tous les dossiers doivent être produits."""
    executant = choisir_executant("processus", Reglages(), jour=JOUR, demander_mot_de_passe=str, nombre=processus)
    bilan = produire_lot(source, sortie, jour=JOUR, au=JOUR, reglages=Reglages(), executant=executant, avancer=avancer)
    rates = [f"{r.reference} : {r.raison}" for r in bilan.dossiers if r.etat != "produit"]
    assert not rates, rates
    return bilan


@contextlib.contextmanager
def caches_vides() -> Iterator[None]:
    """Rien d'une mesure ne sert à la suivante."""
    with tempfile.TemporaryDirectory() as nom, mock.patch.dict(os.environ, XDG_CACHE_HOME=nom):
        yield


def mesurer_lot(source: Path, sortie: Path, processus: int) -> Mesure:
    """Le temps par dossier une fois lancé : ce qui précède les premiers dossiers rendus n'est pas compté."""
    nombre = sum(1 for _ in source.iterdir())
    releves: dict[int, tuple[float, float]] = {}

    def relever(avancee: Avancee) -> None:
        if avancee.rang in {2 * processus, nombre}:
            releves[avancee.rang] = time.perf_counter(), _processeur_vivant()

    with caches_vides():
        lancer(source, sortie, processus, relever)
    depart, arrivee = releves[2 * processus], releves[nombre]
    faits = nombre - 2 * processus
    return Mesure((arrivee[0] - depart[0]) / faits, (arrivee[1] - depart[1]) / faits)


def mesurer_plancher(dossier: Path, publie: Path) -> Mesure:
    """Remplir les modèles et réunir les PDF, sans rien convertir, contrôler ni tamponner : on ne peut pas moins."""
    etude = etudier_dossier(dossier, jour=JOUR)
    with ouvrir_moteurs(None, coeurs=0) as moteurs:
        matiere = chaine.rassembler_matiere(etude, projet=False, moteur=moteurs.rendu)
    champs, bibliotheque = en_champs(composer_contexte(matiere)), ouvrir_bibliotheque()
    pdfs = [*sorted((publie / "actes").glob("*.pdf")), *sorted((dossier / "pieces").glob("*.pdf"))]
    mesures: list[Mesure] = []

    def remplir_et_reunir() -> None:
        for acte in matiere.procedure.actes:
            bibliotheque.modele(acte.modele).rendre(champs, jour=JOUR)
        with pikepdf.new() as liasse:
            for pdf in pdfs:
                with pikepdf.open(pdf) as lu:
                    liasse.pages.extend(lu.pages)
            liasse.save(publie.parent / "plancher.pdf", compress_streams=False)

    remplir_et_reunir()  # les modèles se compilent une fois
    with mesurer(TOURS_DU_PLANCHER, mesures):
        for _ in range(TOURS_DU_PLANCHER):
            remplir_et_reunir()
    return mesures[0]


def dire_ou_va_le_temps(dossiers: Sequence[Path], sortie: Path) -> None:
    """Étape par étape, dans un seul processus chaud."""
    with caches_vides(), ouvrir_moteurs(None, coeurs=1) as moteurs:
        produire(dossiers[0], sortie, moteurs)
        debut = time.perf_counter()
        with chronometrer() as temps:
            for dossier in dossiers[1:]:
                produire(dossier, sortie, moteurs)
        tout = time.perf_counter() - debut
    nombre = len(dossiers) - 1
    print("où va le temps d'un dossier (un processus chaud)")
    for libelle in dict.fromkeys(libelle for _, _, libelle in ETAPES):
        print(f"    {libelle:<46}{1000 * temps.get(libelle, 0.0) / nombre:8.1f} ms")
    print(f"    {'tout':<46}{1000 * tout / nombre:8.1f} ms")


def tracer_courbes(racine: Path, nombre: int, processus: int) -> None:
    """Temps par dossier et mémoire, palier par palier, d'une seule course."""
    source = fabriquer_beaucoup(racine / "courbe", nombre)
    moi, debut, dernier = psutil.Process(), time.perf_counter(), [0, time.perf_counter(), _processeur_vivant()]
    print(f"courbes de 10 à {nombre} dossiers ({processus} processus)")
    print("    dossiers   ms/dossier   ms de processeur   parent Mo   ouvriers et leurs enfants Mo")

    def avancer(avancee: Avancee) -> None:
        if avancee.rang not in PALIERS and avancee.rang != nombre:
            return
        maintenant, processeur = time.perf_counter(), _processeur_vivant()
        faits = avancee.rang - dernier[0]
        enfants = sum(_memoire(enfant) for enfant in moi.children(recursive=True))
        print(
            f"    {avancee.rang:8d}   {1000 * (maintenant - dernier[1]) / faits:10.1f}"
            f"   {1000 * (processeur - dernier[2]) / faits:16.1f}   {_memoire(moi):9.0f}   {enfants:10.0f}"
        )
        dernier[:] = [avancee.rang, maintenant, processeur]

    with caches_vides():
        lancer(source, racine / "sortie-courbe", processus, avancer)
    print(f"    en tout : {nombre / (time.perf_counter() - debut):.2f} dossiers par seconde")


def fabriquer_beaucoup(racine: Path, nombre: int) -> Path:
    """Des dossiers distincts, chaque pièce aussi : les mêmes pages, mais jamais les mêmes octets."""
    modele = fabriquer_dossier(racine / "modele", 0)
    source = racine / "dossiers"
    for rang in range(nombre):
        dossier = source / f"C-{rang:05d}"
        shutil.copytree(modele, dossier)
        saisie = dossier / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace(modele.name, dossier.name), "utf-8")
        for piece in (dossier / "pieces").glob("*.pdf"):
            with piece.open("ab") as flux:
                flux.write(f"% {rang}\n".encode())
    return source


def _memoire(processus: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        return processus.memory_info().rss / 1e6
    return 0.0


def _processeur_vivant() -> float:
    """Le temps de processeur de cette course, enfants en marche compris."""
    total = _processeur()
    for enfant in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            temps = enfant.cpu_times()
            total += temps.user + temps.system
    return total


def principal() -> None:
    """Mesure et imprime."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--dossiers", type=int, default=40)
    analyse.add_argument("--simples", type=int, default=2)
    analyse.add_argument("--courbe", type=int, default=300)
    analyse.add_argument("--sans-comparaison", action="store_true")
    options = analyse.parse_args()
    with tempfile.TemporaryDirectory() as nom:
        racine = Path(nom)
        dossiers = [fabriquer_dossier(racine / "dossiers", rang) for rang in range(options.dossiers)]
        un, deux = (mesurer_lot(racine / "dossiers", racine / f"lot-{combien}", combien) for combien in (1, 2))
        plancher = mesurer_plancher(dossiers[0], racine / "lot-1" / dossiers[0].name)
        for libelle, mesure in (
            ("plancher (modèles et réunion)", plancher),
            ("lot, 1 processus", un),
            ("lot, 2", deux),
        ):
            print(f"{libelle:<32}{mesure.horloge:8.3f} s   processeur {mesure.processeur:8.3f} s par dossier")
        if not options.sans_comparaison and shutil.which("soffice"):
            mesures: list[Mesure] = []
            with mesurer(options.simples, mesures):
                for dossier in dossiers[: options.simples]:
                    chaine_simple(dossier, racine / "simple" / dossier.name)
            simple = mesures[0]
            print(
                f"{'chaîne simple':<32}{simple.horloge:8.3f} s   processeur {simple.processeur:8.3f} s par dossier\n"
                f"lot à 2 processus / chaîne simple : {simple.horloge / deux.horloge:.1f} × (but : 60) ; "
                f"processeur seul : {2 * simple.processeur / deux.processeur:.1f} × sur deux cœurs libres"
            )
        print(
            f"2 processus / 1 processus : {un.horloge / deux.horloge:.2f} × (but : 1,9) ; "
            f"processeur dépensé en plus : {100 * (deux.processeur / un.processeur - 1):+.0f} %"
        )
        dire_ou_va_le_temps(dossiers[:8], racine / "etapes")
        tracer_courbes(racine, options.courbe, 2)


if __name__ == "__main__":
    principal()

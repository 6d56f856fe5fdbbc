"""Banc de l'importation : dix mille lignes de CSV et d'XLSX, en 300 puis 3 000 débiteurs ; temps et mémoire.

Puis, sur 3 000 débiteurs : avec un relevé de banque et un PDF par facture, et la même importation de nouveau.

Chaque mesure a son processus, pour que la mémoire soit la sienne. Visé : moins de 10 s, et une mémoire qui ne suit
pas le nombre de dossiers.

    python tests/bancs/banc_import.py [--lignes 10000] [--profil]
"""

import argparse
import cProfile
import datetime as dt
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from generateur.operations.importer import Demande, importer
from generateur.operations.outillage import ouvrir_outils

JOUR = dt.date(2026, 11, 21)
ENTETE = ("Numéro", "Date", "Échéance", "Client", "SIREN", "Montant HT", "Montant TTC", "Reste dû", "Statut")
DEBITEURS = (300, 3000)
OBJECTIF_S = 10


def _lignes(nombre: int, debiteurs: int) -> list[tuple[str, ...]]:
    return [
        (f"F{n:06d}", "01/05/2026", "31/05/2026", f"Client {n % debiteurs} SAS", f"{300000000 + n % debiteurs}",
         "100,00", "120,00", "120,00", "En retard")
        for n in range(nombre)
    ]  # fmt: skip


def _fabriquer(fichier: Path, nombre: int, debiteurs: int) -> None:
    if fichier.suffix == ".csv":
        lignes = (";".join(ligne) for ligne in (ENTETE, *_lignes(nombre, debiteurs)))
        fichier.write_text("\n".join(lignes) + "\n", encoding="utf-8")
        return
    classeur = openpyxl.Workbook(write_only=True)
    feuille = classeur.create_sheet("Factures")
    for ligne in (ENTETE, *_lignes(nombre, debiteurs)):
        feuille.append(ligne)
    classeur.save(fichier)


def _fabriquer_annexes(atelier: Path, nombre: int, debiteurs: int) -> None:
    """Un encaissement par facture, cité une fois sur deux par son numéro, et un PDF par facture."""
    (atelier / "documents").mkdir()
    lignes = ["Date;Libellé;Montant"]
    for n in range(nombre):
        lignes.append(f"15/06/2026;VIR {f'F{n:06d}' if n % 2 else f'CLIENT {n % debiteurs}'};120,00")
        (atelier / "documents" / f"F{n:06d}.pdf").write_bytes(b"%PDF-1.4\n")
    (atelier / "banque.csv").write_text("\n".join(lignes) + "\n", encoding="utf-8")


def mesurer(fichier: Path, racine: Path, *, profil: bool, annexes: Path | None) -> None:
    """Une importation dans ce processus ; imprime le temps, la mémoire la plus haute et les dossiers créés."""
    sonde = cProfile.Profile()
    debut = time.perf_counter()
    with ouvrir_outils(coeurs=0) as outils:
        demande = Demande(
            sources=(fichier,),
            racine=racine,
            banque=annexes / "banque.csv" if annexes else None,
            documents=annexes / "documents" if annexes else None,
        )
        fait = (sonde.runcall if profil else lambda f, *a, **k: f(*a, **k))(
            importer, demande, jour=JOUR, outils=outils, avancer=lambda *_: None
        )
    duree = time.perf_counter() - debut
    memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{fichier.name:>20} {len(fait.dossiers):>6} dossiers {duree:6.2f} s {memoire:7.0f} Mo"
          f"  {'' if duree < OBJECTIF_S else 'TROP LENT'}")  # fmt: skip
    if profil:
        pstats.Stats(sonde).sort_stats("cumulative").print_stats(25)


def principal() -> None:
    """Fabrique les exports, puis mesure chacun dans son processus."""
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--lignes", type=int, default=10_000)
    analyse.add_argument("--profil", action="store_true")
    analyse.add_argument("--un", nargs=2, type=Path, help=argparse.SUPPRESS)
    analyse.add_argument("--annexes", type=Path, help=argparse.SUPPRESS)
    options = analyse.parse_args()
    if options.un:
        mesurer(*options.un, profil=options.profil, annexes=options.annexes)
        return
    with tempfile.TemporaryDirectory() as atelier:
        for debiteurs in DEBITEURS:
            for extension in (".csv", ".xlsx"):
                fichier = Path(atelier) / f"export_{debiteurs}{extension}"
                _fabriquer(fichier, options.lignes, debiteurs)
                racine = Path(atelier) / f"dossiers_{fichier.name}"
                suite = ["--profil"] if options.profil else []
                subprocess.run([sys.executable, __file__, "--un", fichier, racine, *suite], check=True)
        _fabriquer_annexes(Path(atelier), options.lignes, DEBITEURS[-1])
        fichier, racine = Path(atelier) / f"export_{DEBITEURS[-1]}.csv", Path(atelier) / "dossiers_annexes"
        suite = ["--annexes", atelier, *(["--profil"] if options.profil else [])]
        for _ in ("avec annexes", "de nouveau"):
            subprocess.run([sys.executable, __file__, "--un", fichier, racine, *suite], check=True)


if __name__ == "__main__":
    principal()

"""L'épreuve du lot : un dossier sur vingt empoisonné, la course tuée deux fois en chemin, comparée à une tranquille.

À la fin : mêmes octets, chaque empoisonné nommé avec son code, sa raison et son remède, rien de produit deux fois, rien
d'oublié derrière ; la mémoire la plus haute de chaque course. Dure plusieurs minutes et dit où elle en est ; se lance à
la main, avec trois mégaoctets de disque par dossier. Sort 0 si tout tient.

    python -m tests.bancs.epreuve_lot [--dossiers 2000] [--processus 2] [--executant dask] [--ou REPERTOIRE]
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

RACINE = Path(__file__).parents[2]
MODELE = RACINE / "dossiers" / "2026-0051"
UN_SUR = 20
ENTRE_DEUX_LIGNES_S = 10
OCTETS_PAR_DOSSIER = 12 << 20  # ses pièces, sa sortie, sa pile, ce qui se garde de ses rendus
MEMOIRE_DU_PARENT = 400 << 20
FAIT = re.compile(r"^\[\d+/\d+\] (\S+) : produit$", re.MULTILINE)
# L'ouvrier qui ouvre un dossier « tueur » meurt : ce que ferait une bibliothèque qui plante.
TUEUR = """
import os, sys

OUVRIER = "generateur.operations.executants.ouvrier"


def _mourir(evenement, arguments):
    if evenement == "open" and "tueur" in str(arguments[0]) and OUVRIER in sys.orig_argv:
        os.kill(os.getpid(), 9)

sys.addaudithook(_mourir)
"""


def _illisible(dossier: Path) -> None:
    (dossier / "dossier.toml").write_text("reference = «", encoding="utf-8")


def _sans_piece(dossier: Path) -> None:
    min((dossier / "pieces").glob("f*.pdf")).unlink()


def _piece_cassee(dossier: Path) -> None:
    min((dossier / "pieces").glob("f*.pdf")).write_bytes(b"%PDF-1.7 rien")


def _conteste(dossier: Path) -> None:
    saisie = dossier / "dossier.toml"
    saisie.write_text(saisie.read_text("utf-8") + "\n[situation]\nlitige = true\n", encoding="utf-8")


POISONS: dict[str, tuple[Callable[[Path], None], set[int]]] = {
    "illisible": (_illisible, {3}),
    "sans-piece": (_sans_piece, {8}),
    "piece-cassee": (_piece_cassee, {8}),
    "conteste": (_conteste, {3, 4, 5}),
    "tueur": (lambda _: None, {1}),
}


def fabriquer(racine: Path, nombre: int) -> dict[str, set[int]]:
    """Les dossiers, et les codes attendus de chaque empoisonné."""
    attendus: dict[str, set[int]] = {}
    for rang in range(nombre):
        poison = list(POISONS)[rang // UN_SUR % len(POISONS)] if rang % UN_SUR == UN_SUR // 2 else ""
        dossier = racine / f"E-{rang:05d}{f'-{poison}' if poison else ''}"
        shutil.copytree(MODELE, dossier)
        saisie = dossier / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace(MODELE.name, dossier.name), encoding="utf-8")
        if poison:
            empoisonner, codes = POISONS[poison]
            empoisonner(dossier)
            attendus[dossier.name] = codes
    shutil.copytree(RACINE / "dossiers/creanciers", racine / "creanciers")
    return attendus


class Course:
    """Un lot dans son processus ; ce qu'il dit va dans un fichier, qui survit à sa mort."""

    def __init__(self, nom: str, racine: Path, sortie: Path, prevus: int, *options: str) -> None:
        self.nom, self.sortie, self._prevus = nom, sortie, prevus
        self.journal = racine / f"journal-{nom}"
        self.resultat = self.journal.with_suffix(".json")
        self.debut, self._dit, self.memoire = time.monotonic(), time.monotonic(), 0
        (racine / "piege").mkdir(exist_ok=True)
        (racine / "piege" / "sitecustomize.py").write_text(TUEUR, encoding="utf-8")
        commande = [
            sys.executable, "-m", "generateur", "lot", str(racine / "dossiers"), "-o", str(sortie),
            "--au", "2026-11-21", "--json", "--classer", "etude", *options,
        ]  # fmt: skip
        chemins = [str(racine / "piege"), str(RACINE)]
        with self.journal.open("wb") as dit, self.resultat.open("wb") as rendu:
            self.processus = subprocess.Popen(
                commande, stdout=rendu, stderr=dit, cwd=racine,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(chemins), "XDG_CACHE_HOME": f"{sortie}-cache"},
            )  # fmt: skip

    def combien(self) -> int:
        """Dossiers publiés."""
        return len(list(self.sortie.glob("E-*/manifeste.json")))

    def veiller(self) -> None:
        """Attend un peu, relève la mémoire du parent, et dit de temps en temps où l'on en est."""
        time.sleep(0.5)
        with contextlib.suppress(psutil.Error):
            self.memoire = max(self.memoire, psutil.Process(self.processus.pid).memory_info().rss)
        if time.monotonic() - self._dit >= ENTRE_DEUX_LIGNES_S:
            self._dit = time.monotonic()
            ecoule = self._dit - self.debut
            print(f"{self.nom} : {self.combien()} publiés sur {self._prevus}, {ecoule:.0f} s", flush=True)

    def tuer_apres(self, nombre: int) -> None:
        """kill -9 sur un ouvrier, puis sur le parent, une fois tant de dossiers publiés."""
        while self.processus.poll() is None and self.combien() < nombre:
            self.veiller()
        assert self.processus.poll() is None, f"le lot a fini avant d'être tué : {self.journal.read_text('utf-8')}"
        enfants = psutil.Process(self.processus.pid).children(recursive=True)
        ouvriers = [e for e in enfants if "generateur.operations.executants.ouvrier" in e.cmdline()]
        ouvriers[0].kill()
        time.sleep(1)
        self.processus.kill()
        self.processus.wait()
        partis, restes = psutil.wait_procs(enfants, timeout=30)
        assert not restes, f"survivent au parent : {restes} ({len(partis)} partis)"
        print(f"{self.nom} : un ouvrier tué, puis le parent, à {self.combien()} publiés", flush=True)

    def finir(self) -> dict[str, Any]:
        """L'objet du lot, une fois fini."""
        while self.processus.poll() is None:
            self.veiller()
        print(f"{self.nom} : fini en {time.monotonic() - self.debut:.0f} s", flush=True)
        rendu = self.resultat.read_text("utf-8")
        assert rendu, f"le lot n'a rien rendu : {self.journal.read_text('utf-8')}"
        objet: dict[str, Any] = json.loads(rendu)
        return objet

    def produits(self) -> list[str]:
        """Ce que cette course a dit avoir produit."""
        return FAIT.findall(self.journal.read_text("utf-8"))


def reperer(sortie: Path) -> dict[str, int]:
    """Chaque dossier publié, et quand son manifeste l'a été : produit de nouveau, il en aurait un autre."""
    return {p.parent.name: p.stat().st_mtime_ns for p in sortie.glob("E-*/manifeste.json")}


def resumer(sortie: Path) -> dict[str, str]:
    """Chaque fichier publié, piles comprises, et son empreinte."""
    return {
        p.relative_to(sortie).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(sortie.rglob("*"))
        if p.is_file() and not {".en_cours", ".verrou"} & set(p.relative_to(sortie).parts)
    }


def exiger_la_place(ou: Path, dossiers: int) -> None:
    """S'arrête avant de commencer si le disque ne suffirait pas."""
    voulue, libre = dossiers * OCTETS_PAR_DOSSIER, shutil.disk_usage(ou).free
    print(f"{dossiers} dossiers : environ {voulue >> 20} Mo de disque, {libre >> 20} libres", flush=True)
    if libre < voulue:
        sys.exit("Pas assez de place : donner un autre répertoire avec --ou, ou moins de --dossiers.")


def courir_tranquille(racine: Path, prevus: int, processus: str) -> tuple[dict[str, Any], dict[str, str], int]:
    """Une course que rien ne trouble : son objet, ses octets, sa mémoire ; ce qu'elle a écrit est effacé."""
    sortie = racine / "tranquille"
    course = Course("tranquille", racine, sortie, prevus, "--processus", processus)
    objet, octets = course.finir(), resumer(sortie)
    shutil.rmtree(sortie)
    shutil.rmtree(f"{sortie}-cache", ignore_errors=True)
    return objet, octets, course.memoire


def principal() -> None:
    """Fait courir, tue, compare."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--dossiers", type=int, default=300)
    analyse.add_argument("--processus", default="2")
    analyse.add_argument("--executant", choices=("processus", "dask"), default="processus", help="des courses tuées")
    analyse.add_argument("--ou", type=Path, default=Path(tempfile.gettempdir()))
    options = analyse.parse_args()
    exiger_la_place(options.ou, options.dossiers)
    with tempfile.TemporaryDirectory(dir=options.ou) as nom:
        racine = Path(nom)
        attendus = fabriquer(racine / "dossiers", options.dossiers)
        bons = options.dossiers - len(attendus)
        calme, octets, memoire = courir_tranquille(racine, bons, options.processus)
        tuee = racine / "tuee"
        reglages = ("--processus", options.processus, "--executant", options.executant)
        courses: list[Course] = []
        dates: dict[str, int] = {}
        for rang, part in enumerate((3, 1.5), start=1):
            course = Course(f"tuée {rang}", racine, tuee, bons, *reglages)
            course.tuer_apres(int(bons / part))
            courses.append(course)
            dates = reperer(tuee) | dates
        derniere = Course("reprise", racine, tuee, bons, *reglages)
        fini = derniere.finir()
        dits = Counter(reference for course in (*courses, derniere) for reference in course.produits())
        dossiers = {d["reference"]: d for d in fini["dossiers"]}
        nommes = {r: d for r, d in dossiers.items() if d["etat"] in {"refuse", "en_echec"}}
        verdicts = {
            "mêmes octets qu'une course tranquille": resumer(tuee) == octets,
            "mêmes refus qu'une course tranquille": [
                (d["reference"], d["code"], d["message"]) for d in calme["dossiers"] if d["reference"] in nommes
            ] == [(d["reference"], d["code"], d["message"]) for d in nommes.values()],
            "chaque empoisonné nommé, et lui seul": set(nommes) - {"creanciers"} == set(attendus),
            "avec son code": all(nommes[r]["code"] in codes for r, codes in attendus.items() if r in nommes),
            "avec sa raison et son remède": all("→" in d["message"] for d in nommes.values()),
            "rien dit produit deux fois": bool(dits) and max(dits.values()) == 1,
            "rien publié deux fois": bool(dates) and dates.items() <= reperer(tuee).items(),
            "tous les autres produits": fini["produits"] == bons,
            "rien d'abandonné": {p.name for p in tuee.glob(".*")} == {".en_cours", ".verrou"},
            "code 12": derniere.processus.returncode == 12,
            "parent sous 400 Mo": max(memoire, *(c.memoire for c in (*courses, derniere))) < MEMOIRE_DU_PARENT,
        }  # fmt: skip
        print()
        for verdict, tient in verdicts.items():
            print(f"{'oui' if tient else 'NON'}   {verdict}")
        print(
            f"{options.dossiers} dossiers, {len(attendus)} empoisonnés ; {calme['debit']} par seconde, tranquille ; "
            f"{len(dates)} déjà publiés avant la reprise ; parent à {memoire >> 20} Mo au plus, tranquille, et "
            f"{derniere.memoire >> 20} Mo à la reprise ({options.executant})"
        )
        exemples = {r: [d["code"], d["message"]] for r, d in list(nommes.items())[: len(POISONS)]}
        print(json.dumps(exemples, ensure_ascii=False, indent=1))
        rates = [verdict for verdict, tient in verdicts.items() if not tient]
        print(f"VERDICT : NON TENU ({', '.join(rates)})" if rates else "VERDICT : TENU")
        sys.exit(1 if rates else 0)


if __name__ == "__main__":
    principal()

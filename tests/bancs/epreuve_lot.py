"""L'épreuve du lot : un dossier sur vingt empoisonné, la course tuée deux fois en chemin, comparée à une tranquille.

À la fin : mêmes octets, chaque empoisonné nommé avec son code, sa raison et son remède, rien de produit deux fois, rien
d'oublié derrière. Dure plusieurs minutes ; se lance à la main.

    python -m tests.bancs.epreuve_lot [--dossiers 300] [--processus 2]
"""

import argparse
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

import psutil

RACINE = Path(__file__).parents[2]
MODELE = RACINE / "dossiers" / "2026-0051"
UN_SUR = 20
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

    def __init__(self, racine: Path, sortie: Path, processus: int) -> None:
        self.journal = racine / f"journal-{time.monotonic_ns()}"
        self.resultat = self.journal.with_suffix(".json")
        (racine / "piege").mkdir(exist_ok=True)
        (racine / "piege" / "sitecustomize.py").write_text(TUEUR, encoding="utf-8")
        commande = [
            sys.executable, "-m", "generateur", "lot", str(racine / "dossiers"), "-o", str(sortie),
            "--au", "2026-11-21", "--processus", str(processus), "--json", "--classer", "etude",
        ]  # fmt: skip
        chemins = [str(racine / "piege"), str(RACINE)]
        with self.journal.open("wb") as dit, self.resultat.open("wb") as rendu:
            self.processus = subprocess.Popen(
                commande, stdout=rendu, stderr=dit, cwd=racine,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(chemins), "XDG_CACHE_HOME": str(sortie) + "-cache"},
            )  # fmt: skip

    def tuer_apres(self, sortie: Path, nombre: int) -> None:
        """kill -9 sur un ouvrier, puis sur le parent, une fois tant de dossiers publiés."""
        while self.processus.poll() is None and len(list(sortie.glob("E-*/manifeste.json"))) < nombre:
            time.sleep(0.2)
        enfants = psutil.Process(self.processus.pid).children(recursive=True)
        ouvriers = [e for e in enfants if "generateur.operations.executants.ouvrier" in e.cmdline()]
        ouvriers[0].kill()
        time.sleep(1)
        self.processus.kill()
        self.processus.wait()
        partis, restes = psutil.wait_procs(enfants, timeout=30)
        assert not restes, f"survivent au parent : {restes} ({len(partis)} partis)"

    def finir(self) -> dict:
        """L'objet du lot, une fois fini."""
        self.processus.wait()
        return json.loads(self.resultat.read_text("utf-8"))

    def produits(self) -> list[str]:
        """Ce que cette course a dit avoir produit."""
        return FAIT.findall(self.journal.read_text("utf-8"))


def resumer(sortie: Path) -> dict[str, str]:
    """Chaque fichier publié, piles comprises, et son empreinte."""
    return {
        p.relative_to(sortie).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(sortie.rglob("*"))
        if p.is_file() and not {".en_cours", ".verrou"} & set(p.relative_to(sortie).parts)
    }


def principal() -> None:
    """Fait courir, tue, compare."""
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyse.add_argument("--dossiers", type=int, default=300)
    analyse.add_argument("--processus", type=int, default=2)
    options = analyse.parse_args()
    with tempfile.TemporaryDirectory() as nom:
        racine = Path(nom)
        attendus = fabriquer(racine / "dossiers", options.dossiers)
        bons = options.dossiers - len(attendus)
        tranquille, tuee = racine / "tranquille", racine / "tuee"
        calme = Course(racine, tranquille, options.processus).finir()
        courses = []
        for part in (3, 1.5):
            course = Course(racine, tuee, options.processus)
            course.tuer_apres(tuee, int(bons / part))
            courses.append(course)
        derniere = Course(racine, tuee, options.processus)
        fini = derniere.finir()
        dits = Counter(reference for course in (*courses, derniere) for reference in course.produits())
        dossiers = {d["reference"]: d for d in fini["dossiers"]}
        nommes = {r: d for r, d in dossiers.items() if d["etat"] in {"refuse", "en_echec"}}
        verdicts = {
            "mêmes octets qu'une course tranquille": resumer(tuee) == resumer(tranquille),
            "mêmes refus qu'une course tranquille": [
                (d["reference"], d["code"], d["message"]) for d in calme["dossiers"] if d["reference"] in nommes
            ] == [(d["reference"], d["code"], d["message"]) for d in nommes.values()],
            "chaque empoisonné nommé, et lui seul": set(nommes) - {"creanciers"} == set(attendus),
            "avec son code": all(nommes[r]["code"] in codes for r, codes in attendus.items() if r in nommes),
            "avec sa raison et son remède": all("→" in d["message"] for d in nommes.values()),
            "rien produit deux fois": not dits or max(dits.values()) == 1,
            "tous les autres produits": fini["produits"] == bons,
            "rien d'abandonné": {p.name for p in tuee.glob(".*")} == {".en_cours", ".verrou"},
            "code 12": derniere.processus.returncode == 12,
        }  # fmt: skip
        for verdict, tient in verdicts.items():
            print(f"{'oui' if tient else 'NON'}   {verdict}")
        print(f"{options.dossiers} dossiers, {len(attendus)} empoisonnés ; {calme['debit']} par seconde, tranquille")
        print(
            json.dumps(
                {r: [d["code"], d["message"]] for r, d in list(nommes.items())[:5]}, ensure_ascii=False, indent=1
            )
        )
        sys.exit(0 if all(verdicts.values()) else 1)


if __name__ == "__main__":
    principal()

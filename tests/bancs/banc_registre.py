"""Banc du registre : dix mille affaires listées, filtrées, exportées ; visé : moins d'une seconde chacune.

Chaque commande est lancée dans son processus, démarrage compris, sortie lue en entier ; la meilleure de trois. Le temps
de calcul dit ce que vaut la mesure sur une machine occupée.

    python tests/bancs/banc_registre.py [--affaires 10000] [--registre postgresql://…]
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Fiche, Inscription, Plume

JOUR = dt.date(2026, 11, 21)
SUITES = ("depose", "ordonnance", "signifie")
GROUPE = 500
OBJECTIF_S = 1.0
COMMANDES = (
    ("lister",),
    ("lister", "--json"),
    ("lister", "--etat", "depose"),
    ("lister", "--etat", "depose", "--json"),
    ("lister", "--creancier", "client 7", "--json"),
    ("lister", "--echeance-avant", "2026-12-05", "--json"),
    ("exporter", "registre.csv"),
    ("exporter", "registre.json"),
    ("exporter", "registre.xlsx"),
    ("montrer", "2026-005000", "--json"),
)


def _inscription(rang: int) -> Inscription:
    contenu = {
        "procedure": ("injonction_de_payer", "petites_creances")[rang % 2],
        "total": f"{900 + rang % 4000}.00",
        "au": JOUR.isoformat(),
        "manifeste": f"{rang:064x}",
    }
    suites = [Fait(nature, JOUR + dt.timedelta(days=n)) for n, nature in enumerate(SUITES[: rang % 4])]
    echeances = ((JOUR + dt.timedelta(days=rang % 300), "Signification de l'ordonnance, au plus tard", "CPC 1411"),)
    fiche = Fiche(f"2026-{rang:06d}", f"Société débitrice {rang}", f"Client {rang % 40}", False, echeances)
    return Inscription(fiche, (Fait("produit", JOUR, contenu), *suites))


def remplir(adresse: str, affaires: int) -> float:
    """Inscrit ces affaires ; rend le temps par affaire, en secondes."""
    debut = time.perf_counter()
    with ouvrir_base(adresse, creer=True) as base:
        plume = Plume(base)
        for premier in range(0, affaires, GROUPE):
            plume.inscrire([_inscription(rang) for rang in range(premier, min(premier + GROUPE, affaires))], JOUR)
    return (time.perf_counter() - debut) / affaires


def mesurer(adresse: str, repertoire: Path, commande: tuple[str, ...]) -> tuple[float, float]:
    """La meilleure durée de cette commande, et son temps de calcul, en secondes."""
    arguments = [sys.executable, "-m", "generateur", "registre", *commande, "--registre", adresse]
    arguments += ["--remplacer"] if commande[0] == "exporter" else []
    mesures = []
    for _ in range(3):
        avant, debut = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(arguments, cwd=repertoire, stdout=subprocess.DEVNULL, check=True)
        duree, apres = time.perf_counter() - debut, resource.getrusage(resource.RUSAGE_CHILDREN)
        mesures.append((duree, apres.ru_utime + apres.ru_stime - avant.ru_utime - avant.ru_stime))
    return min(mesures)


def principal() -> None:
    """Remplit un registre neuf et mesure chaque commande."""
    lecteur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lecteur.add_argument("--affaires", type=int, default=10_000)
    lecteur.add_argument("--registre", help="Une base PostgreSQL vide ; à défaut, un fichier SQLite provisoire.")
    options = lecteur.parse_args()
    with tempfile.TemporaryDirectory() as provisoire:
        adresse = options.registre or f"sqlite:///{provisoire}/registre.sqlite"
        print(f"inscription : {remplir(adresse, options.affaires) * 1000:.2f} ms par affaire")
        for commande in COMMANDES:
            duree, calcul = mesurer(adresse, Path(provisoire), commande)
            verdict = "" if duree < OBJECTIF_S else "   AU-DESSUS DE L'OBJECTIF"
            print(f"{' '.join(commande):55} {duree:6.2f} s, dont {calcul:.2f} de calcul{verdict}")


if __name__ == "__main__":
    principal()

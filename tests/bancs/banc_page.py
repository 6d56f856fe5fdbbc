"""Banc de la page : le départ, la liste de mille dossiers, l'enregistrement d'un champ au milieu d'eux.

Deux fois : à froid, rien n'est gardé ; à chaud, la page a déjà été ouverte une fois sur ces dossiers.

Visé, pour mille dossiers, en temps de calcul : la première page en moins de trois secondes à froid, d'une demie à
chaud ; un filtre, un tri en moins de deux à chaud, le tableau et les échéances d'une demie ; un enregistrement qui ne
suit pas leur nombre.

    python tests/bancs/banc_page.py [--dossiers 2000] [--profil]
"""

import argparse
import cProfile
import datetime as dt
import os
import pstats
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from generateur.page.maison import Lieux, Maison
from tests.page.conftest import Visiteur, onglet_ouvert

JOUR = dt.date(2026, 11, 21)
RACINE = Path(__file__).parents[2]
ESSAIS = 5
_DEPART = """
import json, sys, time, datetime, pathlib, urllib.request, http.cookiejar, threading, os, signal
debut = time.perf_counter()
from generateur.page.maison import Lieux
from generateur.page.service import servir
import generateur.commandes.page
imports = time.perf_counter() - debut
debut, calcul = time.perf_counter(), time.process_time()

def lire(adresse):
    boite = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    with urllib.request.build_opener(urllib.request.ProxyHandler({}), boite).open(adresse) as reponse:
        assert reponse.status == 200 and b"<h1>" in reponse.read()
    print(json.dumps({"imports": imports, "premiere_page": time.perf_counter() - debut,
                      "dont_calcul": time.process_time() - calcul}), flush=True)
    os.kill(os.getpid(), signal.SIGINT)

racine = pathlib.Path(sys.argv[1])
servir(Lieux(racine, racine.parent / "sortie"), port=0, horloge=lambda: datetime.date(2026, 11, 21),
       annoncer=lambda adresse, _: threading.Thread(target=lire, args=(adresse,)).start(), reveler=print)
"""


def _fabriquer(racine: Path, combien: int) -> None:
    modele = (RACINE / "dossiers" / "2026-0074" / "dossier.toml").read_text("utf-8")
    shutil.copytree(RACINE / "dossiers" / "creanciers", racine / "creanciers")
    for rang in range(combien):
        dossier = racine / f"2026-{rang:05d}"
        (dossier / "pieces").mkdir(parents=True)
        texte = modele.replace('"2026-0074"', f'"2026-{rang:05d}"').replace("Embruns Bleus", f"Embruns {rang}")
        (dossier / "dossier.toml").write_text(texte, "utf-8")


def _chronometrer(nom: str, geste: Callable[[], object], essais: int = ESSAIS) -> None:
    durees, calculs = [], []
    for _ in range(essais):
        debut, calcul = time.perf_counter(), time.process_time()
        geste()
        durees.append(time.perf_counter() - debut)
        calculs.append(time.process_time() - calcul)
    print(f"{nom:52} {statistics.median(durees) * 1000:9.0f} ms {statistics.median(calculs) * 1000:9.0f} de calcul")


def _enregistrer(visiteur: Visiteur, page: str, rang: int) -> None:
    champs = {"page": page, "lieu": "objet", "valeur": f"Objet {rang}"}
    assert visiteur.poster("/dossiers/2026-00001/champ", champs, htmx=True).code == 200


def _completer(visiteur: Visiteur, adresse: str) -> None:
    while "Liste incomplète" in visiteur.voir(adresse).texte:
        pass


def _mesurer(racine: Path, combien: int) -> None:
    maison = Maison(Lieux(racine, racine.parent / "sortie"), lambda: JOUR, print)
    visiteur = Visiteur(maison)
    visiteur.entrer()
    _chronometrer(f"liste de {combien}, première page", lambda: visiteur.voir("/"), 1)
    _chronometrer("liste, la même page", lambda: visiteur.voir("/"))
    _chronometrer("liste, une recherche, première réponse", lambda: visiteur.voir("/?cherche=embruns"), 1)
    _chronometrer("liste, la même, complète", lambda: _completer(visiteur, "/?cherche=embruns"), 1)
    _chronometrer("liste, un filtre", lambda: visiteur.voir("/?etat=pret"))
    _chronometrer("liste, un tri", lambda: visiteur.voir("/?tri=somme"))
    _chronometrer("un dossier", lambda: visiteur.voir("/dossiers/2026-00001?onglet=factures"))
    page = onglet_ouvert(visiteur.voir("/dossiers/2026-00001?onglet=factures").texte)
    rangs = iter(range(1000))
    _chronometrer("un champ enregistré", lambda: _enregistrer(visiteur, page, next(rangs)))
    for nom in ("tableau", "echeances"):
        _chronometrer(f"{nom}, première fois", partial(visiteur.voir, f"/{nom}"), 1)
        _chronometrer(f"{nom}, de nouveau", partial(visiteur.voir, f"/{nom}"), 2)
    maison.fermer()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dossiers", type=int, default=1000)
    options.add_argument("--profil", action="store_true", help="où passe le temps")
    choix = options.parse_args()
    with tempfile.TemporaryDirectory() as atelier:
        for combien in (2, choix.dossiers):
            racine = Path(atelier) / str(combien) / "dossiers"
            racine.mkdir(parents=True)
            _fabriquer(racine, combien)
            depart = [sys.executable, "-c", _DEPART, str(racine)]
            os.environ["XDG_CACHE_HOME"] = str(Path(atelier) / f"cache-{combien}")
            for quand in ("à froid", "à chaud") if not choix.profil else ():
                print(f"— {combien} dossiers, {quand}")
                print(subprocess.run(depart, capture_output=True, text=True, check=True).stdout.strip())
                _mesurer(racine, combien)
            if not choix.profil:
                continue
            profileur = cProfile.Profile()
            profileur.runcall(_mesurer, racine, combien)
            pstats.Stats(profileur).sort_stats("cumulative").print_stats(40)


if __name__ == "__main__":
    main()

"""Simulation d'une grappe : un lot d'un million de dossiers, et ce qui cède en premier.

Le coût d'un dossier, ce qu'il demande au magasin et ce qu'un travail coûte à l'ordonnanceur sont mesurés d'abord, sur
cette machine, par le programme même ; le reste (traînards, morts, latence, limites du magasin) se règle. La file est
celle de l'exécutant : une fenêtre de travaux en vol, des résultats rendus dans l'ordre, un poison repris seul.

    python tests/bancs/simulation_grappe.py [--dossiers 1000000] [--ouvriers 16 128 1024] [--cout 0.5]
"""

import argparse
import datetime as dt
import heapq
import math
import os
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from generateur.operations import lot
from generateur.operations.executants import choisir_executant, grappe
from generateur.operations.executants.guichet import Reponse
from generateur.operations.executants.ordonnanceur import MORTS_PERMISES, joindre
from generateur.publication.magasin import Adresse
from generateur.reglages import Reglages, Resultat, Travail
from tests.bancs.banc_dossier import MODELE_DOSSIER, fabriquer_dossier
from tests.outils.serveur_s3 import ouvrir_magasin_factice

JOUR = dt.date(2026, 11, 21)
_MESURES = 6  # dossiers types produits pour mesurer
_HEURE = 3600.0
_DE_FRONT = 8  # transferts d'un dossier menés ensemble
_RETOUR_S = 30.0  # un ouvrier mort revient, ses moteurs chauds


@dataclass(frozen=True)
class Couts:
    """Par dossier : secondes d'un cœur, demandes au magasin et octets ; par travail : secondes de l'ordonnanceur."""

    dossier_s: float
    ecart: float  # écart type du logarithme
    demandes: float
    octets: float
    ordonnanceur_s: float
    lanceur_s: float  # recevoir un résultat, l'écrire au bilan


@dataclass(frozen=True)
class Grappe:
    """Ce qu'on loue, et ce qui s'y passe mal."""

    ouvriers: int
    latence_s: float
    de_front: int  # demandes d'un dossier menées ensemble
    debit_ouvrier: float  # octets par seconde
    demandes_par_s: float  # ce que le magasin accepte en tout
    trainards: float  # part des dossiers
    lenteur: float  # facteur d'un traînard
    morts_par_heure: float  # d'un ouvrier
    retour_s: float
    poisons: float  # part des dossiers qui font tomber l'ouvrier lui-même
    fenetre: int = grappe.FENETRE


@dataclass
class Bilan:
    """Ce que la simulation a vu ; `usages` : part du temps où chaque ressource était prise (1 : elle borne le lot)."""

    duree_s: float = 0.0
    occupe_s: float = 0.0
    perdu_s: float = 0.0
    reprises: int = 0
    refuses: int = 0
    creux_s: float = 0.0
    gardes_au_plus: int = 0
    usages: dict[str, float] = field(default_factory=dict)


class Simulation:
    """Un lot, travail par travail. Trois serveurs uniques : l'ordonnanceur, le magasin, le poste qui lance."""

    def __init__(self, couts: Couts, reglages: Grappe, graine: int = 1) -> None:
        self._couts, self._reglages = couts, reglages
        self._hasard = random.Random(graine)  # noqa: S311 (une simulation, reproductible)
        self._bilan = Bilan()
        self._libres = [(0.0, rang) for rang in range(reglages.ouvriers)]
        self._en_vol: list[tuple[float, int]] = []  # (fin, rang du travail)
        self._arrives: list[int] = []  # avant leur tour
        self._rendu = 0
        self._ordonnanceur = self._magasin = self._lanceur = 0.0
        self._magasin_s = couts.demandes / reglages.demandes_par_s
        self._transfert_s = (
            couts.octets / reglages.debit_ouvrier + couts.demandes * reglages.latence_s / reglages.de_front
        )

    def derouler(self, nombre: int) -> Bilan:
        """Le bilan du lot entier."""
        for rang in range(nombre):
            self._attendre_une_place()
            self._ordonnanceur += self._couts.ordonnanceur_s
            libre, ouvrier = heapq.heappop(self._libres)
            fin = self._accomplir(max(libre, self._ordonnanceur))
            heapq.heappush(self._libres, (fin, ouvrier))
            heapq.heappush(self._en_vol, (fin, rang))
        while self._en_vol:
            self._recevoir()
        return self._conclure(nombre)

    def _attendre_une_place(self) -> None:
        while len(self._en_vol) >= self._reglages.fenetre:
            fin = self._recevoir()
            if self._reglages.fenetre < self._reglages.ouvriers:  # plus d'ouvriers que de travaux confiés
                self._bilan.creux_s += max(0.0, fin - self._ordonnanceur)
            self._ordonnanceur = max(self._ordonnanceur, self._lanceur)

    def _recevoir(self) -> float:
        fin, rang = heapq.heappop(self._en_vol)
        self._lanceur = max(self._lanceur, fin) + self._couts.lanceur_s
        heapq.heappush(self._arrives, rang)
        self._bilan.gardes_au_plus = max(self._bilan.gardes_au_plus, len(self._arrives))
        while self._arrives and self._arrives[0] == self._rendu:
            heapq.heappop(self._arrives)
            self._rendu += 1
        return fin

    def _accomplir(self, debut: float) -> float:
        """L'instant où ce travail finit, pannes comprises."""
        reglages, hasard, bilan = self._reglages, self._hasard, self._bilan
        calcul = self._couts.dossier_s * hasard.lognormvariate(0.0, self._couts.ecart)
        if hasard.random() < reglages.trainards:
            calcul *= reglages.lenteur
        attente = max(0.0, self._magasin - debut)
        self._magasin = max(self._magasin, debut) + self._magasin_s
        travail = calcul + self._transfert_s + attente
        if hasard.random() < reglages.poisons:
            perdu = 2 * (MORTS_PERMISES + 1) * (travail + reglages.retour_s)  # parmi les autres, puis seul
            bilan.refuses += 1
            bilan.perdu_s += perdu
            return debut + perdu
        perdu = 0.0
        if hasard.random() < reglages.morts_par_heure * travail / _HEURE:
            perdu = hasard.random() * travail + reglages.retour_s
            bilan.reprises += 1
        bilan.perdu_s += perdu
        bilan.occupe_s += travail - attente  # attendre le magasin n'est pas travailler
        return debut + perdu + travail

    def _conclure(self, nombre: int) -> Bilan:
        bilan, couts = self._bilan, self._couts
        duree = bilan.duree_s = max(self._lanceur, *(fin for fin, _ in self._libres))
        bilan.usages = {
            "les ouvriers": bilan.occupe_s / (duree * self._reglages.ouvriers),
            "l'ordonnanceur": nombre * couts.ordonnanceur_s / duree,
            "le poste qui lance": nombre * couts.lanceur_s / duree,
            "le magasin": nombre * self._magasin_s / duree,
            "la fenêtre": bilan.creux_s / duree,
        }
        return bilan


def mesurer_dossiers(nombre: int) -> tuple[float, float, float, float]:
    """Par dossier type, par le programme même : secondes (médiane, écart du logarithme), demandes et octets."""
    durees: list[float] = []
    with tempfile.TemporaryDirectory() as racine, ouvrir_magasin_factice() as magasin:
        os.environ |= {
            "AWS_ENDPOINT_URL": magasin.entree(),
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "eu-west-3",
            "AWS_ACCESS_KEY_ID": "banc",
            "AWS_SECRET_ACCESS_KEY": "banc",
        }
        dossiers = Path(racine) / "dossiers"
        shutil.copytree(MODELE_DOSSIER.parent / "creanciers", dossiers / "creanciers")
        for rang in range(nombre + 1):
            fabriquer_dossier(dossiers, rang)
        for fichier in dossiers.rglob("*"):
            if fichier.is_file():
                magasin.objets[f"dossiers/{fichier.relative_to(dossiers).as_posix()}"] = fichier.read_bytes()
        demandes: Counter[str] = Counter()
        magasin.avant = lambda methode, _: demandes.update([methode])
        dernier = time.perf_counter()

        def avancer(_: lot.Avancee) -> None:
            nonlocal dernier
            durees.append(time.perf_counter() - dernier)
            dernier = time.perf_counter()

        executant = choisir_executant("sequentiel", Reglages(), jour=JOUR, demander_mot_de_passe=str)
        lot.produire_lot(
            Adresse("seau", "dossiers"),
            Adresse("seau", "sortie"),
            jour=JOUR,
            au=JOUR,
            reglages=Reglages(),
            executant=executant,
            avancer=avancer,
        )
        octets = sum(map(len, magasin.objets.values()))  # les sources lues, les sorties écrites
    a_chaud = durees[1:]
    ecart = statistics.pstdev(map(math.log, a_chaud))
    return statistics.median(a_chaud), ecart, demandes.total() / (nombre + 1), octets / (nombre + 1)


def mesurer_ordonnanceur(nombre: int = 2_000) -> float:
    """Secondes d'ordonnanceur par travail vide, deux ouvriers d'ici."""
    with joindre(None, nombre=2, environnement={}) as client:
        client.gather(client.map(len, [""] * 100, pure=False))
        debut = time.perf_counter()
        client.gather(client.map(len, [""] * nombre, pure=False))
        return (time.perf_counter() - debut) / nombre


def mesurer_lanceur(nombre: int = 2_000) -> float:
    """Secondes du poste qui lance par travail : l'écrire, puis relire sa réponse."""
    travail = Travail(source=Path("x/dossier.toml"), sortie=Path(), jour=JOUR, depuis="s3://seau/x", vers="s3://seau/y")
    reponse = Reponse(resultat=Resultat(reference="x", etat="produit", code=0, message="x" * 200)).model_dump_json()
    debut = time.perf_counter()
    for _ in range(nombre):
        travail.model_dump_json()
        Reponse.model_validate_json(reponse).model_dump_json()
    return (time.perf_counter() - debut) / nombre


def lire_arguments() -> argparse.Namespace:
    """Ce qui se règle, avec les valeurs d'une grappe ordinaire et d'un magasin de la même région."""
    lecteur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lecteur.add_argument("--dossiers", type=int, default=1_000_000)
    lecteur.add_argument("--ouvriers", type=int, nargs="+", default=[16, 64, 256, 1024, 4096])
    lecteur.add_argument("--cout", type=float, help="secondes par dossier (défaut : mesuré)")
    lecteur.add_argument("--latence", type=float, default=0.03, help="secondes par demande au magasin")
    lecteur.add_argument("--demandes", type=float, default=3_500, help="demandes par seconde acceptées par le magasin")
    lecteur.add_argument("--debit", type=float, default=100e6, help="octets par seconde et par ouvrier")
    lecteur.add_argument("--trainards", type=float, default=0.001, help="part des dossiers")
    lecteur.add_argument("--lenteur", type=float, default=200, help="facteur d'un traînard")
    lecteur.add_argument("--morts", type=float, default=0.02, help="morts d'un ouvrier par heure")
    lecteur.add_argument("--poisons", type=float, default=1e-5, help="part des dossiers qui tuent l'ouvrier lui-même")
    return lecteur.parse_args()


def mesurer(cout: float | None) -> Couts:
    """Les coûts, mesurés sur cette machine."""
    dossier_s, ecart, demandes, octets = mesurer_dossiers(_MESURES)
    couts = Couts(cout or dossier_s, ecart, demandes, octets, mesurer_ordonnanceur(), mesurer_lanceur())
    print(
        f"Un dossier type : {couts.dossier_s:.2f} s d'un cœur, {demandes:.0f} demandes et {octets / 1e6:.1f} Mo au "
        f"magasin ; un travail : {couts.ordonnanceur_s * 1e3:.1f} ms d'ordonnanceur, "
        f"{couts.lanceur_s * 1e3:.2f} ms du poste qui lance."
    )
    return couts


def principal() -> None:
    """Mesure, simule chaque taille de grappe, et dit ce qui borne le lot."""
    choix = lire_arguments()
    couts = mesurer(choix.cout)
    print(f"{choix.dossiers} dossiers, {choix.poisons:.4%} de poisons, {choix.trainards:.2%} de traînards :")
    for ouvriers in choix.ouvriers:
        reglages = Grappe(
            ouvriers=ouvriers,
            latence_s=choix.latence,
            de_front=_DE_FRONT,
            debit_ouvrier=choix.debit,
            demandes_par_s=choix.demandes,
            trainards=choix.trainards,
            lenteur=choix.lenteur,
            morts_par_heure=choix.morts,
            retour_s=_RETOUR_S,
            poisons=choix.poisons,
        )
        bilan = Simulation(couts, reglages).derouler(choix.dossiers)
        borne = max(bilan.usages, key=bilan.usages.__getitem__)
        usages = ", ".join(f"{nom} {part:.0%}" for nom, part in bilan.usages.items())
        print(
            f"  {ouvriers:>5} ouvriers : {bilan.duree_s / _HEURE:6.1f} h, {choix.dossiers / bilan.duree_s:6.0f} "
            f"dossiers/s ; {bilan.reprises} reprises, {bilan.refuses} refusés, "
            f"{bilan.gardes_au_plus} résultats gardés.\n"
            f"        {usages} → cède en premier : {borne}."
        )


if __name__ == "__main__":
    principal()

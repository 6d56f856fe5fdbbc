"""Un registre neuf dans un fichier, ou sur un vrai serveur PostgreSQL démarré pour les essais."""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume

COMPTE = "postgres"


class Serveur:
    """Un PostgreSQL à nous, dans un répertoire provisoire, joint par sa prise locale."""

    def __init__(self, programmes: Path) -> None:
        self._programmes, self._rangs = programmes, itertools.count(1)
        self.racine = Path(tempfile.mkdtemp(prefix="essai-postgresql-", dir="/tmp"))
        self._donnees = self.racine / "donnees"
        if os.geteuid() == 0:  # PostgreSQL refuse de tourner en administrateur
            shutil.chown(self.racine, COMPTE)
        self._lancer("initdb", "-D", self._donnees, "-U", "essai", "-A", "trust", "-E", "UTF8", "--no-sync")

    def _lancer(self, programme: str, *arguments: str | Path) -> None:
        compte = COMPTE if os.geteuid() == 0 else None
        commande = [self._programmes / programme, *arguments]
        with (self.racine / "journal").open("a") as journal:
            subprocess.run(commande, check=True, stdout=journal, stderr=journal, cwd="/", timeout=300, user=compte)

    def demarrer(self) -> None:
        reglages = f"-c listen_addresses='' -c unix_socket_directories={self.racine} -c fsync=off"
        self._lancer(
            "pg_ctl", "-D", self._donnees, "-o", reglages, "-w", "-t", "240", "-l", self.racine / "serveur", "start"
        )

    def arreter(self) -> None:
        self._lancer("pg_ctl", "-D", self._donnees, "-m", "immediate", "-w", "stop")

    @contextlib.contextmanager
    def figer(self):
        """Ni arrêté, ni répondant : tous ses processus gelés, ses prises ouvertes ; il repart à la sortie."""
        maitre = psutil.Process(int((self._donnees / "postmaster.pid").read_text().split()[0]))
        maitre.suspend()  # lui d'abord : il n'en naîtra plus d'autre
        geles = [maitre, *maitre.children(recursive=True)]
        try:
            for processus in geles[1:]:
                processus.suspend()
            yield
        finally:
            for processus in reversed(geles):
                with contextlib.suppress(psutil.NoSuchProcess):
                    processus.resume()

    def creer_base(self) -> str:
        nom = f"registre_{next(self._rangs)}"
        with psycopg.connect(host=str(self.racine), user="essai", dbname="postgres", autocommit=True) as connexion:
            connexion.execute(f'CREATE DATABASE "{nom}"')
        return f"postgresql://essai@/{nom}?host={self.racine}"


def _trouver_programmes() -> Path | None:
    installes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parents[1].name))
    trouve = shutil.which("initdb") or (installes[-1] if installes else None)
    return Path(trouve).parent if trouve else None


@pytest.fixture(scope="session")
def serveur():
    programmes = _trouver_programmes()
    if programmes is None:
        pytest.skip("PostgreSQL n'est pas installé : .ci/run l'installe et lance ces essais")
    serveur = Serveur(programmes)
    try:
        serveur.demarrer()
        yield serveur
        serveur.arreter()
    finally:
        shutil.rmtree(serveur.racine, ignore_errors=True)


@pytest.fixture
def fichier(tmp_path):
    return tmp_path / "registre.sqlite"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.outils)])
def adresse(request, fichier):
    """L'adresse d'un registre qui n'existe pas encore : l'essai vaut pour les deux bases."""
    if request.param == "sqlite":
        return f"sqlite:///{fichier}"
    return request.getfixturevalue("serveur").creer_base()


@pytest.fixture
def base(adresse):
    with ouvrir_base(adresse, creer=True) as ouverte:
        yield ouverte


@pytest.fixture
def plume(base):
    return Plume(base, attente_s=0.5)

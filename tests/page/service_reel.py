"""La page telle que la commande l'ouvre, dans son processus : de vraies prises, de vrais octets, un vrai Ctrl-C."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

RACINE = Path(__file__).parents[2]
DOSSIERS = ("2026-0042", "2026-0074", "creanciers")


@dataclass
class Recue:
    """Ce que le service a répondu."""

    code: int
    entetes: dict[str, str]
    octets: bytes

    @property
    def texte(self) -> str:
        return self.octets.decode()


@dataclass
class Service:
    """Un service ouvert : son adresse, son processus, ses répertoires."""

    adresse: str
    processus: subprocess.Popen[str]
    lieu: Path
    cookie: str = ""
    csrf: str = ""

    @property
    def port(self) -> int:
        return int(urlsplit(self.adresse).port or 0)

    @property
    def jeton(self) -> str:
        return parse_qs(urlsplit(self.adresse).query)["jeton"][0]

    @property
    def dossiers(self) -> Path:
        return self.lieu / "dossiers"

    def demander(
        self, methode: str, adresse: str, corps: bytes = b"", entetes: Mapping[str, str] | None = None
    ) -> Recue:
        tous = {"cookie": self.cookie, "host": f"127.0.0.1:{self.port}", **(entetes or {})}
        liaison = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            liaison.putrequest(methode, adresse, skip_host=True, skip_accept_encoding=True)
            for nom, valeur in {"content-length": str(len(corps)), **tous}.items():
                if valeur:
                    liaison.putheader(nom, valeur)
            liaison.endheaders(corps or None)
            reponse = liaison.getresponse()
            return Recue(reponse.status, {k.lower(): v for k, v in reponse.getheaders()}, reponse.read())
        finally:
            liaison.close()

    def entrer(self) -> None:
        ouverte = self.demander("GET", f"/?jeton={self.jeton}")
        assert ouverte.code == 303
        self.cookie = ouverte.entetes["set-cookie"].partition(";")[0]
        self.csrf = self.demander("GET", "/nouveau").texte.split('name="csrf" value="')[1].split('"')[0]

    def poster(self, adresse: str, champs: Mapping[str, str], **entetes: str) -> Recue:
        corps = urlencode({"csrf": self.csrf, **champs}).encode()
        return self.demander("POST", adresse, corps, {"content-type": "application/x-www-form-urlencoded", **entetes})

    def deposer(self, adresse: str, *parts: bytes, champs: Mapping[str, str] | None = None) -> Recue:
        """`parts` : chacune ses en-têtes, une ligne vide, son contenu, tels quels."""
        dits = {"csrf": self.csrf, **(champs or {})}
        tous = [f'Content-Disposition: form-data; name="{n}"\r\n\r\n{v}'.encode() for n, v in dits.items()]
        corps = b"".join(b"--borne\r\n" + part + b"\r\n" for part in (*tous, *parts)) + b"--borne--\r\n"
        return self.demander("POST", adresse, corps, {"content-type": "multipart/form-data; boundary=borne"})

    def prise(self, octets: bytes = b"") -> socket.socket:
        """Une connexion nue, ces octets déjà envoyés."""
        ouverte = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        ouverte.sendall(octets)
        return ouverte

    def brut(self, octets: bytes) -> bytes:
        """Ces octets, tels quels ; tout ce qui revient jusqu'à la fermeture."""
        with self.prise(octets) as prise:
            return tout_lire(prise)

    def entete(self, methode: str, adresse: str, *lignes: str) -> bytes:
        """L'en-tête d'une demande de la séance, à envoyer tel quel."""
        dites = (f"{methode} {adresse} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {self.cookie}", *lignes)
        return "\r\n".join((*dites, "", "")).encode("latin-1")

    def memoire(self) -> int:
        """Octets tenus en mémoire, les enfants compris ; le plus haut point atteint par chacun."""
        return sum(_sommet(pid) for pid in (self.processus.pid, *_enfants(self.processus.pid)))

    def ouverts(self) -> int:
        """Octets tenus dans des fichiers provisoires sans nom : ceux d'un envoi en cours."""
        tmp = str(self.lieu / "tmp")
        return sum(taille for fichier, taille in self._fichiers_ouverts() if fichier.startswith(tmp))

    def tient(self, fichier: Path) -> bool:
        """Vrai si le service a ce fichier ouvert."""
        return any(Path(ouvert) == fichier for ouvert, _ in self._fichiers_ouverts())

    def _fichiers_ouverts(self) -> Iterator[tuple[str, int]]:
        for prise in Path(f"/proc/{self.processus.pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # fermé entre-temps
                yield str(prise.readlink()), prise.stat().st_size

    def provisoires(self) -> list[Path]:
        """Ce que le service garde dans son répertoire provisoire."""
        return [p for p in (self.lieu / "tmp").rglob("*") if p.is_file()]


def tout_lire(prise: socket.socket) -> bytes:
    recu = b""
    with contextlib.suppress(ConnectionError):
        while morceau := prise.recv(65536):
            recu += morceau
    return recu


@contextlib.contextmanager
def ouvrir_service(lieu: Path, *options: str, avant: str = "") -> Iterator[Service]:
    """Le service sur une copie des exemples, la séance ouverte ; `avant` : du code exécuté avant la commande."""
    (lieu / "tmp").mkdir(exist_ok=True)
    for nom in DOSSIERS:
        if not (lieu / "dossiers" / nom).exists():
            shutil.copytree(RACINE / "dossiers" / nom, lieu / "dossiers" / nom)
    service = lancer(lieu, *options, avant=avant)
    try:
        service.entrer()
        yield service
    finally:
        with contextlib.suppress(ProcessLookupError):
            service.processus.send_signal(signal.SIGINT)
        service.processus.wait(timeout=60)
        if service.processus.stdout:
            service.processus.stdout.close()


def lancer(lieu: Path, *options: str, avant: str = "") -> Service:
    """La commande, jusqu'à ce qu'elle dise son adresse ; ses erreurs vont dans « journal.txt »."""
    arguments = ["ouvrir", str(lieu / "dossiers"), "-o", str(lieu / "sortie"), "--sans-navigateur"]
    programme = (
        f"{avant}\nimport runpy, sys\nsys.argv[0] = 'generateur'\nrunpy.run_module('generateur', run_name='__main__')"
    )
    with (lieu / "journal.txt").open("ab") as journal:
        processus = subprocess.Popen(
            [sys.executable, "-c", programme, *arguments, "--json", "--au", "2026-11-21", *options],
            stdout=subprocess.PIPE,
            stderr=journal,
            text=True,
            env={**os.environ, "PYTHONPATH": str(RACINE), "TMPDIR": str(lieu / "tmp")},
        )
    assert processus.stdout
    ligne = processus.stdout.readline()
    assert ligne, (lieu / "journal.txt").read_text("utf-8")
    return Service(json.loads(ligne)["url"], processus, lieu)


def attendre(condition: Callable[[], object], secondes: float = 30.0) -> bool:
    """Vrai dès que la condition l'est."""
    fin = time.monotonic() + secondes
    while time.monotonic() < fin:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _sommet(pid: int) -> int:
    with contextlib.suppress(OSError):
        for ligne in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if ligne.startswith("VmHWM:"):
                return int(ligne.split()[1]) * 1024
    return 0


def _enfants(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    return []

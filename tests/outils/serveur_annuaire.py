"""Un serveur local qui tient lieu des deux registres : il rejoue des réponses et note ce qu'on lui demande."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reponse:
    """Une réponse à rejouer ; `pause` : secondes avant de répondre."""

    corps: bytes = b'{"results": []}'
    code: int = 200
    entetes: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


def en_reponse(objet: Any) -> Reponse:
    """La réponse JSON de cet objet."""
    return Reponse(json.dumps(objet).encode())


@dataclass
class Serveur:
    """`suites` : chemin → réponses à rejouer l'une après l'autre, la dernière toujours."""

    port: int
    suites: dict[str, list[Reponse]]
    demandes: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)
    arret: threading.Event = field(default_factory=threading.Event)

    def adresse(self, chemin: str) -> str:
        return f"http://127.0.0.1:{self.port}{chemin}"

    def rejouer(self, chemin: str, *reponses: Reponse) -> None:
        self.suites[chemin] = list(reponses)

    def compter(self, chemin: str) -> int:
        return sum(1 for demande in self.demandes if demande[0] == chemin)


def _gerer(trouver: Callable[[], Serveur]) -> type[BaseHTTPRequestHandler]:
    class Guichet(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serveur, url = trouver(), urlsplit(self.path)
            serveur.demandes.append((url.path, parse_qs(url.query), dict(self.headers)))
            suite = serveur.suites.get(url.path, [Reponse(code=404)])
            reponse = suite.pop(0) if len(suite) > 1 else suite[0]
            serveur.arret.wait(reponse.pause)
            with contextlib.suppress(OSError):  # le client est parti
                self.send_response_only(reponse.code)  # sans Date : la réponse rejouée porte la sienne
                for nom, valeur in reponse.entetes.items():
                    self.send_header(nom, valeur)
                if "Content-Length" not in reponse.entetes:
                    self.send_header("Content-Length", str(len(reponse.corps)))
                self.end_headers()
                self.wfile.write(reponse.corps)

        def log_message(self, *_: Any) -> None:
            """Rien sur la sortie d'erreur."""

    return Guichet


@contextlib.contextmanager
def ouvrir_serveur() -> Iterator[Serveur]:
    """Le serveur, sur un port libre de la machine ; arrêté à la sortie."""
    ouverts: list[Serveur] = []
    http = ThreadingHTTPServer(("127.0.0.1", 0), _gerer(lambda: ouverts[0]))
    http.daemon_threads = True
    serveur = Serveur(http.server_address[1], {})
    ouverts.append(serveur)
    fil = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    fil.start()
    try:
        yield serveur
    finally:
        serveur.arret.set()
        http.shutdown()
        http.server_close()
        fil.join()

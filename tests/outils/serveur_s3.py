"""Un magasin S3 de test, en mémoire, sur cette machine : honore les conditions, ou non, et note ce qu'on lui écrit."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

import pytest

SEAU = "seau"
_DATE = "Sat, 28 Nov 2026 00:00:00 GMT"


@dataclass
class MagasinFactice:
    """`honore` : en-têtes de condition respectés ; `avant` : appelé avant chaque demande (méthode, clé), peut lever."""

    port: int
    honore: frozenset[str] = frozenset({"If-None-Match", "If-Match"})
    code: int | None = None  # répondu à tout, s'il est donné
    objets: dict[str, bytes] = field(default_factory=dict)
    ecritures: list[str] = field(default_factory=list)
    avant: Callable[[str, str], None] = lambda *_: None
    apres: Callable[[str, str], None] = lambda *_: None  # la demande est faite, sa réponse pas encore partie
    verrou: threading.RLock = field(default_factory=threading.RLock)

    def entree(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def version(self, cle: str) -> str | None:
        octets = self.objets.get(cle)
        return None if octets is None else f'"{hashlib.md5(octets, usedforsecurity=False).hexdigest()}"'

    def accepte(self, cle: str, entetes: Any) -> bool:
        voulue = entetes.get("If-Match") if "If-Match" in self.honore else None
        if voulue is not None and self.version(cle) != voulue:
            return False
        return not ("If-None-Match" in self.honore and entetes.get("If-None-Match") == "*" and cle in self.objets)

    def sous(self, prefixe: str) -> dict[str, bytes]:
        return {c.removeprefix(prefixe): o for c, o in self.objets.items() if c.startswith(prefixe)}


class _Panne(Exception):
    """Le magasin coupe, sans répondre."""


class _Guichet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # sans quoi chaque réponse attend un accusé de réception

    def do_PUT(self) -> None:
        corps = self._corps()
        self._servir(lambda m, cle, _: self._ecrire(m, cle, corps))

    def do_POST(self) -> None:
        corps = self._corps().decode()
        self._servir(lambda m, *_: self._effacer(m, corps))

    def do_GET(self) -> None:
        self._servir(lambda m, cle, demande: self._lire(m, cle) if cle else self._lister(m, demande))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _corps(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _servir(self, repondre: Callable[[MagasinFactice, str, dict[str, list[str]]], Any]) -> None:
        magasin, url = self.server.magasin, urlsplit(self.path)
        cle = unquote(url.path).removeprefix(f"/{SEAU}").removeprefix("/")
        try:
            magasin.avant(self.command, cle)
            with magasin.verrou:
                code, corps, entetes = (
                    (magasin.code, b"", {}) if magasin.code else repondre(magasin, cle, parse_qs(url.query))
                )
            magasin.apres(self.command, cle)
        except _Panne:
            self.close_connection = True
            return
        with contextlib.suppress(OSError):
            self.send_response_only(code)
            for nom, valeur in {"Content-Length": str(len(corps)), "Last-Modified": _DATE, **entetes}.items():
                self.send_header(nom, valeur)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(corps)

    def _ecrire(self, magasin: MagasinFactice, cle: str, corps: bytes) -> Any:
        if not magasin.accepte(cle, self.headers):
            return 412, b"<Error><Code>PreconditionFailed</Code></Error>", {}
        magasin.objets[cle] = corps
        magasin.ecritures.append(cle)
        return 200, b"", self._entetes(magasin, cle)

    def _entetes(self, magasin: MagasinFactice, cle: str) -> dict[str, str]:
        return {"ETag": magasin.version(cle) or ""}

    def _lire(self, magasin: MagasinFactice, cle: str) -> Any:
        if cle not in magasin.objets:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", {}
        if self.headers.get("If-Match", magasin.version(cle)) != magasin.version(cle):
            return 412, b"", {}
        return 200, magasin.objets[cle], self._entetes(magasin, cle)

    def _lister(self, magasin: MagasinFactice, demande: dict[str, list[str]]) -> Any:
        prefixe, coupe = demande.get("prefix", [""])[0], demande.get("delimiter", [""])[0]
        lignes, communs = [], set()
        for cle, octets in sorted(magasin.sous("").items()):
            if not cle.startswith(prefixe):
                continue
            reste = cle.removeprefix(prefixe)
            if coupe and coupe in reste:
                communs.add(prefixe + reste.split(coupe)[0] + coupe)
                continue
            lignes.append(
                f"<Contents><Key>{escape(cle)}</Key><LastModified>2026-11-28T00:00:00.000Z</LastModified>"
                f"<ETag>{escape(magasin.version(cle) or '')}</ETag><Size>{len(octets)}</Size></Contents>"
            )
        lignes += [f"<CommonPrefixes><Prefix>{escape(c)}</Prefix></CommonPrefixes>" for c in sorted(communs)]
        corps = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(lignes)}</ListBucketResult>"
        return 200, corps.encode(), {"Content-Type": "application/xml"}

    def _effacer(self, magasin: MagasinFactice, corps: str) -> Any:
        cles = [unescape(morceau.split("</Key>")[0]) for morceau in corps.split("<Key>")[1:]]
        for cle in cles:
            magasin.objets.pop(cle, None)
        faits = "".join(f"<Deleted><Key>{escape(cle)}</Key></Deleted>" for cle in cles)
        return 200, f"<DeleteResult>{faits}</DeleteResult>".encode(), {"Content-Type": "application/xml"}

    def log_message(self, *_: Any) -> None:
        """Rien sur la sortie d'erreur."""


def couper(*_: object) -> None:
    """À donner à `avant` : le magasin ne répond plus."""
    raise _Panne


def regler_acces(monkeypatch: pytest.MonkeyPatch, entree: str) -> None:
    """L'environnement qui mène à ce magasin, et à lui seul."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", entree)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "essai")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "essai")


@contextlib.contextmanager
def ouvrir_magasin_factice(**reglages: Any) -> Iterator[MagasinFactice]:
    """Le magasin, sur un port libre de la machine ; arrêté à la sortie."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Guichet)
    http.daemon_threads = True
    http.magasin = MagasinFactice(http.server_address[1], **reglages)
    fil = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    fil.start()
    try:
        yield http.magasin
    finally:
        http.shutdown()
        http.server_close()
        fil.join()

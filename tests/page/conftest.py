"""De quoi parler à la page sans réseau : l'application ASGI, appelée en direct, avec la séance ouverte."""

import datetime as dt
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote, urlencode, urlsplit

import anyio
import pytest

from generateur.page.application import creer_application
from generateur.page.maison import Lieux, Maison

RACINE = Path(__file__).parents[2]
JOUR = dt.date(2026, 11, 21)
PORT = 8765
HOTE = f"127.0.0.1:{PORT}"
EN_FRANCAIS = {**os.environ, "LANGUAGE": "fr"}  # ses dates et ses boutons aussi, si sa langue est installée


@dataclass
class Reponse:
    """Code, en-têtes et corps."""

    code: int = 0
    entetes: dict[str, str] = field(default_factory=dict)
    octets: bytes = b""

    @property
    def texte(self) -> str:
        return deponctuer(self.octets.decode())


class Visiteur:
    """Un navigateur réduit à ce qu'il envoie ; `reveles` : les répertoires que la page a demandé d'ouvrir."""

    def __init__(self, maison: Maison) -> None:
        self.maison = maison
        self.application = creer_application(maison, lambda: PORT)
        self.cookie = ""

    def demander(
        self,
        methode: str,
        adresse: str,
        corps: bytes = b"",
        entetes: Mapping[str, str] | None = None,
        *,
        hote: str | None = HOTE,
    ) -> Reponse:
        partie = urlsplit(adresse)
        tous = {"cookie": self.cookie, "content-length": str(len(corps)), **(entetes or {})}
        if hote is not None:
            tous["host"] = hote
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": methode,
            "scheme": "http",
            "path": unquote(partie.path),
            "raw_path": partie.path.encode(),
            "query_string": partie.query.encode(),
            "root_path": "",
            "headers": [(nom.lower().encode(), valeur.encode("latin-1")) for nom, valeur in tous.items() if valeur],
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", PORT),
        }
        reponse = Reponse()
        a_lire = [{"type": "http.request", "body": corps, "more_body": False}]

        async def recevoir() -> dict[str, Any]:
            if a_lire:
                return a_lire.pop()
            await anyio.sleep_forever()
            raise AssertionError

        async def envoyer(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reponse.code = message["status"]
                reponse.entetes = {nom.decode(): valeur.decode() for nom, valeur in message["headers"]}
            else:
                reponse.octets += message.get("body", b"")

        async def mener() -> None:
            await self.application(scope, recevoir, envoyer)

        anyio.run(mener)
        return reponse

    def entrer(self) -> None:
        reponse = self.demander("GET", f"/?jeton={self.maison.seance.jeton}")
        assert reponse.code == 303
        self.cookie = reponse.entetes["set-cookie"].partition(";")[0]

    def voir(self, adresse: str, **entetes: str) -> Reponse:
        return self.demander("GET", adresse, entetes=entetes)

    def poster(
        self, adresse: str, champs: Mapping[str, str] | Sequence[tuple[str, str]], *, htmx: bool = False
    ) -> Reponse:
        paires = champs.items() if isinstance(champs, Mapping) else champs
        corps = urlencode([("csrf", self.maison.seance.csrf), *paires], quote_via=quote_plus).encode()
        entetes = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://{HOTE}"}
        return self.demander("POST", adresse, corps, {**entetes, **({"hx-request": "true"} if htmx else {})})

    def envoyer(self, adresse: str, champs: Mapping[str, str], fichiers: list[tuple[str, str, bytes]]) -> Reponse:
        borne = "borne-des-essais"
        parts = [
            f'--{borne}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'.encode()
            for nom, valeur in {"csrf": self.maison.seance.csrf, **champs}.items()
        ]
        for cle, nom, octets in fichiers:
            tete = f'--{borne}\r\nContent-Disposition: form-data; name="{cle}"; filename={json.dumps(nom)}\r\n\r\n'
            parts.append(tete.encode() + octets + b"\r\n")
        corps = b"".join(parts) + f"--{borne}--\r\n".encode()
        return self.demander("POST", adresse, corps, {"content-type": f"multipart/form-data; boundary={borne}"})


def produire(visiteur: Visiteur, quoi: str = "liasse", dossier: str = "/dossiers/2026-0042") -> str:
    """L'écran de production une fois finie."""
    assert visiteur.poster(f"{dossier}/produire", {"quoi": quoi}).code == 303
    for _ in range(600):
        page = visiteur.voir(f"{dossier}/production").texte
        if "En cours" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def deponctuer(texte: str) -> str:
    """La ponctuation à espaces simples, comme on l'écrit dans un essai ; test_ponctuation éprouve la vraie."""
    return re.sub("\u202f(?=[;?!])|\xa0(?=[:»])|(?<=«)\xa0", " ", texte)


def onglet_ouvert(page: str) -> str:
    """Le nom de la page montrée, que ses formulaires rendent."""
    trouve = re.search(r'name="page" value="([^"]+)"', page)
    assert trouve
    return trouve[1]


@pytest.fixture
def dossiers(tmp_path: Path) -> Path:
    """Une racine de dossiers à soi : un prêt, un à compléter, et les profils."""
    racine = tmp_path / "dossiers"
    for nom in ("2026-0042", "2026-0074", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, racine / nom)
    return racine


@pytest.fixture
def reveles() -> list[Path]:
    return []


@pytest.fixture
def dehors(dossiers: Path, tmp_path: Path, reveles: list[Path]) -> Iterator[Visiteur]:
    """Quelqu'un qui n'a pas le jeton."""
    maison = Maison(Lieux(dossiers, tmp_path / "sortie"), lambda: JOUR, reveles.append)
    yield Visiteur(maison)
    maison.fermer()


@pytest.fixture
def visiteur(dehors: Visiteur) -> Visiteur:
    """La personne qui a ouvert la page."""
    dehors.entrer()
    return dehors


@pytest.fixture
def onglet() -> Iterator[Any]:
    """Un onglet d'un vrai navigateur, en français."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (facultatif hors des essais du navigateur)

    with sync_playwright() as conducteur:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        navigateur = conducteur.chromium.launch(executable_path=shutil.which("chromium"), args=options, env=EN_FRANCAIS)
        yield navigateur.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}).new_page()
        navigateur.close()

"""La garde : qui parle, d'où, et ce que le navigateur a le droit de faire. Rien n'entre sans passer ici.

Dans l'ordre : l'hôte demandé est le nôtre (421), la séance est ouverte (403), une demande qui change quelque chose
vient de notre page (Origin) et porte son jeton (403), le corps n'est ni trop gros (413) ni trop lent (408).
"""

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAILLE_MAXIMALE = 200_000_000  # octets reçus en une demande : une pièce de plus est refusée par l'atelier lui-même
_PATIENCE = 30.0  # secondes sans un octet, après quoi la demande est abandonnée
_SURES = frozenset({"GET", "HEAD"})
_ADMISES = _SURES | {"POST"}
_ENTETES = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Seance:
    """Le secret d'un lancement : le jeton de l'adresse ouvre la séance, un autre signe les formulaires."""

    def __init__(self) -> None:
        self.jeton = secrets.token_urlsafe(24)
        self._cookie = secrets.token_urlsafe(24)
        self.csrf = secrets.token_urlsafe(24)

    def ouvre(self, jeton: str) -> bool:
        """Vrai si ce jeton est celui de l'adresse imprimée."""
        return hmac.compare_digest(jeton.encode(), self.jeton.encode())

    def tient(self, cookie: str) -> bool:
        """Vrai si ce cookie est celui de la séance."""
        return hmac.compare_digest(cookie.encode(), self._cookie.encode())

    def signe(self, csrf: str) -> bool:
        """Vrai si ce formulaire vient d'une page de la séance."""
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())

    def poser(self, reponse: Response, nom: str) -> None:
        """Le cookie : ni lisible par un script, ni envoyé d'un autre site."""
        reponse.set_cookie(nom, self._cookie, httponly=True, samesite="strict", path="/")


class Garde:
    """Intergiciel ASGI. `port` se lit à chaque demande : il n'est connu qu'une fois le service ouvert."""

    def __init__(self, application: ASGIApp, seance: Seance, port: Callable[[], int]) -> None:
        self._application, self._seance, self._port = application, seance, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, ou laisse passer ; toute réponse porte nos en-têtes."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # ni WebSocket ni autre protocole : la page n'en a pas l'usage
        envoyer = _munir_d_entetes(send)
        refus = self._refuser(scope)
        if refus is not None:
            await refus(scope, receive, envoyer)
            return
        await self._application(scope, _borner(receive), envoyer)

    def _refuser(self, scope: Scope) -> Response | None:
        """Le refus, ou l'ouverture de la séance ; None si la demande peut passer."""
        hotes = [valeur.decode("latin-1") for nom, valeur in scope["headers"] if nom == b"host"]
        if len(hotes) != 1 or hotes[0].lower() not in self._hotes():
            return _dire(421, "Cette adresse n'est pas celle de la page.")
        demande = Request(scope)
        if demande.method not in _ADMISES:
            return _dire(405, "Cette demande n'est pas admise.")
        if (jeton := demande.query_params.get("jeton")) is not None:
            return self._ouvrir(demande, jeton)
        if not self._seance.tient(demande.cookies.get(self.nom_du_cookie, "")):
            return _dire(403, "Séance fermée. Relancer « generateur ouvrir », et suivre l'adresse qu'il imprime.")
        return None if demande.method in _SURES else self._refuser_envoi(demande)

    def _refuser_envoi(self, demande: Request) -> Response | None:
        """Ce qui change quelque chose vient de notre page, et tient dans ce que nous recevons."""
        origine = demande.headers.get("origin")
        if origine is not None and urlsplit(origine).netloc.lower() not in self._hotes():
            return _dire(403, "Cette demande vient d'un autre site : elle est refusée.")
        longueur = demande.headers.get("content-length", "0")
        if not longueur.isdecimal() or int(longueur) > TAILLE_MAXIMALE:
            return _dire(413, f"Envoi trop gros : {TAILLE_MAXIMALE // 1_000_000} Mo au plus en une fois.")
        return None

    @property
    def nom_du_cookie(self) -> str:
        """Un nom par port : deux pages ouvertes sur la même machine ne se ferment pas l'une l'autre."""
        return f"generateur_{self._port()}"

    def _hotes(self) -> frozenset[str]:
        return frozenset(f"{nom}:{self._port()}" for nom in ("127.0.0.1", "localhost", "[::1]"))

    def _ouvrir(self, demande: Request, jeton: str) -> Response:
        if demande.method not in _SURES or not self._seance.ouvre(jeton):
            return _dire(403, "Ce lien n'est plus valable. Relancer « generateur ouvrir ».")
        reponse = RedirectResponse(
            "/" + demande.url.path.lstrip("/"), status_code=303
        )  # « //ailleurs » sortirait d'ici
        self._seance.poser(reponse, self.nom_du_cookie)
        return reponse


def _dire(code: int, phrase: str) -> Response:
    return PlainTextResponse(phrase, status_code=code)


def _munir_d_entetes(send: Send) -> Send:
    async def envoyer(message: Message) -> None:
        if message["type"] == "http.response.start":
            entetes = MutableHeaders(scope=message)
            for nom, valeur in _ENTETES.items():
                entetes.setdefault(nom, valeur)
        await send(message)

    return envoyer


def _borner(receive: Receive) -> Receive:
    """Le corps, borné en taille et en patience ; au-delà, la demande s'arrête comme si le client était parti."""
    recu, est_entier = 0, False

    async def recevoir() -> Message:
        nonlocal recu, est_entier
        with anyio.move_on_after(None if est_entier else _PATIENCE):
            message = await receive()
            recu += len(message.get("body", b""))
            est_entier = not message.get("more_body", False)
            if recu <= TAILLE_MAXIMALE:
                return message
        return {"type": "http.disconnect"}

    return recevoir

"""La garde : qui parle, d'où, et ce que le navigateur a le droit de faire. Rien n'entre sans passer ici.

Dans l'ordre : l'hôte demandé est le nôtre (421), la séance est ouverte (403), un autre site ne fait que mener à la
page (403), une demande qui change quelque chose vient d'elle et porte son jeton (403), le corps n'est pas trop gros
(413) ni ne s'arrête en chemin ; ce qui traîne sans s'arrêter, `protocole` le coupe.
"""

import hmac
import secrets
from collections.abc import Callable

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAILLE_MAXIMALE = 200_000_000  # octets reçus en une demande : une pièce de plus est refusée par l'atelier lui-même
TAILLE_SANS_FICHIER = 4_000_000  # un formulaire sans fichier se garde en mémoire
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
        self._jetons_uniques: set[str] = set()
        self._cookie = secrets.token_urlsafe(24)
        self.csrf = secrets.token_urlsafe(24)

    def donner_un_jeton_unique(self) -> str:
        """Pour l'adresse confiée à une commande, que la machine entière peut lire : il n'ouvre qu'une fois."""
        jeton = secrets.token_urlsafe(24)
        self._jetons_uniques.add(jeton)
        return jeton

    def ouvre(self, jeton: str) -> bool:
        """Vrai si ce jeton est celui de l'adresse imprimée, ou un jeton unique qui n'a pas servi."""
        uniques = [unique for unique in self._jetons_uniques if _est_le_meme(jeton, unique)]
        self._jetons_uniques.difference_update(uniques)
        return bool(uniques) or _est_le_meme(jeton, self.jeton)

    def tient(self, cookie: str) -> bool:
        """Vrai si ce cookie est celui de la séance."""
        return _est_le_meme(cookie, self._cookie)

    def signe(self, csrf: str) -> bool:
        """Vrai si ce formulaire vient d'une page de la séance."""
        return _est_le_meme(csrf, self.csrf)

    def poser(self, reponse: Response, nom: str) -> None:
        """Le cookie : ni lisible par un script, ni envoyé d'un autre site."""
        reponse.set_cookie(nom, self._cookie, httponly=True, samesite="strict", path="/")


def _est_le_meme(donne: str, secret: str) -> bool:
    """En un temps qui ne dit rien du secret."""
    return hmac.compare_digest(donne.encode(errors="replace"), secret.encode())


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
        await self._application(scope, _borner(receive, _taille_admise(Request(scope))), envoyer)

    def _refuser(self, scope: Scope) -> Response | None:
        """Le refus, ou l'ouverture de la séance ; None si la demande peut passer."""
        hotes = [valeur.decode("latin-1") for nom, valeur in scope["headers"] if nom == b"host"]
        est_absolue = not scope["raw_path"].startswith(b"/")  # « GET http://ailleurs/ » : l'hôte est dans l'adresse
        if est_absolue or len(hotes) != 1 or hotes[0].lower() not in self._hotes():
            return _dire(421, "Cette adresse n'est pas celle de la page.")
        demande = Request(scope)
        if demande.method not in _ADMISES:
            return _dire(405, "Cette demande n'est pas admise.")
        if (jeton := demande.query_params.get("jeton")) is not None:
            return self._ouvrir(demande, jeton)
        return self._refuser_en_seance(demande)

    def _refuser_en_seance(self, demande: Request) -> Response | None:
        if not self._est_ouverte(demande):
            return _dire(403, "Séance fermée. Relancer « generateur ouvrir », et suivre l'adresse qu'il imprime.")
        if _vient_d_ailleurs(demande):
            return _dire(403, "Cette demande vient d'un autre site : elle est refusée.")
        longueur, admise = demande.headers.get("content-length", "0"), _taille_admise(demande)
        if not longueur.isdecimal() or int(longueur) > admise:
            return _dire(413, f"Envoi trop gros : {admise // 1_000_000} Mo au plus en une fois.")
        return None

    def _est_ouverte(self, demande: Request) -> bool:
        return self._seance.tient(demande.cookies.get(self.nom_du_cookie, ""))

    @property
    def nom_du_cookie(self) -> str:
        """Un nom par port : deux pages ouvertes sur la même machine ne se ferment pas l'une l'autre."""
        return f"generateur_{self._port()}"

    def _hotes(self) -> frozenset[str]:
        return frozenset(f"{nom}:{self._port()}" for nom in ("127.0.0.1", "localhost", "[::1]"))

    def _ouvrir(self, demande: Request, jeton: str) -> Response:
        if demande.method not in _SURES or not (self._seance.ouvre(jeton) or self._est_ouverte(demande)):
            return _dire(403, "Ce lien n'est plus valable. Suivre l'adresse que « generateur ouvrir » a imprimée.")
        reponse = RedirectResponse(
            "/" + demande.url.path.lstrip("/"), status_code=303
        )  # « //ailleurs » sortirait d'ici
        self._seance.poser(reponse, self.nom_du_cookie)
        return reponse


def _vient_d_ailleurs(demande: Request) -> bool:
    """Vrai si un autre site le demande, un autre port de la machine compris : il ne peut que mener à la page."""
    origine = demande.headers.get("origin")
    if origine is not None and origine.lower() != f"http://{demande.headers['host']}".lower():
        return True
    if demande.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
        return False
    y_mene = demande.headers.get("sec-fetch-mode") == "navigate" and demande.headers.get("sec-fetch-dest") == "document"
    return not (y_mene and demande.method in _SURES)


def _taille_admise(demande: Request) -> int:
    """Ce qui porte des fichiers se pose sur le disque ; le reste tient en mémoire."""
    a_des_fichiers = demande.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return TAILLE_MAXIMALE if a_des_fichiers else TAILLE_SANS_FICHIER


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


def _borner(receive: Receive, taille: int) -> Receive:
    """Le corps, borné en taille et en patience ; au-delà, la demande s'arrête comme si le client était parti."""
    recu, est_entier = 0, False

    async def recevoir() -> Message:
        nonlocal recu, est_entier
        with anyio.move_on_after(None if est_entier else _PATIENCE):
            message = await receive()
            recu += len(message.get("body", b""))
            est_entier = not message.get("more_body", False)
            if recu <= taille:
                return message
        return {"type": "http.disconnect"}

    return recevoir

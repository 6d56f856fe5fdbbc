"""HTTP/1.1 où rien ne traîne : une demande a un temps pour arriver entière, et sa réponse un temps pour être lue.

Le délai court de l'attente entière, pas du dernier octet : un client qui en envoie un par minute n'y gagne rien.
"""

import asyncio

import h11
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from generateur.page.voisinage import est_du_meme_compte

DELAIS = {
    "entetes": 10.0,
    "corps": 600.0,  # deux cents mégaoctets lus d'une clé lente y tiennent
    "reste": 30.0,  # la réponse est partie, le client envoie encore : lui laisser le temps de la lire
    "lecture": 600.0,  # un téléchargement mis en pause un moment n'est pas coupé
}


class Protocole(H11Protocol):
    """Une connexion. Ce qui dépasse son délai est coupé net : rien n'est attendu d'un client qui ne répond plus."""

    _minuteur: asyncio.TimerHandle | None = None
    _attente: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # comme la classe mère
        """Le client arrive : ses en-têtes sont attendus ; d'un autre compte, il n'aura qu'un refus."""
        super().connection_made(transport)
        if not est_du_meme_compte(transport.get_extra_info("peername"), transport.get_extra_info("sockname")):
            self.app = PlainTextResponse("Cette demande vient d'un autre compte de cette machine.", 403)
        self._surveiller()

    def connection_lost(self, exc: Exception | None) -> None:
        """Le client est parti : plus rien à attendre."""
        super().connection_lost(exc)
        self._attendre("", 0)

    def data_received(self, data: bytes) -> None:
        """Des octets de plus, de la même attente ou de la suivante."""
        super().data_received(data)
        self._surveiller()

    def on_response_complete(self) -> None:
        """La réponse est partie : reste ce que le client n'avait pas fini d'envoyer, ou sa demande suivante."""
        super().on_response_complete()
        self._surveiller()

    def pause_writing(self) -> None:
        """Le client ne lit pas."""
        super().pause_writing()
        self._attendre("lecture", id(self.cycle))

    def resume_writing(self) -> None:
        """Il lit de nouveau."""
        super().resume_writing()
        self._surveiller()

    def _surveiller(self) -> None:
        etat = self.conn.their_state
        if etat is h11.IDLE:
            attendu = "entetes"
        elif etat is h11.SEND_BODY:
            attendu = "reste" if self.cycle.response_complete else "corps"
        else:
            attendu = ""  # la demande est entière : c'est à nous de répondre
        self._attendre(attendu, id(self.cycle))

    def _attendre(self, attendu: str, demande: int) -> None:
        if (attendu, demande) == self._attente:
            return
        self._attente = (attendu, demande)
        if self._minuteur is not None:
            self._minuteur.cancel()
        couper = self.transport.abort
        self._minuteur = self.loop.call_later(DELAIS[attendu], couper) if attendu else None

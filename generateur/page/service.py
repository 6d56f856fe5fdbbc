"""Le service : écoute sur la boucle locale seule, dit son adresse, sert jusqu'à Ctrl-C, range en partant."""

import contextlib
import datetime as dt
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from generateur.erreurs import ErreurUsage
from generateur.page.application import creer_application
from generateur.page.maison import Lieux, Maison
from generateur.page.protocole import Protocole

_BOUCLE = "127.0.0.1"


class _Serveur(uvicorn.Server):
    """Le serveur, qui dit son adresse une fois ouvert."""

    def __init__(self, configuration: uvicorn.Config, annoncer: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._annoncer = annoncer

    @property
    def port(self) -> int:
        """Le port vraiment ouvert, celui que le système a choisi s'il n'était pas imposé."""
        return int(self.servers[0].sockets[0].getsockname()[1])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C arrête le service, sans être levé de nouveau ensuite : c'est la façon de fermer, non un accident."""
        anciens = {numero: signal.signal(numero, self.handle_exit) for numero in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for numero, ancien in anciens.items():
                signal.signal(numero, ancien)

    async def startup(self, *args: object, **kwargs: object) -> None:
        """Ouvre, puis annonce."""
        await super().startup(*args, **kwargs)  # type: ignore[arg-type]  # la signature change d'une version à l'autre
        if self.started:
            self._annoncer()


def servir(
    lieux: Lieux,
    *,
    port: int,
    horloge: Callable[[], dt.date],
    annoncer: Callable[[str, str], None],
    reveler: Callable[[Path], None],
) -> None:
    """Sert les dossiers de cette racine ; `port` 0 : le premier libre.

    `annoncer` reçoit l'adresse, jeton compris, et une autre qui n'ouvre qu'une fois.

    Lève ErreurUsage si le port est pris.
    """
    maison = Maison(lieux, horloge, reveler)
    application = creer_application(maison, lambda: serveur.port)
    configuration = uvicorn.Config(
        application,
        host=_BOUCLE,
        port=port,
        http=Protocole,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=3,
    )

    def dire_les_adresses() -> None:
        seance, page = maison.seance, f"http://{_BOUCLE}:{serveur.port}/"
        annoncer(f"{page}?jeton={seance.jeton}", f"{page}?jeton={seance.donner_un_jeton_unique()}")

    serveur = _Serveur(configuration, dire_les_adresses)
    try:
        serveur.run()
    except SystemExit as sortie:  # uvicorn sort ainsi quand le port est pris
        raise ErreurUsage(
            f"le port {port} est déjà pris", lieu="--port", remede="En choisir un autre, ou retirer --port."
        ) from sortie
    finally:
        maison.fermer()

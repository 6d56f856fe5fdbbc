"""Joindre un ordonnanceur Dask, ou en ouvrir un sur cette machine pour le temps d'un lot.

Un ouvrier exécute ce qu'on lui envoie : le cluster d'ici n'écoute que cette machine et se chiffre avec un certificat
éphémère, pour qu'aucun autre de ses utilisateurs ne puisse s'y joindre. Ailleurs, TLS est à régler par la configuration
de Dask (distributed.comm.tls), que le client lit.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from generateur.erreurs import ErreurOutilAbsent, ErreurUsage
from generateur.operations.executants import guichet

if TYPE_CHECKING:
    from distributed import Client

MORTS_PERMISES = 1  # d'un ouvrier pendant un même travail, avant que ce travail soit repris seul
_CONNEXION_S = 20
_OUVRIERS_S = 60
_SCHEMAS = ("tcp", "tls")
_ICI = {
    "distributed.scheduler.allowed-failures": MORTS_PERMISES,
    "distributed.scheduler.worker-saturation": 1.0,  # un travail par fil : la mort d'un ouvrier n'en accuse qu'un
    "distributed.worker.memory.terminate": False,  # la mémoire est celle du poste, dans un autre processus
    "distributed.scheduler.http.routes": [],  # ni tableau de bord ni pages : le lot dit lui-même où il en est
    "distributed.worker.http.routes": [],
}


@contextlib.contextmanager
def joindre(ordonnanceur: str | None, *, nombre: int, environnement: Mapping[str, str]) -> Iterator["Client"]:
    """Un client de cet ordonnanceur, ou d'un neuf de `nombre` ouvriers ; au moins un ouvrier est là.

    Lève ErreurOutilAbsent sans l'extra « grappe », ou si rien ne répond ; ErreurUsage si l'adresse est mal formée.
    """
    _exiger_l_extra()
    from distributed import Client  # noqa: PLC0415 (facultatif)

    class ClientFerme(Client):  # toujours fermé par nous ; le sien, mal né, attendrait encore puis s'en plaindrait
        def __del__(self) -> None:
            """Rien."""

    ouvrir: type[Client] = ClientFerme
    with contextlib.ExitStack() as pile:
        if ordonnanceur is None:
            ou: Any = pile.enter_context(_ouvrir_ici(nombre, environnement))
        else:
            ou = _exiger_adresse(ordonnanceur)
        for nom in ("distributed", "distributed.client"):
            logging.getLogger(nom).setLevel(logging.CRITICAL)  # en anglais et sans remède : ce qui compte est levé
        try:
            client = pile.enter_context(ouvrir(ou, timeout=_CONNEXION_S, set_as_default=False))
        except (OSError, ValueError, TypeError, MemoryError) as erreur:  # TLS mal réglé, autre service à cette adresse
            raise ErreurOutilAbsent(
                "l'ordonnanceur ne répond pas, ou n'en est pas un",
                lieu=ordonnanceur or "",
                remede="Vérifier l'adresse et, pour tls://, les certificats (« generateur aide lot-et-grappe »).",
            ) from erreur
        try:
            client.wait_for_workers(1, timeout=_OUVRIERS_S)
        except TimeoutError as erreur:
            raise dire_sans_ouvrier() from erreur
        yield client


def dire_sans_ouvrier() -> ErreurOutilAbsent:
    """L'échec d'un lot que personne n'accomplit."""
    return ErreurOutilAbsent(
        "l'ordonnanceur n'a aucun ouvrier",
        remede="En démarrer (« dask worker ADRESSE ») puis relancer : ce qui est à jour n'est pas refait.",
    )


def dire_perdu() -> ErreurOutilAbsent:
    """L'échec d'un lot dont l'ordonnanceur a disparu."""
    return ErreurOutilAbsent(
        "l'ordonnanceur ne répond plus ; ce qui était publié est intact",
        remede="Le redémarrer, puis relancer la même commande : ce qui est à jour n'est pas refait.",
    )


def _exiger_l_extra() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415 (le certificat éphémère)
        import distributed  # noqa: F401, PLC0415
    except ImportError as erreur:
        raise ErreurOutilAbsent(
            "l'exécutant « dask » demande des bibliothèques qui ne sont pas installées",
            lieu="--executant",
            remede='Installer l\'extra « grappe » : pip install "generateur[grappe]", ou garder --executant processus.',
        ) from erreur


def _exiger_adresse(ordonnanceur: str) -> str:
    schema, deux_points, reste = ordonnanceur.partition("://")
    if schema in _SCHEMAS and deux_points and reste.rpartition(":")[2].isdigit():
        return ordonnanceur
    raise ErreurUsage(
        "l'adresse de l'ordonnanceur est mal formée",
        lieu="--ordonnanceur",
        remede="L'écrire tcp://MACHINE:PORT, ou tls://MACHINE:PORT s'il est chiffré.",
    )


@contextlib.contextmanager
def _ouvrir_ici(nombre: int, environnement: Mapping[str, str]) -> Iterator[Any]:
    import dask  # noqa: PLC0415
    from distributed import LocalCluster, Security  # noqa: PLC0415

    with (
        dask.config.set(_ICI),
        LocalCluster(
            n_workers=nombre,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # deux lots à la fois ne se disputent pas un port
            silence_logs=logging.CRITICAL,
            security=Security.temporary(),
            memory_limit=0,
            env=dict(environnement),
            preload=[guichet.__name__],
        ) as cluster,
    ):
        yield cluster

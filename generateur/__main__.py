"""L'entrée du programme (« generateur », « python -m generateur ») : écouter les arrêts, puis se charger.

Un arrêt demandé avant que l'on sache y répondre attend, le temps de charger cette réponse.
"""

TYPE_CHECKING = False
if not TYPE_CHECKING:
    import _signal as signal  # déjà là : « signal » en chargerait d'autres
else:
    import signal

if hasattr(signal, "pthread_sigmask"):
    _ARRETS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    _AVANT = signal.pthread_sigmask(signal.SIG_BLOCK, _ARRETS)

from generateur.surveillance.depart import ecouter_les_arrets, partir

ecouter_les_arrets()
if hasattr(signal, "pthread_sigmask"):
    signal.pthread_sigmask(signal.SIG_SETMASK, _AVANT)


def principal() -> None:
    """Sort avec le code du contrat d'interface, même arrêté pendant le chargement."""
    try:
        from generateur import cli

        cli.principal()
    except KeyboardInterrupt:
        partir()


if __name__ == "__main__":
    principal()

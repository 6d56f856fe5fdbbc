"""Un serveur figé, qui ne répond ni ne ferme, n'est pas attendu sans fin : passé un délai, la connexion est rompue.

Ni le serveur ni le réseau ne le diraient : le premier ne compte plus le temps, le second livre encore ce qu'on lui
envoie. Le délai se compte donc ici, requête par requête.
"""

from collections.abc import Generator
from time import monotonic
from typing import Any, Self, TypeVar

from psycopg import Connection, OperationalError

T = TypeVar("T")


class ConnexionBornee(Connection[Any]):
    """Une connexion dont aucune requête n'attend sa réponse plus que ce délai."""

    silence_s: float

    @classmethod
    def ouvrir(cls, silence_s: float, *arguments: Any, **reglages: Any) -> Self:
        """Se connecte ; lève OperationalError, comme `connect`."""
        connexion = cls.connect(*arguments, **reglages)
        connexion.silence_s = silence_s
        return connexion

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **reglages: Any) -> T:
        """Attend la réponse ; lève OperationalError, la connexion fermée, si elle ne vient pas à temps."""
        return super().wait(self._compter(gen), *arguments, **reglages)

    def _compter(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """La même attente ; psycopg la réveille à intervalles, que quelque chose soit venu ou non."""
        fin = monotonic() + self.silence_s
        try:
            attendu = next(gen)
            while True:
                venu = yield attendu
                if not venu and monotonic() >= fin:
                    self.pgconn.finish()
                    raise OperationalError("aucune réponse dans le délai")
                attendu = gen.send(venu)
        except StopIteration as rendu:
            return rendu.value  # type: ignore[no-any-return]

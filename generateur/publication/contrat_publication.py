"""Où l'on publie : le petit contrat que tiennent le disque et le magasin d'objets."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Emporter = Callable[[Path, Path], None]  # (publié, préparé) : met dans le second ce qui doit survivre au premier


class Publication(Protocol):
    """Où l'on publie : une version entière remplace la précédente, ou rien ne change.

    Là où l'on ne renomme pas (un stockage d'objets), `publier` écrit les fichiers d'abord et le manifeste en dernier.
    """

    def preparer(self, reference: str) -> Path:
        """Un répertoire local, vide et privé, où écrire la nouvelle version."""
        ...

    def publier(self, reference: str, preparation: Path, emporter: Emporter | None = None) -> tuple[str, ...]:
        """Publie la préparation entière ; en cas d'échec, ce qui était publié est intact.

        Rend ce qu'une personne avait mis ou changé dans la version remplacée, et qui est gardé à part dans la nouvelle.
        """
        ...

    def abandonner(self, preparation: Path) -> None:
        """Efface une préparation ; sans effet une fois publiée."""
        ...

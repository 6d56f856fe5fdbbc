"""Un objet JSON trop grand pour la mémoire, écrit à mesure qu'il se fait."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AuFur:
    """Une liste dont les éléments se font à mesure qu'ils s'écrivent : elle n'est jamais entière en mémoire."""

    elements: Iterable[Any]


def deployer(objet: Mapping[str, Any]) -> Iterator[str]:
    """L'objet, clé par clé, un élément par ligne pour ce qui vient au fur et à mesure."""
    debut = "{"
    for cle, valeur in objet.items():
        yield f"{debut}\n  {json.dumps(cle, ensure_ascii=False)}: "
        debut = ","
        if isinstance(valeur, AuFur):
            virgule = "["
            for element in valeur.elements:
                yield f"{virgule}\n    {json.dumps(element, ensure_ascii=False)}"
                virgule = ","
            yield "[]" if virgule == "[" else "\n  ]"
        else:
            yield json.dumps(valeur, ensure_ascii=False)
    yield "\n}"

"""Le constat : un défaut ou une information sur le dossier, avec son endroit, son remède et son texte."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

Gravite = Literal["bloquant", "a_completer", "avertissement", "information"]
Verdict = Literal["pret", "a_completer", "irrecevable"]
ORDRE_GRAVITES: tuple[Gravite, ...] = ("bloquant", "a_completer", "avertissement", "information")


CE_DOSSIER = "{dossier}"  # dans un remède : le chemin du dossier, que les contrôles ne connaissent pas


@dataclass(frozen=True)
class Constat:
    """code (MAJUSCULES), gravité, message, lieu dans le fichier (« factures[2].echeance »), remède, fondement."""

    code: str
    gravite: Gravite
    message: str
    lieu: str = ""
    remede: str = ""
    fondement: str = ""

    def pour(self, chemin: str) -> "Constat":
        """Le même, dont les commandes du remède visent ce dossier-là."""
        return replace(self, remede=self.remede.replace(CE_DOSSIER, chemin)) if CE_DOSSIER in self.remede else self

    def en_json(self) -> dict[str, str]:
        """Objet JSON du contrat d'interface."""
        return asdict(self)


def verdict(constats: Iterable[Constat]) -> Verdict:
    """Irrecevable dès un constat bloquant, a_completer dès un constat à compléter, sinon pret."""
    gravites = {constat.gravite for constat in constats}
    if "bloquant" in gravites:
        return "irrecevable"
    return "a_completer" if "a_completer" in gravites else "pret"

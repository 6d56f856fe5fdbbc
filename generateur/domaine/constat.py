"""Le constat : un défaut ou une information sur le dossier, avec son endroit, son remède et son texte."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

Gravite = Literal["bloquant", "a_completer", "avertissement", "information"]
Verdict = Literal["pret", "a_completer", "irrecevable"]
ORDRE_GRAVITES: tuple[Gravite, ...] = ("bloquant", "a_completer", "avertissement", "information")
LIBELLES_GRAVITES: dict[Gravite, str] = {
    "bloquant": "À corriger avant tout",
    "a_completer": "À compléter",
    "avertissement": "À vérifier",
    "information": "Pour information",
}

LIEUX_MONTRES = 4
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


@dataclass(frozen=True)
class Groupe:
    """Le même constat à un ou plusieurs endroits ; le premier parle pour tous."""

    constats: tuple[Constat, ...]

    @property
    def premier(self) -> Constat:
        """Celui qui est montré en entier."""
        return self.constats[0]

    @property
    def gravite(self) -> Gravite:
        """Leur gravité commune."""
        return self.premier.gravite

    @property
    def autres_lieux(self) -> tuple[str, ...]:
        """Où les autres se trouvent, dans l'ordre, sans répétition."""
        lieux = dict.fromkeys(constat.lieu for constat in self.constats[1:] if constat.lieu)
        return tuple(lieu for lieu in lieux if lieu != self.premier.lieu)

    @property
    def remedes(self) -> tuple[str, ...]:
        """Les remèdes à montrer : le premier, et ceux des autres s'ils sont aussi montrés."""
        return tuple(dict.fromkeys(constat.remede for constat in self.montres if constat.remede))

    @property
    def montres(self) -> tuple[Constat, ...]:
        """Deux constats se disent tous deux ; au-delà, le premier seul, et les lieux des autres."""
        return self.constats if len(self.constats) <= 2 else self.constats[:1]  # noqa: PLR2004 (un et « l'autre »)

    def dire_les_autres(self, lieux: Sequence[str] | None = None) -> str:
        """« De même en factures[2], factures[3] et 12 autres endroits » ; vide quand tout est déjà montré.

        `lieux` : les mêmes endroits, écrits autrement (avec leur ligne).
        """
        reste = len(self.constats) - len(self.montres)
        if not reste:
            return ""
        connus = list(self.autres_lieux if lieux is None else lieux)
        dits = connus[:LIEUX_MONTRES]
        non_dits = reste - len(dits)
        if not dits:
            return f"De même {reste} autres fois."
        suite = f" et {non_dits} autres endroits" if non_dits > 1 else " et un autre endroit" if non_dits == 1 else ""
        return f"De même en {', '.join(dits)}{suite}."


def verdict(constats: Iterable[Constat]) -> Verdict:
    """Irrecevable dès un constat bloquant, a_completer dès un constat à compléter, sinon pret."""
    gravites = {constat.gravite for constat in constats}
    if "bloquant" in gravites:
        return "irrecevable"
    return "a_completer" if "a_completer" in gravites else "pret"

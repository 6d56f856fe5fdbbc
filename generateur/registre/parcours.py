"""Ce qui arrive à une affaire, et l'état qu'on en déduit : des événements dans l'ordre où ils sont écrits.

Un événement ne s'efface ni ne se corrige : il n'a donc ni nom, ni référence, ni texte libre. Ce qui désigne une
personne est à part, et s'efface seul.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

NATURES = {
    "inscrit": "inscrit",
    "produit": "produit",
    "depose": "déposé",
    "consigne": "frais consignés",
    "ordonnance": "ordonnance rendue",
    "rejete": "rejeté",
    "signifie": "signifié",
    "avis_greffe": "avis du greffe",
    "oppose": "opposition",
    "saisi": "saisi",
    "accord": "accord de paiement",
    "dechu": "terme perdu",
    "paye": "payé",
    "clos": "clos",
    "rouvert": "rouvert",
    "purge": "purgé",
}
AU_PROGRAMME = frozenset({"inscrit", "produit", "purge"})  # ce que nul ne note à la main
_CLES = frozenset({"au", "manifeste", "montant", "procedure", "total"})
_SANS_EFFET = frozenset({"inscrit", "consigne", "avis_greffe"})  # ils ne disent pas où en est l'affaire
_AVANT_DEPOT = frozenset({"inscrit", "produit"})


@dataclass(frozen=True)
class Fait:
    """Ce qui arrive : sa nature, son jour, ce qui s'en garde toujours ; `mention` : texte libre, effaçable."""

    nature: str
    le: dt.date
    contenu: Mapping[str, str] = field(default_factory=dict)
    mention: str = ""

    def __post_init__(self) -> None:
        if self.nature not in NATURES or not self.contenu.keys() <= _CLES:
            raise ValueError(self.nature)

    @property
    def cle(self) -> tuple[object, ...]:
        """Ce qui le distingue d'un autre ; une liasse se reconnaît à son manifeste, quel que soit le jour."""
        if self.nature == "produit":
            return self.nature, self.contenu.get("manifeste")
        return self.nature, self.le, tuple(sorted(self.contenu.items())), self.mention


@dataclass(frozen=True)
class Evenement:
    """Un fait écrit au registre, à son rang dans le dossier (le premier est 1)."""

    rang: int
    fait: Fait


@dataclass(frozen=True)
class Situation:
    """Où en est une affaire, d'après ses événements."""

    etat: str = "inscrit"
    procedure: str | None = None
    total: Decimal | None = None


def deduire_situation(faits: Iterable[Fait]) -> Situation:
    """L'état après ces faits, dans leur ordre.

    Refaire la liasse ne fait pas reculer une affaire déposée ; un paiement partiel ne change pas l'état ; après la
    clôture, seule la réouverture compte.
    """
    cours = _Cours()
    for fait in faits:
        cours.suivre(fait)
    return Situation(cours.etat, cours.procedure, cours.total)


@dataclass
class _Cours:
    """L'état au fil des événements."""

    etat: str = "inscrit"
    procedure: str | None = None
    total: Decimal | None = None
    _avant_cloture: str = "inscrit"
    _arrete_au: str = ""
    _paye: Decimal = Decimal(0)

    def suivre(self, fait: Fait) -> None:
        nature = fait.nature
        if nature == "produit":
            self._produire(fait)
        elif nature == "purge":
            self.etat = nature
        elif nature == "rouvert":
            self.etat = self._avant_cloture if self.etat == "clos" else self.etat
        elif self.etat not in {"clos", "purge"}:
            self._avancer(fait)

    def _produire(self, fait: Fait) -> None:
        self.procedure = fait.contenu["procedure"]
        self.total = Decimal(fait.contenu["total"])
        self._arrete_au, self._paye = fait.contenu.get("au", ""), Decimal(0)
        if self.etat in _AVANT_DEPOT:
            self.etat = "produit"

    def _avancer(self, fait: Fait) -> None:
        if fait.nature == "paye" and not self._est_solde_par(fait):
            return
        if fait.nature == "clos":
            self._avant_cloture = self.etat
        if fait.nature not in _SANS_EFFET:
            self.etat = fait.nature

    def _est_solde_par(self, fait: Fait) -> bool:
        """Sans montant, tout est payé ; un paiement d'avant l'arrêté est déjà déduit du total."""
        if "montant" not in fait.contenu:
            return True
        if fait.le.isoformat() > self._arrete_au:
            self._paye += Decimal(fait.contenu["montant"])
        return self.total is not None and self._paye >= self.total

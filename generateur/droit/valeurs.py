"""Ce qu'est une valeur de droit : datée, sourcée, de confiance connue ; et la table qui les range par série."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

Confiance = Literal["certaine", "probable", "non_etablie"]
Scalaire = Decimal | int | str | bool | None


@dataclass(frozen=True)
class Source:
    """D'où vient une valeur : texte, lien, date de publication si elle est connue."""

    titre: str
    url: str
    publication: date | None


@dataclass(frozen=True)
class Valeur:
    """Valeur en vigueur depuis `depuis` (jour compris), telle que publiée, dans l'unité de sa table.

    `saisie_le` : jour où l'utilisateur l'a ajoutée ; None pour une valeur livrée.
    """

    cle: str
    depuis: date
    valeur: Scalaire
    source: Source
    confiance: Confiance
    note: str
    saisie_le: date | None = None

    @property
    def texte(self) -> str:
        """La valeur telle qu'on l'écrit : « 2,80 », « oui », « non établi »."""
        match self.valeur:
            case None:
                return "non établi"
            case bool():
                return "oui" if self.valeur else "non"
            case Decimal():
                return str(self.valeur).replace(".", ",")
        return str(self.valeur)


@dataclass(frozen=True, eq=False)
class Table:
    """Table datée ; `horizon` est le dernier jour (compris) pour lequel elle répond.

    `prolongation` : période que couvre une valeur nouvelle (« semestre », « semestre_entier », « annee ») ;
    `ecart_plausible` : écart au-delà duquel une valeur saisie étonne, dans l'unité de la table ;
    `horizons` : séries que des ajouts portent plus loin que le reste.
    Deux tables ne sont égales que si c'est la même : une table est lue une fois par état de son fichier.
    """

    nom: str
    libelle: str
    unite: str
    verifie_le: date
    horizon: date
    valeurs: tuple[Valeur, ...]
    prolongation: str = ""
    ecart_plausible: Decimal | int | None = None
    horizons: Mapping[str, date] = field(default_factory=dict)

    @property
    def cles(self) -> tuple[str, ...]:
        """Les séries de la table, dans l'ordre du fichier ("" pour une série unique)."""
        return tuple(dict.fromkeys(valeur.cle for valeur in self.valeurs))

    @cached_property
    def series(self) -> Mapping[str, tuple[Valeur, ...]]:
        """Les valeurs de chaque série, par date."""
        series: dict[str, list[Valeur]] = {}
        for valeur in self.valeurs:
            series.setdefault(valeur.cle, []).append(valeur)
        return {cle: tuple(valeurs) for cle, valeurs in series.items()}

    def horizon_de(self, cle: str) -> date:
        """Dernier jour (compris) connu de cette série."""
        return self.horizons.get(cle, self.horizon)

    def au(self, jour: date, cle: str = "") -> Valeur | None:
        """Dernière valeur commencée ce jour-là, sans regarder l'horizon ; None avant la première."""
        serie = self.series.get(cle, ())
        rang = bisect_right(serie, jour, key=lambda valeur: valeur.depuis)
        return serie[rang - 1] if rang else None

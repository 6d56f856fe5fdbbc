"""Les tables datées du droit : une valeur, depuis quand, d'où elle vient, et jusqu'où on la connaît.

Une table est un fichier `tables/<nom>.toml` du paquet. Ses valeurs n'ont qu'une date de début : chacune vaut
jusqu'à la suivante de la même clé, la dernière jusqu'à l'`horizon` compris. Au-delà, le programme refuse de
répondre (ErreurDroitManquant) au lieu de prolonger un taux périmé. Une valeur absente (`valeur` non écrite)
dit que la règle a cessé ou que le chiffre n'est pas établi : sa note dit lequel des deux.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from generateur.erreurs import ErreurDroitManquant, ErreurUsage

DOSSIER_DES_TABLES = "generateur/droit/tables"
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
    """Valeur en vigueur depuis `depuis` (jour compris), telle que publiée, dans l'unité de sa table."""

    cle: str
    depuis: date
    valeur: Scalaire
    source: Source
    confiance: Confiance
    note: str


@dataclass(frozen=True)
class Table:
    """Table datée ; `horizon` est le dernier jour (compris) pour lequel elle répond."""

    nom: str
    libelle: str
    unite: str
    verifie_le: date
    horizon: date
    valeurs: tuple[Valeur, ...]

    @property
    def fichier(self) -> str:
        """Le fichier à mettre à jour."""
        return f"{DOSSIER_DES_TABLES}/{self.nom}.toml"

    @property
    def cles(self) -> tuple[str, ...]:
        """Les séries de la table, dans l'ordre du fichier ("" pour une série unique)."""
        return tuple(dict.fromkeys(valeur.cle for valeur in self.valeurs))


@cache
def lister_tables() -> tuple[str, ...]:
    """Noms des tables du paquet, dans l'ordre alphabétique."""
    noms = (chemin.name for chemin in files("generateur.droit").joinpath("tables").iterdir())
    return tuple(sorted(nom.removesuffix(".toml") for nom in noms if nom.endswith(".toml")))


@cache
def lire_table(nom: str) -> Table:
    """Lit une table du paquet ; ErreurUsage si elle n'existe pas."""
    if nom not in lister_tables():
        raise ErreurUsage(
            f"La table de droit « {nom} » n'existe pas.",
            remede=f"Tables proches : {', '.join(_proches(nom))}. « generateur droit » les donne toutes.",
        )
    texte = files("generateur.droit").joinpath("tables", f"{nom}.toml").read_text(encoding="utf-8")
    brut = tomllib.loads(texte, parse_float=Decimal)
    sources = {cle: _lire_source(source) for cle, source in brut["sources"].items()}
    return Table(
        nom=nom,
        libelle=brut["libelle"],
        unite=brut["unite"],
        verifie_le=brut["verifie_le"],
        horizon=brut["horizon"],
        valeurs=tuple(_lire_valeur(valeur, sources) for valeur in brut["valeurs"]),
    )


def _proches(nom: str) -> list[str]:
    mots = nom.casefold().replace("_", " ").split()
    debut = [table for table in lister_tables() if mots and all(mot in table for mot in mots)]
    return debut or get_close_matches(nom, lister_tables(), cutoff=0.4) or list(lister_tables())


def valeur_au(nom: str, jour: date, cle: str = "") -> Valeur:
    """Valeur en vigueur ce jour-là ; ErreurDroitManquant hors de ce que la table connaît."""
    table = lire_table(nom)
    if jour > table.horizon:
        raise _manque(table, jour, cle, f"n'est connue que jusqu'au {table.horizon:%d/%m/%Y}")
    serie = _series(nom).get(cle)
    if serie is None:
        raise _manque(table, jour, cle, f"n'a pas de valeur pour « {cle or 'la série unique'} »")
    rang = bisect_right(serie, jour, key=lambda valeur: valeur.depuis)
    if rang == 0:
        raise _manque(table, jour, cle, f"ne commence que le {serie[0].depuis:%d/%m/%Y}")
    return serie[rang - 1]


def decimal_au(nom: str, jour: date, cle: str = "") -> Decimal:
    """Valeur numérique exacte ; ErreurDroitManquant si elle n'est pas établie ou n'est pas un nombre."""
    trouvee = valeur_au(nom, jour, cle)
    if isinstance(trouvee.valeur, Decimal | int) and not isinstance(trouvee.valeur, bool):
        return Decimal(trouvee.valeur)
    raise _manque(lire_table(nom), jour, cle, "ne donne pas de nombre établi")


def entier_au(nom: str, jour: date, cle: str = "") -> int:
    """Nombre entier (jours, mois, rang) ; ErreurDroitManquant s'il n'est pas établi."""
    valeur = valeur_au(nom, jour, cle).valeur
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        return valeur
    raise _manque(lire_table(nom), jour, cle, "ne donne pas de nombre entier établi")


def expirations(jour: date, delai_jours: int) -> tuple[Table, ...]:
    """Tables dont l'horizon est dépassé ou tombe dans les `delai_jours` jours, le plus proche d'abord."""
    limite = jour + timedelta(days=delai_jours)
    proches = (table for table in map(lire_table, lister_tables()) if table.horizon <= limite)
    return tuple(sorted(proches, key=lambda table: (table.horizon, table.nom)))


@cache
def _series(nom: str) -> Mapping[str, tuple[Valeur, ...]]:
    series: dict[str, list[Valeur]] = {}
    for valeur in lire_table(nom).valeurs:
        series.setdefault(valeur.cle, []).append(valeur)
    return {cle: tuple(valeurs) for cle, valeurs in series.items()}


def _lire_source(brut: Mapping[str, Any]) -> Source:
    return Source(titre=brut["titre"], url=brut["url"], publication=brut.get("publication"))


def _lire_valeur(brut: Mapping[str, Any], sources: Mapping[str, Source]) -> Valeur:
    source = sources[brut["source"]]
    if "url" in brut or "publication" in brut:  # précision propre à la valeur sur une source partagée
        source = Source(
            titre=source.titre,
            url=brut.get("url", source.url),
            publication=brut.get("publication", source.publication),
        )
    return Valeur(
        cle=brut.get("cle", ""),
        depuis=brut["depuis"],
        valeur=brut.get("valeur"),
        source=source,
        confiance=brut["confiance"],
        note=brut.get("note", ""),
    )


def _manque(table: Table, jour: date, cle: str, raison: str) -> ErreurDroitManquant:
    serie = f", série « {cle} »" if cle else ""
    return ErreurDroitManquant(
        f"Table « {table.nom} » ({table.libelle}{serie}) : elle {raison} ; date demandée : {jour:%d/%m/%Y}.",
        lieu=table.fichier,
        remede=(
            f"Compléter le fichier {table.fichier} d'après sa source officielle (valeur, date d'effet, "
            "verifie_le, horizon), ou choisir une date couverte avec --au."
        ),
    )

"""Les tables datées du droit : une valeur, depuis quand, d'où elle vient, et jusqu'où on la connaît.

Une table est un fichier `tables/<nom>.toml` du paquet. Ses valeurs n'ont qu'une date de début : chacune vaut
jusqu'à la suivante de la même clé, la dernière jusqu'à l'`horizon` compris. Au-delà, le programme refuse de
répondre (ErreurDroitManquant) au lieu de prolonger un taux périmé. Une valeur absente (`valeur` non écrite)
dit que la règle a cessé ou que le chiffre n'est pas établi : sa note dit lequel des deux.

L'utilisateur peut prolonger une table (`droit/ajouts.py`). Le noyau ne lit pas ses fichiers : le bord du
programme les lit, et les donne pour la durée d'une opération par `employer_ajouts`. Hors de ce bloc, seules
les tables livrées répondent ; deux fils qui emploient des ajouts différents ne se gênent pas.
"""

import contextlib
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from generateur.droit.ajouts import AUCUN_AJOUT, AjoutsDroit, completer_table
from generateur.droit.ressources import lire_octets, lister_fichiers, marquer
from generateur.droit.valeurs import Source, Table, Valeur
from generateur.erreurs import ErreurDroitManquant, ErreurUsage

DOSSIER_DES_TABLES = "tables"
_EN_USAGE: ContextVar[AjoutsDroit] = ContextVar("ajouts_du_droit", default=AUCUN_AJOUT)


@contextlib.contextmanager
def employer_ajouts(ajouts: AjoutsDroit) -> Iterator[None]:
    """Les tables répondent avec ces ajouts, dans ce fil et jusqu'à la fin du bloc."""
    jeton = _EN_USAGE.set(ajouts)
    try:
        yield
    finally:
        _EN_USAGE.reset(jeton)


def ajouts_en_usage() -> AjoutsDroit:
    """Les ajouts de l'utilisateur qui complètent les tables, ici et maintenant."""
    return _EN_USAGE.get()


def lister_tables() -> tuple[str, ...]:
    """Noms des tables du paquet, dans l'ordre alphabétique."""
    noms = lister_fichiers(DOSSIER_DES_TABLES)
    return tuple(sorted(nom.removesuffix(".toml") for nom in noms if nom.endswith(".toml")))


def lire_table(nom: str) -> Table:
    """La table, complétée des ajouts en usage ; ErreurUsage si elle n'existe pas."""
    livree = lire_table_livree(nom)
    ajouts = _EN_USAGE.get()
    return completer_table(livree, ajouts) if ajouts else livree


def lire_table_livree(nom: str) -> Table:
    """La table telle que le paquet la livre ; ErreurUsage si elle n'existe pas."""
    marque = marquer(DOSSIER_DES_TABLES, f"{nom}.toml")
    if marque is None:
        raise ErreurUsage(
            f"La table de droit « {nom} » n'existe pas.",
            remede=f"Tables proches : {', '.join(_proches(nom))}. « generateur droit » les donne toutes.",
        )
    return _lire_table(nom, marque)


@lru_cache(maxsize=256)
def _lire_table(nom: str, _marque: object) -> Table:
    """`_marque` change avec le fichier : une table modifiée se relit."""
    texte = lire_octets(DOSSIER_DES_TABLES, f"{nom}.toml").decode()
    return composer_table(nom, tomllib.loads(texte, parse_float=Decimal))


def composer_table(nom: str, brut: Mapping[str, Any]) -> Table:
    """Table d'après son TOML déjà lu. Lève KeyError si une clé manque."""
    sources = {cle: lire_source(source) for cle, source in brut["sources"].items()}
    return Table(
        nom=nom,
        libelle=brut["libelle"],
        unite=brut["unite"],
        verifie_le=brut["verifie_le"],
        horizon=brut["horizon"],
        valeurs=tuple(lire_valeur(valeur, sources) for valeur in brut["valeurs"]),
        prolongation=brut.get("prolongation", ""),
        ecart_plausible=brut.get("ecart_plausible"),
    )


def _proches(nom: str) -> list[str]:
    mots = nom.casefold().replace("_", " ").split()
    tables = lister_tables()
    debut = [table for table in tables if mots and all(mot in table for mot in mots)]
    return debut or get_close_matches(nom, tables, cutoff=0.4) or list(tables)


def valeur_au(nom: str, jour: date, cle: str = "") -> Valeur:
    """Valeur en vigueur ce jour-là ; ErreurDroitManquant hors de ce que la table connaît."""
    table = lire_table(nom)
    serie = table.series.get(cle)
    if serie is None:
        raise _manque(table, jour, cle, f"n'a pas de valeur pour « {cle or 'la série unique'} »")
    if jour > table.horizon_de(cle):
        raise _horizon_depasse(table, jour, cle)
    trouvee = table.au(jour, cle)
    if trouvee is None:
        raise _manque(table, jour, cle, f"ne commence que le {serie[0].depuis:%d/%m/%Y}")
    return trouvee


def decimal_au(nom: str, jour: date, cle: str = "") -> Decimal:
    """Valeur numérique exacte ; ErreurDroitManquant si elle n'est pas établie ou n'est pas un nombre."""
    trouvee = valeur_au(nom, jour, cle)
    if isinstance(trouvee.valeur, Decimal | int) and not isinstance(trouvee.valeur, bool):
        return Decimal(trouvee.valeur)
    raise _manque(lire_table(nom), jour, cle, "ne donne pas de nombre établi")


def dernier_connu(nom: str, jour: date, cle: str = "") -> Decimal | None:
    """Le dernier nombre établi à ce jour ou avant, même s'il ne vaut plus : un ordre de grandeur, jamais un calcul."""
    nombres = (valeur.valeur for valeur in reversed(lire_table(nom).series.get(cle, ())) if valeur.depuis <= jour)
    return next((Decimal(n) for n in nombres if isinstance(n, Decimal | int) and not isinstance(n, bool)), None)


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


def lire_source(brut: Mapping[str, Any]) -> Source:
    """Source d'après son TOML. Lève KeyError sans titre."""
    return Source(titre=brut["titre"], url=brut.get("url", ""), publication=brut.get("publication"))


def lire_valeur(brut: Mapping[str, Any], sources: Mapping[str, Source]) -> Valeur:
    """Valeur d'après son TOML ; KeyError si sa source n'est pas décrite."""
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


def _horizon_depasse(table: Table, jour: date, cle: str) -> ErreurDroitManquant:
    horizon = table.horizon_de(cle)
    suite = horizon + timedelta(days=1)
    serie = f" --cle {cle}" if cle else ""
    return ErreurDroitManquant(
        f"Table « {table.nom} » ({table.libelle}{_nommer_serie(cle)}) : elle n'est connue que jusqu'au "
        f"{horizon:%d/%m/%Y} ; date demandée : {jour:%d/%m/%Y}.",
        lieu=f"droit/tables/{table.nom}",
        remede=(
            "Ajouter la valeur publiée, d'après sa source officielle : « generateur droit ajouter "
            f'{table.nom} {suite.isoformat()} VALEUR{serie} --source "TEXTE OFFICIEL" --publie-le AAAA-MM-JJ » ; '
            "ou importer un fichier de mise à jour : « generateur droit importer FICHIER » ; "
            "ou choisir une date couverte avec --au."
        ),
    )


def _manque(table: Table, jour: date, cle: str, raison: str) -> ErreurDroitManquant:
    return ErreurDroitManquant(
        f"Table « {table.nom} » ({table.libelle}{_nommer_serie(cle)}) : elle {raison} ; "
        f"date demandée : {jour:%d/%m/%Y}.",
        lieu=f"droit/tables/{table.nom}",
        remede=f"Choisir une date couverte avec --au ; « generateur droit {table.nom} » montre ce qui est connu.",
    )


def _nommer_serie(cle: str) -> str:
    return f", série « {cle} »" if cle else ""

"""Consultation des tables de droit : liste, valeurs à une date avec leur source, ce qui expire bientôt."""

import datetime as dt
from dataclasses import dataclass
from difflib import get_close_matches

from generateur.droit.ajouts import Ajout
from generateur.droit.tables import ajouts_en_usage, entier_au, expirations, lire_table, lister_tables, valeur_au
from generateur.droit.valeurs import Table, Valeur
from generateur.erreurs import ErreurDroitManquant, ErreurUsage


@dataclass(frozen=True)
class Consultation:
    """Une table à une date : une valeur par série en vigueur, ou la seule série demandée."""

    table: Table
    jour: dt.date
    valeurs: tuple[Valeur, ...]


@dataclass(frozen=True)
class Sommaire:
    """Toutes les tables ; celles dont l'horizon tombe dans les `alerte_jours` ; ce que l'utilisateur a ajouté."""

    jour: dt.date
    alerte_jours: int
    tables: tuple[Table, ...]
    expirent: tuple[Table, ...]
    ajouts: tuple[Ajout, ...]


def lister(jour: dt.date) -> Sommaire:
    """La liste des tables et les expirations proches."""
    alerte_jours = entier_au("delais_jours", jour, "alerte_horizon")
    tables = tuple(lire_table(nom) for nom in lister_tables())
    return Sommaire(jour, alerte_jours, tables, tuple(expirations(jour, alerte_jours)), ajouts_en_usage().valeurs)


def consulter(nom: str, cle: str | None, jour: dt.date) -> Consultation:
    """Chaque série d'une table (ou la seule `cle`) à la date.

    Lève ErreurUsage sur une table ou une série inconnue, ErreurDroitManquant hors de l'horizon.
    """
    table = lire_table(nom)
    if cle is not None and cle not in table.cles:
        raise _cle_inconnue(table, cle)
    valeurs = (valeur_au(nom, jour, cle),) if cle is not None else tuple(_valeurs_en_vigueur(table, jour))
    return Consultation(table, jour, valeurs)


def _cle_inconnue(table: Table, cle: str) -> ErreurUsage:
    connues = [serie for serie in table.cles if serie]
    if not connues:
        return ErreurUsage(
            f"La table « {table.nom} » n'a qu'une série, sans nom : « {cle} » est de trop.",
            remede=f"Écrire « generateur droit {table.nom} ».",
        )
    return ErreurUsage(
        f"La table « {table.nom} » n'a pas de série « {cle} ».",
        remede=f"Séries : {', '.join(get_close_matches(cle, connues, cutoff=0.5) or connues)}.",
    )


def _valeurs_en_vigueur(table: Table, jour: dt.date) -> list[Valeur]:
    """Une valeur par série déjà commencée ; l'horizon dépassé refuse, comme partout."""
    valeurs = []
    for cle in table.cles:
        try:
            valeurs.append(valeur_au(table.nom, jour, cle))
        except ErreurDroitManquant:
            if jour > table.horizon_de(cle):
                raise
    if not valeurs:
        return [valeur_au(table.nom, jour, table.cles[0])]
    return valeurs

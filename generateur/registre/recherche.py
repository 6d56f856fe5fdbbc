"""Lire le registre : les affaires, filtrées, avec leur situation, leur prochaine échéance et leurs événements."""

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from generateur.registre.base import Base
from generateur.registre.pannes import dire_inconnu
from generateur.registre.parcours import Evenement
from generateur.registre.rangees import choisir_evenements, lire_evenement, lire_total
from generateur.registre.schema import dossiers, echeances, evenements, extraits, identites, situations


@dataclass(frozen=True)
class Filtre:
    """Ce qu'on cherche ; un critère absent n'écarte rien. `echeance_avant` : ce jour compris."""

    etats: tuple[str, ...] = ()
    creancier: str | None = None
    debiteur: str | None = None
    procedure: str | None = None
    echeance_avant: dt.date | None = None


@dataclass(frozen=True)
class Affaire:
    """Une affaire du registre ; `echeance` : la prochaine à venir, et ce qu'elle est."""

    numero: int
    ouverte_le: dt.date
    reference: str
    debiteur: str
    creancier: str
    etat: str
    procedure: str | None
    total: Decimal | None
    echeance: tuple[dt.date, str] | None
    evenements: tuple[Evenement, ...]


def lister_affaires(
    base: Base, jour: dt.date, filtre: Filtre = Filtre(), *, avec_evenements: bool = True
) -> tuple[Affaire, ...]:
    """Les affaires retenues, par référence ; `jour` : à partir de quand une échéance est à venir."""
    choix = _choisir(jour, filtre)
    with base.lire() as connexion:
        rangees = [rangee for rangee in connexion.execute(choix) if _convient(rangee, filtre)]
        histoires = _lire_histoires(connexion, choix, est_entier=filtre == Filtre()) if avec_evenements else {}
    return tuple(_assembler(rangee, histoires) for rangee in rangees)


def trouver_affaire(base: Base, reference: str, jour: dt.date) -> Affaire:
    """L'affaire de cette référence. Lève ErreurUsage si le registre ne la connaît pas."""
    with base.lire() as connexion:
        choix = _choisir(jour, Filtre()).where(identites.c.reference == reference)
        rangee = connexion.execute(choix).first()
        if rangee is None:
            raise dire_inconnu(reference)
        return _assembler(rangee, _lire_histoires(connexion, choix))


def lire_extraits(base: Base) -> list[tuple[str, str | None]]:
    """La référence et l'extrait de chaque affaire, par référence ; None : inscrite avant qu'on en garde un."""
    choix = (
        sa.select(identites.c.reference, extraits.c.contenu)
        .select_from(
            identites.join(situations, situations.c.dossier == identites.c.dossier).outerjoin(
                extraits, extraits.c.dossier == identites.c.dossier
            )
        )
        .where(situations.c.etat != "purge")
        .order_by(identites.c.reference)
    )
    with base.lire() as connexion:
        return [(reference, contenu) for reference, contenu in connexion.execute(choix)]


def lire_echeances(base: Base, depuis: dt.date, jusqu_a: dt.date) -> list[tuple[dt.date, str, str, str, str]]:
    """Les échéances entre ces deux jours compris : date, référence, débiteur, titre, texte."""
    choix = (
        sa.select(echeances.c.le, identites.c.reference, identites.c.debiteur, echeances.c.titre, echeances.c.fondement)
        .select_from(echeances.join(identites, identites.c.dossier == echeances.c.dossier))
        .where(echeances.c.le.between(depuis, jusqu_a))
        .order_by(echeances.c.le, identites.c.reference, echeances.c.rang)
    )
    with base.lire() as connexion:
        return [(le, *reste) for le, *reste in connexion.execute(choix)]


def _choisir(jour: dt.date, filtre: Filtre) -> sa.Select[Any]:
    prochaines = _prochaines(jour)
    jointure = (
        dossiers.join(identites, identites.c.dossier == dossiers.c.numero)
        .join(situations, situations.c.dossier == dossiers.c.numero)
        .outerjoin(prochaines, sa.and_(prochaines.c.dossier == dossiers.c.numero, prochaines.c.ordre == 1))
    )
    choix = (
        sa.select(
            dossiers.c.numero,
            dossiers.c.ouvert_le,
            identites.c.reference,
            identites.c.debiteur,
            identites.c.creancier,
            situations.c.etat,
            situations.c.procedure,
            situations.c.total_centimes,
            prochaines.c.le,
            prochaines.c.titre,
        )
        .select_from(jointure)
        .order_by(identites.c.reference)
    )
    if filtre.etats:
        choix = choix.where(situations.c.etat.in_(filtre.etats))
    if filtre.procedure is not None:
        choix = choix.where(situations.c.procedure == filtre.procedure)
    if filtre.echeance_avant is not None:
        choix = choix.where(prochaines.c.le <= filtre.echeance_avant)
    return choix


def _prochaines(jour: dt.date) -> sa.Subquery:
    """Les échéances à venir de chaque dossier, numérotées de la plus proche."""
    ordre = sa.func.row_number().over(partition_by=echeances.c.dossier, order_by=(echeances.c.le, echeances.c.rang))
    return (
        sa.select(echeances.c.dossier, echeances.c.le, echeances.c.titre, ordre.label("ordre"))
        .where(echeances.c.le >= jour)
        .subquery()
    )


def _convient(rangee: Any, filtre: Filtre) -> bool:
    """Un nom se cherche par morceau, sans égard à la casse : ce que chaque base ferait à sa façon."""
    cherches = ((filtre.creancier, rangee.creancier), (filtre.debiteur, rangee.debiteur))
    return all(cherche is None or cherche.casefold() in nom.casefold() for cherche, nom in cherches)


def _lire_histoires(
    connexion: Connection, affaires: sa.Select[Any], *, est_entier: bool = False
) -> dict[int, tuple[Evenement, ...]]:
    """Les événements de ces affaires ; `est_entier` : ce sont toutes celles du registre."""
    choix = choisir_evenements()
    if not est_entier:
        numeros = affaires.with_only_columns(dossiers.c.numero, maintain_column_froms=True).order_by(None)
        choix = choix.where(evenements.c.dossier.in_(numeros))
    rangees = connexion.execute(choix).all()
    return {
        dossier: tuple(lire_evenement(*rangee[1:]) for rangee in groupe)
        for dossier, groupe in itertools.groupby(rangees, key=lambda rangee: rangee[0])
    }


def _assembler(rangee: Any, histoires: dict[int, tuple[Evenement, ...]]) -> Affaire:
    return Affaire(
        numero=rangee.numero,
        ouverte_le=rangee.ouvert_le,
        reference=rangee.reference,
        debiteur=rangee.debiteur,
        creancier=rangee.creancier,
        etat=rangee.etat,
        procedure=rangee.procedure,
        total=lire_total(rangee.total_centimes),
        echeance=(rangee.le, rangee.titre) if rangee.le else None,
        evenements=histoires.get(rangee.numero, ()),
    )

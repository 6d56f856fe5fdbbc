"""Des faits aux rangées de la base, et retour."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from generateur.registre.parcours import Evenement, Fait, Situation
from generateur.registre.schema import evenements, mentions, situations

_CENT = 100


def en_contenu(fait: Fait) -> str:
    """Ce qui se garde d'un fait, toujours écrit de la même façon."""
    return json.dumps(dict(fait.contenu), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def lire_evenement(rang: int, nature: str, le: dt.date, contenu: str, mention: str | None) -> Evenement:
    """Un événement relu."""
    return Evenement(rang, Fait(nature, le, json.loads(contenu), mention or ""))


def choisir_evenements() -> sa.Select[Any]:
    """Les événements et leurs mentions, par dossier et par rang, jamais par date."""
    jointure = evenements.outerjoin(
        mentions, sa.and_(mentions.c.dossier == evenements.c.dossier, mentions.c.rang == evenements.c.rang)
    )
    return (
        sa.select(
            evenements.c.dossier,
            evenements.c.rang,
            evenements.c.nature,
            evenements.c.le,
            evenements.c.contenu,
            mentions.c.texte,
        )
        .select_from(jointure)
        .order_by(evenements.c.dossier, evenements.c.rang)
    )


def lire_evenements(connexion: Connection, dossier: int) -> list[Evenement]:
    """Les événements d'un dossier, dans l'ordre."""
    rangees = connexion.execute(choisir_evenements().where(evenements.c.dossier == dossier))
    return [lire_evenement(*rangee[1:]) for rangee in rangees]


def faits_par_dossier(connexion: Connection) -> Iterator[tuple[int, list[Fait]]]:
    """Chaque dossier et ses faits, dans l'ordre."""
    rangees = connexion.execute(choisir_evenements()).all()
    for dossier, groupe in itertools.groupby(rangees, key=lambda rangee: rangee[0]):
        yield dossier, [lire_evenement(*rangee[1:]).fait for rangee in groupe]


def ajouter_evenements(connexion: Connection, dossier: int, dernier: int, faits: Sequence[Fait]) -> None:
    """Écrit ces faits à la suite du dernier rang."""
    suite = list(enumerate(faits, start=dernier + 1))
    if not suite:
        return
    connexion.execute(
        sa.insert(evenements),
        [
            {"dossier": dossier, "rang": rang, "nature": f.nature, "le": f.le, "contenu": en_contenu(f)}
            for rang, f in suite
        ],
    )
    if textes := [{"dossier": dossier, "rang": rang, "texte": f.mention} for rang, f in suite if f.mention]:
        connexion.execute(sa.insert(mentions), textes)


def ranger_situation(connexion: Connection, dossier: int, situation: Situation) -> None:
    """Remplace la situation du dossier."""
    connexion.execute(sa.delete(situations).where(situations.c.dossier == dossier))
    centimes = None if situation.total is None else int(situation.total * _CENT)
    connexion.execute(
        sa.insert(situations).values(
            dossier=dossier, etat=situation.etat, procedure=situation.procedure, total_centimes=centimes
        )
    )


def lire_total(centimes: int | None) -> Decimal | None:
    """Un montant relu, à deux décimales."""
    return None if centimes is None else (Decimal(centimes) / _CENT).quantize(Decimal("0.01"))

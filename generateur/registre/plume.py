"""Écrire au registre : une commande à la fois, un dossier à la fois, tout ou rien ; réécrire ne double rien.

Un serveur qui s'arrête et revient est attendu ; s'il ne revient pas, rien n'est à moitié écrit et l'appelant le sait.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
import stamina
import stamina.instrumentation
from sqlalchemy import Connection

from generateur.erreurs import ErreurDossier, ErreurOutilAbsent, ErreurUsage
from generateur.registre.base import Base
from generateur.registre.pannes import dire_inconnu
from generateur.registre.parcours import Evenement, Fait, deduire_situation
from generateur.registre.rangees import ajouter_evenements, lire_evenements, ranger_situation
from generateur.registre.schema import dossiers, echeances, extraits, identites, mentions

_ATTENTE_S = 20.0
_PREMIERE_ATTENTE_S = 0.2
_ATTENTE_MAX_S = 2.0
_PSEUDONYME = "affaire-{numero:06d}"
_EFFACE = "effacé"

T = TypeVar("T")


@dataclass(frozen=True)
class Fiche:
    """Ce qui désigne une affaire, et se remplace ou s'efface : ses parties, ses dates à tenir, l'extrait du dossier.

    Une échéance a sa date, son titre et son texte.
    """

    reference: str
    debiteur: str
    creancier: str
    creancier_physique: bool
    echeances: tuple[tuple[dt.date, str, str], ...] = ()
    extrait: str = ""


@dataclass(frozen=True)
class Inscription:
    """Une affaire et ce qui lui est arrivé, tels que son dossier les dit."""

    fiche: Fiche
    faits: tuple[Fait, ...]


class Plume:
    """Ce qui écrit dans un registre ouvert ; `attente_s` : combien de temps attendre un serveur qui redémarre."""

    def __init__(self, base: Base, attente_s: float = _ATTENTE_S) -> None:
        self._base = base
        self._attente_s = attente_s
        stamina.instrumentation.set_on_retry_hooks(())  # l'essai suivant ne s'écrit pas sur la sortie d'erreur

    def inscrire(self, inscriptions: Sequence[Inscription], le: dt.date) -> list[int | ErreurDossier]:
        """Inscrit ces affaires, ou les met à jour, ensemble ; rend pour chacune le nombre d'événements ajoutés.

        Un événement déjà écrit ne l'est pas deux fois. Une référence prise par une autre affaire rend ErreurDossier,
        et n'empêche pas les autres.
        """

        def ecrire(connexion: Connection) -> list[int | ErreurDossier]:
            return [_inscrire(connexion, inscription, le) for inscription in inscriptions]

        return self._ecrire(ecrire)

    def ajouter(self, reference: str, fait: Fait) -> None:
        """Ajoute un événement à une affaire connue. Lève ErreurUsage si elle ne l'est pas, ou s'il y est déjà."""
        self._ecrire(lambda connexion: _ajouter(connexion, reference, fait))

    def pseudonymiser(self, numeros: Sequence[int], le: dt.date) -> None:
        """Efface ce qui désigne les personnes de ces affaires ; leurs événements restent, et disent la purge."""

        def effacer(connexion: Connection) -> None:
            for numero in numeros:
                _pseudonymiser(connexion, numero, le)

        self._ecrire(effacer)
        self._base.rendre_la_place()

    def _ecrire(self, geste: Callable[[Connection], T]) -> T:
        for essai in stamina.retry_context(
            on=ErreurOutilAbsent,
            attempts=None,
            timeout=self._attente_s,
            wait_initial=_PREMIERE_ATTENTE_S,
            wait_max=_ATTENTE_MAX_S,
        ):
            with essai, self._base.ecrire() as connexion:
                return geste(connexion)
        raise AssertionError  # pragma: no cover (stamina rend ou lève)


def _trouver(connexion: Connection, reference: str) -> int | None:
    return connexion.execute(sa.select(identites.c.dossier).where(identites.c.reference == reference)).scalar()


def _inscrire(connexion: Connection, inscription: Inscription, le: dt.date) -> int | ErreurDossier:
    fiche = inscription.fiche
    numero = _trouver(connexion, fiche.reference)
    if numero is None:
        numero = int(
            connexion.execute(sa.insert(dossiers).returning(dossiers.c.numero), {"ouvert_le": le}).scalar_one()
        )
        connexion.execute(sa.insert(identites).values(dossier=numero, **_identite(fiche)))
    elif refus := _renommer(connexion, numero, fiche):
        return refus
    _remplacer_echeances(connexion, numero, fiche)
    _remplacer_extrait(connexion, numero, fiche.extrait)
    connus = lire_evenements(connexion, numero)
    deja = Counter(evenement.fait.cle for evenement in connus)
    nouveaux = [fait for fait in inscription.faits if not _retirer(deja, fait)]
    if not connus and not nouveaux:
        nouveaux = [Fait("inscrit", le)]
    _poursuivre(connexion, numero, connus, nouveaux)
    return len(nouveaux)


def _poursuivre(connexion: Connection, numero: int, connus: Sequence[Evenement], nouveaux: Sequence[Fait]) -> None:
    """Écrit ces faits à la suite des autres, et la situation qui en résulte."""
    if nouveaux:
        ajouter_evenements(connexion, numero, len(connus), nouveaux)
        ranger_situation(connexion, numero, deduire_situation([*(e.fait for e in connus), *nouveaux]))


def _retirer(deja: Counter[tuple[object, ...]], fait: Fait) -> bool:
    """Vrai si ce fait est déjà écrit ; deux paiements égaux du même jour sont bien deux."""
    if deja[fait.cle] > 0:
        deja[fait.cle] -= 1
        return True
    return False


def _identite(fiche: Fiche) -> dict[str, str | bool]:
    return {
        "reference": fiche.reference,
        "debiteur": fiche.debiteur,
        "creancier": fiche.creancier,
        "creancier_physique": fiche.creancier_physique,
    }


def _renommer(connexion: Connection, numero: int, fiche: Fiche) -> ErreurDossier | None:
    """Suit un nom corrigé ; rend le refus si c'est une autre affaire."""
    connue = connexion.execute(sa.select(identites).where(identites.c.dossier == numero)).one()
    if connue.debiteur != fiche.debiteur and connue.creancier != fiche.creancier:
        return ErreurDossier(
            "cette référence est au registre celle d'une autre affaire : ni le débiteur ni le créancier n'y sont les "
            "mêmes",
            lieu=fiche.reference,
            remede="Donner à ce dossier une autre référence, ou l'inscrire dans un autre registre.",
        )
    if _identite(fiche) != {cle: getattr(connue, cle) for cle in _identite(fiche)}:
        connexion.execute(sa.update(identites).where(identites.c.dossier == numero).values(**_identite(fiche)))
    return None


def _remplacer_echeances(connexion: Connection, numero: int, fiche: Fiche) -> None:
    connues = connexion.execute(
        sa.select(echeances.c.le, echeances.c.titre, echeances.c.fondement)
        .where(echeances.c.dossier == numero)
        .order_by(echeances.c.rang)
    )
    if tuple(tuple(connue) for connue in connues) == fiche.echeances:
        return
    connexion.execute(sa.delete(echeances).where(echeances.c.dossier == numero))
    if fiche.echeances:
        connexion.execute(
            sa.insert(echeances),
            [
                {"dossier": numero, "rang": rang, "le": le, "titre": titre, "fondement": fondement}
                for rang, (le, titre, fondement) in enumerate(fiche.echeances, start=1)
            ],
        )


def _remplacer_extrait(connexion: Connection, numero: int, extrait: str) -> None:
    connu = connexion.execute(sa.select(extraits.c.contenu).where(extraits.c.dossier == numero)).scalar()
    if connu == (extrait or None):
        return
    connexion.execute(sa.delete(extraits).where(extraits.c.dossier == numero))
    if extrait:
        connexion.execute(sa.insert(extraits).values(dossier=numero, contenu=extrait))


def _ajouter(connexion: Connection, reference: str, fait: Fait) -> None:
    numero = _trouver(connexion, reference)
    if numero is None:
        raise dire_inconnu(reference)
    connus = lire_evenements(connexion, numero)
    if any(evenement.fait.cle == fait.cle for evenement in connus):
        raise ErreurUsage(
            "cet événement est déjà au registre, le même jour et avec les mêmes précisions",
            lieu=reference,
            remede="S'il s'en est produit deux, les distinguer par --note.",
        )
    _poursuivre(connexion, numero, connus, [fait])


def _pseudonymiser(connexion: Connection, numero: int, le: dt.date) -> None:
    identite = connexion.execute(sa.select(identites).where(identites.c.dossier == numero)).one()
    pseudonyme = _PSEUDONYME.format(numero=numero)
    connexion.execute(
        sa.update(identites)
        .where(identites.c.dossier == numero)
        .values(
            reference=pseudonyme,
            debiteur=_EFFACE,
            creancier=_EFFACE if identite.creancier_physique else identite.creancier,
        )
    )
    for table in (mentions, echeances, extraits):
        connexion.execute(sa.delete(table).where(table.c.dossier == numero))
    connus = lire_evenements(connexion, numero)
    if all(evenement.fait.nature != "purge" for evenement in connus):
        _poursuivre(connexion, numero, connus, [Fait("purge", le)])

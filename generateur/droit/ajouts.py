"""Ce que l'utilisateur ajoute au droit livré : une valeur publiée depuis, ou un horizon prolongé.

Un ajout prolonge une série, il ne remplace jamais une valeur livrée : une version plus récente du programme,
qui livre la même période, l'emporte d'elle-même et l'ajout se tait.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from generateur.droit.valeurs import Scalaire, Source, Table, Valeur
from generateur.erreurs import ErreurUsage

_MOIS_PAR_SEMESTRE = 6
_MOIS_PAR_AN = 12
_UN_JOUR = timedelta(days=1)
_OUI_NON = {"oui": True, "true": True, "non": False, "false": False}
_ENTIERS = frozenset({"jours", "mois", "salaries"})
_NOMBRES = frozenset({"euros", "multiple", "points", "pourcent", "pourcent_par_an"})


@dataclass(frozen=True)
class Ajout:
    """Une valeur ajoutée à une table ; `valeur.saisie_le` est toujours renseigné."""

    table: str
    valeur: Valeur


@dataclass(frozen=True)
class Prolongement:
    """Une table relue, dont rien n'a changé, déclarée sûre jusqu'à `horizon` (compris)."""

    table: str
    horizon: date
    source: Source
    saisi_le: date


@dataclass(frozen=True)
class AjoutsDroit:
    """Tout ce que l'utilisateur a ajouté, dans l'ordre des dates d'effet."""

    valeurs: tuple[Ajout, ...] = ()
    prolongements: tuple[Prolongement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.valeurs or self.prolongements)


AUCUN_AJOUT = AjoutsDroit()


@lru_cache(maxsize=256)
def completer_table(livree: Table, ajouts: AjoutsDroit) -> Table:
    """La table livrée, prolongée des ajouts qui la concernent ; elle-même s'il n'y en a pas."""
    table = livree
    for prolongement in ajouts.prolongements:
        if prolongement.table == livree.nom and prolongement.horizon > table.horizon:
            table = replace(table, horizon=prolongement.horizon)
    for ajout in ajouts.valeurs:
        if ajout.table == livree.nom and _prolonge(livree, ajout.valeur):
            table = _ajouter(table, ajout.valeur)
    return table


def _prolonge(livree: Table, valeur: Valeur) -> bool:
    serie = livree.series.get(valeur.cle, ())
    return bool(serie) and valeur.depuis > serie[-1].depuis


def _ajouter(table: Table, valeur: Valeur) -> Table:
    valeurs = sorted((*table.valeurs, valeur), key=lambda v: (v.cle, v.depuis))
    horizons = {**table.horizons, valeur.cle: max(table.horizon_de(valeur.cle), _fin_de_periode(table, valeur.depuis))}
    commun = min(horizons.get(cle, table.horizon) for cle in table.cles)
    return replace(table, valeurs=tuple(valeurs), horizons=horizons, horizon=commun)


def _fin_de_periode(table: Table, depuis: date) -> date:
    """Dernier jour du semestre, ou de l'année civile, où la valeur prend effet."""
    mois = _MOIS_PAR_AN
    if table.prolongation.startswith("semestre") and depuis.month <= _MOIS_PAR_SEMESTRE:
        mois = _MOIS_PAR_SEMESTRE
    return date(depuis.year, mois, calendar.monthrange(depuis.year, mois)[1])


def lire_scalaire(table: Table, texte: str) -> Scalaire:
    """La valeur typée selon l'unité de la table ; lève ErreurUsage si elle n'en est pas une.

    Un nombre s'écrit avec une virgule ou un point : « 2,80 ».
    """
    nu = texte.strip()
    if table.unite == "booleen":
        if nu.casefold() in _OUI_NON:
            return _OUI_NON[nu.casefold()]
        raise _valeur_refusee(table, texte, "écrire oui ou non")
    if table.unite in _ENTIERS:
        if nu.isascii() and nu.isdigit():
            return int(nu)
        raise _valeur_refusee(table, texte, "écrire un nombre entier")
    if table.unite in _NOMBRES:
        entier, _, decimales = nu.replace(",", ".").partition(".")
        if entier.isascii() and entier.isdigit() and (not decimales or (decimales.isascii() and decimales.isdigit())):
            return Decimal(f"{entier}.{decimales}" if decimales else entier)
        raise _valeur_refusee(table, texte, "écrire un nombre positif, par exemple 2,80")
    if not nu:
        raise _valeur_refusee(table, texte, "écrire un texte")
    return nu


def controler_ajout(table: Table, valeur: Valeur, *, facteur: Decimal, confirme: bool = False) -> None:
    """Refuse (ErreurUsage) ce qui contredit la table : série, ordre, période sautée, source, vraisemblance.

    `table` : la table complétée des ajouts précédents ; `facteur` : rapport à la valeur précédente au-delà
    duquel une valeur étonne, pour les tables sans écart propre ; `confirme` : l'accepter quand même.
    """
    serie = table.series.get(valeur.cle)
    if serie is None:
        connues = ", ".join(cle for cle in table.cles if cle) or "une seule, sans nom"
        raise ErreurUsage(
            f"La table « {table.nom} » n'a pas de série « {valeur.cle or '(sans clé)'} ».",
            remede=f"Séries : {connues}. La série se donne par --cle.",
        )
    _controler_date(table, valeur, serie)
    _controler_source(valeur)
    if not confirme:
        _controler_vraisemblance(table, valeur, serie, facteur)


def _controler_date(table: Table, valeur: Valeur, serie: tuple[Valeur, ...]) -> None:
    derniere, horizon = serie[-1], table.horizon_de(valeur.cle)
    origine = "ajoutée" if derniere.saisie_le else "livrée"
    if valeur.depuis == derniere.depuis:
        raise ErreurUsage(
            f"La table « {table.nom} » a déjà une valeur {origine} au {valeur.depuis:%d/%m/%Y} : {derniere.valeur}.",
            remede=_remede_retrait(table, derniere),
        )
    if valeur.depuis < derniere.depuis:
        raise ErreurUsage(
            f"La dernière valeur {origine} de la table « {table.nom} » prend effet le {derniere.depuis:%d/%m/%Y} : "
            f"une valeur au {valeur.depuis:%d/%m/%Y} réécrirait le passé.",
            remede=_remede_retrait(table, derniere),
        )
    if valeur.depuis > horizon + _UN_JOUR:
        raise ErreurUsage(
            f"La table « {table.nom} » n'est connue que jusqu'au {horizon:%d/%m/%Y} : il manque la période qui "
            f"commence le {horizon + _UN_JOUR:%d/%m/%Y}.",
            remede=f"Ajouter d'abord la valeur au {(horizon + _UN_JOUR).isoformat()}, même inchangée.",
        )
    if table.prolongation == "semestre_entier" and (valeur.depuis.day != 1 or valeur.depuis.month not in {1, 7}):
        raise ErreurUsage(
            f"La table « {table.nom} » change au 1er janvier ou au 1er juillet, non le {valeur.depuis:%d/%m/%Y}.",
            remede=f"Écrire {(horizon + _UN_JOUR).isoformat()}.",
        )


def _remede_retrait(table: Table, derniere: Valeur) -> str:
    if derniere.saisie_le is None:
        return "Une valeur livrée ne se remplace pas ; vérifier la date d'effet."
    serie = f" --cle {derniere.cle}" if derniere.cle else ""
    return f"Pour la corriger : « generateur droit retirer {table.nom} {derniere.depuis.isoformat()}{serie} »."


def _controler_source(valeur: Valeur) -> None:
    if not valeur.source.titre.strip():
        raise ErreurUsage("La source manque.", remede='L\'écrire : --source "Arrêté du …, JORF du …".')
    if valeur.source.publication is None:
        raise ErreurUsage("La date de publication de la source manque.", remede="L'écrire : --publie-le 2026-12-28.")


def _controler_vraisemblance(table: Table, valeur: Valeur, serie: tuple[Valeur, ...], facteur: Decimal) -> None:
    precedente = next((v for v in reversed(serie) if v.valeur is not None), None)
    if precedente is None or not _est_nombre(valeur.valeur):
        return
    avant, apres = _nombre(precedente.valeur), _nombre(valeur.valeur)
    if table.ecart_plausible is not None:
        etonne = abs(apres - avant) > table.ecart_plausible
    else:
        etonne = avant > 0 and not avant / facteur <= apres <= avant * facteur
    if etonne:
        raise ErreurUsage(
            f"{valeur.valeur} est loin de la valeur précédente, {precedente.valeur} depuis le "
            f"{precedente.depuis:%d/%m/%Y} (table « {table.nom} ») : virgule ou unité ?",
            remede="Relire la source ; si la valeur est exacte, la confirmer avec --confirmer.",
        )


def _est_nombre(valeur: Scalaire) -> bool:
    return isinstance(valeur, Decimal | int) and not isinstance(valeur, bool)


def _nombre(valeur: Scalaire) -> Decimal:
    return Decimal(valeur) if isinstance(valeur, Decimal | int) else Decimal(0)


def _valeur_refusee(table: Table, texte: str, attendu: str) -> ErreurUsage:
    return ErreurUsage(
        f"« {texte} » n'est pas une valeur de la table « {table.nom} » ({table.unite.replace('_', ' ')}).",
        remede=f"{attendu.capitalize()}.",
    )


def ranger(ajouts: Iterable[Ajout]) -> tuple[Ajout, ...]:
    """Par table, série et date d'effet."""
    return tuple(sorted(ajouts, key=lambda a: (a.table, a.valeur.cle, a.valeur.depuis)))

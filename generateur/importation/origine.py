"""origine.json, à côté de dossier.toml : d'où vient chaque valeur importée, pour réimporter sans rien écraser."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generateur.domaine.arrondi import arrondir
from generateur.domaine.historique import HistoriquePaiement
from generateur.erreurs import ErreurLecture
from generateur.importation.valeurs_a_plat import CheminValeur

NOM_ORIGINE = "origine.json"
_SEPARATEUR = " › "


class _Bloc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceImportee(_Bloc):
    """Un fichier importé : son nom, son empreinte, son format, le jour."""

    fichier: str
    sha256: str
    format: str
    le: dt.date


class ValeurImportee(_Bloc):
    """Une valeur telle que la source la donnait, avec son genre : texte, montant, date, ou échéances."""

    genre: str
    valeur: Any


class ConflitGarde(_Bloc):
    """Une valeur que la source et une personne ont changée, restée telle que la personne l'a écrite."""

    cle: tuple[str, ...]
    lieu: str
    source: ValeurImportee

    @property
    def valeur(self) -> Any:
        """Ce que disait la source."""
        return _lire(self.source)


class Origine(_Bloc):
    """Ce qu'on retient d'une importation à l'autre."""

    version: int = 1
    debiteur: tuple[str, ...]
    sources: tuple[SourceImportee, ...]
    valeurs: dict[str, ValeurImportee]
    conflits: tuple[ConflitGarde, ...] = ()
    historique: HistoriquePaiement | None = None

    def base(self) -> dict[CheminValeur, Any]:
        """Les valeurs de la dernière importation, à plat."""
        return {tuple(cle.split(_SEPARATEUR)): _lire(v) for cle, v in self.valeurs.items()}


def dresser_origine(
    cles: tuple[str, ...],
    sources: tuple[SourceImportee, ...],
    valeurs: Mapping[CheminValeur, Any],
    conflits: tuple[ConflitGarde, ...] = (),
    historique: HistoriquePaiement | None = None,
) -> Origine:
    """L'origine à écrire après une importation ; rien de payé ne s'y écrit pas : réimporter n'y change rien."""
    return Origine(
        debiteur=cles,
        sources=sources,
        valeurs={_SEPARATEUR.join(cle): _noter(v) for cle, v in sorted(valeurs.items()) if cle[0] != "paye" or v},
        conflits=conflits,
        historique=historique,
    )


def resumer_suivi(dossier: Path) -> str:
    """Ce qui, dans l'origine, change ce que l'on dit du dossier : conflits, historique ; vide sans origine lisible."""
    try:
        origine = lire_origine(dossier)
    except ErreurLecture:
        return ""
    return origine.model_dump_json(include={"conflits", "historique"}) if origine else ""


def garder_conflit(cle: CheminValeur, lieu: str, source: Any) -> ConflitGarde:
    """Le conflit à retenir pour que « verifier » le dise tant qu'il dure."""
    return ConflitGarde(cle=cle, lieu=lieu, source=_noter(source))


def lire_origine(dossier: Path) -> Origine | None:
    """L'origine d'un dossier, None s'il n'a pas été importé. Lève ErreurLecture si elle est abîmée."""
    fichier = dossier / NOM_ORIGINE
    if not fichier.is_file():
        return None
    try:
        return Origine.model_validate_json(fichier.read_bytes())
    except (OSError, ValidationError) as erreur:
        raise ErreurLecture(
            "le fichier qui dit d'où vient ce dossier ne se lit pas",
            lieu=str(fichier),
            remede="Le rétablir d'une sauvegarde ; sans lui, une nouvelle importation ne saurait pas ce que vous avez "
            "changé à la main.",
        ) from erreur


def _ecrire_montant(valeur: Decimal) -> str:
    return f"{arrondir(valeur):.2f}"


def _noter(valeur: Any) -> ValeurImportee:
    if isinstance(valeur, Decimal):
        return ValeurImportee(genre="montant", valeur=_ecrire_montant(valeur))
    if isinstance(valeur, dt.date):
        return ValeurImportee(genre="date", valeur=valeur.isoformat())
    if isinstance(valeur, list):
        lignes = [{"date": ligne["date"].isoformat(), "montant": _ecrire_montant(ligne["montant"])} for ligne in valeur]
        return ValeurImportee(genre="echeances", valeur=lignes)
    return ValeurImportee(genre="texte", valeur=valeur)


def _lire(notee: ValeurImportee) -> Any:
    if notee.genre == "montant":
        return Decimal(notee.valeur)
    if notee.genre == "date":
        return dt.date.fromisoformat(notee.valeur)
    if notee.genre == "echeances":
        return [{"date": dt.date.fromisoformat(e["date"]), "montant": Decimal(e["montant"])} for e in notee.valeur]
    return notee.valeur

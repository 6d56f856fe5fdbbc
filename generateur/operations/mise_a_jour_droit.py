"""Lecture des valeurs de droit ajoutées par l'utilisateur, et des fichiers de mise à jour qu'il importe.

Un fichier de mise à jour a le format d'une table livrée, précédé du nom de la table :

    date = 2026-12-29
    table = "taux_legal_professionnels"
    valeurs = [ { depuis = 2027-01-01, valeur = 2.80, source = "arrete" } ]

    [sources.arrete]
    titre = "Arrêté du 21 décembre 2026 fixant le taux de l'intérêt légal"
    url = "https://www.legifrance.gouv.fr/…"
    publication = 2026-12-26

Plusieurs tables s'écrivent `[tables.NOM]`, avec les mêmes clés. Une table relue sans changement s'écrit
`horizon = 2028-12-31` avec sa `source`, sans valeurs. La première ligne peut être `sha256 = "…"` : l'empreinte
du reste du fichier, vérifiée avant tout.
"""

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from generateur.domaine.noms_de_fichier import NOM_DROIT_AJOUTE
from generateur.droit.ajouts import Ajout, AjoutsDroit, Prolongement, lire_scalaire, ranger
from generateur.droit.tables import lire_table_livree, lister_tables
from generateur.droit.valeurs import Scalaire, Source, Table, Valeur
from generateur.erreurs import ErreurGenerateur, ErreurLecture, raison_du_systeme
from generateur.surveillance.ordinaire import lire_ordinaire

_SCEAU = re.compile(rb'\A(?:\xef\xbb\xbf)?sha256[ \t]*=[ \t]*"([^"\n]*)"[ \t]*\r?\n')
_M = TypeVar("_M", bound=BaseModel)


class _Bloc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEcrite(_Bloc):
    """D'où vient une valeur."""

    titre: str
    url: str = ""
    publication: dt.date | None = None


class ValeurEcrite(_Bloc):
    """Une valeur, telle que la table la publie ; `source` nomme un bloc [sources.…]."""

    cle: str = ""
    depuis: dt.date
    valeur: bool | int | Decimal | str | None = None
    source: str
    confiance: Literal["certaine", "probable", "non_etablie"] = "certaine"
    note: str = ""
    url: str | None = None
    publication: dt.date | None = None


class TableEcrite(_Bloc):
    """Une table mise à jour ; libelle, unite et le reste d'une table livrée sont admis et ne changent rien."""

    valeurs: tuple[ValeurEcrite, ...] = ()
    horizon: dt.date | None = None
    source: str | None = None
    sources: dict[str, SourceEcrite] = {}
    libelle: str | None = None
    unite: str | None = None
    verifie_le: dt.date | None = None
    prolongation: str | None = None
    ecart_plausible: Decimal | int | None = None


class FichierEcrit(TableEcrite):
    """Un fichier de mise à jour : une table, ou plusieurs."""

    date: dt.date | None = None
    table: str | None = None
    tables: dict[str, TableEcrite] = {}


class AjoutEcrit(_Bloc):
    """Une ligne de ce que l'utilisateur a ajouté."""

    table: str
    depuis: dt.date
    valeur: bool | int | Decimal | str | None = None
    cle: str = ""
    source: str
    url: str = ""
    publie_le: dt.date
    confiance: Literal["certaine", "probable", "non_etablie"] = "certaine"
    note: str = ""
    saisi_le: dt.date


class ProlongementEcrit(_Bloc):
    """Une table relue et déclarée sûre plus loin."""

    table: str
    horizon: dt.date
    source: str
    url: str = ""
    publie_le: dt.date
    saisi_le: dt.date


class AjoutsEcrits(_Bloc):
    """Le fichier des ajouts de l'utilisateur."""

    ajouts: tuple[AjoutEcrit, ...] = ()
    prolongements: tuple[ProlongementEcrit, ...] = ()


@dataclass(frozen=True)
class MiseAJour:
    """Un fichier de mise à jour lu : ce qu'il ajoute, sa date, son empreinte."""

    ajouts: AjoutsDroit
    date: dt.date
    sha256: str


def lire_ajouts(repertoire: Path) -> AjoutsDroit:
    """Les ajouts de l'utilisateur ; aucun si le fichier n'existe pas. Lève ErreurLecture s'il est abîmé."""
    fichier = repertoire / NOM_DROIT_AJOUTE
    try:
        octets = lire_ordinaire(fichier)
    except FileNotFoundError:
        return AjoutsDroit()
    except OSError as erreur:
        raise ErreurLecture(
            f"les valeurs de droit ajoutées ne se lisent pas : {raison_du_systeme(erreur)}", lieu=str(fichier)
        ) from erreur
    remede = "Le corriger, ou le déplacer : les tables livrées répondent seules, et les ajouts se ressaisissent."
    ecrits = _valider(AjoutsEcrits, octets, fichier, remede)
    nommees = {a.table for a in ecrits.ajouts} | {p.table for p in ecrits.prolongements}
    inconnues = nommees - set(lister_tables())
    if inconnues:
        raise ErreurLecture(
            f"les valeurs de droit ajoutées nomment une table inconnue : {', '.join(sorted(inconnues))}",
            lieu=str(fichier),
            remede=remede,
        )
    return AjoutsDroit(
        ranger(_relire_ajout(ecrit) for ecrit in ecrits.ajouts),
        tuple(
            Prolongement(p.table, p.horizon, Source(p.source, p.url, p.publie_le), p.saisi_le)
            for p in ecrits.prolongements
        ),
    )


def _relire_ajout(ecrit: AjoutEcrit) -> Ajout:
    source = Source(ecrit.source, ecrit.url, ecrit.publie_le)
    valeur = Valeur(ecrit.cle, ecrit.depuis, ecrit.valeur, source, ecrit.confiance, ecrit.note, ecrit.saisi_le)
    return Ajout(ecrit.table, valeur)


def lire_mise_a_jour(fichier: Path, jour: dt.date) -> MiseAJour:
    """Lit un fichier de mise à jour. Lève ErreurLecture : illisible, empreinte fausse, table ou source inconnue."""
    try:
        octets = lire_ordinaire(fichier)
    except OSError as erreur:
        raise ErreurLecture(
            f"le fichier de mise à jour ne se lit pas : {raison_du_systeme(erreur)}", lieu=str(fichier)
        ) from erreur
    sceau = _SCEAU.match(octets)
    corps = octets[sceau.end() :] if sceau else octets
    sha256 = hashlib.sha256(corps).hexdigest()
    if sceau and sceau[1].decode("ascii", "replace").strip().casefold() != sha256:
        raise ErreurLecture(
            "le fichier de mise à jour a changé depuis qu'il a été scellé : son empreinte n'est pas la sienne",
            lieu=str(fichier),
            remede=f"Le redemander à qui l'a fait ; l'empreinte de son contenu est {sha256}.",
        )
    ecrit = _valider(FichierEcrit, corps, fichier, "Le format est dans « generateur droit --aide ».")
    if ecrit.date is None:
        raise _mal_forme(fichier, "sa date manque", "Écrire en tête : date = 2026-12-29.")
    ajouts = [_lire_table_ecrite(nom, table, ecrit, fichier, jour) for nom, table in _tables(ecrit, fichier).items()]
    valeurs = ranger(ajout for table in ajouts for ajout in table.valeurs)
    prolongements = tuple(p for table in ajouts for p in table.prolongements)
    return MiseAJour(AjoutsDroit(valeurs, prolongements), ecrit.date, sha256)


def _tables(ecrit: FichierEcrit, fichier: Path) -> Mapping[str, TableEcrite]:
    tables = dict(ecrit.tables)
    nom = ecrit.table or (fichier.stem if fichier.stem in lister_tables() else None)
    if ecrit.valeurs or ecrit.horizon:
        if nom is None:
            raise _mal_forme(fichier, "il ne dit pas quelle table il complète", 'Écrire en tête : table = "…".')
        tables[nom] = ecrit
    if not tables:
        raise _mal_forme(fichier, "il n'apporte aucune valeur", "Le format est dans « generateur droit --aide ».")
    return tables


def _lire_table_ecrite(nom: str, ecrite: TableEcrite, ecrit: FichierEcrit, fichier: Path, jour: dt.date) -> AjoutsDroit:
    try:
        table = lire_table_livree(nom)
    except ErreurGenerateur as erreur:
        raise _mal_forme(fichier, erreur.message, erreur.remede) from erreur
    sources = {**ecrit.sources, **ecrite.sources}

    def trouver_source(cle: str | None) -> Source:
        if cle is None or cle not in sources:
            raise _mal_forme(fichier, f"la source « {cle} » n'y est pas décrite", f"Ajouter un bloc [sources.{cle}].")
        return Source(sources[cle].titre, sources[cle].url, sources[cle].publication)

    valeurs = []
    for brute in ecrite.valeurs:
        source = trouver_source(brute.source)
        source = replace(source, url=brute.url or source.url, publication=brute.publication or source.publication)
        typee = _typer(table, brute.valeur, fichier)
        valeur = Valeur(brute.cle, brute.depuis, typee, source, brute.confiance, brute.note, jour)
        if not _est_livree(table, valeur):
            valeurs.append(Ajout(nom, valeur))
    prolongements: tuple[Prolongement, ...] = ()
    if ecrite.horizon and ecrite.source:
        prolongements = (Prolongement(nom, ecrite.horizon, trouver_source(ecrite.source), jour),)
    return AjoutsDroit(tuple(valeurs), prolongements)


def _est_livree(table: Table, valeur: Valeur) -> bool:
    """Une valeur recopiée de la table livrée, à l'identique, n'est pas un ajout."""
    return any(v.depuis == valeur.depuis and v.valeur == valeur.valeur for v in table.series.get(valeur.cle, ()))


def _typer(table: Table, valeur: Scalaire, fichier: Path) -> Scalaire:
    """La valeur dans l'unité de la table ; un nombre peut être écrit entre guillemets."""
    texte = {True: "oui", False: "non"}.get(valeur, "") if isinstance(valeur, bool) else str(valeur)
    if valeur is None:
        return None
    if isinstance(valeur, bool) != (table.unite == "booleen"):
        raise _mal_forme(fichier, f"« {valeur} » n'est pas une valeur de {table.nom}", "Corriger la valeur.")
    try:
        return lire_scalaire(table, texte)
    except ErreurGenerateur as erreur:
        raise _mal_forme(fichier, erreur.message, erreur.remede) from erreur


def _valider(modele: type[_M], octets: bytes, fichier: Path, remede: str) -> _M:
    try:
        return modele.model_validate(tomllib.loads(octets.decode("utf-8-sig"), parse_float=Decimal))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as erreur:
        raise _mal_forme(fichier, f"ce n'est pas un fichier TOML lisible ({erreur})", remede) from erreur
    except ValidationError as erreur:
        raise _mal_forme(fichier, _dire_faute(erreur.errors()[0]), remede) from erreur


def _dire_faute(faute: Any) -> str:
    endroit = ".".join(str(repere) for repere in faute["loc"])
    if faute["type"] == "extra_forbidden":
        return f"la clé « {endroit} » n'est pas connue"
    if faute["type"] == "missing":
        return f"il manque la clé « {endroit} »"
    return f"la valeur de « {endroit} » n'est pas de la bonne sorte"


def _mal_forme(fichier: Path, raison: str, remede: str) -> ErreurLecture:
    return ErreurLecture(f"fichier de valeurs de droit refusé : {raison}", lieu=str(fichier), remede=remede)

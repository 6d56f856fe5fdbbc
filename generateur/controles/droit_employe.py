"""Le droit dont ce dossier dépend : ce qui s'arrête bientôt, ce que l'utilisateur y a ajouté."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from generateur.calculs.decompte import Decompte
from generateur.calculs.taux_lus import lire_taux_employes
from generateur.controles.catalogue import constater
from generateur.controles.contexte import Contexte
from generateur.domaine.constat import Constat
from generateur.domaine.dossier import Dossier
from generateur.domaine.langue import date_longue
from generateur.droit.ajouts import Ajout
from generateur.droit.tables import ajouts_en_usage, entier_au, lire_table

UN_JOUR = timedelta(days=1)
# Ce que tout dossier lit, quelle que soit la voie ; les taux ne comptent que s'ils portent une ligne d'intérêts.
TABLES_COMMUNES = (
    "delais",
    "delais_jours",
    "frais",
    "indemnite_recouvrement",
    "penalites_multiple_plancher",
    "penalites_points_suppletifs",
    "prescription",
    "regles_procedure",
    "seuils",
    "textes_demande",
)


def controler(dossier: Dossier, contexte: Contexte, tables: Iterable[str]) -> list[Constat]:
    """Horizons proches et ajouts ; `tables` : celles de la procédure retenue."""
    if contexte.decompte is None:
        return []
    employees = nommer_tables(dossier, contexte.decompte, tables)
    return [*_horizons(employees, contexte), *_dire_ajouts(ajouts_employes(employees, contexte.au))]


def nommer_tables(dossier: Dossier, decompte: Decompte, tables: Iterable[str]) -> tuple[str, ...]:
    """Les tables qui touchent le dossier, dans l'ordre alphabétique ; `tables` : celles de la procédure retenue."""
    taux = {lu.table for lu in lire_taux_employes(dossier, decompte)}
    return tuple(sorted(taux.union(tables, TABLES_COMMUNES)))


def ajouts_employes(tables: Iterable[str], au: date) -> tuple[Ajout, ...]:
    """Les valeurs ajoutées à ces tables et qui ont pris effet à l'arrêté."""
    noms = set(tables)
    ajouts = (a for a in ajouts_en_usage().valeurs if a.table in noms and a.valeur.depuis <= au)
    return tuple(a for a in ajouts if lire_table(a.table).au(a.valeur.depuis, a.valeur.cle) == a.valeur)


def _horizons(tables: Iterable[str], contexte: Contexte) -> Iterator[Constat]:
    """Vrai le jour où l'on regarde, ou à l'arrêté s'il est plus loin."""
    jour = max(contexte.jour, contexte.au)
    alerte = timedelta(days=entier_au("delais_jours", contexte.au, "alerte_horizon"))
    for table in map(lire_table, tables):
        if table.horizon - jour < alerte:
            suite = table.horizon + UN_JOUR
            yield constater(
                "HORIZON_PROCHE",
                f"La table « {table.nom} » ({table.libelle}) n'est connue que jusqu'au {date_longue(table.horizon)} : "
                "au-delà, ce dossier ne se calcule plus.",
                lieu="au",
                remede=f"Dès sa publication : « generateur droit ajouter {table.nom} {suite.isoformat()} VALEUR "
                '--source "TEXTE OFFICIEL" --publie-le AAAA-MM-JJ ».',
            )


def _dire_ajouts(ajouts: Iterable[Ajout]) -> Iterator[Constat]:
    for ajout in ajouts:
        valeur = ajout.valeur
        saisie = f" le {date_longue(valeur.saisie_le)}" if valeur.saisie_le else ""
        yield constater(
            "DROIT_AJOUTE",
            f"La table « {ajout.table} » porte une valeur ajoutée par vous{saisie} : {valeur.texte} "
            f"depuis le {date_longue(valeur.depuis)}, d'après : {valeur.source.titre}.",
            lieu="au",
            remede="Relisez-la à sa source avant de déposer.",
        )

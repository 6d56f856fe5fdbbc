"""Ajouter au droit livré une valeur publiée depuis, importer une mise à jour, retirer un ajout.

Les ajouts sont un fichier du répertoire des données de l'utilisateur, écrit à côté puis échangé, sous verrou :
deux commandes à la fois ne perdent rien.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock, Timeout

from generateur.domaine.noms_de_fichier import NOM_DROIT_AJOUTE
from generateur.droit.ajouts import (
    Ajout,
    AjoutsDroit,
    Prolongement,
    completer_table,
    controler_ajout,
    lire_scalaire,
    ranger,
)
from generateur.droit.tables import decimal_au, employer_ajouts, lire_table_livree
from generateur.droit.valeurs import Source, Valeur
from generateur.erreurs import ErreurEcriture, ErreurLecture, ErreurUsage, raison_du_systeme
from generateur.operations.donnees_utilisateur import situer_donnees
from generateur.operations.mise_a_jour_droit import lire_ajouts, lire_mise_a_jour
from generateur.surveillance.provisoires import ecrire_d_un_geste

_VERROU = ".droit.verrou"
_DELAI_VERROU_S = 30
_ENTETE = (
    "Valeurs de droit ajoutées par vous ; les tables livrées avec le programme n'en sont pas changées.",
    "Écrit par « generateur droit ajouter », « importer » et « retirer ».",
)


@dataclass(frozen=True)
class Saisie:
    """Une valeur telle que l'utilisateur la donne ; `valeur` est encore un texte."""

    table: str
    depuis: dt.date
    valeur: str
    source: str
    publie_le: dt.date
    cle: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Enregistrement:
    """Ce qui vient d'être ajouté ou retiré, et jusqu'où chaque table répond désormais."""

    fichier: Path
    ajouts: AjoutsDroit
    horizons: tuple[tuple[str, str, dt.date], ...]
    deja_connus: int = 0
    sha256: str = ""
    avertissements: tuple[str, ...] = ()


@contextlib.contextmanager
def ouvrir_droit() -> Iterator[None]:
    """Pour la durée du bloc, les tables répondent avec les ajouts de l'utilisateur.

    À ouvrir au bord : une fois par commande, par demande, par processus. Lève ErreurLecture si le fichier des
    ajouts est abîmé.
    """
    with employer_ajouts(lire_ajouts(situer_donnees())):
        yield


def ajouter_valeur(saisie: Saisie, *, jour: dt.date, confirme: bool = False) -> Enregistrement:
    """Ajoute une valeur. Lève ErreurUsage si elle contredit la table, ErreurEcriture si le disque refuse."""
    table = lire_table_livree(saisie.table)
    source = Source(saisie.source.strip(), saisie.url, saisie.publie_le)
    scalaire = lire_scalaire(table, saisie.valeur)
    valeur = Valeur(saisie.cle, saisie.depuis, scalaire, source, "certaine", saisie.note, jour)
    nouveaux = AjoutsDroit((Ajout(saisie.table, valeur),))
    enregistre = _modifier(lambda anciens: _reunir(anciens, nouveaux, jour, confirme=confirme))
    return replace(enregistre, avertissements=_avertir(nouveaux, jour))


def importer_mise_a_jour(fichier: Path, *, jour: dt.date, confirme: bool = False) -> Enregistrement:
    """Ajoute tout ce que porte un fichier de mise à jour, ou rien. Lève ErreurLecture s'il est refusé."""
    lue = lire_mise_a_jour(fichier, jour)

    def reunir(anciens: AjoutsDroit) -> tuple[AjoutsDroit, AjoutsDroit]:
        connus = {(a.table, a.valeur.cle, a.valeur.depuis, a.valeur.valeur) for a in anciens.valeurs}
        valeurs = tuple(
            a for a in lue.ajouts.valeurs if (a.table, a.valeur.cle, a.valeur.depuis, a.valeur.valeur) not in connus
        )
        try:
            return _reunir(anciens, AjoutsDroit(valeurs, lue.ajouts.prolongements), jour, confirme=confirme)
        except ErreurUsage as erreur:
            raise ErreurLecture(
                f"fichier de valeurs de droit refusé : {erreur.message}", lieu=str(fichier), remede=erreur.remede
            ) from erreur

    enregistre = _modifier(reunir)
    deja = len(lue.ajouts.valeurs) - len(enregistre.ajouts.valeurs)
    avertissements = _avertir(enregistre.ajouts, jour)
    return replace(enregistre, deja_connus=deja, sha256=lue.sha256, avertissements=avertissements)


def _avertir(ajouts: AjoutsDroit, jour: dt.date) -> tuple[str, ...]:
    """Une publication à venir n'est pas impossible (date d'effet confondue) mais se relit."""
    return tuple(
        f"La source de {a.table} au {a.valeur.depuis:%d/%m/%Y} serait publiée le {publication:%d/%m/%Y}, après "
        "aujourd'hui : vérifiez cette date."
        for a in ajouts.valeurs
        if (publication := a.valeur.source.publication) and publication > jour
    )


def retirer_valeur(table: str, depuis: dt.date, cle: str = "") -> Enregistrement:
    """Retire la dernière valeur ajoutée à une série. Lève ErreurUsage si ce n'en est pas une."""
    lire_table_livree(table)

    def retirer(anciens: AjoutsDroit) -> tuple[AjoutsDroit, AjoutsDroit]:
        serie = [a for a in anciens.valeurs if (a.table, a.valeur.cle) == (table, cle)]
        if not serie or serie[-1].valeur.depuis != depuis:
            connues = ", ".join(a.valeur.depuis.isoformat() for a in serie) or "aucune"
            raise ErreurUsage(
                f"La dernière valeur ajoutée à cette série n'est pas du {depuis:%d/%m/%Y}.",
                remede=f"Valeurs ajoutées à retirer, de la plus récente à la plus ancienne : {connues}.",
            )
        restes = tuple(a for a in anciens.valeurs if a is not serie[-1])
        return AjoutsDroit(restes, anciens.prolongements), AjoutsDroit((serie[-1],))

    return _modifier(retirer)


def _reunir(
    anciens: AjoutsDroit, nouveaux: AjoutsDroit, jour: dt.date, *, confirme: bool
) -> tuple[AjoutsDroit, AjoutsDroit]:
    """Les ajouts anciens et nouveaux, chaque nouveau contrôlé à son tour contre ce qui le précède."""
    facteur = decimal_au("saisie", jour, "facteur_maximal")
    tous = anciens
    for prolongement in nouveaux.prolongements:
        _controler_prolongement(tous, prolongement)
        tous = AjoutsDroit(tous.valeurs, (*tous.prolongements, prolongement))
    for ajout in nouveaux.valeurs:
        table = completer_table(lire_table_livree(ajout.table), tous)
        controler_ajout(table, ajout.valeur, facteur=facteur, confirme=confirme)
        tous = AjoutsDroit(ranger((*tous.valeurs, ajout)), tous.prolongements)
    return tous, nouveaux


def _controler_prolongement(ajouts: AjoutsDroit, prolongement: Prolongement) -> None:
    table = completer_table(lire_table_livree(prolongement.table), ajouts)
    if prolongement.horizon <= table.horizon:
        raise ErreurUsage(f"La table « {table.nom} » est déjà connue jusqu'au {table.horizon:%d/%m/%Y}.")
    if table.prolongation:
        raise ErreurUsage(
            f"La table « {table.nom} » se prolonge par une valeur publiée, non par un horizon.",
            remede="Écrire la valeur de la période, même inchangée.",
        )
    publication = prolongement.source.publication
    if publication is None:
        raise ErreurUsage("La source d'un horizon prolongé doit être datée.", remede="Ajouter publication = ….")


def _modifier(changer: Callable[[AjoutsDroit], tuple[AjoutsDroit, AjoutsDroit]]) -> Enregistrement:
    """Lit, change et récrit les ajouts sous verrou ; rend ce qui a changé."""
    repertoire = situer_donnees()
    try:
        repertoire.mkdir(parents=True, exist_ok=True)
        with FileLock(repertoire / _VERROU, timeout=_DELAI_VERROU_S):
            tous, changes = changer(lire_ajouts(repertoire))
            ecrire_d_un_geste(repertoire / NOM_DROIT_AJOUTE, _composer(tous).encode(), 0o600)
    except Timeout as erreur:
        raise ErreurEcriture(
            "une autre commande modifie les valeurs de droit ajoutées",
            lieu=str(repertoire),
            remede="Attendre qu'elle finisse, puis relancer.",
        ) from erreur
    except OSError as erreur:
        raise ErreurEcriture(
            f"les valeurs de droit ajoutées ne s'écrivent pas : {raison_du_systeme(erreur)}",
            lieu=str(repertoire),
            remede="Choisir un autre répertoire par la variable GENERATEUR_DONNEES.",
        ) from erreur
    touches = dict.fromkeys((a.table, a.valeur.cle) for a in changes.valeurs)
    touches |= dict.fromkeys((p.table, "") for p in changes.prolongements)
    horizons = tuple(
        (table, cle, completer_table(lire_table_livree(table), tous).horizon_de(cle)) for table, cle in touches
    )
    return Enregistrement(repertoire / NOM_DROIT_AJOUTE, changes, horizons)


def _composer(ajouts: AjoutsDroit) -> str:
    document = tomlkit.document()
    for ligne in _ENTETE:
        document.add(tomlkit.comment(ligne))
    sections = {
        "ajouts": [_decrire_ajout(ajout) for ajout in ajouts.valeurs],
        "prolongements": [_decrire_prolongement(prolongement) for prolongement in ajouts.prolongements],
    }
    for nom, blocs in sections.items():
        suite = tomlkit.aot()
        for bloc in blocs:
            suite.append(tomlkit.item({cle: _ecrire_valeur(v) for cle, v in bloc.items() if v is not None and v != ""}))
        if blocs:
            document.add(nom, suite)
    return tomlkit.dumps(document)


def _ecrire_valeur(valeur: Any) -> Any:
    """Un décimal garde ses chiffres : « 2.80 »."""
    return tomlkit.value(str(valeur)) if isinstance(valeur, Decimal) else valeur


def _decrire_ajout(ajout: Ajout) -> dict[str, Any]:
    valeur = ajout.valeur
    return {
        "table": ajout.table,
        "cle": valeur.cle,
        "depuis": valeur.depuis,
        "valeur": valeur.valeur,
        "source": valeur.source.titre,
        "url": valeur.source.url,
        "publie_le": valeur.source.publication,
        "confiance": valeur.confiance,
        "note": valeur.note,
        "saisi_le": valeur.saisie_le,
    }


def _decrire_prolongement(prolongement: Prolongement) -> dict[str, Any]:
    return {
        "table": prolongement.table,
        "horizon": prolongement.horizon,
        "source": prolongement.source.titre,
        "url": prolongement.source.url,
        "publie_le": prolongement.source.publication,
        "saisi_le": prolongement.saisi_le,
    }

"""La commande purger : ce qui a passé sa durée de conservation, nommé, puis effacé si on le confirme."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import (
    AIDE_SORTIE_PARTOUT,
    SORTIE_PAR_DEFAUT,
    Lieu,
    aujourd_hui,
    imprimer,
    options_communes,
    situer_partout,
)
from generateur.commandes.registre import option_registre
from generateur.commandes.registre import registre as groupe
from generateur.erreurs import CodeSortie, ErreurUsage

if TYPE_CHECKING:
    from generateur.publication.magasin import Adresse

_AIDE_OUI = "Efface ce qui est nommé ; sans elle, rien n'est fait."


@click.command("purger", cls=Commande)
@click.argument(
    "racine", type=Lieu(), required=False, help="Répertoire qui contient les dossiers, ou s3://SEAU/PREFIXE."
)
@click.option("--registre", metavar="URL", help="Purge aussi ce registre, ou lui seul.")
@click.option("--oui", is_flag=True, help=_AIDE_OUI)
@click.option("-o", "--sortie", type=Lieu(), default=SORTIE_PAR_DEFAUT, metavar="LIEU", help=AIDE_SORTIE_PARTOUT)
@options_communes
def purger(
    racine: "Path | Adresse | None", registre: str | None, sortie: "Path | Adresse", au: dt.date | None, *, oui: bool
) -> int:
    """Nomme les dossiers clos qui ont passé leur durée de conservation ; --oui les efface, eux et leur sortie."""
    if racine is None and registre is None:
        raise ErreurUsage(
            "il n'y a rien à purger : ni répertoire, ni registre",
            remede="Donner le répertoire des dossiers (« generateur purger dossiers »), ou --registre URL.",
        )
    return _purger(
        racine, registre, sortie if racine is None else situer_partout(sortie, racine), au, est_confirmee=oui
    )


@groupe.command("purger", cls=Commande)
@click.option("--oui", is_flag=True, help=_AIDE_OUI)
@option_registre
@options_communes
def purger_registre(adresse: str, sortie: Path, au: dt.date | None, *, oui: bool) -> int:
    """Nomme les affaires closes qui ont passé leur durée de conservation ; --oui en efface les personnes."""
    return _purger(None, adresse, sortie, au, est_confirmee=oui)


def _purger(
    racine: "Path | Adresse | None",
    adresse: str | None,
    sortie: "Path | Adresse",
    au: dt.date | None,
    *,
    est_confirmee: bool,
) -> int:
    from generateur.commandes import presentation_purge
    from generateur.operations import purge as operations

    jour = aujourd_hui()
    operations.refuser_d_avance(au or jour, jour, est_confirmee=est_confirmee)
    purges = []
    if racine is not None:
        purge = operations.examiner_dossiers(racine, sortie, au or jour)
        purges.append(operations.supprimer_dossiers(purge, racine, sortie) if est_confirmee else purge)
    if adresse is not None:
        from generateur.registre.base import ouvrir_base

        with ouvrir_base(adresse, creer=False) as base:
            purge = operations.examiner_registre(base, au or jour)
            purges.append(operations.pseudonymiser_affaires(purge, base, jour) if est_confirmee else purge)
    imprimer(lambda: presentation_purge.presenter(purges), lambda: presentation_purge.en_objet(purges))
    return CodeSortie.LOT_PARTIEL if any(purge.echecs for purge in purges) else CodeSortie.FAIT


COMMANDES = (purger,)

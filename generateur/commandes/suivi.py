"""Les commandes du suivi, avant et après la liasse : relancer."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import (
    CHEMIN,
    Entier,
    aujourd_hui,
    imprimer,
    lire_reglages,
    options_communes,
    options_production,
    situer_sortie,
)
from generateur.erreurs import CodeSortie


@click.command("relancer", cls=Commande)
@click.argument("source", type=CHEMIN, metavar="DOSSIER|RACINE", help="Un dossier, ou le répertoire qui les contient.")
@click.option("--niveau", type=Entier(), help="Envoie ce niveau plutôt que celui qui est dû (un seul dossier).")
@click.option("--enregistrer", is_flag=True, help="Note la relance au dossier, avec sa preuve.")
@options_production
@options_communes
def relancer(
    source: Path,
    niveau: int | None,
    enregistrer: bool,  # noqa: FBT001
    sortie: Path,
    au: dt.date | None,
    **options: Any,
) -> int:
    """Écrit les relances à envoyer aujourd'hui : courriel, lettre, appel ou SMS."""
    from generateur.commandes import presentation_relances
    from generateur.operations.outillage import ouvrir_moteurs

    reglages = lire_reglages(options)
    with ouvrir_moteurs(reglages.rendu) as moteurs:
        from generateur.operations.relancer import Demande
        from generateur.operations.relancer import relancer as faire

        tournee = faire(
            source,
            situer_sortie(sortie, source),
            Demande(niveau, enregistrer),
            jour=aujourd_hui(),
            au=au,
            reglages=reglages,
            moteurs=moteurs,
        )
    imprimer(
        lambda: presentation_relances.presenter(tournee),
        lambda: presentation_relances.en_objet(tournee),
    )
    return CodeSortie.LOT_PARTIEL if tournee.illisibles else CodeSortie.FAIT


COMMANDES = (relancer,)

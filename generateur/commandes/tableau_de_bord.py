"""La commande du tableau de bord."""

import datetime as dt
from pathlib import Path

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import CHEMIN, aujourd_hui, imprimer, options_communes
from generateur.erreurs import CodeSortie


@click.command("tableau", cls=Commande)
@click.argument("source", type=CHEMIN, metavar="RACINE", help="Le répertoire qui contient les dossiers, ou un dossier.")
@options_communes
def tableau(source: Path, au: dt.date | None) -> int:
    """Balance âgée, délais, impayés, recouvré par étape, provision : chaque chiffre avec sa formule."""
    from generateur.commandes import presentation_tableau
    from generateur.operations.tableau_de_bord import dresser_tableau

    dresse = dresser_tableau(source, None, jour=aujourd_hui(), au=au)
    fichiers: list[Path] = []
    imprimer(
        lambda: presentation_tableau.presenter(dresse, fichiers),
        lambda: presentation_tableau.en_objet(dresse, fichiers),
    )
    return CodeSortie.LOT_PARTIEL if dresse.est_partiel else CodeSortie.FAIT


COMMANDES = (tableau,)

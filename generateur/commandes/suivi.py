"""Les commandes du suivi, avant et après la liasse : relancer, accorder."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import (
    AIDE_DOSSIER,
    CHEMIN,
    DateIso,
    Entier,
    aujourd_hui,
    imprimer,
    lire_nombre_saisi,
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
    return CodeSortie.LOT_PARTIEL if tournee.ecartes else CodeSortie.FAIT


@click.command("accorder", cls=Commande)
@click.argument("dossier", type=CHEMIN, help=AIDE_DOSSIER)
@click.option("--echeances", type=Entier(), required=True, help="Combien de versements, un par mois.")
@click.option("--premiere", type=DateIso(), required=True, help="Date du premier versement.")
@click.option("--acompte", metavar="MONTANT", default="0", help="Payé à la signature.")
@click.option("--remise-pourcent", metavar="P", default="0", help="Remise, acquise si l'accord est tenu.")
@click.option("--signe-le", type=DateIso(), help="L'accord est signé : le note au dossier, avec --fichier.")
@click.option("--fichier", type=CHEMIN, help="L'exemplaire signé, copié dans pieces/.")
@options_production
@options_communes
def accorder(
    dossier: Path,
    echeances: int,
    premiere: dt.date,
    acompte: str,
    remise_pourcent: str,
    signe_le: dt.date | None,
    fichier: Path | None,
    sortie: Path,
    au: dt.date | None,
    **options: Any,
) -> None:
    """Écrit le protocole d'un paiement échelonné, ou note l'accord signé."""
    from generateur.commandes import presentation_accord
    from generateur.operations.outillage import ouvrir_moteurs

    reglages = lire_reglages(options)
    with ouvrir_moteurs(reglages.rendu) as moteurs:
        from generateur.operations.accorder import Termes
        from generateur.operations.accorder import accorder as faire

        termes = Termes(
            echeances,
            premiere,
            lire_nombre_saisi(acompte, "--acompte"),
            lire_nombre_saisi(remise_pourcent, "--remise-pourcent"),
            signe_le,
            fichier,
        )
        fait = faire(
            dossier,
            situer_sortie(sortie, dossier),
            termes,
            jour=aujourd_hui(),
            au=au,
            reglages=reglages,
            moteurs=moteurs,
        )
    imprimer(lambda: presentation_accord.presenter(fait), lambda: presentation_accord.en_objet(fait))


COMMANDES = (relancer, accorder)

"""La commande annuaire : la seule qui interroge les registres publics."""

import datetime as dt

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import aujourd_hui, imprimer, options_communes


@click.command("annuaire", cls=Commande)
@click.argument("cible", metavar="DOSSIER|SIREN", help="Répertoire du dossier, ou un SIREN : rien n'est alors écrit.")
@click.option(
    "--url-entreprises",
    envvar="GENERATEUR_URL_ENTREPRISES",
    metavar="URL",
    help="Autre adresse pour l'annuaire des entreprises.",
)
@click.option("--url-bodacc", envvar="GENERATEUR_URL_BODACC", metavar="URL", help="Autre adresse pour le BODACC.")
@click.option("--hors-ligne", is_flag=True, help="N'emploie que les réponses déjà gardées, et dit leur date.")
@options_communes
def annuaire(
    cible: str,
    url_entreprises: str | None,
    url_bodacc: str | None,
    hors_ligne: bool,  # noqa: FBT001 (click)
    au: dt.date | None,  # noqa: ARG001 (une lecture a toujours la date du jour où elle se fait)
) -> None:
    """Compare un débiteur aux registres publics (Sirene, BODACC) et garde leur réponse en pièce datée."""
    from generateur.commandes import presentation_annuaire
    from generateur.operations.annuaire import consulter_cible

    fait = consulter_cible(
        cible,
        url_entreprises=url_entreprises,
        url_bodacc=url_bodacc,
        jour=aujourd_hui(),
        est_hors_ligne=hors_ligne,
    )
    imprimer(lambda: presentation_annuaire.presenter(fait), lambda: presentation_annuaire.en_objet(fait))


COMMANDES = (annuaire,)

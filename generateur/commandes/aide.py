"""La commande « aide » : les pages d'aide, au terminal."""

import datetime as dt

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import imprimer, options_communes


@click.command("aide", cls=Commande)
@click.argument("sujet", required=False, help="Le sujet ; sans lui, leur liste.")
@options_communes
def aide(sujet: str | None, au: dt.date | None) -> None:  # noqa: ARG001 (option commune sans objet ici)
    """Explique : premier dossier, clés, commandes, droit, preuve, modèles Word, dépannage."""
    from generateur.commandes import presentation_aide
    from generateur.operations.aide import lire_sujet, lister_sujets

    if sujet is None:
        sujets = lister_sujets()
        imprimer(lambda: presentation_aide.sujets_en_texte(sujets), lambda: presentation_aide.sujets_en_objet(sujets))
        return
    page = lire_sujet(sujet)
    imprimer(lambda: presentation_aide.page_en_texte(page), lambda: presentation_aide.page_en_objet(page))


COMMANDES = (aide,)

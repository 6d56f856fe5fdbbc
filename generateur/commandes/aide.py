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
    from generateur.operations.aide import en_clair, lire_sujet, lister_sujets

    if sujet is None:
        sujets = lister_sujets()
        largeur = max(len(s.nom) for s in sujets)
        imprimer(
            lambda: "\n".join([*(f"{s.nom:<{largeur}}  {s.titre}" for s in sujets), "", "generateur aide SUJET"]),
            lambda: {"sujets": [{"nom": s.nom, "titre": s.titre} for s in sujets]},
        )
        return
    page = lire_sujet(sujet)
    imprimer(lambda: en_clair(page.texte), lambda: {"sujet": page.nom, "titre": page.titre, "texte": page.texte})


COMMANDES = (aide,)

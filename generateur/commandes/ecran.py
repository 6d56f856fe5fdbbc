"""Ce qui s'affiche : un texte pour une personne, ou du JSON, sans signe qui commande le terminal ou trompe l'œil.

Un nom de fichier, une clé, un manifeste peuvent porter un échappement (couleur, curseur), un retour chariot, une
marque de direction ou un signe invisible : affichés tels quels, ils réécriraient un verdict. Ils se montrent par leur
code.
"""

import json
from typing import Any

import click

from generateur.commandes.au_fur import AuFur, deployer
from generateur.commandes.signes import SUSPECTS, echapper, rendre_inoffensif

_MORCEAUX_ENSEMBLE = 5_000

_LONGUE = 1000


def afficher(texte: str, *, err: bool = False) -> None:
    """Écrit ce texte sur la sortie, ou sur la sortie d'erreur, rendu inoffensif."""
    click.echo(rendre_inoffensif(texte), err=err)


def afficher_objet(objet: Any) -> None:
    """Écrit cet objet en JSON sur la sortie : les mêmes signes y sont échappés, sans changer les valeurs."""
    if isinstance(objet, dict) and any(isinstance(valeur, AuFur) for valeur in objet.values()):
        for morceau in deployer(objet):
            click.echo(SUSPECTS.sub(echapper, morceau), nl=False)
        click.echo()
        return
    est_long = isinstance(objet, dict) and any(isinstance(v, list) and len(v) > _LONGUE for v in objet.values())
    retrait = None if est_long else 2  # mettre en page mille dossiers coûte plus que les lire
    click.echo(SUSPECTS.sub(echapper, json.dumps(objet, ensure_ascii=False, indent=retrait)))

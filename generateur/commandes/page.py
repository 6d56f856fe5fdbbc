"""La commande « ouvrir » : la page, dans le navigateur."""

import datetime as dt
import json
from pathlib import Path

import click

from generateur.commandes.francais import Commande
from generateur.commandes.options import (
    CHEMIN,
    SORTIE_PAR_DEFAUT,
    Entier,
    aujourd_hui,
    dire,
    options_communes,
    situer_sortie,
)


@click.command("ouvrir", cls=Commande)
@click.argument("racine", type=CHEMIN, required=False, help="Répertoire des dossiers (défaut : dossiers/).")
@click.option(
    "-o",
    "--sortie",
    type=CHEMIN,
    default=SORTIE_PAR_DEFAUT,
    metavar="DOSSIER",
    help="Répertoire de sortie (défaut : sortie/).",
)
@click.option("--modeles", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word.")
@click.option("--port", type=Entier(), help="Port local (défaut : le premier libre).")
@click.option("--sans-navigateur", is_flag=True, help="N'ouvre pas le navigateur : l'adresse est imprimée.")
@options_communes
def ouvrir(
    racine: Path | None,
    sortie: Path,
    modeles: Path | None,
    port: int | None,
    au: dt.date | None,
    *,
    sans_navigateur: bool,
) -> None:
    """Ouvre la page de vos dossiers dans le navigateur ; Ctrl-C l'arrête. Rien ne sort de votre ordinateur."""
    from generateur.page.maison import Lieux
    from generateur.page.service import servir

    racine = racine or Path("dossiers")
    sortie = situer_sortie(sortie, racine)
    racine.mkdir(parents=True, exist_ok=True)
    est_objet = click.get_current_context().find_root().obj["json"]

    def annoncer(adresse: str, adresse_unique: str) -> None:
        click.echo(json.dumps({"url": adresse}) if est_objet else adresse)  # d'une seule ligne : un programme la lit
        dire("La page est ouverte ; Ctrl-C l'arrête.")
        if not sans_navigateur:
            click.launch(adresse_unique)  # la machine entière lit les arguments d'une commande

    servir(
        Lieux(racine, sortie, modeles),
        port=port or 0,
        horloge=lambda: au or aujourd_hui(),
        annoncer=annoncer,
        reveler=_reveler,
    )


def _reveler(chemin: Path) -> None:
    click.launch(str(chemin))


COMMANDES = (ouvrir,)

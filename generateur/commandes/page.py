"""La commande « ouvrir » : la page, dans le navigateur."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

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


class Service(Protocol):
    """Ce qui sert la page jusqu'à ce qu'on l'arrête (page/service.py), que la ligne de commande apporte."""

    def __call__(
        self,
        racine: Path,
        sortie: Path,
        modeles: Path | None,
        *,
        port: int,
        horloge: Callable[[], dt.date],
        annoncer: Callable[[str, str], None],
        reveler: Callable[[Path], None],
    ) -> None:
        """Sert ces dossiers ; `annoncer` reçoit l'adresse, et une autre qui n'ouvre qu'une fois."""


def composer_ouvrir(servir: Service) -> click.Command:
    """La commande « ouvrir », qui sert la page par ce service."""

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
        racine = racine or Path("dossiers")
        sortie = situer_sortie(sortie, racine)
        racine.mkdir(parents=True, exist_ok=True)
        est_objet = click.get_current_context().find_root().obj["json"]

        def annoncer(adresse: str, adresse_unique: str) -> None:
            # d'une seule ligne : un programme la lit
            click.echo(json.dumps({"url": adresse}) if est_objet else adresse)
            dire("La page est ouverte ; Ctrl-C l'arrête.")
            if not sans_navigateur:
                click.launch(adresse_unique)  # la machine entière lit les arguments d'une commande

        servir(
            racine,
            sortie,
            modeles,
            port=port or 0,
            horloge=lambda: au or aujourd_hui(),
            annoncer=annoncer,
            reveler=_reveler,
        )

    return ouvrir


def _reveler(chemin: Path) -> None:
    click.launch(str(chemin))

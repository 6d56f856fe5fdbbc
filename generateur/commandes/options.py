"""Options partagées par les commandes, et l'impression du résultat."""

import contextlib
import datetime as dt
import functools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from generateur.reglages import Moteurs, OutilsPieces, Reglages

SORTIE_PAR_DEFAUT = Path("sortie")
CHEMIN = click.Path(path_type=Path)
AIDE_TAMPON = "haut_droite (défaut), haut_gauche, haut_centre, bas_gauche ou bas_centre."
AIDE_FOLIO = "bas_droite (défaut), bas_centre, bas_gauche, haut_droite, haut_centre ou haut_gauche."
AIDE_DOSSIER = "Répertoire du dossier, ou son dossier.toml."
_OCTETS_PAR_MO = 1_000_000


class DateIso(click.ParamType[dt.date]):
    """Date AAAA-MM-JJ."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """La date, ou une erreur d'usage."""
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"« {value} » n'est pas une date AAAA-MM-JJ", param, ctx)


class Entier(click.ParamType[int]):
    """Nombre entier positif."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Le nombre, ou une erreur d'usage."""
        if isinstance(value, int):
            return value
        if not str(value).isdecimal() or int(value) == 0:
            self.fail(f"« {value} » n'est pas un nombre entier positif", param, ctx)
        return int(value)


def _composer(*options: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda fonction: functools.reduce(lambda f, option: option(f), reversed(options), fonction)


def aujourd_hui() -> dt.date:
    """La date du jour : le seul endroit du programme qui regarde l'horloge."""
    return dt.date.today()  # noqa: DTZ011 (la date légale est celle du lieu où l'on dépose)


def options_communes(fonction: Callable[..., Any]) -> Callable[..., Any]:
    """--au, --json, -v, -q : gardées au sommet, lues par `imprimer` et `dire`."""

    @_composer(
        click.option("--au", type=DateIso(), help="Date d'arrêté ; défaut : celle du dossier, sinon aujourd'hui."),
        click.option("--json", "json_voulu", is_flag=True, help="Un objet JSON sur la sortie standard."),
        click.option("-v", "--verbeux", is_flag=True, help="Détail technique d'un échec."),
        click.option("-q", "--silencieux", is_flag=True, help="Tait les messages d'avancement."),
    )
    @functools.wraps(fonction)
    def enveloppe(*args: Any, json_voulu: bool, verbeux: bool, silencieux: bool, **kwargs: Any) -> Any:
        reglages = {"json": json_voulu, "verbeux": verbeux, "silencieux": silencieux}
        click.get_current_context().find_root().obj = reglages
        return fonction(*args, **kwargs)

    return enveloppe


options_production = _composer(
    click.option(
        "-o",
        "--sortie",
        type=CHEMIN,
        default=SORTIE_PAR_DEFAUT,
        metavar="DOSSIER",
        help="Répertoire de sortie (défaut : sortie/).",
    ),
    click.option("--procedure", metavar="NOM", help="Impose une procédure ; la fiche interne le signale."),
    click.option("--rendu", metavar="NOM", help="Moteur de rendu : dxpdf (défaut) ou libreoffice."),
    click.option("--modeles", type=CHEMIN, metavar="DOSSIER", help="Vos propres modèles Word."),
    click.option("--projet", is_flag=True, help="Produit un dossier à compléter, marqué PROJET."),
    click.option("--tampon-partout", is_flag=True, help="Tamponne toutes les pages des pièces."),
    click.option("--tampon-place", metavar="PLACE", default="haut_droite", help=AIDE_TAMPON),
    click.option("--folio-place", metavar="PLACE", default="bas_droite", help=AIDE_FOLIO),
    click.option("--versos-blancs", is_flag=True, help="Pour imprimer : chaque acte commence au recto."),
    click.option("--max-mo", type=Entier(), help="Découpe aussi la liasse en volumes de N Mo au plus."),
    click.option("--pdfa", is_flag=True, help="Toute la liasse en PDF/A-2b, si chaque pièce le permet."),
)


def lire_reglages(options: dict[str, Any]) -> "Reglages":
    """Réglages de production d'après les options."""
    from generateur.liasse.plan import Options
    from generateur.reglages import Reglages

    liasse = Options(
        tampon_toutes_pages=options["tampon_partout"],
        tampon_place=options["tampon_place"],
        folio_place=options["folio_place"],
        versos_blancs=options["versos_blancs"],
        max_octets=options["max_mo"] * _OCTETS_PAR_MO if options["max_mo"] else None,
        pdfa=options["pdfa"],
    )
    liasse.verifier()
    return Reglages(
        procedure=options["procedure"],
        modeles=options["modeles"],
        projet=options["projet"],
        liasse=liasse,
    )


@contextlib.contextmanager
def ouvrir_outils() -> "Iterator[OutilsPieces]":
    """De quoi lire les pièces ; l'enfant démarre pendant que le reste du programme se charge."""
    from generateur.moteurs import choisir_bureautique
    from generateur.pieces.atelier import Atelier

    with Atelier() as atelier:
        atelier.prechauffer()
        from generateur.reglages import OutilsPieces

        bureautique = choisir_bureautique()
        try:
            yield OutilsPieces(atelier, bureautique)
        finally:
            bureautique.fermer()


@contextlib.contextmanager
def ouvrir_moteurs(rendu: str | None) -> "Iterator[Moteurs]":
    """Le moteur de rendu choisi et les outils des pièces, démarrés d'abord, arrêtés à la sortie."""
    from generateur.moteurs import choisir_rendu

    moteur = choisir_rendu(rendu)
    try:
        moteur.prechauffer(os.cpu_count() or 1)
        with ouvrir_outils() as outils:
            from generateur.reglages import Moteurs

            yield Moteurs(moteur, outils)
    finally:
        moteur.fermer()


def imprimer(texte: Callable[[], str], objet: Callable[[], Any]) -> None:
    """Le résultat, seul, sur la sortie standard : texte, ou objet JSON avec --json."""
    if click.get_current_context().find_root().obj["json"]:
        click.echo(json.dumps(objet(), ensure_ascii=False, indent=2))
    else:
        click.echo(texte())


def dire(message: str) -> None:
    """Avancement, sur la sortie d'erreur."""
    if not click.get_current_context().find_root().obj["silencieux"]:
        click.echo(message, err=True)

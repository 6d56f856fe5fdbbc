"""click en français : titres de l'aide, -h/--aide, et erreurs d'usage traduites par leur type."""

import difflib
from collections.abc import Sequence
from typing import Any

import click

from generateur.commandes.signes import mettre_en_ligne
from generateur.erreurs import ErreurUsage

NOMS_AIDE = ("-h", "--aide", "--help")
REGLAGES_CLICK = {"help_option_names": list(NOMS_AIDE), "max_content_width": 100}


class _Francaise(click.Command):
    """Titres français de l'aide."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """« Utilisation : generateur … »."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Utilisation : ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """L'option d'aide, expliquée en français."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Affiche cette aide."
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Les options, sous leur titre."""
        self._ecrire_section("Options\u00a0", click.Option, ctx, formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Les arguments, sous leur titre."""
        self._ecrire_section("Arguments\u00a0", click.Argument, ctx, formatter)

    def _ecrire_section(
        self, titre: str, genre: type[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        parametres = [p for p in self.get_params(ctx) if isinstance(p, genre)]
        lignes = [ligne for p in parametres if (ligne := p.get_help_record(ctx)) is not None]
        if lignes:
            with formatter.section(titre):
                formatter.write_dl(lignes)


class Commande(_Francaise):
    """Commande dont l'aide est en français."""


class Groupe(_Francaise, click.Group):
    """Groupe dont l'aide est en français."""

    command_class = Commande

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "COMMANDE …", **kwargs})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, puis commandes."""
        _Francaise.format_options(self, ctx, formatter)
        lignes = [
            (nom, commande.get_short_help_str(limit=90))
            for nom in self.list_commands(ctx)
            if (commande := self.get_command(ctx, nom)) is not None
        ]
        with formatter.section("Commandes\u00a0"):
            formatter.write_dl(lignes)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (signature de click)
        """Dans l'ordre où l'on s'en sert."""
        return list(self.commands)


Groupe.group_class = Groupe


def traduire_usage(erreur: click.UsageError) -> ErreurUsage:
    """Traduit l'erreur d'usage de click d'après son type."""
    message = mettre_en_ligne(_dire(erreur))
    commande = erreur.ctx.command_path if erreur.ctx else "generateur"
    return ErreurUsage(message, remede=f"Voir « {commande} --aide ».")


def _dire(erreur: click.UsageError) -> str:
    if isinstance(erreur, click.NoSuchOption):
        return f"option inconnue « {erreur.option_name} »{_proposer(erreur.possibilities or ())}"
    if isinstance(erreur, click.MissingParameter):
        return f"il manque {_nommer(erreur.param)}"
    if isinstance(erreur, click.BadParameter):
        return f"valeur refusée pour {_nommer(erreur.param)} : {erreur.message}"
    if isinstance(erreur, click.BadOptionUsage):
        return f"l'option « {erreur.option_name} » demande une valeur"
    if isinstance(erreur, click.NoSuchCommand):
        proches = difflib.get_close_matches(erreur.command_name, erreur.possibilities or ())
        return f"commande inconnue « {erreur.command_name} »{_proposer(proches)}"
    return "argument en trop, ou commande mal formée"


def _proposer(proches: Sequence[str]) -> str:
    return f" : vouliez-vous dire {', '.join(f'« {p} »' for p in proches)} ?" if proches else ""


def _nommer(parametre: Any) -> str:
    if isinstance(parametre, click.Option):
        return f"l'option « {parametre.opts[-1]} »"
    if isinstance(parametre, click.Argument):
        return f"l'argument {parametre.make_metavar(click.Context(click.Command('generateur')))}"
    return "un argument"

"""La commande droit : consulter les tables datées, les prolonger d'une valeur publiée, importer une mise à jour."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generateur.commandes.francais import NOMS_AIDE, Groupe
from generateur.commandes.options import CHEMIN, DateIso, aujourd_hui, dire, imprimer, options_communes

if TYPE_CHECKING:
    from generateur.operations.droit_ajoute import Enregistrement

_CONSULTER = "consulter"
_EPILOGUE = """\b
generateur droit                              les tables, et ce qui expire bientôt
generateur droit TABLE [CLE] --au DATE        la valeur à une date, avec sa source
generateur droit ajouter TABLE DATE VALEUR …  une valeur publiée depuis
generateur droit importer FICHIER             un fichier de mise à jour

Vos valeurs sont gardées dans le répertoire de vos données (variable GENERATEUR_DONNEES pour en choisir un autre). \
Elles prolongent les tables livrées sans jamais les remplacer, et sont dites ajoutées par vous dans le décompte, la \
fiche interne et le manifeste.

Un fichier de mise à jour a le format d'une table livrée :

\b
sha256 = "…"     (facultatif, en première ligne : empreinte de tout ce qui la suit)
date = 2026-12-29
table = "taux_legal_professionnels"
valeurs = [ { depuis = 2027-01-01, valeur = 2.80, source = "arrete" } ]
[sources.arrete]
titre = "Arrêté du 21 décembre 2026 fixant le taux de l'intérêt légal"
url = "https://www.legifrance.gouv.fr/"
publication = 2026-12-26

Plusieurs tables s'écrivent sous [tables.NOM], avec les mêmes clés. Une série nommée se dit par cle = "…" dans la \
valeur. Une table relue et inchangée s'écrit horizon = 2028-12-31 et source = "…", sans valeurs."""


class GroupeDroit(Groupe):
    """Sans sous-commande, on consulte : « generateur droit TABLE »."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Le premier mot dit ce qu'on fait ; tout autre est le nom d'une table."""
        if not args or (args[0] not in self.commands and args[0] not in NOMS_AIDE):
            args = [_CONSULTER, *args]
        return super().parse_args(ctx, args)


@click.group("droit", cls=GroupeDroit, epilog=_EPILOGUE)
def droit() -> None:
    """Tables de droit datées : liste, valeur à une date, ce qui expire bientôt, mise à jour."""


@droit.command(_CONSULTER)
@click.argument("table", required=False, help="Nom d'une table ; sans lui, la liste.")
@click.argument("cle", required=False, help="Une seule série de la table.")
@options_communes
def droit_consulter(table: str | None, cle: str | None, au: dt.date | None) -> None:
    """Liste les tables, ou donne une valeur à une date (« generateur droit TABLE » suffit)."""
    from generateur.commandes import presentation_droit
    from generateur.operations.consultation_droit import consulter, lister

    jour = au or aujourd_hui()
    if table is None:
        sommaire = lister(jour)
        imprimer(
            lambda: presentation_droit.presenter_sommaire(sommaire),
            lambda: presentation_droit.sommaire_en_objet(sommaire),
        )
        return
    consultation = consulter(table, cle, jour)
    imprimer(
        lambda: presentation_droit.presenter_consultation(consultation),
        lambda: presentation_droit.consultation_en_objet(consultation),
    )


_confirmer = click.option("--confirmer", is_flag=True, help="Accepte une valeur très éloignée de la précédente.")


@droit.command("ajouter")
@click.argument("table", help="Table à prolonger.")
@click.argument("depuis", type=DateIso(), help="Date d'effet de la valeur.")
@click.argument("valeur", help="La valeur publiée, dans l'unité de la table : 2,80, 3, oui…")
@click.option("--cle", default="", metavar="SERIE", help="Série de la table, si elle en a plusieurs.")
@click.option("--source", required=True, metavar="TEXTE", help="Texte officiel qui publie la valeur.")
@click.option("--publie-le", type=DateIso(), required=True, help="Date de publication de ce texte.")
@click.option("--url", default="", metavar="ADRESSE", help="Où le relire.")
@click.option("--note", default="", metavar="TEXTE", help="Ce qu'il faut en savoir.")
@_confirmer
@options_communes
def droit_ajouter(
    table: str,
    depuis: dt.date,
    valeur: str,
    cle: str,
    source: str,
    publie_le: dt.date,
    url: str,
    note: str,
    au: dt.date | None,  # noqa: ARG001 (option commune sans objet ici)
    *,
    confirmer: bool,
) -> None:
    """Ajoute une valeur publiée depuis la version du programme."""
    from generateur.operations.droit_ajoute import Saisie, ajouter_valeur

    saisie = Saisie(table, depuis, valeur, source, publie_le, cle, url, note)
    _rendre(ajouter_valeur(saisie, jour=aujourd_hui(), confirme=confirmer))


@droit.command("importer")
@click.argument("fichier", type=CHEMIN, help="Fichier de mise à jour, au format d'une table.")
@_confirmer
@options_communes
def droit_importer(fichier: Path, au: dt.date | None, *, confirmer: bool) -> None:  # noqa: ARG001 (option commune sans objet ici)
    """Ajoute tout ce que porte un fichier de mise à jour, ou rien."""
    from generateur.operations.droit_ajoute import importer_mise_a_jour

    _rendre(importer_mise_a_jour(fichier, jour=aujourd_hui(), confirme=confirmer))


@droit.command("retirer")
@click.argument("table", help="Table concernée.")
@click.argument("depuis", type=DateIso(), help="Date d'effet de la valeur ajoutée à retirer.")
@click.option("--cle", default="", metavar="SERIE", help="Série de la table, si elle en a plusieurs.")
@options_communes
def droit_retirer(table: str, depuis: dt.date, cle: str, au: dt.date | None) -> None:  # noqa: ARG001 (option commune sans objet ici)
    """Retire la dernière valeur que vous avez ajoutée à une série."""
    from generateur.operations.droit_ajoute import retirer_valeur

    enregistre = retirer_valeur(table, depuis, cle)
    dire(f"Retiré de {enregistre.fichier}")
    _rendre(enregistre)


def _rendre(enregistre: "Enregistrement") -> None:
    from generateur.commandes import presentation_droit

    for avertissement in enregistre.avertissements:
        dire(avertissement)
    imprimer(
        lambda: presentation_droit.presenter_enregistrement(enregistre),
        lambda: presentation_droit.enregistrement_en_objet(enregistre),
    )


COMMANDES = (droit,)

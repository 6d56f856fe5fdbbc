"""L'entrée `generateur` : le seul `try` du programme. Chaque échec devient une phrase et un code de sortie."""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from generateur import VERSION
from generateur.commandes import (
    aide,
    ajout,
    annuaire,
    consultation,
    droit,
    entree,
    etude,
    lot,
    production,
    purge,
    registre,
    suivi,
    tableau_de_bord,
)
from generateur.commandes.ecran import afficher, afficher_objet
from generateur.commandes.francais import REGLAGES_CLICK, Groupe, traduire_usage
from generateur.commandes.page import composer_ouvrir
from generateur.commandes.signes import mettre_en_ligne
from generateur.erreurs import CodeSortie, ErreurGenerateur, ErreurInterruption, expliquer_imprevu
from generateur.surveillance.depart import INTERROMPU, commencer, finir
from generateur.surveillance.droits import masque_des_sorties

_ETAPES_MONTREES = 20  # d'un échec à celui qui l'a causé


@click.group(cls=Groupe, context_settings=REGLAGES_CLICK, invoke_without_command=True)
@click.version_option(VERSION, "--version", message="generateur %(version)s", help="Affiche la version.")
@click.pass_context
def generateur(contexte: click.Context) -> None:
    """Du débiteur impayé au dossier prêt à déposer."""
    if contexte.invoked_subcommand is None:
        click.echo(contexte.get_help())


def _servir_la_page(racine: Path, sortie: Path, modeles: Path | None, **reste: Any) -> None:
    from generateur.page.maison import Lieux
    from generateur.page.service import servir

    servir(Lieux(racine, sortie, modeles), **reste)


_FAMILLES = (
    etude,
    entree,
    ajout,
    annuaire,
    production,
    lot,
    suivi,
    tableau_de_bord,
    registre,
    purge,
    droit,
    consultation,
)
for _commande in (
    *(commande for famille in _FAMILLES for commande in famille.COMMANDES),
    composer_ouvrir(_servir_la_page),
    *aide.COMMANDES,
):
    generateur.add_command(_commande)


def principal(arguments: Sequence[str] | None = None) -> None:
    """Point d'entrée : sort avec le code du contrat d'interface."""
    for flux in (sys.stdout, sys.stderr):
        _parler_utf8(flux)
    logging.lastResort = None  # une bibliothèque qui se plaint citerait le contenu d'un document, et en anglais
    sys.exit(int(executer(sys.argv[1:] if arguments is None else list(arguments))))


def executer(arguments: list[str]) -> int:
    """Exécute une commande et rend son code de sortie ; ce qu'elle écrit n'est lisible que de son auteur."""
    ancien = os.umask(masque_des_sorties())
    try:
        return _executer(arguments)
    finally:
        finir()
        os.umask(ancien)


def _executer(arguments: list[str]) -> int:
    try:
        commencer()
        # sans passer par `main`, qui sort 1 en silence quand le lecteur (« | head ») est parti
        with generateur.make_context("generateur", list(arguments)) as contexte:
            code = generateur.invoke(contexte)
        if sys.stdout is not None:  # « >&- » : il n'y a pas de sortie standard
            sys.stdout.flush()
    except click.exceptions.Exit as fin:
        code = fin.exit_code
    except click.UsageError as erreur:
        return _echouer(traduire_usage(erreur), arguments)
    except (click.Abort, KeyboardInterrupt):
        return _echouer(ErreurInterruption(INTERROMPU), arguments)
    except ErreurGenerateur as erreur:
        return _echouer(erreur, arguments)
    except BrokenPipeError:
        # le lecteur (« | head ») est parti : rien d'autre à dire, et l'interpréteur ne doit pas s'en plaindre
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CodeSortie.FAIT
    except Exception as erreur:  # noqa: BLE001 (le bord : tout échec imprévu devient un code 1 et une phrase)
        return _echouer(expliquer_imprevu(erreur), arguments)
    return code if isinstance(code, int) else CodeSortie.FAIT


def _echouer(erreur: ErreurGenerateur, arguments: Sequence[str]) -> int:
    finir()
    if "--json" in arguments:
        from generateur.commandes.sortie_json import erreur_en_json

        afficher_objet(erreur_en_json(erreur))
    afficher(_dire(erreur, arguments), err=True)
    if {"-v", "--verbeux"} & set(arguments):
        afficher(_mettre_arguments_en_ligne(_retracer(sys.exception()), arguments), err=True)
    return erreur.code


def _retracer(erreur: BaseException | None) -> str:
    """L'enchaînement des échecs ; des autres que les nôtres, le genre seul : leur message cite ce qui a été saisi."""
    etapes: list[str] = []
    while erreur is not None and len(etapes) < _ETAPES_MONTREES:
        dit = f" : {erreur}" if isinstance(erreur, ErreurGenerateur | OSError) else ""
        genre = f"{type(erreur).__module__}.{type(erreur).__qualname__}{dit}"
        etapes.append("".join(("Traceback :\n", *traceback.format_tb(erreur.__traceback__), genre)))
        erreur = erreur.__cause__ or (None if erreur.__suppress_context__ else erreur.__context__)
    return "\n\nd'où vient :\n\n".join(reversed(etapes))


def _dire(erreur: ErreurGenerateur, arguments: Sequence[str]) -> str:
    """La phrase, l'endroit, le remède ; un argument sur plusieurs lignes s'y tient sur une seule."""
    lignes = [f"Erreur : {_en_retrait(erreur.message)}"]
    lignes += [f"  Où : {mettre_en_ligne(erreur.lieu)}"] if erreur.lieu else []
    lignes += [f"  Que faire : {_en_retrait(erreur.remede)}"] if erreur.remede else []
    return _mettre_arguments_en_ligne("\n".join(lignes), arguments)


def _en_retrait(texte: str) -> str:
    """Ce qui suit la première ligne ne commence jamais au bord : une valeur citée n'imite pas une phrase à nous."""
    return "\n".join(
        ligne if not rang or ligne[:2] == "  " else f"    {ligne}" for rang, ligne in enumerate(texte.split("\n"))
    )


def _mettre_arguments_en_ligne(texte: str, arguments: Sequence[str]) -> str:
    for argument in filter(lambda argument: "\n" in argument, arguments):
        texte = texte.replace(argument, mettre_en_ligne(argument))
    return texte


def _parler_utf8(flux: TextIO | Any) -> None:
    """Les accents sortent en UTF-8 même là où la console suppose autre chose."""
    if hasattr(flux, "reconfigure"):
        flux.reconfigure(encoding="utf-8", errors="replace")

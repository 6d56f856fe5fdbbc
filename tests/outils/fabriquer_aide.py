"""Fabrique les deux pages d'aide qui se déduisent du programme : `python -m tests.outils.fabriquer_aide`.

`cles-du-dossier` vient des modèles et de generateur/aide/cles.toml (ce que chaque clé veut dire), `commandes` de
l'aide de chaque commande. Un test compare les pages livrées à celles-ci.
"""

import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generateur.cli import generateur
from generateur.domaine.dossier import Dossier
from generateur.procedures.repertoire import lister_procedures

RACINE = Path(__file__).parents[2]
AIDE = RACINE / "generateur" / "aide"
_METAVARS = {"path": "CHEMIN", "text": "TEXTE"}
_COMMUNES = ("--au", "--json", "--verbeux", "--silencieux")
_ENTETE = "<!-- page fabriquée : make aide -->\n\n"


def modeles_du_dossier() -> dict[str, type[BaseModel]]:
    """Chaque modèle que le dossier emploie et qui a des clés à lui, par nom."""
    vus = _atteindre(Dossier, {})
    for procedure in lister_procedures():
        _atteindre(procedure.complement, vus)
    return {nom: modele for nom, modele in vus.items() if cles_propres(modele)}


def cles_propres(modele: type[BaseModel]) -> dict[str, FieldInfo]:
    """Les clés du modèle, sans celles de ses parents."""
    heritees = {cle for parent in modele.__mro__[1:] if issubclass(parent, BaseModel) for cle in parent.model_fields}
    return {cle: champ for cle, champ in modele.model_fields.items() if cle not in heritees}


def _atteindre(modele: type[BaseModel], vus: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    for classe in modele.__mro__:
        if issubclass(classe, BaseModel) and classe.__module__.startswith("generateur.") and classe.__name__ not in vus:
            vus[classe.__name__] = classe
            for champ in classe.model_fields.values():
                for interne in _modeles_dans(champ.annotation):
                    _atteindre(interne, vus)
    return vus


def _modeles_dans(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for interne in get_args(annotation):
        yield from _modeles_dans(interne)


def choix_de(annotation: Any) -> Iterator[str]:
    """Les valeurs qu'une énumération admet."""
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif get_origin(annotation) in {Union, types.UnionType}:
        for interne in get_args(annotation):
            yield from choix_de(interne)


def defaut_de(champ: FieldInfo) -> str:
    """Le défaut tel que la référence l'écrit."""
    if champ.is_required():
        return "**requis**"
    defaut = champ.get_default(call_default_factory=True)
    if isinstance(defaut, bool):
        return f"`{str(defaut).lower()}`"
    return f"`{defaut}`" if isinstance(defaut, str | int | Decimal) and defaut != "" else "—"


def lire_descriptions() -> dict[str, Any]:
    """Ce que chaque clé veut dire, par modèle."""
    return tomllib.loads((AIDE / "cles.toml").read_text("utf-8"))


def composer_cles() -> str:
    """La page « cles-du-dossier »."""
    descriptions = lire_descriptions()
    modeles = modeles_du_dossier()
    morceaux = [f"# Les clés du dossier\n\n{_ENTETE}{descriptions['intro'].strip()}"]
    for nom, section in descriptions.items():
        if nom != "intro":
            morceaux.append(_composer_section(nom, section, cles_propres(modeles[nom])))
    return "\n\n".join(morceaux) + "\n"


def _composer_section(nom: str, section: Mapping[str, Any], champs: Mapping[str, FieldInfo]) -> str:
    lignes = [f"## {section['titre']}", ""]
    if section.get("avant"):
        lignes += [section["avant"].strip(), ""]
    lignes += [f"<!-- modele : {nom} -->", "", "| Clé | Valeur | Défaut | Sens |", "|---|---|---|---|"]
    for cle, dite in section["cles"].items():
        lignes.append(f"| `{cle}` | {dite['valeur']} | {defaut_de(champs[cle])} | {dite['sens']} |")
    if section.get("note"):
        lignes += ["", section["note"].strip()]
    return "\n".join(lignes)


def lister_commandes(groupe: click.Group = generateur, chemin: str = "generateur") -> dict[str, click.Command]:
    """Chaque commande par son nom entier."""
    trouvees: dict[str, click.Command] = {}
    for nom, commande in groupe.commands.items():
        if isinstance(commande, click.Group):
            trouvees |= lister_commandes(commande, f"{chemin} {nom}")
        else:
            trouvees[f"{chemin} {nom}"] = commande
    return trouvees


def composer_commandes() -> str:
    """La page « commandes »."""
    suite = (RACINE / "tests" / "outils" / "aide" / "commandes_suite.md").read_text("utf-8").strip()
    commandes = lister_commandes()
    sommaire = [f"| `{nom}` | {_phrase(commande.help)} |" for nom, commande in commandes.items()]
    morceaux = [
        f"# Les commandes\n\n{_ENTETE}`generateur COMMANDE --aide` rappelle chacune. "
        "`python -m generateur` fait de même.",
        "\n".join(["| Commande | Ce qu'elle fait |", "|---|---|", *sommaire]),
        _composer_communes(commandes["generateur verifier"]),
        *(_composer_commande(nom, commande) for nom, commande in commandes.items()),
        suite,
    ]
    return "\n\n".join(morceaux) + "\n"


def _composer_communes(commande: click.Command) -> str:
    """Les options que presque toutes les commandes ont, dites une fois."""
    communes = [p for p in commande.params if isinstance(p, click.Option) and set(p.opts) & set(_COMMUNES)]
    lignes = ["## Options de toutes les commandes (sauf `schema`)", "", "| Option | Sens |", "|---|---|"]
    lignes += [_ligne_d_option(option) for option in communes]
    return "\n".join(
        [*lignes, "| `-h`, `--aide`, `--help` | L'aide. |", "| `--version` | La version (sans commande). |"]
    )


def _ligne_d_option(option: click.Option) -> str:
    valeur = "" if option.is_flag else f" {option.metavar or _METAVARS.get(option.type.name, option.type.name.upper())}"
    noms = ", ".join(f"`{n}{valeur if n.startswith('--') else ''}`" for n in option.opts)
    return f"| {noms} | {_cellule(option.help)} |"


def _composer_commande(nom: str, commande: click.Command) -> str:
    arguments = [p for p in commande.params if isinstance(p, click.Argument)]
    options = [p for p in commande.params if isinstance(p, click.Option) and not set(p.opts) & set(_COMMUNES)]
    usage = " ".join([nom, *(a.make_metavar(click.Context(commande)) for a in arguments)])
    lignes = [f"## {nom}", "", f"`{usage}` — {' '.join((commande.help or '').split())}"]
    if any(getattr(a, "help", "") for a in arguments) or options:
        lignes += ["", "| Argument ou option | Sens |", "|---|---|"]
    for argument in arguments:
        if getattr(argument, "help", ""):
            lignes.append(f"| `{argument.make_metavar(click.Context(commande))}` | {_cellule(argument.help)} |")
    lignes += [_ligne_d_option(option) for option in options]
    return "\n".join(lignes)


def _phrase(aide: str | None) -> str:
    return _cellule(re.split(r"(?<=[.!?])\s", " ".join((aide or "").split()))[0])


def _cellule(texte: str | None) -> str:
    return " ".join((texte or "").split()).replace("|", "\\|")


PAGES = {"cles-du-dossier": composer_cles, "commandes": composer_commandes}


def principal() -> None:
    """Écrit les deux pages."""
    for nom, composer in PAGES.items():
        (AIDE / f"{nom}.md").write_text(composer(), encoding="utf-8")


if __name__ == "__main__":
    principal()

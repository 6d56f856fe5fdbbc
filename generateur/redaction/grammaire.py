"""Ce qu'un modèle peut dire : un champ, une condition, une boucle, un fragment. Le reste se calcule en Python.

Un modèle vient d'un utilisateur et finit dans un acte servi : rien n'y appelle une fonction, n'y assemble un texte, n'y
montre un objet entier, ni n'y tourne sans fin.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from generateur.redaction.valeurs_imprimees import exiger_texte

FILTRES = frozenset({"length", "count", "upper", "lower", "capitalize", "title", "trim", "first", "last", "join"})
_FILTRES_DE_TEXTE = ("upper", "lower", "capitalize", "title", "trim")
TESTS = frozenset({"defined", "undefined", "none", "string", "odd", "even"})
_ADMIS: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For,
    nodes.If, nodes.Include, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Test,
    nodes.CondExpr, nodes.Slice,
)  # fmt: skip
_REPROCHES = (
    (r"unknown tag '([^']*)'", "« {} » n'ouvre ni ne ferme rien à cet endroit"),
    ("[Uu]nexpected end of template", "une balise ouverte n'est jamais fermée"),
    ("got 'end of|[Ee]xpected an expression", "une balise se ferme avant d'être complète"),
    ("got '([^']*)'", "« {} » n'est pas à sa place dans une balise"),
    (r"unexpected (?:char )?'([^']*)'", "« {} » n'a pas sa place dans une balise"),
    ("[Uu]nexpected", "un signe n'est pas à sa place dans une balise"),
)
_BOUCLES_IMBRIQUEES = 3  # une facture, ses paiements, leurs parts : au-delà, un modèle ne finirait pas


class EnvironnementDesModeles(SandboxedEnvironment):
    """Le bac à sable de Jinja, qui refuse à la lecture ce qui n'est ni un champ, ni une condition, ni une boucle."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for nom in _FILTRES_DE_TEXTE:
            self.filters[nom] = _sur_un_texte(self.filters[nom])
        self.filters["join"] = _joindre

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            arbre = super()._parse(source, name, filename)
        except TemplateSyntaxError as erreur:
            raise TemplateSyntaxError(
                _dire_en_francais(erreur.message or ""), erreur.lineno, name, filename
            ) from erreur
        _juger(arbre, name, 0)
        return arbre


def _dire_en_francais(message: str) -> str:
    """Ce que Jinja reproche à une balise, dans nos mots."""
    for motif, phrase in _REPROCHES:
        if trouve := re.search(motif, message):
            return phrase.format(*trouve.groups())
    return "cette écriture ne se lit pas"


def _sur_un_texte(filtre: Callable[..., Any]) -> Callable[..., Any]:
    """Le même filtre, qui refuse tout ce qui n'est pas un texte : d'un objet, il donnerait la forme Python."""

    def filtrer(valeur: Any, *arguments: Any) -> Any:
        return filtre(exiger_texte(valeur), *arguments)

    return filtrer


def _joindre(valeurs: Iterable[Any], separateur: str = "") -> str:
    """Les textes d'une liste, séparés ; l'échappement de Word se fait à l'impression."""
    return separateur.join(exiger_texte(valeur) for valeur in valeurs)


def _juger(noeud: nodes.Node, nom: str | None, boucles: int) -> None:
    if not isinstance(noeud, _ADMIS):
        raise TemplateSyntaxError(f"{_nommer(noeud)} n'est pas admis dans un modèle", noeud.lineno, nom)
    if isinstance(noeud, nodes.Filter) and noeud.name not in FILTRES:
        raise TemplateSyntaxError(f"le filtre « {noeud.name} » n'est pas admis dans un modèle", noeud.lineno, nom)
    if isinstance(noeud, nodes.Test) and noeud.name not in TESTS:
        raise TemplateSyntaxError(f"le test « {noeud.name} » n'est pas admis dans un modèle", noeud.lineno, nom)
    if isinstance(noeud, nodes.For):
        boucles += 1
        if boucles > _BOUCLES_IMBRIQUEES or noeud.recursive:
            raise TemplateSyntaxError("des boucles sont imbriquées trop profondément", noeud.lineno, nom)
    for enfant in noeud.iter_child_nodes():
        _juger(enfant, nom, boucles)


def _nommer(noeud: nodes.Node) -> str:
    noms = {
        nodes.Call: "un appel de fonction",
        nodes.Concat: "assembler des textes (~)",
        nodes.Mod: "mettre en forme (%)",
        nodes.Assign: "« set »",
        nodes.Macro: "« macro »",
        nodes.List: "une liste",
        nodes.Dict: "un dictionnaire",
    }
    return noms.get(type(noeud), "cette écriture")

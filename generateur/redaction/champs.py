"""Les champs qu'un modèle attend, en chemins pointés, boucles et fragments suivis."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

_LOCALES = frozenset({"loop"})
_REDUCTEURS = frozenset({"length", "count", "join"})  # d'une liste, ils font un nombre ou un texte


def champs_du_modele(nom: str, lire_arbre: Callable[[str], nodes.Template]) -> set[str]:
    """Les chemins employés : « creancier.nom », « factures.numero » pour chaque élément d'une liste."""
    releve = _Releve(lire_arbre)
    releve.suivre(lire_arbre(nom), {})
    return releve.chemins


def champs_imprimes(nom: str, lire_arbre: Callable[[str], nodes.Template]) -> set[str]:
    """Les chemins dont la valeur elle-même s'imprime : « creancier » y montrerait l'objet entier."""
    releve = _Releve(lire_arbre)
    releve.suivre(lire_arbre(nom), {})
    return releve.imprimes


class _Releve:
    """Parcourt l'arbre de Jinja en gardant ce que désignent les variables de boucle."""

    def __init__(self, lire_arbre: Callable[[str], nodes.Template]) -> None:
        self._lire_arbre = lire_arbre
        self.chemins: set[str] = set()
        self.imprimes: set[str] = set()

    def suivre(self, noeud: nodes.Node, portee: Mapping[str, str]) -> None:
        if isinstance(noeud, nodes.Output):
            valeurs = (n for n in noeud.nodes if not isinstance(n, nodes.Filter) or n.name not in _REDUCTEURS)
            self.imprimes |= {chemin for n in valeurs if (chemin := self._chemin(n, portee))}
        if isinstance(noeud, nodes.For):
            self._suivre_boucle(noeud, portee)
        elif isinstance(noeud, nodes.Include) and isinstance(noeud.template, nodes.Const):
            self.suivre(self._lire_arbre(noeud.template.value), portee)
        elif isinstance(noeud, nodes.Getattr | nodes.Getitem | nodes.Name):
            self._noter(noeud, portee)
        else:
            locale = dict(portee)
            for enfant in noeud.iter_child_nodes():
                self.suivre(enfant, locale)
                if isinstance(enfant, nodes.Assign) and isinstance(enfant.target, nodes.Name):
                    locale[enfant.target.name] = self._chemin(enfant.node, locale) or ""

    def _suivre_boucle(self, boucle: nodes.For, portee: Mapping[str, str]) -> None:
        self.suivre(boucle.iter, portee)
        source = self._chemin(boucle.iter, portee) or ""
        locale = dict(portee)
        for variable in boucle.target.find_all(nodes.Name):
            locale[variable.name] = source
        if isinstance(boucle.target, nodes.Name):
            locale[boucle.target.name] = source
        for enfant in (*boucle.body, *boucle.else_, *([boucle.test] if boucle.test else [])):
            self.suivre(enfant, locale)

    def _noter(self, noeud: nodes.Getattr | nodes.Getitem | nodes.Name, portee: Mapping[str, str]) -> None:
        if isinstance(noeud, nodes.Name) and noeud.ctx == "store":
            return
        chemin = self._chemin(noeud, portee)
        if chemin:
            self.chemins.add(chemin)
        elif chemin is None:
            for enfant in noeud.iter_child_nodes():
                self.suivre(enfant, portee)

    def _chemin(self, noeud: Any, portee: Mapping[str, str]) -> str | None:
        """Le chemin d'une expression ; vide si elle est locale, None si ce n'est pas un chemin."""
        if isinstance(noeud, nodes.Name):
            return "" if noeud.name in _LOCALES else portee.get(noeud.name, noeud.name)
        if isinstance(noeud, nodes.Filter):
            return self._chemin(noeud.node, portee)
        if isinstance(noeud, nodes.Getattr):
            parent, cle = self._chemin(noeud.node, portee), noeud.attr
        elif isinstance(noeud, nodes.Getitem) and isinstance(noeud.arg, nodes.Const):
            parent, cle = self._chemin(noeud.node, portee), noeud.arg.value
        else:
            return None
        if not parent or not isinstance(cle, str):
            return parent
        return f"{parent}.{cle}"

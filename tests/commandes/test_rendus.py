"""Chaque résultat a un rendu en texte et un rendu en objet, chez les commandes, que la page reprend sans click."""

import ast
import subprocess
import sys
from collections.abc import Iterator


def _fonctions(arbre: ast.AST) -> Iterator[ast.FunctionDef]:
    return (noeud for noeud in ast.walk(arbre) if isinstance(noeud, ast.FunctionDef))


def test_une_operation_rend_un_resultat_sans_le_mettre_en_forme(arbres):
    """Ni texte ni objet JSON : c'est le métier des coquilles, la ligne de commande et la page."""
    formes = {
        f"{module}.{fonction.name}"
        for module, arbre in arbres.items()
        if module.startswith("operations.")
        for fonction in _fonctions(arbre)
        if fonction.name in {"texte", "en_texte", "en_json", "en_objet"} or fonction.name.startswith("presenter")
    }
    impressions = {
        f"{module}, ligne {noeud.lineno}"
        for module, arbre in arbres.items()
        if module.startswith("operations.")
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Name) and noeud.id == "print"
    }
    assert not formes | impressions


def test_une_commande_ne_met_rien_en_forme_sur_place(arbres):
    """`imprimer` reçoit deux appels nus, le rendu en texte et le rendu en objet, tous deux d'un module de rendu."""
    sur_place = {
        f"{module}, ligne {appel.lineno}"
        for module, arbre in arbres.items()
        if module.startswith("commandes.")
        for appel in ast.walk(arbre)
        if isinstance(appel, ast.Call) and isinstance(appel.func, ast.Name) and appel.func.id == "imprimer"
        for rendu in appel.args
        if not _est_un_rendu(rendu)
    }
    assert not sur_place


def _est_un_rendu(noeud: ast.expr) -> bool:
    appel = noeud.body if isinstance(noeud, ast.Lambda) else None
    return (
        isinstance(appel, ast.Call)
        and isinstance(appel.func, ast.Attribute)
        and isinstance(appel.func.value, ast.Name)
        and (appel.func.value.id == "sortie_json" or appel.func.value.id.startswith("presentation"))
    )


def test_les_rendus_se_chargent_sans_la_ligne_de_commande(arbres, racine):
    """La page les reprendra : ni click, ni un module qui l'importe."""
    rendus = [
        module for module in arbres if module == "commandes.sortie_json" or module.startswith("commandes.presentation")
    ]
    code = f"import importlib, sys\nfor nom in {rendus!r}: importlib.import_module(f'generateur.{{nom}}')\n"
    subprocess.run(
        [sys.executable, "-c", code + "sys.exit('click' in sys.modules)"], cwd=racine, check=True, timeout=60
    )

"""Ce que la page dit d'un remède : les noms de ses champs, jamais les clés du fichier."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from generateur.page.cles_dites import dire_cles
from generateur.page.endroits import alleger_remede

RACINE = Path(__file__).parents[2] / "generateur"
CLE = re.compile(r"=|\b[a-z]+_[a-z_]+\b|\[\[?[a-z_]+\]|(?<!« produire )--\w|\btrue\b|\bfalse\b|\"|pieces/")


def _remedes_ecrits() -> Iterator[str]:
    """Les remèdes écrits d'un bloc dans les contrôles et les voies."""
    for salle in ("controles", "procedures"):
        for fichier in (RACINE / salle).rglob("*.py"):
            for noeud in ast.walk(ast.parse(fichier.read_text("utf-8"))):
                if isinstance(noeud, ast.keyword) and noeud.arg == "remede" and isinstance(noeud.value, ast.Constant):
                    yield str(noeud.value.value)


@pytest.mark.parametrize(
    ("ecrit", "dit"),
    [
        (
            "Rien à faire ; écrivez agit_en_professionnel = true (ou false pour un achat privé).",
            "Rien à faire ; écrivez «\u00a0Agit en professionnel\u00a0»\u00a0: oui (ou non pour un achat privé).",
        ),
        (
            'Ajoutez representant = { nom = "Claire Martin", qualite = "gérante" }.',
            "Ajoutez «\u00a0Représentant légal\u00a0» (Nom\u00a0: Claire Martin, Qualité\u00a0: gérante).",
        ),
        ('Ajoutez fichier = "pieces/accord.pdf" dans [accord].', None),
        (
            "Écrivez decheance_terme = 2026-09-15 (sa date).",
            "Écrivez «\u00a0Déchéance du terme\u00a0»\u00a0: 15/09/2026 (sa date).",
        ),
        (
            "Écrivez-la dans factures.commande.",
            "Écrivez-la dans «\u00a0Commande\u00a0», dans «\u00a0Factures\u00a0».",
        ),
        ("Versez bon_de_livraison.pdf.", "Versez bon_de_livraison.pdf."),
        ("Écrire à jean_paul@exemple.fr.", "Écrire à jean_paul@exemple.fr."),
    ],
)
def test_une_cle_se_dit_par_le_nom_de_son_champ(ecrit, dit):
    attendu = dit or "Ajoutez «\u00a0Fichier\u00a0» dans «\u00a0Accord de paiement\u00a0»."
    assert dire_cles(ecrit) == attendu


def test_aucun_remede_du_programme_ne_montre_une_cle():
    remedes = list(_remedes_ecrits())
    assert len(remedes) > 100
    assert not [dit for remede in remedes if CLE.search(dit := alleger_remede(remede))]

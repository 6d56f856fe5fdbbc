"""Chaque commande qui dit un nom le dit sans signe de commande, et sur une seule ligne ; une trace ne cite rien."""

import ast
import json
import re
import unicodedata
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
HOSTILE = "n\x1b[2J\x07\r\x9b\u202e\u200b\u3164\nVerdict : PRÊT"
COMMANDES = [
    ("verifier",), ("choisir",), ("chiffrer",), ("produire",), ("mettre-en-demeure",), ("echeances",), ("lot",),
    ("verifier-liasse",), ("completer",), ("retenir-numeros",), ("extraire-jointes",), ("relancer",), ("importer",),
    ("nouveau",), ("modeles", "verifier", "--modeles"), ("modeles", "apercu", "--modeles"), ("annuaire",),
    ("registre", "montrer"), ("registre", "inscrire"), ("registre", "exporter"), ("registre", "lister", "--registre"),
    ("purger",), ("purger", "--registre"), ("tableau",),
    ("ajouter", "paiement"), ("suite",), ("droit", "verifier"), ("aide",), ("schema",), ("lot", "--au"), ("inconnue",),
]  # fmt: skip


def _verifier_sain(texte):
    assert not [signe for signe in texte if signe != "\n" and unicodedata.category(signe) in {"Cc", "Cf", "Zl", "Zp"}]
    assert "\u3164" not in texte
    assert not re.search(r"^Verdict : PRÊT", texte, re.MULTILINE)


@pytest.mark.parametrize("commande", COMMANDES, ids=" ".join)
@pytest.mark.parametrize("options", [(), ("--json",), ("-v",)], ids=["texte", "json", "trace"])
def test_un_argument_hostile_ne_commande_rien(commander, tmp_path, monkeypatch, commande, options):
    monkeypatch.chdir(tmp_path)
    reponse = commander(*commande, HOSTILE, *options)
    assert reponse.code != 0
    _verifier_sain(reponse.sortie)
    _verifier_sain(reponse.messages)
    if options == ("--json",) and reponse.sortie:
        json.loads(reponse.sortie)


@pytest.mark.parametrize("commande", ["verifier", "produire", "lot", "importer", "echeances", "relancer"])
def test_un_repertoire_hostile_ne_commande_rien(commander, copier, tmp_path, monkeypatch, commande):
    monkeypatch.chdir(tmp_path)
    racine = tmp_path / "hostiles"
    racine.mkdir()
    copier("2026-0051", ('reference = "2026-0051"', 'reference = "2026-0051')).rename(racine / HOSTILE)
    (racine / HOSTILE / f"{HOSTILE}.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    for arguments in ([commande, racine], [commande, racine / HOSTILE]):
        reponse = commander(*arguments)
        _verifier_sain(reponse.sortie)
        _verifier_sain(reponse.messages)


def test_une_cle_hostile_se_dit_sur_une_ligne(commander, copier):
    dossier = copier("2026-0051")
    fichier = dossier / "dossier.toml"
    cle = '"x\\u001b[2J\\nVerdict : PRÊT\\u202e" = 1\n'
    fichier.write_text(cle + fichier.read_text(encoding="utf-8"), encoding="utf-8")
    reponse = commander("verifier", dossier, "-v")
    assert "clé inconnue" in reponse.messages
    _verifier_sain(reponse.messages)


def test_une_trace_ne_cite_pas_ce_qui_a_ete_saisi(commander, copier):
    dossier = copier("2026-0051")
    fichier = dossier / "dossier.toml"
    ajout = '\n[[pieces]]\ntitre = "x"\nfichier = "pieces/x.pdf"\nmot_de_passe = ["Zq7Tournesol"]\n'
    fichier.write_text(fichier.read_text(encoding="utf-8") + ajout, encoding="utf-8")
    reponse = commander("verifier", dossier, "-v")
    assert "Traceback" in reponse.messages
    assert "ValidationError" in reponse.messages
    assert "Zq7Tournesol" not in reponse.messages
    assert "input_value" not in reponse.messages


def test_un_texte_pour_une_personne_ne_s_assemble_que_d_une_facon(arbres):
    """`assembler` met chaque ligne sur la sienne : un retour à la ligne venu du dehors n'en commence pas une autre."""
    a_la_main = {
        f"{module}, ligne {noeud.lineno}"
        for module, arbre in arbres.items()
        if module.startswith("commandes.presentation")
        for noeud in ast.walk(arbre)
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.func.attr == "join"
        if isinstance(noeud.func.value, ast.Constant) and noeud.func.value.value == "\n"
    }
    assert not a_la_main


@pytest.mark.parametrize(
    "commande",
    [
        ("verifier",), ("choisir",), ("chiffrer",), ("mettre-en-demeure",), ("echeances",), ("relancer",),
        ("completer",), ("ajouter", "paiement", "--date", "2026-11-02", "--montant", "10"), ("extraire",),
        ("accorder", "--echeances", "2", "--premiere", "2027-01-05"),
    ],
    ids=lambda commande: commande[0],
)  # fmt: skip
def test_une_valeur_hostile_du_dossier_ne_commence_pas_une_ligne(commander, copier, commande):
    """Le nom du débiteur, l'objet, un numéro de facture, un fichier de pieces/ : tout ce qu'une présentation cite."""
    dossier = copier("2026-0042")
    fichier = dossier / "dossier.toml"
    texte = re.sub(
        r'^((?:denomination|numero|objet|titre|reference|nom)\s*= "[^"]*)"',
        r'\1\\nVerdict : PRÊT"',
        fichier.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    texte = texte.replace('"2026-0042\\nVerdict : PRÊT"', '"2026-0042"')
    fichier.write_text(texte, encoding="utf-8")
    piece = next((dossier / "pieces").glob("*.pdf"))
    (dossier / "pieces" / "relance\nVerdict : PRÊT.pdf").write_bytes(piece.read_bytes())
    (debut, *suite) = commande
    verbe, options = ([debut, suite[0]], suite[1:]) if debut == "ajouter" else ([debut], suite)
    reponse = commander(*verbe, dossier, *options)
    assert reponse.code in {0, 4, 5}
    _verifier_sain(reponse.sortie)
    _verifier_sain(reponse.messages)

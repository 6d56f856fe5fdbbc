"""Rien d'affiché ne commande le terminal, ne forge un verdict, ni ne montre un secret."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from generateur.commandes.au_fur import AuFur
from generateur.commandes.ecran import afficher_objet
from generateur.commandes.signes import rendre_inoffensif
from generateur.erreurs import CodeSortie

MECHANTS = ["\x1b[31m", "\x07", "\x9b2J", "\r", "\u202e", "\u200b", "\u2066", "\ufeff", "\x00", "\x7f", "\u2028"]


@pytest.mark.parametrize("signe", MECHANTS)
def test_un_signe_qui_commande_ou_trompe_se_montre_par_son_code(signe):
    rendu = rendre_inoffensif(f"a{signe}b")
    assert signe[0] not in rendu
    assert "\\u" in rendu


def test_le_francais_et_les_emojis_passent():
    texte = "Société « Œuvre » : 8\u202f640,00\u00a0€ – 🚀\n\tfin’"
    assert rendre_inoffensif(texte) == texte


@pytest.mark.parametrize("signe", ["\x1b[31mPRÊT", "\u202ePRÊT", "\x9bPRÊT", "\rPRÊT"])
def test_un_nom_de_dossier_ne_forge_pas_un_verdict(commander, tmp_path, signe):
    dossier = tmp_path / f"d{signe}"
    dossier.mkdir()
    for arguments in (["verifier", dossier], ["verifier", dossier, "--json"], ["lot", tmp_path, "-o", tmp_path / "s"]):
        reponse = commander(*arguments)
        for flux in (reponse.sortie, reponse.messages):
            assert signe[0] not in flux, flux


def test_un_argument_inconnu_est_rendu_inoffensif(commander):
    reponse = commander("verifi\x1b[2Jer")
    assert reponse.code == CodeSortie.USAGE
    assert "\x1b" not in reponse.messages


def test_le_json_garde_les_valeurs(commander, tmp_path):
    dossier = tmp_path / "d\u202e\x9b"
    dossier.mkdir()
    reponse = commander("verifier", dossier, "--json")
    assert "\u202e" not in reponse.sortie
    assert "d\u202e\x9b" in json.loads(reponse.sortie)["erreur"]["lieu"]


LIGNES = [
    'mot_de_passe = "S3cret',
    "mot_de_passe = S3cret",
    "mot_de_passe = 'S3cret\"",
    'mot de passe = "S3cret"',
    'motdepasse = S3cret"',
    "Mot-De-Passe = “S3cret”",
    'password: "S3cret"',
    'pieces = [{ fichier = "a.pdf", mot_de_passe = "S3cret }]',
    'x = { mot_de_passe = S3cret, titre = "a" }',
    "pieces.mot_de_passe = S3cret",
    "mdp = S3cret",
    'mot_de_passe = "abc\nS3cret"',
    'mot_de_passé = "S3cret',
    'titre = "a", mot_de_passe = "S3cret"',
]


@pytest.mark.parametrize("ligne", LIGNES)
@pytest.mark.parametrize("options", [(), ("--json",), ("-v",)])
def test_une_ligne_mal_ecrite_ne_montre_pas_le_mot_de_passe(commander, copier, tmp_path, ligne, options):
    dossier = copier("2026-0051")
    fichier = dossier / "dossier.toml"
    fichier.write_text(f"{ligne}\n" + fichier.read_text(encoding="utf-8"), encoding="utf-8")
    reponse = commander("verifier", dossier, *options)
    assert reponse.code == CodeSortie.LECTURE
    assert "S3cret" not in reponse.sortie + reponse.messages
    lot = commander("lot", dossier.parent, "-o", tmp_path / "s", "--json")
    assert "S3cret" not in lot.sortie + lot.messages


@pytest.mark.parametrize("valeur", ['["S3cret"]', '{ a = "S3cret" }', "20260101"])
def test_une_valeur_refusee_ne_montre_pas_le_mot_de_passe(commander, copier, valeur):
    dossier = copier("2026-0051")
    with (dossier / "dossier.toml").open("a", encoding="utf-8") as flux:
        flux.write(f'\n[[pieces]]\ntitre = "x"\nfichier = "pieces/x.pdf"\nmot_de_passe = {valeur}\n')
    reponse = commander("verifier", dossier, "-v", "--json")
    assert reponse.code == CodeSortie.LECTURE
    assert "S3cret" not in reponse.sortie + reponse.messages
    assert "20260101" not in reponse.sortie + reponse.messages


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminal POSIX")
def test_un_vrai_terminal_ne_recoit_aucun_echappement(racine, tmp_path):
    pty = importlib.import_module("pty")
    dossier = tmp_path / "d\x1b]0;PWNED\x07"
    dossier.mkdir()
    maitre, esclave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "generateur", "verifier", str(dossier)], cwd=racine, stdout=esclave, stderr=esclave
    ) as processus:
        processus.wait(60)
    os.close(esclave)
    recu = os.read(maitre, 100_000)
    os.close(maitre)
    assert b"\x1b" not in recu
    assert b"\x07" not in recu
    assert b"PWNED" in recu


def test_une_liste_au_fur_et_a_mesure_fait_le_meme_objet_sans_etre_jamais_entiere(capsys):
    vus = []

    def elements():
        for rang in range(3):
            vus.append((rang, capsys.readouterr().out))
            yield {"rang": rang, "nom": "é\x1b[31m"}

    afficher_objet({"total": 3, "dossiers": AuFur(elements()), "vide": AuFur(()), "piles": [1]})
    ecrit = "".join(dit for _, dit in vus) + capsys.readouterr().out
    assert json.loads(ecrit) == {
        "total": 3,
        "dossiers": [{"rang": rang, "nom": "é\x1b[31m"} for rang in range(3)],
        "vide": [],
        "piles": [1],
    }
    assert '"rang": 0' in vus[1][1]  # le premier est écrit avant que le deuxième n'existe
    assert "\x1b" not in ecrit

"""Ce que le programme écrit n'est lisible que de son auteur, quel que soit l'umask ; le partage se demande."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from generateur.surveillance.droits import droits_d_un_fichier, masque_des_sorties, ouvrir_selon_le_partage

RACINE = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="les droits POSIX")


def _droits(racine):
    return {stat.S_IMODE(p.lstat().st_mode) for p in (racine, *racine.rglob("*")) if not p.is_symlink()}


def _executer(*arguments, umask, **variables):
    commande = [sys.executable, "-m", "generateur", *map(str, arguments)]
    return subprocess.run(
        commande,
        cwd=RACINE,
        env=os.environ | variables,
        capture_output=True,
        check=False,
        preexec_fn=lambda: os.umask(umask),
    ).returncode


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_une_production_n_est_lisible_que_de_son_auteur(tmp_path, umask):
    sortie, cache = tmp_path / "sortie", tmp_path / "cache"
    commande = ("produire", RACINE / "dossiers" / "2026-0051", "-o", sortie, "-q")
    assert _executer(*commande, umask=umask, XDG_CACHE_HOME=str(cache)) == 0
    assert _droits(sortie) == {0o700, 0o600}
    assert _droits(cache / "generateur") <= {0o700, 0o600}


@posix
@pytest.mark.parametrize(
    "commande",
    [
        ("accorder", "2026-0042", "--echeances", "3", "--premiere", "2026-12-15", "--au", "2026-11-20"),
        ("mettre-en-demeure", "2026-0074"),
        ("echeances", "2026-0051"),
        ("modeles", "apercu"),
    ],
    ids=" ".join,
)
def test_les_autres_sorties_non_plus(tmp_path, commande):
    sortie = tmp_path / "sortie"
    arguments = [RACINE / "dossiers" / a if a.startswith("2026-00") else a for a in commande]
    _executer(*arguments, "-o", sortie, umask=0)
    assert sortie.is_dir()
    assert _droits(sortie) == {0o700, 0o600}


@posix
def test_un_import_et_un_dossier_neuf_sont_a_leur_auteur(tmp_path):
    exemples = RACINE / "dossiers" / "exemples_import"
    assert _executer("importer", exemples / "pennylane.csv", "-d", tmp_path / "dossiers", umask=0) in {0, 12}
    assert _droits(tmp_path / "dossiers") == {0o700, 0o600}


@posix
def test_un_repertoire_qui_existait_garde_ses_droits(tmp_path):
    sortie = tmp_path / "sortie"
    sortie.mkdir()
    sortie.chmod(0o750)
    assert _executer("produire", RACINE / "dossiers" / "2026-0051", "-o", sortie, "-q", umask=0o022) == 0
    assert stat.S_IMODE(sortie.stat().st_mode) == 0o750
    assert _droits(sortie / "2026-0051") == {0o700, 0o600}


@posix
@pytest.mark.parametrize(("partage", "attendus"), [("groupe", {0o750, 0o640}), ("tous", {0o755, 0o644})])
def test_le_partage_se_demande(tmp_path, partage, attendus):
    sortie = tmp_path / "sortie"
    commande = ("produire", RACINE / "dossiers" / "2026-0051", "-o", sortie, "-q")
    assert _executer(*commande, umask=0o077, GENERATEUR_PARTAGE=partage) == 0
    assert _droits(sortie / "2026-0051") == attendus


@posix
def test_une_valeur_inconnue_reste_privee(tmp_path, monkeypatch):
    monkeypatch.setenv("GENERATEUR_PARTAGE", "oui")
    assert masque_des_sorties() == 0o077
    assert droits_d_un_fichier() == 0o600
    (tmp_path / "a").write_text("x")
    (tmp_path / "lien").symlink_to("/etc/hostname")
    ouvrir_selon_le_partage(tmp_path)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600

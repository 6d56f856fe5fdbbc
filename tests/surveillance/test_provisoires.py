"""Un répertoire de travail porte les papiers du débiteur : privé, et effacé même si son propriétaire est tué."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from generateur.cli import executer
from generateur.surveillance import provisoires
from generateur.surveillance.provisoires import (
    balayer,
    creer_fichier_provisoire,
    creer_provisoire,
    dire_proprietaire,
    est_abandonne,
    repertoire_provisoire,
)

RACINE = Path(__file__).parents[2]
PROPRIETAIRE = """
import sys, time
from pathlib import Path
from generateur.surveillance.provisoires import creer_provisoire
chemin = creer_provisoire(Path(sys.argv[1]))
(chemin / "facture.pdf").write_text("secret")
print(chemin, flush=True)
time.sleep(60)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 n'existe que sur POSIX")


def _lancer(racine):
    processus = subprocess.Popen(
        [sys.executable, "-c", PROPRIETAIRE, str(racine)], cwd=RACINE, stdout=subprocess.PIPE, text=True
    )
    assert processus.stdout is not None
    return processus, Path(processus.stdout.readline().strip())


@posix
def test_le_repertoire_d_un_processus_tue_est_efface_par_la_commande_suivante(tmp_path):
    processus, chemin = _lancer(tmp_path)
    with processus:
        balayer(tmp_path)
        assert (chemin / "facture.pdf").is_file(), "son propriétaire vit : on n'y touche pas"
        processus.send_signal(signal.SIGKILL)
        processus.wait()
    with repertoire_provisoire(tmp_path) as mien:
        assert list(tmp_path.iterdir()) == [mien]
    assert list(tmp_path.iterdir()) == []


@posix
def test_un_processus_tue_que_nul_n_a_encore_releve_est_bien_mort(tmp_path):
    """Un zombie a encore un numéro : ses papiers sont pourtant abandonnés."""
    processus, chemin = _lancer(tmp_path)
    with processus:
        processus.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, processus.pid, os.WEXITED | os.WNOWAIT)
        balayer(tmp_path)
        assert not chemin.exists()


@posix
def test_un_repertoire_de_travail_n_est_lisible_que_de_son_proprietaire():
    with repertoire_provisoire() as chemin:
        assert chemin.stat().st_mode & 0o777 == 0o700
        assert chemin.parent == Path(tempfile.gettempdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ailleurs, le démarrage se lit en heure du jour")
def test_une_heure_remise_ne_fait_pas_d_un_vivant_un_mort(monkeypatch, tmp_path):
    nom = f"generateur-{dire_proprietaire()}abc"
    lue = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda processus: lue(processus) + 3600)
    assert not est_abandonne(nom)
    travail = creer_provisoire(tmp_path)
    balayer(tmp_path)
    assert travail.is_dir()
    provisoires.effacer_provisoire(travail)


def test_un_numero_de_processus_repris_ne_protege_rien():
    machine, pid, debut, _ = dire_proprietaire().split("-")
    depuis, instant = ("b", int(debut[1:])) if debut.startswith("b") else ("", int(debut))
    assert est_abandonne(f"generateur-{machine}-{pid}-{depuis}{instant - 3600}-abc")
    assert not est_abandonne(f"generateur-{machine}-{pid}-{debut}-abc")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ailleurs, la marque n'a pas changé")
def test_un_vivant_marque_par_une_version_d_avant_reste():
    machine, pid, _, _ = dire_proprietaire().split("-")
    assert not est_abandonne(f"generateur-{machine}-{pid}-1790000000-abc")
    assert est_abandonne(f"generateur-{machine}-999999999-1790000000-abc")


@pytest.mark.parametrize(
    "nom",
    ["generateur-abc", "generateur-notes-du-patron", ".generateur", "autre-00000000-999999-1-abc", "MACHINE"],
)
def test_ce_qui_n_est_pas_un_abandon_d_ici_reste(tmp_path, nom):
    machine, pid, _, _ = dire_proprietaire().split("-")
    ailleurs = f"{int(machine, 16) ^ 1:08x}"
    garde = tmp_path / (f"generateur-{ailleurs}-{pid}-1-abc" if nom == "MACHINE" else nom)
    garde.mkdir()
    (garde / "x").write_text("x")
    balayer(tmp_path)
    assert (garde / "x").is_file()


@posix
def test_un_lien_n_est_jamais_suivi(tmp_path):
    (tmp_path / "papiers").mkdir()
    (tmp_path / "papiers" / "x").write_text("x")
    machine = dire_proprietaire().split("-")[0]
    (tmp_path / f"generateur-{machine}-1-1-abc").symlink_to(tmp_path / "papiers")
    balayer(tmp_path)
    assert (tmp_path / "papiers" / "x").is_file()


def test_un_repertoire_absent_ne_fait_pas_d_erreur(tmp_path):
    balayer(tmp_path / "absent")


def test_le_nom_dit_le_proprietaire_des_la_creation(tmp_path):
    chemin = creer_provisoire(tmp_path)
    assert provisoires.est_marque(chemin.name)
    assert chemin.name.startswith(f".generateur-{dire_proprietaire()}")


def _restes(*racines):
    return [p.name for racine in racines if racine.is_dir() for p in racine.iterdir() if "generateur-" in p.name]


@posix
@pytest.mark.parametrize("commande", ["produire", "verifier", "mettre-en-demeure"])
@pytest.mark.parametrize("attente_s", [0.3, 0.6, 0.9, 1.3, 1.8])
def test_une_commande_tuee_ne_laisse_rien_apres_la_suivante(tmp_path, monkeypatch, capsys, commande, attente_s):
    """kill -9 d'une vraie commande : ses papiers, dans le répertoire du système comme dans la sortie, s'en vont."""
    provisoire, sortie = tmp_path / "tmp", tmp_path / "sortie"
    provisoire.mkdir()
    reference = "2026-0057" if commande == "mettre-en-demeure" else "2026-0042"
    dossier = RACINE / "dossiers" / reference
    arguments = [] if commande == "verifier" else ["-o", str(sortie)]
    with subprocess.Popen(
        [sys.executable, "-m", "generateur", commande, str(dossier), *arguments],
        cwd=RACINE,
        env=os.environ | {"TMPDIR": str(provisoire)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as processus:
        time.sleep(attente_s)
        processus.send_signal(signal.SIGKILL)
    time.sleep(0.3)  # les enfants voient la fin de leur entrée et s'arrêtent
    monkeypatch.setattr(tempfile, "tempdir", str(provisoire))
    assert executer(["produire", str(dossier), "-o", str(sortie), "-q"]) in {0, 4}
    assert _restes(provisoire, sortie) == []
    assert executer(["chiffrer", str(dossier)]) == 0
    capsys.readouterr()


@posix
def test_un_fichier_de_travail_abandonne_s_efface_comme_un_repertoire(tmp_path):
    """Un dossier à moitié réécrit, une pièce à moitié copiée : kill -9 les laisse, l'écriture suivante les ôte."""
    programme = (
        PROPRIETAIRE.replace("creer_provisoire", "creer_fichier_provisoire")
        .replace('chemin / "facture.pdf"', "chemin")
        .replace("chemin = ", "_, chemin = ")
    )
    processus = subprocess.Popen(
        [sys.executable, "-c", programme, str(tmp_path)], cwd=RACINE, stdout=subprocess.PIPE, text=True
    )
    with processus:
        assert processus.stdout is not None
        laisse = Path(processus.stdout.readline().strip())
        descripteur, mien = creer_fichier_provisoire(tmp_path, ".toml")
        os.close(descripteur)
        assert laisse.is_file(), "son propriétaire vit : on n'y touche pas"
        processus.send_signal(signal.SIGKILL)
        processus.wait()
    mien.unlink()
    descripteur, mien = creer_fichier_provisoire(tmp_path, ".toml")
    os.close(descripteur)
    assert list(tmp_path.iterdir()) == [mien]
    assert stat.S_IMODE(mien.stat().st_mode) == 0o600
    mien.unlink()

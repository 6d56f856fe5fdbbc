"""Le lot, la démonstration et les interruptions, avec le vrai moteur embarqué."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generateur.erreurs import CodeSortie

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "dossiers"


def test_un_lot_partiel_sort_12_puis_reprend_sans_refaire(commander, copier, tmp_path):
    bon = copier("2026-0051")
    copier("2026-0079")
    casse = copier("2026-0063")
    (casse / "dossier.toml").write_text("illisible", encoding="utf-8")
    sortie = tmp_path / "sortie"
    reponse = commander("lot", bon.parent, "-o", sortie, "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    objet = reponse.objet
    assert set(objet) == {
        "total",
        "produits",
        "refuses",
        "en_echec",
        "duree_s",
        "debit",
        "executant",
        "piles",
        "dossiers",
    }
    assert [objet[cle] for cle in ("total", "produits", "refuses", "en_echec")] == [3, 1, 1, 1]
    etats = {dossier["reference"]: (dossier["etat"], dossier["code"]) for dossier in objet["dossiers"]}
    assert etats == {"2026-0051": ("produit", 0), "2026-0063": ("en_echec", 3), "2026-0079": ("refuse", 5)}
    for dossier in objet["dossiers"]:
        assert set(dossier) == {"reference", "etat", "code", "procedure", "total", "message", "fichier"}
    assert "[1/3]" in reponse.messages
    encore = commander("lot", bon.parent, "-o", sortie, "--json", "-q")
    assert encore.messages == ""
    assert [d["etat"] for d in encore.objet["dossiers"]] == ["a_jour", "en_echec", "refuse"]
    piece = min((bon / "pieces").glob("f*.pdf"))
    piece.write_bytes(piece.read_bytes() + b"\n% une remarque\n")
    assert commander("lot", bon.parent, "-o", sortie, "--json").objet["dossiers"][0]["etat"] == "produit"


def test_un_lot_sans_echec_sort_0(commander, copier, tmp_path):
    racine = copier("2026-0051").parent
    assert commander("lot", racine, "-o", tmp_path / "s", "-q").code == 0


def test_une_copie_de_repertoire_n_arrete_pas_le_bon_dossier(commander, copier, tmp_path):
    dossier = copier("2026-0051")
    shutil.copytree(dossier, dossier.with_name("2026-0051 - Copie"))
    reponse = commander("lot", dossier.parent, "-o", tmp_path / "s", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    bon, copie = reponse.objet["dossiers"]
    assert (bon["etat"], copie["etat"], copie["code"]) == ("produit", "en_echec", CodeSortie.LECTURE)
    assert "même référence" in copie["message"]
    assert str(dossier) in copie["message"]


def test_deux_copies_de_meme_reference_ne_s_ecrasent_pas(commander, copier, tmp_path):
    dossier = copier("2026-0051")
    shutil.copytree(dossier, dossier.with_name("copie"))
    dossier.rename(dossier.with_name("autre"))
    reponse = commander("lot", dossier.parent, "-o", tmp_path / "s", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert [(d["etat"], d["code"]) for d in reponse.objet["dossiers"]] == [("en_echec", CodeSortie.LECTURE)] * 2
    assert not (tmp_path / "s" / "2026-0051").exists()


def test_un_lot_vide_se_refuse(commander, tmp_path):
    (tmp_path / "vide").mkdir()
    assert commander("lot", tmp_path / "vide", "-o", tmp_path / "s").code == CodeSortie.LECTURE


def test_la_demonstration_sort_0_refus_montres(commander, tmp_path):
    reponse = commander("demo", "-o", tmp_path, "-q")
    assert reponse.code == 0
    assert "refusé" in reponse.sortie
    assert "À ouvrir d'abord" in reponse.sortie
    produits = {p.parent.name for p in tmp_path.glob("2*/*_liasse.pdf")}
    assert len(produits) >= 6
    assert not produits & {"2026-0074", "2026-0079", "2026-0099"}


@pytest.mark.skipif(os.name != "posix", reason="SIGINT ne s'envoie ainsi que sur POSIX")
@pytest.mark.parametrize("attente_s", [0, 0.3])
def test_ctrl_c_sort_130_sans_rien_laisser_d_incomplet(tmp_path, attente_s):
    """Ctrl-C pendant qu'un dossier s'écrit : le premier, publié, reste ; le suivant n'est pas là."""
    processus = subprocess.Popen(
        [sys.executable, "-m", "generateur", "demo", "-o", str(tmp_path)],
        cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert processus.stderr is not None
    assert "2026-0042 : produit" in processus.stderr.readline()
    time.sleep(attente_s)
    os.killpg(processus.pid, signal.SIGINT)
    sortie, messages = processus.communicate(timeout=30)
    assert processus.returncode == CodeSortie.INTERROMPU
    assert sortie == ""
    assert "interrompue" in messages
    assert "Traceback" not in messages
    assert not list(tmp_path.glob(".*.preparation"))
    publies = [chemin.name for chemin in tmp_path.glob("2*")]
    assert "2026-0042" in publies
    assert "2026-0096" not in publies
    assert all((tmp_path / nom / "manifeste.json").is_file() for nom in publies)


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM et SIGHUP ne s'envoient ainsi que sur POSIX")
@pytest.mark.parametrize("signe", ["SIGTERM", "SIGHUP"])
def test_un_arret_demande_par_le_systeme_range_et_le_dit_en_json(tmp_path, signe):
    """Les pièces préparées ne restent pas dans le répertoire provisoire ; la sortie reste un objet JSON."""
    provisoires = tmp_path / "provisoires"
    provisoires.mkdir()
    processus = subprocess.Popen(
        [sys.executable, "-m", "generateur", "demo", "-o", str(tmp_path / "s"), "--json"],
        cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(provisoires)},
    )  # fmt: skip
    assert processus.stderr is not None
    assert "2026-0042 : produit" in processus.stderr.readline()
    processus.send_signal(getattr(signal, signe))
    sortie, _ = processus.communicate(timeout=30)
    assert processus.returncode == CodeSortie.INTERROMPU
    assert json.loads(sortie)["erreur"]["code"] == CodeSortie.INTERROMPU
    assert not list(provisoires.iterdir())


def test_sans_sortie_standard_la_commande_va_au_bout():
    ligne = f'"{sys.executable}" -m generateur droit >&-'
    fait = subprocess.run(["/bin/sh", "-c", ligne], cwd=RACINE, capture_output=True, text=True, check=False)
    assert (fait.returncode, fait.stderr) == (0, "")


def test_une_sortie_coupee_ne_fait_pas_d_erreur():
    """« generateur droit | head -1 » : le lecteur part, la commande finit sans trace."""
    processus = subprocess.Popen(
        [sys.executable, "-m", "generateur", "droit", "motifs_communs"],
        cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert processus.stdout is not None
    processus.stdout.close()
    assert processus.stderr is not None
    messages = processus.stderr.read()
    processus.stderr.close()
    assert processus.wait(30) == 0
    assert messages == ""


def test_une_sortie_ou_rien_n_a_ete_publie_n_est_pas_prise_pour_un_dossier(commander, copier, tmp_path):
    racine = copier("2026-0074").parent
    assert commander("lot", racine, "-o", racine / "sortie", "-q").code == CodeSortie.LOT_PARTIEL
    autre = commander("lot", racine, "-o", tmp_path / "ailleurs", "--json", "-q")
    assert [dossier["reference"] for dossier in autre.objet["dossiers"]] == ["2026-0074"]


@pytest.mark.skipif(os.name != "posix", reason="SIGINT ne s'envoie ainsi que sur POSIX")
def test_un_lot_arrete_deux_fois_ne_laisse_rien_de_ses_processus(tmp_path):
    """Le second Ctrl-C tue les processus au travail : leurs répertoires, dans la sortie et à côté, s'en vont aussi."""
    (tmp_path / "t").mkdir()
    processus = subprocess.Popen(
        [sys.executable, "-m", "generateur", "lot", str(EXEMPLES), "-o", str(tmp_path / "s"), "--processus", "2"],
        cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "t")},
    )  # fmt: skip
    assert processus.stderr is not None
    assert "2026-0042" in processus.stderr.readline()
    for _ in range(2):
        time.sleep(0.2)
        os.killpg(processus.pid, signal.SIGINT)
    _, messages = processus.communicate(timeout=60)
    assert processus.returncode == CodeSortie.INTERROMPU
    assert "Traceback" not in messages
    assert not list((tmp_path / "t").iterdir())
    assert not [*(tmp_path / "s").glob(".generateur-*"), *(tmp_path / "s").glob(".*.preparation")]

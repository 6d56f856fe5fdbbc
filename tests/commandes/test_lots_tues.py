"""Un lot tué, repris, lancé deux fois ensemble : rien ne se perd, rien ne se fait deux fois, mêmes octets à la fin."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from generateur.erreurs import CodeSortie

RACINE = Path(__file__).parents[2]
REFERENCES = tuple(f"2026-0051-{rang}" for rang in range(5))
pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    racine = tmp_path_factory.mktemp("lot") / "dossiers"
    shutil.copytree(RACINE / "dossiers/creanciers", racine / "creanciers")
    for reference in REFERENCES:
        shutil.copytree(RACINE / "dossiers/2026-0051", racine / reference)
        saisie = racine / reference / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace("2026-0051", reference), encoding="utf-8")
    return racine


@pytest.fixture(scope="module")
def tranquille(source, tmp_path_factory):
    """Les octets d'une course que rien ne trouble."""
    sortie = tmp_path_factory.mktemp("tranquille")
    code, _, _ = _finir(_lancer(source, sortie, "--executant", "sequentiel"))
    assert code == CodeSortie.FAIT
    return _octets(sortie)


def _lancer(source, sortie, *options):
    commande = [
        sys.executable,
        "-m",
        "generateur",
        "lot",
        str(source),
        "-o",
        str(sortie),
        "--au",
        "2026-11-21",
        "--json",
    ]
    return subprocess.Popen(
        [*commande, *options], cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def _octets(sortie):
    return {
        p.relative_to(sortie): p.read_bytes()
        for reference in REFERENCES
        for p in sorted((sortie / reference).rglob("*"))
        if p.is_file()
    }


def _finir(processus):
    resultat, messages = processus.communicate(timeout=240)
    return processus.returncode, json.loads(resultat) if resultat else None, messages


def _attendre(condition, delai=60.0):
    fin = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < fin, "trop long"
        time.sleep(0.02)


def _publies(sortie):
    return [reference for reference in REFERENCES if (sortie / reference / "manifeste.json").is_file()]


def _ouvriers(processus):
    enfants = psutil.Process(processus.pid).children(recursive=True)
    return [e for e in enfants if "generateur.operations.executants.ouvrier" in " ".join(e.cmdline())]


def test_une_course_tuee_reprend_ou_elle_en_etait_sans_rien_refaire(source, tranquille, tmp_path):
    premiere = _lancer(source, tmp_path, "--processus", "1")
    _attendre(lambda: len(_publies(tmp_path)) >= 2)
    enfants = psutil.Process(premiere.pid).children(recursive=True)
    premiere.kill()
    premiere.communicate()
    faits = _publies(tmp_path)
    psutil.wait_procs(enfants, timeout=20)
    assert not [enfant for enfant in enfants if enfant.is_running() and enfant.status() != psutil.STATUS_ZOMBIE]
    code, objet, _ = _finir(_lancer(source, tmp_path, "--processus", "2"))
    assert code == CodeSortie.FAIT
    etats = {dossier["reference"]: dossier["etat"] for dossier in objet["dossiers"]}
    assert {etats[reference] for reference in faits} == {"a_jour"}
    assert set(etats.values()) == {"a_jour", "produit"}
    assert _octets(tmp_path) == tranquille
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".") and p.name not in {".verrou", ".en_cours"}]


def test_un_ouvrier_tue_une_fois_n_est_meme_pas_remarque(source, tranquille, tmp_path):
    course = _lancer(source, tmp_path, "--processus", "2")
    _attendre(lambda: _publies(tmp_path))
    _ouvriers(course)[0].send_signal(signal.SIGKILL)
    code, objet, _ = _finir(course)
    assert code == CodeSortie.FAIT
    assert {dossier["etat"] for dossier in objet["dossiers"]} <= {"produit", "a_jour"}
    assert _octets(tmp_path) == tranquille


def test_deux_courses_ensemble_se_partagent_les_dossiers_sans_en_faire_un_deux_fois(source, tranquille, tmp_path):
    courses = [_lancer(source, tmp_path, "--processus", "1", "--classer", "etude") for _ in range(2)]
    finies = [_finir(course) for course in courses]
    assert [[pile["dossiers"] for pile in objet["piles"]] for _, objet, _ in finies] == [[len(REFERENCES)]] * 2
    assert len(list((tmp_path / "_piles").rglob("*_liasse.pdf"))) == len(REFERENCES)
    assert [code for code, _, _ in finies] == [CodeSortie.FAIT] * 2
    for reference in REFERENCES:
        etats = sorted(d["etat"] for _, objet, _ in finies for d in objet["dossiers"] if d["reference"] == reference)
        assert etats == ["a_jour", "produit"]
    assert _octets(tmp_path) == tranquille


def test_ctrl_c_finit_le_dossier_en_main_et_dit_comment_continuer(source, tmp_path):
    course = _lancer(source, tmp_path, "--processus", "1", "--classer", "etude")
    _attendre(lambda: _publies(tmp_path))
    course.send_signal(signal.SIGINT)
    code, objet, messages = _finir(course)
    assert code == CodeSortie.INTERROMPU
    assert "relancer la même commande" in messages
    assert 1 <= objet["total"] < len(REFERENCES)
    assert {dossier["etat"] for dossier in objet["dossiers"]} == {"produit"}
    assert _publies(tmp_path) == [dossier["reference"] for dossier in objet["dossiers"]]
    assert objet["piles"] == []  # une pile faite à moitié se remettrait pour entière
    assert not (tmp_path / "_piles").exists()

"""Un lot tué, repris, lancé deux fois ensemble : rien ne se perd, rien ne se fait deux fois, mêmes octets à la fin."""

import os
import signal

import psutil
import pytest

from generateur.erreurs import CodeSortie
from tests.outils.lot_lance import REFERENCES, attendre, fabriquer_dossiers, finir_lot, lancer_lot, lire_octets

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return fabriquer_dossiers(tmp_path_factory.mktemp("lot") / "dossiers")


@pytest.fixture(scope="module")
def tranquille(source, tmp_path_factory):
    """Les octets d'une course que rien ne trouble."""
    sortie = tmp_path_factory.mktemp("tranquille")
    code, _, _ = finir_lot(lancer_lot(source, sortie, "--executant", "sequentiel"))
    assert code == CodeSortie.FAIT
    return lire_octets(sortie)


def _publies(sortie):
    return [reference for reference in REFERENCES if (sortie / reference / "manifeste.json").is_file()]


def _ouvriers(processus):
    enfants = psutil.Process(processus.pid).children(recursive=True)
    return [e for e in enfants if "generateur.operations.executants.ouvrier" in " ".join(e.cmdline())]


def test_une_course_tuee_reprend_ou_elle_en_etait_sans_rien_refaire(source, tranquille, tmp_path):
    premiere = lancer_lot(source, tmp_path, "--processus", "1")
    attendre(lambda: len(_publies(tmp_path)) >= 2)
    enfants = psutil.Process(premiere.pid).children(recursive=True)
    premiere.kill()
    premiere.communicate()
    faits = _publies(tmp_path)
    psutil.wait_procs(enfants, timeout=20)
    assert not [enfant for enfant in enfants if enfant.is_running() and enfant.status() != psutil.STATUS_ZOMBIE]
    code, objet, _ = finir_lot(lancer_lot(source, tmp_path, "--processus", "2"))
    assert code == CodeSortie.FAIT
    etats = {dossier["reference"]: dossier["etat"] for dossier in objet["dossiers"]}
    assert {etats[reference] for reference in faits} == {"a_jour"}
    assert set(etats.values()) == {"a_jour", "produit"}
    assert lire_octets(tmp_path) == tranquille
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".") and p.name not in {".verrou", ".en_cours"}]


def test_un_ouvrier_tue_une_fois_n_est_meme_pas_remarque(source, tranquille, tmp_path):
    course = lancer_lot(source, tmp_path, "--processus", "2")
    attendre(lambda: _publies(tmp_path))
    _ouvriers(course)[0].send_signal(signal.SIGKILL)
    code, objet, _ = finir_lot(course)
    assert code == CodeSortie.FAIT
    assert {dossier["etat"] for dossier in objet["dossiers"]} <= {"produit", "a_jour"}
    assert lire_octets(tmp_path) == tranquille


def test_deux_courses_ensemble_se_partagent_les_dossiers_sans_en_faire_un_deux_fois(source, tranquille, tmp_path):
    courses = [lancer_lot(source, tmp_path, "--processus", "1", "--classer", "etude") for _ in range(2)]
    finies = [finir_lot(course) for course in courses]
    assert [[pile["dossiers"] for pile in objet["piles"]] for _, objet, _ in finies] == [[len(REFERENCES)]] * 2
    assert len(list((tmp_path / "_piles").rglob("*_liasse.pdf"))) == len(REFERENCES)
    assert [code for code, _, _ in finies] == [CodeSortie.FAIT] * 2
    for reference in REFERENCES:
        etats = sorted(d["etat"] for _, objet, _ in finies for d in objet["dossiers"] if d["reference"] == reference)
        assert etats == ["a_jour", "produit"]
    assert lire_octets(tmp_path) == tranquille


def test_ctrl_c_finit_le_dossier_en_main_et_dit_comment_continuer(source, tmp_path):
    course = lancer_lot(source, tmp_path, "--processus", "1", "--classer", "etude")
    attendre(lambda: _publies(tmp_path))
    course.send_signal(signal.SIGINT)
    code, objet, messages = finir_lot(course)
    assert code == CodeSortie.INTERROMPU
    assert "relancer la même commande" in messages
    assert 1 <= objet["total"] < len(REFERENCES)
    assert {dossier["etat"] for dossier in objet["dossiers"]} == {"produit"}
    assert _publies(tmp_path) == [dossier["reference"] for dossier in objet["dossiers"]]
    assert objet["piles"] == []  # une pile faite à moitié se remettrait pour entière
    assert not (tmp_path / "_piles").exists()

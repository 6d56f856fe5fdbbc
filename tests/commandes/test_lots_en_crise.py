"""Un lot auquel le disque, un modèle, tout son groupe ou le registre fait défaut : rien de perdu, rien en double."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time

import psutil
import pytest
from docx import Document

from generateur.erreurs import CodeSortie
from tests.outils.lot_lance import RACINE, REFERENCES, attendre, fabriquer_dossiers, finir_lot, lancer_lot, lire_octets
from tests.registre.conftest import serveur

__all__ = ["serveur"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kill -9, montages")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return fabriquer_dossiers(tmp_path_factory.mktemp("crise") / "dossiers")


@pytest.fixture(scope="module")
def tranquille(source, tmp_path_factory):
    """Les octets d'une course que rien ne trouble, et la place qu'ils prennent."""
    sortie = tmp_path_factory.mktemp("tranquille")
    assert finir_lot(lancer_lot(source, sortie))[0] == CodeSortie.FAIT
    return lire_octets(sortie)


def _etats(objet):
    return {dossier["reference"]: dossier["etat"] for dossier in objet["dossiers"]}


def _publies(sortie):
    return [reference for reference in REFERENCES if (sortie / reference / "manifeste.json").is_file()]


@pytest.fixture
def petit_disque(tmp_path, tranquille):
    """Un vrai disque, où deux dossiers tiennent et pas cinq ; rend où il est, et de quoi l'agrandir."""
    ou = tmp_path / "disque"
    ou.mkdir()
    place = sum(map(len, tranquille.values())) // len(REFERENCES)

    def monter(*options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", ou], capture_output=True, check=False
        )

    if monter(f"size={4 * place}").returncode:
        pytest.skip("monter un petit disque demande d'être administrateur : .ci/run l'est")
    yield ou, lambda: monter("remount", "size=1g")
    subprocess.run(["umount", ou], check=True)


def test_un_disque_plein_au_milieu_du_lot_se_dit_et_se_reprend_sans_rien_refaire(source, tranquille, petit_disque):
    sortie, agrandir = petit_disque
    code, objet, _ = finir_lot(lancer_lot(source, sortie, "--processus", "2"))
    assert code == CodeSortie.LOT_PARTIEL
    faits = [reference for reference, etat in _etats(objet).items() if etat == "produit"]
    assert 0 < len(faits) < len(REFERENCES)
    for dossier in objet["dossiers"]:
        if dossier["etat"] != "produit":
            assert "disque est plein" in dossier["message"]
            assert "→" in dossier["message"]
    assert sorted(_publies(sortie)) == sorted(faits)
    restes = {p.name for p in sortie.iterdir() if p.name.startswith(".")}
    assert restes <= {".verrou", ".en_cours"}
    assert agrandir().returncode == 0
    code, objet, _ = finir_lot(lancer_lot(source, sortie))
    assert (code, {r for r, etat in _etats(objet).items() if etat == "a_jour"}) == (CodeSortie.FAIT, set(faits))
    assert lire_octets(sortie) == tranquille


def test_un_modele_casse_pour_un_seul_client_n_arrete_que_ses_dossiers(source, tmp_path):
    modeles, autre = tmp_path / "modeles", REFERENCES[2]
    shutil.copytree(RACINE / "modeles", modeles)
    for modele in (modeles / "petites_creances").glob("*.docx"):
        acte = Document(str(modele))
        acte.add_paragraph(f"{{% if reference == '{autre}' %}}{{{{ creancier.champ_inconnu }}}}{{% endif %}}")
        acte.save(str(modele))
    code, objet, _ = finir_lot(lancer_lot(source, tmp_path / "sortie", "--modeles", modeles))
    assert code == CodeSortie.LOT_PARTIEL
    assert _etats(objet) == {r: "en_echec" if r == autre else "produit" for r in REFERENCES}
    casse = objet["dossiers"][2]
    assert casse["code"] == CodeSortie.MODELE_EN_DEFAUT
    assert "champ_inconnu" in casse["message"]
    assert "→" in casse["message"]
    shutil.copytree(RACINE / "modeles", modeles, dirs_exist_ok=True)
    code, objet, _ = finir_lot(lancer_lot(source, tmp_path / "sortie", "--modeles", modeles))
    assert (code, objet["dossiers"][2]["etat"]) == (CodeSortie.FAIT, "produit")


def test_tout_tue_a_la_fois_la_reprise_ne_refait_que_ce_qui_manque(source, tranquille, tmp_path):
    """Ce que fait une coupure de courant aux processus : tous, au même instant, sans prévenir."""
    course = lancer_lot(source, tmp_path, "--processus", "2", "--classer", "etude")
    attendre(lambda: len(_publies(tmp_path)) >= 2)
    groupe = [psutil.Process(course.pid), *psutil.Process(course.pid).children(recursive=True)]
    for processus in groupe:
        with contextlib.suppress(psutil.Error):
            processus.kill()
    course.communicate()
    faits = _publies(tmp_path)
    code, objet, _ = finir_lot(lancer_lot(source, tmp_path, "--classer", "etude"))
    assert code == CodeSortie.FAIT
    assert {r for r, etat in _etats(objet).items() if etat == "a_jour"} >= set(faits)
    assert lire_octets(tmp_path) == tranquille
    assert [pile["dossiers"] for pile in objet["piles"]] == [len(REFERENCES)]
    assert {p.name for p in tmp_path.glob(".*")} <= {".verrou", ".en_cours"}


@pytest.mark.outils
def test_postgresql_arrete_puis_relance_pendant_le_lot_inscrit_tout_une_fois(source, tmp_path, serveur):
    adresse = serveur.creer_base()
    course = lancer_lot(source, tmp_path, "--processus", "1", "--registre", adresse)
    attendre(lambda: len(_publies(tmp_path)) >= 2)
    serveur.arreter()
    attendre(lambda: len(_publies(tmp_path)) == len(REFERENCES))
    time.sleep(2)  # le lot a fini de produire, et attend le serveur
    assert course.poll() is None
    serveur.demarrer()
    code, _, messages = finir_lot(course)
    assert code == CodeSortie.FAIT, messages
    lister = [sys.executable, "-m", "generateur", "registre", "lister", "--registre", adresse, "--json"]
    affaires = json.loads(subprocess.check_output(lister, cwd=RACINE, env=os.environ))["dossiers"]
    assert [affaire["reference"] for affaire in affaires] == list(REFERENCES)
    assert {len(affaire["evenements"]) for affaire in affaires} == {1}

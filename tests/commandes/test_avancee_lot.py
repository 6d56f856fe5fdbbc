"""L'avancement d'un lot : le débit des derniers dossiers, le temps qui reste, les échecs au fil de l'eau."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generateur.commandes.avancee_lot import Allure, dire_duree
from generateur.operations.lot import Avancee
from generateur.reglages import Resultat

RACINE = Path(__file__).parents[2]


def _avancee(rang, total=1000, etat="produit"):
    return Avancee(rang, total, Resultat(reference=str(rang), etat=etat, code=0))


def test_le_debit_est_celui_des_derniers_dossiers_non_de_ceux_qui_etaient_a_jour():
    instant = [0.0]
    allure = Allure(lambda: instant[0])
    for rang in range(1, 501):
        instant[0] += 0.001
        allure.noter(_avancee(rang, etat="a_jour"))
    for rang in range(501, 801):
        instant[0] += 0.5
        allure.noter(_avancee(rang, etat="refuse" if rang == 600 else "produit"))
    assert allure.debit == pytest.approx(2)
    assert allure.dire(200) == "2,0 par seconde, encore 100\u00a0s, 1\u00a0refusé"


def test_avant_le_premier_dossier_rien_n_est_promis():
    assert not Allure(lambda: 0.0).dire(10)


@pytest.mark.parametrize(
    ("secondes", "dit"), [(0.2, "1\u00a0s"), (119, "119\u00a0s"), (660, "11\u00a0min"), (12_000, "3\u00a0h\u00a020")]
)
def test_une_duree_se_lit(secondes, dit):
    assert dire_duree(secondes) == dit


def test_au_terminal_une_barre_et_chaque_echec_sur_sa_ligne(tmp_path):
    pty = pytest.importorskip("pty")

    for nom in ("a", "b"):
        (tmp_path / "dossiers" / nom).mkdir(parents=True)
        (tmp_path / "dossiers" / nom / "dossier.toml").write_text("illisible", encoding="utf-8")
    maitre, esclave = pty.openpty()
    commande = [sys.executable, "-m", "generateur", "lot", "dossiers", "--executant", "sequentiel", "--json"]
    processus = subprocess.Popen(
        commande, cwd=tmp_path, stdout=subprocess.PIPE, stderr=esclave,
        env={**os.environ, "PYTHONPATH": str(RACINE), "TERM": "xterm"},
    )  # fmt: skip
    os.close(esclave)
    ecran = b""
    while True:
        try:
            lu = os.read(maitre, 4096)
        except OSError:
            break
        if not lu:
            break
        ecran += lu
    os.close(maitre)
    assert processus.communicate(timeout=60)[0].startswith(b"{")
    texte = ecran.decode()
    assert "[1/2] a : en échec (code 3)" in texte
    assert "2/2" in texte
    assert "2 en échec" in texte

"""Le moteur se choisit par son nom ; l'import de la table ne charge rien de lourd."""

import subprocess
import sys
from pathlib import Path

import pytest

from generateur.contrats import Disponibilite
from generateur.erreurs import CodeSortie, ErreurOutilAbsent, ErreurUsage
from generateur.moteurs import RENDUS, choisir_rendu
from generateur.moteurs.cache_rendu import CacheRendu
from generateur.moteurs.rendu_libreoffice import RenduLibreOffice


def test_le_moteur_par_defaut_est_embarque():
    assert choisir_rendu().nom == choisir_rendu("dxpdf").nom == "dxpdf"


def test_un_moteur_inconnu_est_refuse_avec_la_liste():
    with pytest.raises(ErreurUsage, match="« word »") as refus:
        choisir_rendu("word")
    assert refus.value.code == CodeSortie.USAGE
    assert all(nom in refus.value.remede for nom in RENDUS)


def test_un_moteur_absent_dit_pourquoi_et_que_faire(monkeypatch):
    absent = Disponibilite(presente=False, raison="pas installé ici", remede="Installer LibreOffice.")
    monkeypatch.setattr(RenduLibreOffice, "disponibilite", lambda _: absent)
    with pytest.raises(ErreurOutilAbsent, match="pas installé ici") as refus:
        choisir_rendu("libreoffice")
    assert (refus.value.code, refus.value.remede) == (CodeSortie.OUTIL_ABSENT, "Installer LibreOffice.")


def test_importer_la_table_ne_charge_rien_de_lourd():
    code = "import generateur.moteurs, sys; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    racine = Path(__file__).resolve().parents[2]
    sortie = subprocess.run([sys.executable, "-c", code], cwd=racine, capture_output=True, text=True, check=True).stdout
    for lourd in ("docxtpl", "docx", "lxml", "jinja2", "dxpdf", "pypdf", "pydantic", "subprocess", "concurrent"):
        assert f"'{lourd}'" not in sortie


def test_le_moteur_choisi_est_derriere_le_cache():
    assert isinstance(choisir_rendu(), CacheRendu)

"""La carte d'une pièce : tout ce que l'étude a dit de son fichier, quel qu'en soit le code."""

import datetime as dt
import tomllib
from dataclasses import replace

import pytest

from generateur.controles.catalogue import constater
from generateur.operations.etude import etudier_dossier
from generateur.page.bordereau_montre import montrer_bordereau


@pytest.mark.parametrize("code", ["PIECE_SIGNEE", "CONTENU_CACHE", "IMAGE_AMENAGEE", "COURRIEL_NON_ENVOYE"])
def test_ce_qui_est_dit_d_un_fichier_se_lit_sur_sa_carte(racine, tmp_path, code):
    dossier = racine / "dossiers" / "2026-0042"
    etude = etudier_dossier(dossier, jour=dt.date(2026, 11, 21))
    donnees = tomllib.loads((dossier / "dossier.toml").read_text("utf-8"))
    dit = constater(code, "à regarder", lieu="factures[1].fichier")
    ailleurs = constater(code, "à regarder", lieu="factures[2].fichier")
    montre = montrer_bordereau(replace(etude, releves=(dit, ailleurs)), donnees, tmp_path)
    ligne = montre.ligne(donnees["factures"][0]["fichier"])
    assert ligne is not None
    assert ligne.constats == (dit,)

"""provisions.toml et chiffre_affaires.toml : ceux de l'utilisateur, chaque faute dite avec son remède."""

from decimal import Decimal

import pytest

from generateur.erreurs import ErreurLecture
from generateur.lecture.comptabilite_toml import NOM_BAREME, NOM_VENTES, lire_bareme, lire_ventes

TRANCHES = '{ jusqu_a_jours = 60, taux_pourcent = "10" }, { taux_pourcent = 50.5 }'


def _bareme(tmp_path, tranches=TRANCHES, suite=""):
    texte = f'depuis = 2026-01-01\nsource = "Comité du 12 janvier"\ntranches = [{tranches}]\n{suite}'
    (tmp_path / NOM_BAREME).write_text(texte, encoding="utf-8")
    return lire_bareme(tmp_path)


def test_le_bareme_a_cote_des_dossiers_l_emporte(tmp_path):
    livre, fichier = lire_bareme(tmp_path)
    assert fichier is None
    assert "comptable" in livre.source
    sien, fichier = _bareme(tmp_path)
    assert fichier == tmp_path / NOM_BAREME
    assert [tranche.taux_pourcent for tranche in sien.tranches] == [Decimal(10), Decimal("50.5")]


@pytest.mark.parametrize(
    ("tranches", "suite", "dit"),
    [
        ('{ taux_pourcent = "10" }, { taux_pourcent = "50" }', "", "sauf la dernière"),
        ('{ jusqu_a_jours = 60, taux_pourcent = "10" }', "", "sauf la dernière"),
        (f'{{ jusqu_a_jours = 90, taux_pourcent = "1" }}, {TRANCHES}', "", "croissant"),
        ('{ taux_pourcent = "101" }', "", "maximum 100"),
        ('{ taux_pourcent = "-1" }', "", "négatif"),
        ("", "", "au moins un"),
        (TRANCHES, 'tauxx = "1"', "clé inconnue"),
        (TRANCHES, 'situations = [{ situation = "faillite", taux_pourcent = "1" }]', "faillite"),
    ],
)
def test_un_bareme_qui_se_contredit_est_refuse_avec_sa_raison(tmp_path, tranches, suite, dit):
    with pytest.raises(ErreurLecture, match=dit) as refus:
        _bareme(tmp_path, tranches, suite)
    assert NOM_BAREME in refus.value.lieu
    assert "programme servira" in refus.value.remede


def test_le_chiffre_d_affaires_se_lit_par_mois_et_par_creancier(tmp_path):
    assert lire_ventes(tmp_path) is None
    (tmp_path / NOM_VENTES).write_text('[[mois]]\nmois = "2026-10"\nmontant_ttc = "48 000,50"\n', encoding="utf-8")
    (vente,) = lire_ventes(tmp_path).mois
    assert (vente.premier_jour.month, vente.montant_ttc) == (10, Decimal("48000.50"))


@pytest.mark.parametrize(
    ("bloc", "dit"),
    [
        ('[[mois]]\nmois = "10/2026"\nmontant_ttc = 1', "2026-10"),
        ('[[mois]]\nmois = "2026-10"\nmontant_ttc = 1\n[[mois]]\nmois = "2026-10"\nmontant_ttc = 2', "deux fois"),
        ("mois = 3", "liste"),
        ("[[mois", "TOML"),
    ],
)
def test_un_chiffre_d_affaires_en_defaut_est_refuse(tmp_path, bloc, dit):
    (tmp_path / NOM_VENTES).write_text(bloc, encoding="utf-8")
    with pytest.raises(ErreurLecture, match=dit):
        lire_ventes(tmp_path)

"""Une lettre par débiteur qui n'en a pas reçu, et un bloc à coller que le programme relit."""

import datetime as dt
import tomllib

import pytest

from generateur.erreurs import ErreurDossier
from generateur.operations.etude import etudier_dossier
from generateur.operations.mise_en_demeure import ecrire_mise_en_demeure
from generateur.operations.outillage import ouvrir_moteurs
from generateur.reglages import Reglages
from tests.outils.cas_actes import CAUTION, CODEBITEUR, JOUR, MISE_EN_DEMEURE, SECONDE_FACTURE, ecrire_cas


@pytest.fixture(scope="module")
def moteurs():
    with ouvrir_moteurs(None) as ouverts:
        yield ouverts


def _ecrire(chemin, sortie, moteurs):
    return ecrire_mise_en_demeure(chemin, sortie, jour=JOUR, au=None, reglages=Reglages(), moteurs=moteurs)


def _coller(chemin, bloc):
    fichier = chemin / "dossier.toml"
    fichier.write_text(f"{fichier.read_text('utf-8')}\n{bloc}\n", "utf-8")
    return {c.code for c in etudier_dossier(chemin, jour=JOUR, au=JOUR).constats if c.gravite != "information"}


def test_un_seul_debiteur_recoit_une_lettre_et_un_bloc_simple(tmp_path, moteurs):
    lettres = _ecrire(ecrire_cas(tmp_path), tmp_path / "s", moteurs)
    assert [lettre.fichier.name for lettre in lettres.lettres] == ["mise_en_demeure.pdf"]
    lu = tomllib.loads(lettres.a_saisir)
    assert lu == {"mise_en_demeure": {"date_envoi": dt.date(2026, 11, 21), "mode": "lrar", "delai_jours": 15}}


@pytest.mark.parametrize(("autre", "somme"), [(CAUTION, "2000.00"), (CODEBITEUR, "4269.48")])
def test_chaque_debiteur_a_sa_lettre_sa_somme_et_son_bloc(tmp_path, moteurs, autre, somme):
    lettres = _ecrire(ecrire_cas(tmp_path, autre), tmp_path / "s", moteurs)
    assert [lettre.somme for lettre in lettres.lettres] == ["4269.48", somme]
    blocs = tomllib.loads(lettres.a_saisir)["mises_en_demeure"]
    assert [bloc["debiteur"] for bloc in blocs] == [1, 2]
    assert all(fichier.is_file() for fichier in lettres.fichiers)


@pytest.mark.parametrize("autre", ["", CAUTION, CODEBITEUR])
def test_les_blocs_colles_tels_quels_sont_acceptes(tmp_path, moteurs, autre):
    """Il ne reste que ce que l'envoi dira : aucun fichier inventé, aucun débiteur oublié."""
    chemin = ecrire_cas(tmp_path, autre)
    codes = _coller(chemin, _ecrire(chemin, tmp_path / "s", moteurs).a_saisir)
    assert "MISE_EN_DEMEURE_DELAI_EN_COURS" in codes
    assert not codes & {"MISE_EN_DEMEURE_ABSENTE", "DEBITEUR_NON_MIS_EN_DEMEURE", "PIECE_ABSENTE"}


@pytest.mark.parametrize("deja", [1, 2])
def test_seule_la_lettre_qui_manque_est_ecrite(tmp_path, moteurs, deja):
    chemin = ecrire_cas(tmp_path, CAUTION, f"[[mises_en_demeure]]\ndebiteur = {deja}\n{MISE_EN_DEMEURE}")
    lettres = _ecrire(chemin, tmp_path / "s", moteurs)
    assert [lettre.fichier.name for lettre in lettres.lettres] == [f"mise_en_demeure_{3 - deja}.pdf"]
    assert "DEBITEUR_NON_MIS_EN_DEMEURE" not in _coller(chemin, lettres.a_saisir)


def test_une_lettre_anterieure_a_une_facture_ne_la_vise_pas(tmp_path, moteurs):
    """La première lettre précède l'échéance de la seconde facture : une autre s'écrit, son bloc s'ajoute."""
    ancienne = MISE_EN_DEMEURE.replace("2026-10-21", "2026-08-25").replace("2026-10-23", "2026-08-26")
    chemin = ecrire_cas(tmp_path, SECONDE_FACTURE, f"[mise_en_demeure]\n{ancienne}")
    lettres = _ecrire(chemin, tmp_path / "s", moteurs)
    assert "mises_en_demeure" in tomllib.loads(lettres.a_saisir)
    assert "MISE_EN_DEMEURE_PARTIELLE" not in _coller(chemin, lettres.a_saisir)


def test_tous_prevenus_rien_ne_s_ecrit(tmp_path, moteurs):
    chemin = ecrire_cas(tmp_path, CAUTION, f"[mise_en_demeure]\n{MISE_EN_DEMEURE}")
    with pytest.raises(ErreurDossier, match="déjà partie"):
        _ecrire(chemin, tmp_path / "s", moteurs)


def test_un_codebiteur_en_procedure_collective_n_est_pas_mis_en_demeure(tmp_path, moteurs):
    autre = f'{CODEBITEUR}situation = "redressement"\nprocedure_collective = {{ jugement = 2026-10-01 }}\n'
    lettres = _ecrire(ecrire_cas(tmp_path, autre), tmp_path / "s", moteurs)
    assert [lettre.debiteur for lettre in lettres.lettres] == ["Hôtel des Embruns Bleus"]

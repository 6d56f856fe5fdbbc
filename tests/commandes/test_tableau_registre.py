"""Le tableau dressé du registre dit les mêmes chiffres que celui des dossiers, sans garder plus que des sommes."""

import json
import re

import pytest

from generateur.erreurs import CodeSortie
from generateur.lecture.socle import lire_dossier
from generateur.operations.exemples import lister_exemples
from generateur.operations.extrait_dossier import extraire_dossier, relire_extrait
from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume
from tests.outils.registres import JOUR, faire_version_1

AU = ("--au", "2026-11-21", "--json")
EXEMPLES = lister_exemples()


@pytest.fixture
def inscrit(commander, racine, tmp_path):
    adresse = f"sqlite:///{tmp_path}/registre.sqlite"
    assert commander("registre", "--registre", adresse, "inscrire", racine / "dossiers").code == 0
    return adresse


def test_les_chiffres_sont_ceux_des_dossiers(commander, racine, inscrit):
    des_dossiers = commander("tableau", racine / "dossiers", *AU).objet
    du_registre = commander("tableau", inscrit, *AU).objet
    assert du_registre.pop("source") != des_dossiers.pop("source")
    assert du_registre["creances"]
    assert du_registre == des_dossiers


def test_une_affaire_purgee_n_y_est_plus(commander, inscrit):
    with ouvrir_base(inscrit, creer=False) as base:
        Plume(base).pseudonymiser([1], JOUR)
    tableau = commander("tableau", inscrit, *AU).objet
    assert tableau["dossiers"] == len(EXEMPLES) - 1
    assert "2026-0042" not in json.dumps(tableau)


def test_une_affaire_sans_ses_sommes_est_nommee_avec_le_remede(commander, tmp_path):
    adresse = f"sqlite:///{tmp_path}/ancien.sqlite"
    faire_version_1(adresse)
    reponse = commander("tableau", adresse, *AU)
    assert reponse.code == CodeSortie.LECTURE
    assert "2026-0042" in reponse.messages


def test_un_paiement_a_moitie_saisi_laisse_l_affaire_hors_des_sommes(commander, copier, inscrit):
    dossier = copier("2026-0042")
    fichier = dossier / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8") + '\n[[paiements]]\nmode = "virement"\n', encoding="utf-8")
    assert commander("registre", "--registre", inscrit, "inscrire", dossier).code == 0
    reponse = commander("tableau", inscrit, *AU)
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert reponse.objet["dossiers"] == len(EXEMPLES) - 1


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda chemin: chemin.name)
def test_un_extrait_se_relit_et_ne_garde_ni_adresse_ni_contact_ni_piece(exemple):
    dossier = lire_dossier(exemple).dossier
    extrait = extraire_dossier(dossier)
    assert extraire_dossier(relire_extrait(extrait)) == extrait
    assert not re.search(
        r'"(adresses?|voie|courriel|telephone|iban|bic|fichier|objet|naissance|representant)":', extrait
    )
    assert relire_extrait(extrait).debiteur.nom_complet == dossier.debiteur.nom_complet

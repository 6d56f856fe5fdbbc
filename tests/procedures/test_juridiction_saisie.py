"""Le tribunal imposé au dossier : la demande ne porte jamais son nom sur l'adresse d'un autre."""

import pytest

from generateur.procedures.juridiction_saisie import trouver_juridiction_saisie
from generateur.procedures.repertoire import trouver_procedure

LYON = "Tribunal des activités économiques de Lyon"


def _saisir(juger, procedure, imposee, **suite):
    complement = {"juridiction": imposee, **suite} if imposee else {}
    espece = juger({"procedures": {procedure: complement}})
    voie = trouver_procedure(procedure)
    return trouver_juridiction_saisie(espece, voie), voie.adresser(espece).lignes


@pytest.mark.parametrize("procedure", ["injonction_de_payer", "assignation_paiement", "refere_provision"])
def test_un_tribunal_impose_n_a_pas_l_adresse_du_tribunal_competent(juger, procedure):
    saisie, lignes = _saisir(juger, procedure, "Tribunal de commerce de Paris")
    assert lignes == ("Tribunal de commerce de Paris",)
    assert (saisie.nom, saisie.type, saisie.adresse) == ("Tribunal de commerce de Paris", "TC", "")
    assert saisie.confiance == "a_confirmer"


@pytest.mark.parametrize("procedure", ["injonction_de_payer", "assignation_paiement"])
@pytest.mark.parametrize("imposee", ["", LYON, f"le {LYON[0].lower()}{LYON[1:]}", LYON.upper()])
def test_le_tribunal_competent_garde_son_adresse_meme_nomme_par_le_dossier(juger, procedure, imposee):
    saisie, lignes = _saisir(juger, procedure, imposee)
    assert saisie.nom == LYON
    assert saisie.siege == "Lyon"
    assert len(lignes) == 2


def test_un_nom_que_l_on_ne_connait_pas_garde_le_type_du_competent(juger):
    saisie, _ = _saisir(juger, "injonction_de_payer", "Pôle de l’économie")
    assert saisie.type == "TAE"


def test_une_voie_sans_juge_n_en_saisit_aucun(juger):
    espece = juger({})
    assert trouver_juridiction_saisie(espece, trouver_procedure("petites_creances")) is None

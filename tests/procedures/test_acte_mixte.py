"""Le commerçant qui achète pour ses besoins privés : ce que disent les actes, d'un seul et même interrupteur."""

import pytest

from generateur.procedures.attribution import dire_attribution
from generateur.procedures.repertoire import trouver_procedure

PRIVE = {"genre": "commercant", "agit_en_professionnel": False}
COMMERCE = {"genre": "commercant", "agit_en_professionnel": True}


@pytest.mark.parametrize(("debiteur", "est_commerciale"), [(PRIVE, False), (COMMERCE, True)])
def test_un_achat_prive_n_est_jamais_ne_entre_commercants(juger, debiteur, est_commerciale):
    phrase = dire_attribution(juger({"debiteurs": [debiteur], "factures": [{"montant_ttc": "15000.00"}]}))
    assert ("née entre commerçants" in phrase) is est_commerciale
    assert ("pour ses besoins privés" in phrase) is not est_commerciale
    assert "L721-3" in phrase


def test_la_petite_creance_dit_pourquoi_elle_est_ouverte_a_un_commercant(juger):
    complement = trouver_procedure("petites_creances").completer(juger({"debiteurs": [PRIVE]}))
    assert "besoins privés" in complement["motif_hors_exclusion"]
    assert "qualité de commerçant" not in complement["motif_hors_exclusion"]


@pytest.mark.parametrize(("debiteur", "engage"), [(PRIVE, False), (COMMERCE, True)])
@pytest.mark.parametrize("nom", ["petites_creances", "injonction_de_payer"])
def test_un_achat_prive_n_engage_pas_le_patrimoine_professionnel(juger, nom, debiteur, engage):
    complement = trouver_procedure(nom).completer(juger({"debiteurs": [debiteur]}))
    assert complement["debiteur_est_entrepreneur_individuel"] is engage

"""Une valeur importée se désigne par le numéro de son bloc ; le dossier la dit à son rang."""

import pytest

from generateur.domaine.chemins_de_cle import nommer
from generateur.importation.valeurs_a_plat import situer_valeur

DONNEES = {
    "debiteurs": [{"adresse": {"commune": "Lyon"}}],
    "factures": [{"numero": "F1"}, {"numero": "F2", "echeance": "2026-05-31"}],
    "paiements": [
        {"facture": "F1", "montant": "10.00", "statut": "rejete"},
        {"montant": "50.00", "ventilation": [{"facture": "F2", "montant": "50.00"}]},
        {"facture": "F1", "montant": "20.00"},
    ],
}


@pytest.mark.parametrize(
    ("cle", "lieu"),
    [
        (("debiteur", "adresse", "commune"), "debiteurs[1].adresse.commune"),
        (("factures", "F2", "echeance"), "factures[2].echeance"),
        (("factures", "F2"), "factures[2]"),
        (("avoirs", "A1", "date"), "avoirs"),
        (("paye", "F1"), "paiements[3].montant"),
        (("paye", "F2"), "paiements[2].montant"),
        (("paye", "F9"), "paiements"),
    ],
)
def test_une_valeur_importee_se_situe_dans_le_dossier(cle, lieu):
    assert nommer(situer_valeur(cle, DONNEES)) == lieu

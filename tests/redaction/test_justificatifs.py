"""« (pièce n° X) » justifie ce qu'elle prouve : le taux légal ne vient pas des conditions générales."""

import pytest

from tests.outils.cas_actes import MISE_EN_DEMEURE, ecrire_cas, lire_actes

ENVOYEE = f"[mise_en_demeure]\n{MISE_EN_DEMEURE}"
CGV, FACTURE = "(pièce n° 2)", "(pièce n° 4)"
SUPPLETIF = 'penalites     = { mode = "suppletif" }'
CONVENU = 'penalites     = { mode = "fixe", taux = "15.00" }'
REFUSEES = 'acceptation = { date = 2026-06-15, mode = "signature", fichier = "pieces/cgv.pdf" }'


def _citation_des_penalites(chemin):
    requete = lire_actes(chemin, "injonction_de_payer")["requete"]
    return requete[requete.index("\nPénalités de retard arrêtées") :].splitlines()[3]


@pytest.mark.parametrize(
    ("remplacements", "attendu"),
    [
        ((), FACTURE),
        (((SUPPLETIF, CONVENU),), CGV),
        (((SUPPLETIF, CONVENU), (REFUSEES, 'acceptation = { mode = "aucune" }')), FACTURE),
    ],
    ids=("taux supplétif", "taux convenu aux CGV", "taux convenu aux CGV refusées"),
)
def test_ce_qui_fixe_le_taux_le_justifie(tmp_path, remplacements, attendu):
    assert _citation_des_penalites(ecrire_cas(tmp_path, ENVOYEE, remplacements=remplacements)) == attendu

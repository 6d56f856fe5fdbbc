"""La déclaration dit le titre ou l'instance que le suivi connaît ; elle affirmait « aucune instance en cours »."""

import datetime as dt

import pytest

from generateur.domaine.dossier import Dossier
from generateur.procedures.titre_declare import dire_l_instance, dire_le_titre

ADRESSE = {"voie": "1 rue des Essais", "code_postal": "69003", "commune": "Lyon"}
SOCIETE = {"nature": "personne_morale", "denomination": "Alpha", "forme": "SARL", "adresse": ADRESSE}
AU = dt.date(2027, 1, 10)


def _dossier(jugement, **suivi):
    collective = {"jugement": jugement, "publication_bodacc": jugement}
    return Dossier.model_validate(
        {
            "reference": "CAS-1",
            "objet": "Essai",
            "creancier": SOCIETE,
            "debiteurs": [{**SOCIETE, "situation": "liquidation", "procedure_collective": collective}],
            "factures": [{"numero": "F1", "montant_ttc": "10000.00", "echeance": dt.date(2026, 5, 1)}],
            "suivi": {
                "ordonnance": {"date": dt.date(2026, 9, 21), "numero": "IP1"},
                "signification": {"date": dt.date(2026, 10, 5), "mode": "personne"},
                **suivi,
            },
        }
    )


@pytest.mark.parametrize(("jugement", "dit"), [(dt.date(2026, 12, 8), True), (dt.date(2026, 12, 7), False)])
def test_le_titre_vaut_s_il_etait_executoire_au_jour_du_jugement(jugement, dit):
    """Signifiée le 5 octobre, l'ordonnance s'exécute à partir du 8 décembre (CPC 1422)."""
    dossier = _dossier(jugement)
    attendu = (
        "ordonnance portant injonction de payer n°\xa0IP1 du 21\xa0septembre\xa02026, signifiée le 5\xa0octobre\xa02026"
    )
    assert dire_le_titre(dossier, dossier.debiteur).replace(" ", "\xa0") == (
        attendu.replace(" ", "\xa0") if dit else ""
    )


def test_une_opposition_est_une_instance_et_non_un_titre():
    dossier = _dossier(dt.date(2026, 12, 20), opposition=dt.date(2026, 10, 20))
    assert dire_le_titre(dossier, dossier.debiteur) == ""
    assert "frappée d’opposition le 20" in dire_l_instance(dossier, AU)


def test_sans_opposition_aucune_instance_n_est_affirmee():
    assert dire_l_instance(_dossier(dt.date(2026, 12, 20)), AU) == ""


def test_une_ordonnance_partielle_ne_dispense_pas_de_certifier():
    partielle = {"date": dt.date(2026, 9, 21), "montant": "5000.00", "partielle": True}
    dossier = _dossier(dt.date(2026, 12, 20), ordonnance=partielle)
    assert dire_le_titre(dossier, dossier.debiteur) == ""

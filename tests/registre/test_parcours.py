"""L'état d'une affaire se déduit de ses événements, dans l'ordre où ils sont écrits."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.domaine.evenements import LIBELLES
from generateur.registre.parcours import NATURES, Fait, deduire_situation
from tests.outils.registres import JOUR, produit

LENDEMAIN = JOUR + dt.timedelta(days=1)


def _etat(*faits):
    return deduire_situation(faits).etat


@pytest.mark.parametrize("nature", ["depose", "ordonnance", "signifie", "oppose", "accord", "clos"])
def test_le_dernier_evenement_donne_l_etat(nature):
    assert _etat(produit(), Fait(nature, JOUR)) == nature


def test_le_registre_connait_tout_ce_qu_un_dossier_peut_dire():
    assert set(LIBELLES) <= set(NATURES)


def test_l_ordre_est_celui_des_rangs_pas_celui_des_dates():
    assert _etat(Fait("ordonnance", LENDEMAIN), Fait("depose", JOUR)) == "depose"


def test_refaire_la_liasse_ne_fait_pas_reculer_une_affaire_deposee():
    situation = deduire_situation([produit("100.00"), Fait("depose", JOUR), produit("120.00", "m2")])
    assert (situation.etat, situation.total) == ("depose", Decimal("120.00"))


def test_un_paiement_partiel_ne_change_pas_l_etat_le_solde_si():
    faits = [produit("100.00"), Fait("depose", JOUR), Fait("paye", LENDEMAIN, {"montant": "60.00"})]
    assert _etat(*faits) == "depose"
    assert _etat(*faits, Fait("paye", LENDEMAIN, {"montant": "40.00"})) == "paye"


def test_un_paiement_d_avant_l_arrete_est_deja_deduit_du_total():
    assert _etat(produit("100.00"), Fait("paye", JOUR, {"montant": "100.00"})) == "produit"


def test_paye_sans_montant_vaut_pour_le_tout():
    assert _etat(produit(), Fait("paye", JOUR)) == "paye"


def test_apres_la_cloture_seule_la_reouverture_compte():
    faits = [produit(), Fait("depose", JOUR), Fait("clos", JOUR)]
    assert _etat(*faits, Fait("ordonnance", LENDEMAIN)) == "clos"
    assert _etat(*faits, Fait("rouvert", LENDEMAIN)) == "depose"


def test_rien_de_connu_vaut_inscrit():
    assert _etat() == "inscrit"


@pytest.mark.parametrize("contenu", [{"debiteur": "Jeanne Tilleul"}, {"note": "x"}])
def test_un_evenement_ne_porte_aucun_nom(contenu):
    with pytest.raises(ValueError, match="depose"):
        Fait("depose", JOUR, contenu)

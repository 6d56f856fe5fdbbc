"""L'encours : le solde du compte client, échéance par échéance."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generateur.calculs.encours import calculer_encours

AU = dt.date(2026, 6, 1)
F2 = {"numero": "F2", "date": dt.date(2026, 4, 10), "echeance": dt.date(2026, 7, 10), "montant_ttc": "500.00"}


def _restes(dossier, au=AU):
    return {ligne.facture.numero: ligne.reste for ligne in calculer_encours(dossier, au).lignes}


def test_compte_ce_qui_n_est_pas_encore_echu(fabriquer):
    etat = calculer_encours(fabriquer(factures=[{}, F2]), AU)
    assert [(x.facture.numero, x.retard_au(AU)) for x in etat.lignes] == [("F1", 31), ("F2", -39)]
    assert etat.reste == Decimal("10500.00")


def test_un_paiement_eteint_la_facture_sans_passer_par_les_interets(fabriquer):
    dossier = fabriquer(paiements=[{"date": dt.date(2026, 5, 20), "montant": "10000.00", "facture": "F1"}])
    etat = calculer_encours(dossier, AU)
    assert not etat.lignes
    assert etat.trop_percu == 0


def test_l_excedent_d_une_facture_va_a_la_plus_tot_echue(fabriquer):
    dossier = fabriquer(factures=[{}, F2], avoirs=[{"numero": "A", "montant_ttc": "10200.00", "facture": "F1"}])
    assert _restes(dossier) == {"F2": Decimal("300.00")}


def test_un_avoir_negatif_reduit_comme_un_autre(fabriquer):
    assert _restes(fabriquer(avoirs=[{"numero": "A", "montant_ttc": "-400.00"}])) == {"F1": Decimal("9600.00")}


@pytest.mark.parametrize(
    ("paiement", "reste"),
    [
        ({"date": dt.date(2026, 6, 2)}, "10000.00"),  # demain
        ({"date": dt.date(2026, 6, 1)}, "9900.00"),  # aujourd'hui compte
        ({}, "9900.00"),  # sans date : ce qui coûte le moins au débiteur
        ({"date": dt.date(2026, 5, 1), "statut": "rejete", "date_rejet": dt.date(2026, 5, 9)}, "10000.00"),
        ({"date": dt.date(2026, 5, 1), "statut": "rejete", "date_rejet": dt.date(2026, 6, 9)}, "9900.00"),
    ],
)
def test_un_paiement_compte_a_sa_date_et_s_il_est_encaisse(fabriquer, paiement, reste):
    assert _restes(fabriquer(paiements=[{"montant": "100.00", **paiement}])) == {"F1": Decimal(reste)}


def test_une_facture_en_trois_fois_a_trois_lignes(fabriquer):
    termes = [{"date": dt.date(2026, mois, 1), "montant": "1000.00"} for mois in (5, 6, 7)]
    facture = {"echeance": None, "echeances": termes, "montant_ttc": "3000.00"}
    dossier = fabriquer(factures=[facture], paiements=[{"date": AU, "montant": "1500.00"}])
    lignes = calculer_encours(dossier, AU).lignes
    assert [(x.echeance, x.reste) for x in lignes] == [
        (dt.date(2026, 6, 1), Decimal("500.00")),
        (dt.date(2026, 7, 1), Decimal("1000.00")),
    ]


def test_la_retenue_de_garantie_est_due_a_sa_date(fabriquer):
    facture = {"retenue_garantie": {"montant": "500.00", "exigible_le": dt.date(2027, 5, 1)}}
    lignes = calculer_encours(fabriquer(factures=[facture]), AU).lignes
    assert [(x.echeance, x.reste) for x in lignes] == [
        (dt.date(2026, 5, 1), Decimal("9500.00")),
        (dt.date(2027, 5, 1), Decimal("500.00")),
    ]


def test_une_facture_de_demain_n_existe_pas_encore(fabriquer):
    assert _restes(fabriquer(factures=[{}, {**F2, "date": dt.date(2026, 6, 2)}])) == {"F1": Decimal("10000.00")}


_CENTIMES = st.integers(min_value=1, max_value=2_000_000).map(lambda n: Decimal(n) / 100)
_DESIGNEE = st.sampled_from([None, "F1", "F2"])


@given(
    factures=st.tuples(_CENTIMES, _CENTIMES),
    avoirs=st.lists(st.tuples(_CENTIMES, _DESIGNEE), max_size=4),
    paiements=st.lists(st.tuples(_CENTIMES, _DESIGNEE), max_size=4),
)
def test_rien_ne_se_perd(fabriquer, factures, avoirs, paiements):
    """Facturé – avoirs – payé = reste – trop-perçu, quels que soient les affectations et l'ordre."""
    dossier = fabriquer(
        factures=[{"montant_ttc": factures[0]}, {**F2, "montant_ttc": factures[1]}],
        avoirs=[{"numero": str(n), "montant_ttc": m, "facture": f} for n, (m, f) in enumerate(avoirs)],
        paiements=[{"date": AU, "montant": m, "facture": f} for m, f in paiements],
    )
    etat = calculer_encours(dossier, AU)
    attendu = sum(factures) - sum(m for m, _ in avoirs) - sum(m for m, _ in paiements)
    assert etat.reste - etat.trop_percu == attendu
    assert not (etat.reste and etat.trop_percu)
    assert all(0 < ligne.reste <= ligne.initial for ligne in etat.lignes)

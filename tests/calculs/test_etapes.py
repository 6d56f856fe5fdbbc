"""Ce que chaque étape a rapporté : la veille, le jour et le lendemain de chacune."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.calculs.etapes import recouvrer_par_etape

AU = dt.date(2026, 11, 28)
SAISIE = dt.date(2026, 9, 7)
JOURS = {"relance_2": dt.date(2026, 6, 1), "mise_en_demeure": dt.date(2026, 7, 1), "requete": dt.date(2026, 8, 3)}


def _dossier(fabriquer, *payes):
    return fabriquer(
        relances=[{"date": JOURS["relance_2"], "canal": "courriel", "niveau": 2}],
        mise_en_demeure={"date_envoi": JOURS["mise_en_demeure"]},
        suivi={"depot": JOURS["requete"], "saisies": [{"date": SAISIE}]},
        paiements=[{"date": jour, "montant": "1000.00"} for jour in payes],
    )


def _recouvres(*dossiers):
    return {e.cle: e.recouvre for e in recouvrer_par_etape(dossiers, AU) if e.recouvre}


@pytest.mark.parametrize(
    ("etape", "precedente"),
    [("relance_2", "avant_relance"), ("mise_en_demeure", "relance_2"), ("requete", "mise_en_demeure")],
)
def test_un_paiement_revient_a_la_derniere_etape_d_avant_lui(fabriquer, etape, precedente):
    jour = JOURS[etape]
    for ecart, attendue in ((-1, precedente), (0, precedente), (1, etape)):
        dossier = _dossier(fabriquer, jour + dt.timedelta(days=ecart))
        assert _recouvres(dossier) == {attendue: Decimal("1000.00")}


def test_ce_que_la_saisie_rapporte_lui_revient(fabriquer):
    assert _recouvres(_dossier(fabriquer, SAISIE + dt.timedelta(days=1))) == {"saisie": Decimal("1000.00")}


def test_l_engage_est_ce_qui_restait_du_a_l_entree(fabriquer):
    dossier = _dossier(fabriquer, dt.date(2026, 6, 15), dt.date(2026, 7, 15))
    engages = {e.cle: (e.dossiers, e.engage, e.taux) for e in recouvrer_par_etape([dossier, dossier], AU)}
    assert engages == {
        "avant_relance": (2, Decimal("20000.00"), Decimal("0.00")),
        "relance_2": (2, Decimal("20000.00"), Decimal("10.00")),
        "mise_en_demeure": (2, Decimal("18000.00"), Decimal("11.11")),
        "requete": (2, Decimal("16000.00"), Decimal("0.00")),
        "saisie": (2, Decimal("16000.00"), Decimal("0.00")),
    }


def test_une_relance_sans_niveau_compte_par_son_rang(fabriquer):
    relances = [{"date": dt.date(2026, 5, jour), "canal": "courriel"} for jour in (20, 5)]
    etapes = recouvrer_par_etape([fabriquer(relances=relances)], AU)
    assert [e.cle for e in etapes] == ["avant_relance", "relance_1", "relance_2"]


@pytest.mark.parametrize("paiement", [{"statut": "rejete"}, {"date": ""}, {"date": dt.date(2026, 11, 29)}])
def test_ni_un_paiement_rejete_ni_un_paiement_sans_date_ou_futur(fabriquer, paiement):
    dossier = fabriquer(paiements=[{"date": dt.date(2026, 6, 1), "montant": "10.00", **paiement}])
    assert not _recouvres(dossier)


def test_un_trop_percu_n_est_pas_recouvre(fabriquer):
    """10 000 € dus, 15 000 € reçus en deux fois : le second n'a recouvré que le reste."""
    payes = [(dt.date(2026, 5, 20), "8000.00"), (dt.date(2026, 6, 2), "7000.00")]
    dossier = fabriquer(
        relances=[{"date": JOURS["relance_2"], "canal": "courriel", "niveau": 2}],
        paiements=[{"date": jour, "montant": montant} for jour, montant in reversed(payes)],
    )
    assert _recouvres(dossier) == {"avant_relance": Decimal("8000.00"), "relance_2": Decimal("2000.00")}


def test_une_etape_a_venir_ne_compte_pas_encore(fabriquer):
    dossier = fabriquer(mise_en_demeure={"date_envoi": dt.date(2026, 11, 29)})
    assert [e.cle for e in recouvrer_par_etape([dossier], AU)] == ["avant_relance"]

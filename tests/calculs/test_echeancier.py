"""L'échéancier d'un accord : juste au centime, aux jours où l'on paie."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generateur.calculs.calendrier import est_ouvrable
from generateur.calculs.echeancier import dresser_echeancier
from generateur.controles.prescription import analyser_prescription

PREMIERE = dt.date(2026, 12, 31)


def test_la_derniere_echeance_recoit_l_arrondi():
    echeancier = dresser_echeancier(Decimal("100.00"), 3, PREMIERE)
    assert [v.montant for v in echeancier.versements] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


def test_un_jour_ferme_passe_au_jour_ouvrable_suivant():
    """Le 31 janvier 2027 est un dimanche, le 28 février aussi ; le 31 mars est un mercredi."""
    dates = [v.date for v in dresser_echeancier(Decimal(400), 4, PREMIERE).versements]
    assert dates == [PREMIERE, dt.date(2027, 2, 1), dt.date(2027, 3, 1), dt.date(2027, 3, 31)]


def test_acompte_et_remise_se_deduisent_avant_le_partage():
    echeancier = dresser_echeancier(
        Decimal("1000.00"), 2, PREMIERE, acompte=Decimal("100.00"), remise_pourcent=Decimal("2.5")
    )
    assert (echeancier.remise, echeancier.a_payer) == (Decimal("25.00"), Decimal("975.00"))
    assert [v.montant for v in echeancier.versements] == [Decimal("437.50")] * 2


@pytest.mark.parametrize(
    ("du", "nombre", "acompte", "remise"), [("100", 2, "100", "0"), ("0.03", 4, "0", "0"), ("10", 1, "5", "60")]
)
def test_refuse_ce_qui_ne_s_echelonne_pas(du, nombre, acompte, remise):
    with pytest.raises(ValueError, match=r"échelonner|se partagent"):
        dresser_echeancier(Decimal(du), nombre, PREMIERE, acompte=Decimal(acompte), remise_pourcent=Decimal(remise))


@given(
    du=st.decimals("10.00", "999999.99", places=2),
    nombre=st.integers(1, 36),
    acompte=st.decimals("0.00", "4.00", places=2),
    remise=st.decimals("0", "50", places=2),
    jours=st.integers(0, 300),
)
def test_la_somme_tombe_juste(du, nombre, acompte, remise, jours):
    premiere = PREMIERE + dt.timedelta(days=jours)
    echeancier = dresser_echeancier(du, nombre, premiere, acompte=acompte, remise_pourcent=remise)
    verses = [v.montant for v in echeancier.versements]
    assert sum(verses) + echeancier.acompte + echeancier.remise == du
    assert all(v > 0 for v in verses)
    assert max(verses) - min(verses) < Decimal("0.01") * nombre
    assert all(est_ouvrable(v.date) for v in echeancier.versements)
    assert [v.date for v in echeancier.versements] == sorted(v.date for v in echeancier.versements)


@pytest.mark.parametrize(("fichier", "interrompt"), [("pieces/accord.pdf", True), (None, False)])
def test_un_accord_signe_interrompt_la_prescription_s_il_est_verse(fabriquer, fichier, interrompt):
    """C. civ. 2240 : la reconnaissance fait courir de nouveau le délai ; sans exemplaire signé, rien ne la prouve."""
    au = dt.date(2026, 6, 1)
    accord = {"date": au, "echeances": [{"date": au, "montant": "1"}], **({"fichier": fichier} if fichier else {})}
    (sans,) = analyser_prescription(fabriquer(), au)
    (avec,) = analyser_prescription(fabriquer(accord=accord), au)
    assert (avec.acquise_le > sans.acquise_le) is interrompt

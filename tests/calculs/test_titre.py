"""L'ordonnance signifiée : dix ans pour exécuter, et plus de prescription de la créance (CPCE L111-4, CPC 1411)."""

import datetime as dt
from decimal import Decimal

import pytest

from generateur.calculs.decompte import chiffrer
from generateur.calculs.echeances import calculer_echeances
from generateur.calculs.prescription import echeances_prescrites, hypotheses_de_prescription

AU = dt.date(2026, 11, 21)
CONSOMMATEUR = {"nature": "particulier", "qualite": "consommateur", "nom": "Durand"}
FACTURE = {"date": dt.date(2024, 10, 1), "echeance": dt.date(2024, 11, 1)}


def _suivi(**autres):
    signification = {"date": dt.date(2026, 10, 15), "mode": "personne"}
    return {"ordonnance": {"date": dt.date(2026, 10, 1)}, "signification": signification, **autres}


def _titre(dossier):
    return next((e for e in calculer_echeances(dossier, AU) if e.titre.startswith("Exécution du titre")), None)


def test_dix_ans_depuis_la_signification_jamais_reportes_au_jour_ouvrable(fabriquer):
    titre = _titre(fabriquer(suivi=_suivi(signification={"date": dt.date(2026, 10, 4), "mode": "personne"})))
    assert titre.date == dt.date(2036, 10, 4)  # un samedi
    assert "10 ans" in titre.explication


def test_le_titre_remplace_la_prescription_de_la_creance(fabriquer):
    dossier = fabriquer(debiteurs=[CONSOMMATEUR], factures=[FACTURE], suivi=_suivi())
    assert hypotheses_de_prescription(dossier, AU) == ()
    assert echeances_prescrites(dossier, AU) == frozenset()


@pytest.mark.parametrize(("debiteurs", "annees"), [([CONSOMMATEUR], "2 ans"), (None, "5 ans")])
def test_les_interets_echus_depuis_le_titre_gardent_leur_prescription(fabriquer, debiteurs, annees):
    titre = _titre(fabriquer(suivi=_suivi(), **({"debiteurs": debiteurs} if debiteurs else {})))
    assert f"se prescrivent à part, par {annees}" in titre.explication


@pytest.mark.parametrize(
    "suivi",
    [
        {"ordonnance": {"date": dt.date(2026, 10, 1)}},
        _suivi(opposition=dt.date(2026, 11, 2)),
        _suivi(ordonnance={"date": dt.date(2026, 3, 1)}),
        _suivi(signification={"date": dt.date(2026, 11, 22), "mode": "personne"}),
    ],
    ids=["non signifiée", "opposition", "signifiée trop tard", "signifiée après l'arrêté"],
)
def test_voisins_sans_titre_la_prescription_court(fabriquer, suivi):
    dossier = fabriquer(suivi=suivi)
    assert _titre(dossier) is None
    assert hypotheses_de_prescription(dossier, AU)


def test_la_signification_frappee_d_opposition_a_interrompu_la_prescription(fabriquer):
    """Seule la signification interrompt : ni la requête ni son dépôt (1re civ., 9 septembre 2020, n° 19-12.006)."""
    suivi = _suivi(depot=dt.date(2026, 9, 20), opposition=dt.date(2026, 11, 2))
    (hypothese,) = hypotheses_de_prescription(fabriquer(debiteurs=[CONSOMMATEUR], factures=[FACTURE], suivi=suivi), AU)
    assert hypothese.terme == dt.date(2028, 11, 21)  # deux ans qui ne partent pas tant que l'instance dure (2242)
    assert any("signification" in evenement for evenement in hypothese.evenements)


def test_devant_le_tribunal_judiciaire_rien_ne_se_consigne(fabriquer):
    dossier = fabriquer(suivi={"depot": dt.date(2026, 11, 2)})
    titres = [e.titre for e in calculer_echeances(dossier, AU, consigne_au_greffe=False)]
    assert not any("Consignation" in titre for titre in titres)
    assert any("Consignation" in e.titre for e in calculer_echeances(dossier, AU))


TRANSPORT = {"nature": "contrat", "activite": "transport"}
ANCIENNE = {
    "depot": dt.date(2025, 6, 10),
    "ordonnance": {"date": dt.date(2025, 7, 1)},
    "signification": {"date": dt.date(2025, 7, 15), "mode": "personne"},
    "opposition": dt.date(2025, 8, 1),
}
DE_2025 = {"date": dt.date(2025, 3, 31), "echeance": dt.date(2025, 4, 30)}


def test_la_creance_ne_se_prescrit_pas_pendant_l_instance_sur_opposition(fabriquer):
    """Un an pour un transport, l'instance dure seize mois (C. civ. 2242) : les conclusions demandaient 0,00 €."""
    dossier = fabriquer(suivi=ANCIENNE, contrat=TRANSPORT, factures=[DE_2025])
    au = dt.date(2026, 11, 21)
    assert echeances_prescrites(dossier, au) == frozenset()
    assert chiffrer(dossier, au).principal == Decimal(10000)
    assert not [e for e in calculer_echeances(dossier, au) if e.titre.startswith("Prescription")]


def test_prescrite_avant_la_signification_elle_le_reste_pendant_l_instance(fabriquer):
    tard = {**ANCIENNE, "signification": {"date": dt.date(2025, 12, 15), "mode": "personne"}}
    facture = {"date": dt.date(2024, 11, 1), "echeance": dt.date(2024, 12, 1)}
    suivi = {**tard, "opposition": dt.date(2025, 12, 20)}
    dossier = fabriquer(suivi=suivi, contrat=TRANSPORT, factures=[facture])
    assert echeances_prescrites(dossier, dt.date(2026, 11, 21)) == {("F1", dt.date(2024, 12, 1))}

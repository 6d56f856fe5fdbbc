"""Une injonction européenne notée au suivi ne prend ni les délais, ni les actes de l'injonction nationale."""

import datetime as dt

import pytest

from generateur.calculs.conduite import conduire
from generateur.calculs.echeances import calculer_echeances
from generateur.calculs.suites_europeennes import est_europeenne, terme_europeen
from generateur.calculs.titre import est_titre, signification_utile, terme_depasse

RENDUE, SIGNIFIEE, AU = dt.date(2026, 9, 21), dt.date(2026, 10, 5), dt.date(2026, 12, 20)


def _allemand(fabriquer, pays="DE", **suivi):
    debiteur = {
        "nature": "personne_morale",
        "denomination": "Alpha GmbH",
        "forme": "GmbH",
        "adresse": {"voie": "Hauptstr. 4", "code_postal": "10115", "commune": "Berlin", "pays": pays},
    }
    return fabriquer(
        debiteurs=[debiteur], suivi={"depot": dt.date(2026, 9, 10), "ordonnance": {"date": RENDUE}, **suivi}
    )


def _signifiee(jour=SIGNIFIEE, mode="domicile"):
    return {"signification": {"date": jour, "mode": mode}}


@pytest.mark.parametrize(("pays", "europeenne"), [("DE", True), ("DK", False), ("US", False), ("FR", False)])
def test_seul_un_autre_etat_lie_la_fait_europeenne(fabriquer, pays, europeenne):
    assert est_europeenne(_allemand(fabriquer, pays)) is europeenne


def test_trente_jours_pour_s_y_opposer_quel_que_soit_le_mode(fabriquer):
    """Du 5 octobre au 4 novembre 2026 ; l'injonction nationale en aurait donné trois mois, à personne seulement."""
    dossier = _allemand(fabriquer, **_signifiee())
    assert terme_europeen(dossier) == dt.date(2026, 11, 4)
    echeances = {e.titre: e for e in calculer_echeances(dossier, AU)}
    assert echeances["Opposition à l'injonction européenne jusqu'au"].date == dt.date(2026, 11, 4)
    assert "1896/2006" in echeances["Opposition à l'injonction européenne jusqu'au"].fondement
    assert not [titre for titre in echeances if "exécutoire" in titre or "Exécution" in titre]


def test_le_terme_qui_tombe_un_samedi_est_reporte(fabriquer):
    assert terme_europeen(_allemand(fabriquer, **_signifiee(dt.date(2026, 10, 15)))) == dt.date(2026, 11, 16)


def test_elle_n_est_jamais_non_avenue_et_n_est_pas_encore_un_titre(fabriquer):
    tard = _allemand(fabriquer, **_signifiee(dt.date(2026, 12, 28)))
    assert conduire(tard, dt.date(2026, 12, 30)).etape.nom == "europeenne"
    assert signification_utile(tard, dt.date(2026, 12, 30)) is not None
    assert not est_titre(tard, dt.date(2026, 12, 30))


@pytest.mark.parametrize(
    ("suivi", "au", "mot"),
    [
        ({}, AU, "formulaire d’opposition (F) annexé"),
        (_signifiee(), dt.date(2026, 11, 4), "Attendre jusqu’au 4"),
        (_signifiee(), dt.date(2026, 11, 5), "formulaire G"),
        ({**_signifiee(), "opposition": dt.date(2026, 10, 20)}, AU, "se poursuit devant le tribunal"),
    ],
)
def test_la_conduite_suit_le_reglement(fabriquer, suivi, au, mot):
    conduite = conduire(_allemand(fabriquer, **suivi), au)
    assert mot in " ".join(conduite.a_faire)
    assert (conduite.suites, conduite.depenses) == ((), ())


@pytest.mark.parametrize(("opposition", "tardive"), [(dt.date(2026, 11, 4), False), (dt.date(2026, 11, 5), True)])
def test_l_opposition_est_tardive_le_lendemain(fabriquer, opposition, tardive):
    assert (terme_depasse(_allemand(fabriquer, **_signifiee(), opposition=opposition)) is not None) is tardive

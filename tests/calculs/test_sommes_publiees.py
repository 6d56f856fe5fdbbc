"""Les sommes publiées par des tiers ressortent au centime, avec le nombre de jours qu'elles annoncent."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.calculs.calendrier import ajouter_mois
from generateur.calculs.decompte import chiffrer
from generateur.calculs.interets import RegimeInteret, debut_semestre, interet, taux_suppletif
from generateur.domaine.creances import Penalites
from generateur.droit.tables import decimal_au

EXEMPLES = Path(__file__).parents[3] / "shared" / "donnees" / "exemples_calcul" / "exemples.json"


@pytest.fixture(scope="module")
def exemples():
    if not EXEMPLES.is_file():
        pytest.skip("les exemples publiés (../shared/donnees/exemples_calcul) ne sont pas sur cette machine")
    brut = json.loads(EXEMPLES.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return {exemple["id"]: exemple for exemple in brut["exemples"]}


@pytest.mark.parametrize(
    ("principal", "taux", "jours", "attendu"),
    [
        ("3000", "14.76", 30, "36.39"),
        ("1000", "14.5", 30, "11.92"),
        ("1000", "0.975", 45, "1.20"),
        ("2000", "3.11", 30, "5.11"),
        ("2000", "4.29", 61, "14.34"),
        ("2000", "9.29", 44, "22.40"),
        ("2000", "9.54", 100, "52.27"),
        ("2000", "9.54", 101, "52.80"),
        ("10000", "12.15", 61, "203.05"),
        ("10000", "12.40", 62, "210.63"),
        ("5000", "10", 30, "41.10"),
        ("100", "10", 15, "0.41"),
    ],
)
def test_somme_publiee(principal, taux, jours, attendu):
    assert interet(Decimal(principal), Decimal(taux), jours) == Decimal(attendu)


def test_total_service_public_2015_2016():
    segments = [("4.29", 61), ("9.29", 44), ("9.54", 100)]
    assert sum(interet(Decimal(2000), Decimal(taux), jours) for taux, jours in segments) == Decimal("89.01")


@pytest.mark.parametrize(
    ("jour", "taux"),
    [
        ((2022, 1, 1), "10"),
        ((2022, 7, 1), "10"),
        ((2023, 1, 1), "12.50"),
        ((2023, 7, 1), "14.00"),
        ((2024, 1, 1), "14.50"),
        ((2024, 7, 1), "14.25"),
        ((2025, 1, 1), "13.15"),
        ((2025, 7, 1), "12.15"),
        ((2026, 1, 1), "12.15"),
        ((2026, 7, 1), "12.40"),
        ((2026, 11, 21), "12.40"),
    ],
)
def test_taux_suppletif_pris_au_premier_jour_du_semestre(jour, taux):
    assert taux_suppletif(dt.date(*jour)) == Decimal(taux)


@pytest.mark.parametrize(
    ("jour", "plancher"),
    [((2025, 1, 1), "11.13"), ((2025, 7, 1), "8.28"), ((2026, 1, 1), "7.86"), ((2026, 7, 1), "8.25")],
)
def test_plancher_de_trois_fois_le_taux_legal(jour, plancher):
    convenu = Penalites(mode="fixe", taux=Decimal("1.00"))
    regime = RegimeInteret(convenu, "taux_legal_professionnels", dt.date(2020, 1, 1), entre_professionnels=True)
    assert regime.taux_au(dt.date(*jour)).plancher == Decimal(plancher)


def test_exemples_deux_semestres(exemples):
    exemple = exemples["deux_semestres_2026"]
    sommes = [interet(exemple["principal"], Decimal(t), int(j)) for j, t, _ in exemple["segments"]]
    assert sommes == [montant for _, _, montant in exemple["segments"]]
    assert sum(sommes) == exemple["interets"]
    assert (
        exemple["principal"] + sum(sommes) + decimal_au("indemnite_recouvrement", dt.date(2026, 5, 2))
        == (exemple["total"])
    )


def test_exemple_annee_pleine_par_les_dates(exemples, fabriquer):
    exemple = exemples["annee_pleine_10pct"]
    echeance = dt.date.fromisoformat(exemple["echeance"])
    dossier = fabriquer(
        contrat={"penalites": {"mode": "fixe", "taux": exemple["taux"]}},
        factures=[{"date": dt.date(2024, 12, 1), "echeance": echeance}],
    )
    decompte = chiffrer(dossier, dt.date.fromisoformat(exemple["arrete"]))
    assert decompte.interets == exemple["interets"]
    assert decompte.total == exemple["total"]


@pytest.mark.parametrize("identifiant", ["paiement_partiel_principal_dabord", "avoir_sur_principal"])
def test_exemples_base_reduite_au_changement_de_semestre(exemples, identifiant):
    exemple = exemples[identifiant]
    reste = exemple["principal_restant"]
    somme = interet(exemple["principal"], Decimal(10), 181) + interet(reste, Decimal(10), 184)
    assert somme == exemple.get("interets", exemple.get("interets_restants"))


def test_exemple_changement_de_taux(exemples):
    exemple = exemples["changement_taux"]
    paires = zip(exemple["taux"], exemple["jours"], strict=True)
    somme = sum(interet(exemple["principal"], Decimal(taux), int(jours)) for (_, taux), jours in paires)
    assert somme == exemple["interets"]


@pytest.mark.parametrize("identifiant", ["erpnext_dunning", "lesjooristes"])
def test_exemples_simples(exemples, identifiant):
    exemple = exemples[identifiant]
    somme = interet(exemple["principal"], Decimal(exemple["taux"]), int(exemple["jours"]))
    assert somme == exemple["interets"]


def test_exemples_quantieme(exemples):
    for depart, ajout, attendu in exemples["quantieme"]["cas"]:
        mois = int(ajout.strip("+m"))
        assert ajouter_mois(dt.date.fromisoformat(depart), mois) == dt.date.fromisoformat(attendu)


def test_debut_semestre_aux_bornes():
    assert debut_semestre(dt.date(2026, 6, 30)) == dt.date(2026, 1, 1)
    assert debut_semestre(dt.date(2026, 7, 1)) == dt.date(2026, 7, 1)

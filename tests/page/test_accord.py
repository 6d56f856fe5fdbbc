"""Accorder depuis la page : l'échéancier répond, le protocole s'écrit."""

import pytest

DOSSIER = "/dossiers/2026-0042"
TERMES = {"premiere": "2026-12-15", "echeances": "4", "acompte": "500"}


def test_l_echeancier_repond_au_centime(visiteur):
    page = visiteur.poster(f"{DOSSIER}/accord", TERMES, htmx=True).texte
    assert page.count("<tr>") == 5
    assert "500,00\u00a0€" in page
    assert "<html" not in page


def test_sans_date_on_la_demande(visiteur):
    assert "Donner la première échéance" in visiteur.voir(f"{DOSSIER}/accord").texte
    assert "Donner la première échéance" in visiteur.poster(f"{DOSSIER}/accord", {"echeances": "4"}).texte


@pytest.mark.parametrize(
    "termes",
    [
        {"premiere": "2020-01-01"},
        {"premiere": "demain"},
        {"acompte": "999999"},
        {"echeances": "0"},
        {"echeances": "2.5"},
        {"remise": "100"},
    ],
)
def test_des_termes_impossibles_sont_dits_a_leur_place(visiteur, termes):
    page = visiteur.poster(f"{DOSSIER}/accord", TERMES | termes, htmx=True)
    assert page.code == 200
    assert "dit bloquant" in page.texte


def test_le_protocole_est_refuse_si_ses_termes_le_sont(visiteur):
    champs = {"quoi": "accord", "premiere": "demain", "echeances": "3"}
    assert visiteur.poster(f"{DOSSIER}/produire", champs).code == 422

"""Accorder depuis la page : l'échéancier répond, le protocole s'écrit."""

import datetime as dt
import tomllib

import pytest

from tests.outils.fabriquer_exemples_import import dessiner
from tests.page.conftest import Visiteur
from tests.page.service_reel import attendre

DOSSIER = "/dossiers/2026-0042"
SIGNE = ("signe", "protocole.pdf", dessiner("Protocole signé"))
TERMES = {"premiere": "2026-12-15", "echeances": "4", "acompte": "500"}


def test_l_echeancier_repond_au_centime(visiteur):
    page = visiteur.poster(f"{DOSSIER}/accord", TERMES, htmx=True).texte
    assert page.count("<tr>") == 5
    assert "500,00\u00a0€" in page
    assert "<html" not in page


def test_un_echeancier_est_propose_d_emblee_a_ce_debiteur(visiteur):
    page = visiteur.voir(f"{DOSSIER}/accord").texte
    assert "échelonné à Les Comptoirs Beaurivage" in page
    assert 'value="2026-12-21"' in page
    assert page.count("<tr>") == 7


def test_les_termes_essayes_se_retrouvent_en_revenant(visiteur):
    visiteur.poster(f"{DOSSIER}/accord", TERMES, htmx=True)
    page = visiteur.voir(f"{DOSSIER}/accord").texte
    assert page.count("<tr>") == 5
    assert 'name="premiere" type="date" value="2026-12-15"' in page
    assert 'name="acompte" value="500' in page
    visiteur.poster(f"{DOSSIER}/accord", {**TERMES, "remise": "100"}, htmx=True)  # impossible : rien n'en reste
    assert 'name="remise" value=""' in visiteur.voir(f"{DOSSIER}/accord").texte


def test_sans_date_on_la_demande(visiteur):
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


def test_le_protocole_signe_entre_au_dossier(visiteur, dossiers):
    champs = {**TERMES, "signe_le": "2026-11-20"}
    assert visiteur.envoyer(f"{DOSSIER}/accord/signe", champs, []).code == 422
    assert visiteur.envoyer(f"{DOSSIER}/accord/signe", {**champs, "signe_le": "hier"}, [SIGNE]).code == 422
    vide = visiteur.envoyer(f"{DOSSIER}/accord/signe", champs, [("signe", "protocole.pdf", b"")])
    assert vide.code == 422
    assert "est vide" in vide.texte
    assert visiteur.envoyer(f"{DOSSIER}/accord/signe", champs, [SIGNE]).code == 303
    accord = tomllib.loads((dossiers / "2026-0042" / "dossier.toml").read_text("utf-8"))["accord"]
    assert accord["date"] == dt.date(2026, 11, 20)
    assert len(accord["echeances"]) == 5  # l'acompte est la première
    assert (dossiers / "2026-0042" / accord["fichier"]).read_bytes() == SIGNE[2]
    assert "15/12/2026" in visiteur.voir("/echeances").texte


def test_le_protocole_ecrit_se_retrouve_la_page_rouverte(visiteur):
    """Signé, c'est lui qui se note : ses termes, non ceux que l'on proposerait ce jour-là."""
    ecrire = {**TERMES, "quoi": "accord", "remise": "5"}
    assert visiteur.poster(f"{DOSSIER}/produire", ecrire).code == 303
    assert attendre(lambda: "En cours" not in visiteur.voir(f"{DOSSIER}/production").texte)
    rouverte = Visiteur(visiteur.maison)
    rouverte.entrer()
    page = rouverte.voir(f"{DOSSIER}/accord").texte
    assert 'name="premiere" type="date" value="2026-12-15"' in page
    assert 'name="remise" value="5"' in page
    assert "Protocole écrit le 21\u00a0novembre\u00a02026" in page
    assert "4\u00a0échéances" in page

"""Importer par la page : les colonnes se choisissent dans une liste, et l'on tranche entre trois versions."""

import html
import json
import re
import tomllib

import pytest

from generateur.page import adresses, vues_import
from tests.page.conftest import onglet_ouvert

ENTETE = "Numéro;Date;Échéance;Montant TTC;Reste dû;Client;SIREN"
LIGNE = "F1;01/05/2026;31/05/2026;1200,00;1200,00;Garage Lumen SAS;999999915"
DOSSIER = "2026-garage-lumen-sas"


def _envoyer(visiteur, *lignes, entete=ENTETE):
    octets = "\n".join((entete, *lignes)).encode()
    reponse = visiteur.envoyer("/importer", {"profil": "atelier.toml"}, [("sources", "export.csv", octets)])
    assert reponse.code == 303
    return reponse.entetes["location"]


def _creer(visiteur, lieu, **choix):
    fait = visiteur.poster(lieu, choix)
    assert fait.code == 303
    return visiteur.voir(fait.entetes["location"]).texte


def _corriger(dossiers, avant, apres):
    fichier = dossiers / DOSSIER / "dossier.toml"
    texte = fichier.read_text("utf-8")
    assert avant in texte
    fichier.write_text(texte.replace(avant, apres), "utf-8")


def _echeance(dossiers):
    return tomllib.loads((dossiers / DOSSIER / "dossier.toml").read_text("utf-8"))["factures"][0]["echeance"]


def test_deux_colonnes_qui_se_disputent_se_choisissent_dans_une_liste(visiteur):
    lieu = _envoyer(visiteur, f"{LIGNE};1300,00", entete=f"{ENTETE};Total TTC")
    question = visiteur.voir(lieu)
    assert question.code == 200
    assert "Quelle colonne dit « montant TTC » ?" in question.texte
    assert re.findall(r'<option value="([^"]*)"', question.texte) == ["Montant TTC", "Total TTC"]
    assert visiteur.poster(f"{lieu}/colonnes", {"colonne.montant_ttc": "Montant TTC"}).entetes["location"] == lieu
    assert "Garage Lumen SAS" in visiteur.voir(lieu).texte


def test_une_colonne_mal_comprise_se_corrige_dans_une_liste(visiteur):
    lieu = _envoyer(visiteur, f"{LIGNE};Pose d’une verrière", entete=f"{ENTETE};Affaire")
    page = visiteur.voir(lieu).texte
    assert 'name="colonne.objet"' in page
    assert "Par exemple : 31/05/2026" in page.partition('name="colonne.echeance"')[2].partition("</p>")[0]
    assert "Par exemple" not in page.partition('name="colonne.objet"')[2].partition("</p>")[0]
    visiteur.poster(f"{lieu}/colonnes", {"colonne.objet": "Affaire", "colonne.numero": ""})
    page = visiteur.voir(lieu).texte
    assert '<option value="Affaire" selected>' in page
    assert "Par exemple : Pose d’une verrière" in page.partition('name="colonne.objet"')[2].partition("</p>")[0]
    assert "ce qui a été vendu" not in page


def test_une_colonne_qui_n_existe_pas_ne_change_rien(visiteur):
    lieu = _envoyer(visiteur, LIGNE)
    assert visiteur.poster(f"{lieu}/colonnes", {"colonne.objet": "<script>"}).code == 422
    page = visiteur.voir(lieu)
    assert page.code == 200
    assert "<script>" not in page.texte.partition("Colonnes comprises")[2]


def test_ce_que_l_export_seul_a_change_se_montre_puis_se_reprend(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    lieu = _envoyer(visiteur, LIGNE.replace("31/05/2026", "15/06/2026"))
    page = visiteur.voir(lieu).texte
    rangee = page.partition("Facture F1, Échéance")[2].partition("</tr>")[0]
    assert re.findall(r"<td>(.*?)</td>", rangee, re.DOTALL)[:3] == ["31/05/2026", "31/05/2026", "15/06/2026"]
    assert "à reprendre de l’export" in rangee
    assert str(_echeance(dossiers)) == "2026-05-31"
    assert "reprise de l’export" in _creer(visiteur, lieu)
    assert str(_echeance(dossiers)) == "2026-06-15"


def test_ce_que_la_personne_a_change_est_garde_et_se_dit(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    _corriger(dossiers, "echeance = 2026-05-31", "echeance = 2026-06-10")
    lieu = _envoyer(visiteur, LIGNE)
    assert "la vôtre est gardée" in visiteur.voir(lieu).texte
    _creer(visiteur, lieu)
    assert str(_echeance(dossiers)) == "2026-06-10"


def test_entre_deux_changements_la_saisie_reste_sauf_choix_contraire(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    _corriger(dossiers, "echeance = 2026-05-31", "echeance = 2026-06-10")
    nouveau = LIGNE.replace("31/05/2026", "15/06/2026")
    lieu = _envoyer(visiteur, nouveau)
    page = visiteur.voir(lieu).texte
    rangee = page.partition("Facture F1, Échéance")[2].partition("</tr>")[0]
    assert re.findall(r"<td>(.*?)</td>", rangee, re.DOTALL)[:3] == ["31/05/2026", "10/06/2026", "15/06/2026"]
    _creer(visiteur, lieu)
    assert str(_echeance(dossiers)) == "2026-06-10"
    choix = json.dumps([DOSSIER, "factures", "F1", "echeance"])
    assert choix.replace('"', "&#34;") in visiteur.voir(lieu).texte
    _creer(visiteur, lieu, prendre=choix)
    assert str(_echeance(dossiers)) == "2026-06-15"
    assert "Ce qui a changé" not in visiteur.voir(_envoyer(visiteur, nouveau)).texte


def test_un_choix_fabrique_n_ecrit_rien(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    avant = (dossiers / DOSSIER / "dossier.toml").read_bytes()
    lieu = _envoyer(visiteur, LIGNE)
    assert visiteur.poster(lieu, {"prendre": "{"}).code == 422
    _creer(visiteur, lieu, prendre=json.dumps(["../2026-0042", "factures", "F1", "montant_ttc"]))
    assert (dossiers / DOSSIER / "dossier.toml").read_bytes() == avant


def test_ce_qui_manque_a_tous_se_dit_une_fois(visiteur):
    lignes = [f"F{n};01/05/2026;31/05/2026;100,00;100,00;Client {n};" for n in range(4)]
    page = visiteur.voir(_envoyer(visiteur, *lignes)).texte
    assert "4\u00a0débiteurs, 400,00\u00a0€ dus" in page
    assert "Il manque à tous :" in page
    assert page.count("l’adresse du débiteur") == 1
    assert "à créer" in page


def test_un_debiteur_laisse_de_cote_n_a_pas_de_dossier(visiteur, dossiers):
    autre = LIGNE.replace("F1;", "F2;").replace("Garage Lumen SAS;999999915", "Menuiserie <b>Orme</b>;")
    lieu = _envoyer(visiteur, LIGNE, autre)
    page = visiteur.voir(lieu).texte
    assert "<b>Orme" not in page
    cles = re.findall(r'name="laisser" value="([^"]*)" aria-label="Laisser ([^"]*) de côté"', page)
    assert len(cles) == 2
    laissee = next(cle for cle, nom in cles if nom == "Garage Lumen SAS")
    avant = set(dossiers.iterdir())
    assert "vous l’avez laissé de côté" in _creer(visiteur, lieu, laisser=laissee)
    crees = {nouveau.name for nouveau in set(dossiers.iterdir()) - avant}
    assert len(crees) == 1
    assert DOSSIER not in crees


def test_un_dossier_laisse_de_cote_ne_change_pas_et_n_est_pas_dit_absent(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    avant = (dossiers / DOSSIER / "dossier.toml").read_bytes()
    lieu = _envoyer(visiteur, LIGNE.replace("31/05/2026", "15/06/2026"))
    fait = _creer(visiteur, lieu, laisser="siren:999999915")
    assert "n’est dans l’export" not in fait
    assert "n'est dans l'export" not in fait
    assert (dossiers / DOSSIER / "dossier.toml").read_bytes() == avant
    _creer(visiteur, _envoyer(visiteur, LIGNE.replace("31/05/2026", "15/06/2026")))
    assert (dossiers / DOSSIER / "dossier.toml").read_bytes() != avant


@pytest.fixture
def par_trois(monkeypatch):
    """Des pages de trois débiteurs, et moins de champs par envoi que de débiteurs."""
    monkeypatch.setattr(vues_import, "_PAR_PAGE", 3)
    monkeypatch.setattr(adresses, "_CHAMPS_MAXIMUM", 6)


def _sept(visiteur):
    lignes = [LIGNE.replace("F1", f"F{n}").replace("Lumen SAS;999999915", f"{n} SAS;") for n in range(1, 8)]
    return _envoyer(visiteur, *lignes)


def _tourner(visiteur, lieu, page, aller, cocher):
    """Coche ces rangs de la page montrée, puis passe à une autre, ou crée ; rend ce qui s'affiche."""
    cles = re.findall(r'name="laisser" value="([^"]+)"', page)
    montres = html.unescape(re.search(r'name="montres" value="([^"]+)"', page)[1])
    champs = [("montres", montres), *(("laisser", html.unescape(cles[rang])) for rang in cocher)]
    fait = visiteur.poster(lieu, [*champs, *([("aller", aller)] if aller else [])])
    assert fait.code == 303
    return visiteur.voir(fait.entetes["location"]).texte


@pytest.mark.usefixtures("par_trois")
def test_les_debiteurs_se_cochent_page_par_page_et_un_envoi_reste_petit(visiteur, dossiers):
    lieu = _sept(visiteur)
    page = visiteur.voir(lieu).texte
    assert "page 1 sur 3" in page
    assert page.count('name="laisser"') == 3
    page = _tourner(visiteur, lieu, page, "2", (0, 1, 2))
    page = _tourner(visiteur, lieu, page, "3", (0, 1, 2))
    assert "6\u00a0débiteurs laissés de côté en tout" in page
    page = _tourner(visiteur, lieu, page, "1", ())
    assert page.count(" checked") == 3
    page = _tourner(visiteur, lieu, page, "2", (0, 2))  # un se décoche : les autres pages gardent leurs choix
    assert page.count(" checked") == 3
    page = _tourner(visiteur, lieu, page, "", (0, 1, 2))
    assert "2\u00a0dossiers créés" in page
    assert sorted(p.name for p in dossiers.glob("2026-garage-*")) == ["2026-garage-2-sas", "2026-garage-7-sas"]


@pytest.mark.usefixtures("par_trois")
def test_un_envoi_demesure_reste_refuse(visiteur):
    lieu = _sept(visiteur)
    corps = [("laisser", f"nom:{n}") for n in range(50)]
    assert visiteur.envoyer(lieu, {f"laisser{n}": cle for n, (_, cle) in enumerate(corps)}, []).code == 400
    assert visiteur.poster(lieu, {"montres": "[" * 100_000}).code == 422


@pytest.mark.usefixtures("par_trois")
def test_tourner_une_page_ne_relit_pas_l_export_un_dossier_change_si(visiteur, dossiers, monkeypatch):
    lus = []
    vrai = vues_import.importer
    monkeypatch.setattr(vues_import, "importer", lambda *a, **k: lus.append(a) or vrai(*a, **k))
    lieu = _sept(visiteur)
    for numero in (1, 2, 3):
        visiteur.voir(f"{lieu}?page={numero}")
    assert len(lus) == 1
    profil = dossiers / "creanciers" / "atelier.toml"
    profil.write_text(profil.read_text("utf-8") + "\n", "utf-8")
    visiteur.voir(lieu)
    assert len(lus) == 2


def test_un_export_de_refus_se_montre_borne(visiteur, monkeypatch):
    monkeypatch.setattr(vues_import, "_LIGNES", 2)
    page = visiteur.voir(_envoyer(visiteur, LIGNE, *(f"F{n};pas une date;x;y;z;;" for n in range(2, 9)))).texte
    assert "autres lignes." in page
    assert page.partition("Lignes laissées de côté")[2].partition("</ul>")[0].count("<li>") == 2


def test_un_conflit_laisse_ouvre_le_champ_a_corriger(visiteur, dossiers):
    _creer(visiteur, _envoyer(visiteur, LIGNE))
    _corriger(dossiers, "echeance = 2026-05-31", "echeance = 2026-06-10")
    lieu = _envoyer(visiteur, LIGNE.replace("31/05", "15/06"))
    for table in (visiteur.voir(lieu).texte, _creer(visiteur, lieu)):
        assert "<td>inchangé, <strong>1\u00a0conflit à départager</strong></td>" in table
    page = visiteur.voir(f"/dossiers/{DOSSIER}").texte
    [bouton] = re.findall(r'<a class="bouton" href="([^"]+)"[^>]*>Choisir la valeur', page)
    assert html.unescape(bouton) == f"/dossiers/{DOSSIER}?onglet=factures#c-factures-0-echeance"
    montree = visiteur.voir(html.unescape(bouton).partition("#")[0]).texte
    assert 'id="c-factures-0-echeance"' in montree
    visiteur.poster(
        f"/dossiers/{DOSSIER}/champ",
        {"lieu": "factures[1].echeance", "valeur": "15/06/2026", "page": onglet_ouvert(montree)},
    )
    assert _echeance(dossiers).isoformat() == "2026-06-15"
    assert "Choisir la valeur" not in visiteur.voir(f"/dossiers/{DOSSIER}").texte

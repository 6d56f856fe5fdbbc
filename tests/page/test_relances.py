"""L'onglet des relances : lire le message avant de l'envoyer, puis noter ce qui est parti et revenu."""

import datetime as dt
import re
import tomllib

import pytest

from tests.outils.fabriquer_exemples_import import dessiner
from tests.page.conftest import JOUR, produire

DOSSIER = "/dossiers/2026-0074"
ONGLET = f"{DOSSIER}?onglet=relances"
PREUVE, AVIS = dessiner("Preuve de dépôt"), dessiner("Avis de réception")


def _lire(dossiers, nom="2026-0074"):
    return tomllib.loads((dossiers / nom / "dossier.toml").read_text("utf-8"))


def _poster(visiteur, adresse, champs, fichiers=()):
    return visiteur.envoyer(f"{DOSSIER}/relances{adresse}", champs, list(fichiers))


def test_la_relance_du_jour_se_lit_puis_se_note(visiteur, dossiers):
    assert "Préparer la relance" in visiteur.voir(ONGLET).texte
    assert _poster(visiteur, "", {"noter": ""}).entetes["location"] == ONGLET
    page = visiteur.voir(ONGLET).texte
    avant = len(_lire(dossiers)["relances"])
    assert "data-imprimer>Imprimer<" in page
    assert visiteur.voir(f"{DOSSIER}/relances/messages/0").octets.startswith(b"%PDF")
    assert "C’est fait" in page
    _poster(visiteur, "", {"noter": "oui"})
    relances = _lire(dossiers)["relances"]
    assert len(relances) == avant + 1
    assert relances[-1]["date"] == JOUR
    assert "C’est fait" not in visiteur.voir(ONGLET).texte


def test_un_courriel_se_lit_en_entier_avant_de_partir(visiteur, dossiers):
    dossier = dossiers / "2026-0074" / "dossier.toml"
    texte = dossier.read_text("utf-8")
    texte = re.sub(r"(?ms)^\[\[relances\]\].*?(?=^\[\[pieces\]\])", "", texte)
    texte = re.sub(r"(?m)^echeance    = .*", "echeance = 2026-11-14", texte)
    dossier.write_text(texte, "utf-8")
    _poster(visiteur, "", {"noter": ""})
    page = visiteur.voir(ONGLET).texte
    assert "À : Hôtel des Embruns Bleus &lt;reception@embruns-bleus.example&gt;" in page
    assert "Objet : " in page
    assert "4\u202f104,00\u00a0€" in page
    message = visiteur.voir(f"{DOSSIER}/relances/messages/0")
    assert message.entetes["content-disposition"].startswith("attachment")
    assert b"X-Unsent: 1" in message.octets


def test_l_envoi_de_la_lettre_ecrite_en_fait_une_piece_et_fait_courir_le_delai(visiteur, dossiers):
    produire(visiteur, "mise_en_demeure", DOSSIER)
    page = visiteur.voir(ONGLET).texte
    assert "Noter l’envoi" in page
    assert visiteur.voir(f"{DOSSIER}/relances/lettres/0").octets.startswith(b"%PDF")
    envoi = {"le": "2026-11-10", "numero-1": "1A 234"}
    assert _poster(visiteur, "/envoi", envoi, [("preuve-1", "dépôt.pdf", PREUVE)]).code == 303
    mise = _lire(dossiers)["mise_en_demeure"]
    assert mise["date_envoi"] == dt.date(2026, 11, 10)
    assert mise["numero"] == "1A 234"
    assert mise["mode"] == "lrar"
    assert mise["delai_jours"] > 0
    lettre = dossiers / "2026-0074" / mise["fichier"]
    assert (
        lettre.read_bytes()
        == (visiteur.maison.lieux.sortie / "2026-0074_mise_en_demeure" / "mise_en_demeure.pdf").read_bytes()
    )
    assert (dossiers / "2026-0074" / mise["preuve_depot"]).read_bytes() == PREUVE
    page = visiteur.voir(ONGLET).texte
    assert "Noter l’envoi" not in page
    assert "L’avis est revenu" in page
    assert 'name="issue" required><option value="">— à choisir —</option>' in page


@pytest.mark.parametrize("octets", [b"", b"%PDF-1.7 rien de plus"])
def test_une_preuve_vide_ou_abimee_est_refusee_et_l_envoi_reste_a_noter(visiteur, dossiers, octets):
    produire(visiteur, "mise_en_demeure", DOSSIER)
    refus = _poster(visiteur, "/envoi", {"le": "2026-11-10"}, [("preuve-1", "dépôt.pdf", octets)])
    assert refus.code == 422
    assert "ne peut pas être reprise" in refus.texte
    assert "mise_en_demeure" not in _lire(dossiers)
    _poster(visiteur, "/envoi", {"le": "2026-11-10"})
    champs = {"lieu": "mise_en_demeure", "issue": "distribuee", "presentee_le": "2026-11-12"}
    assert _poster(visiteur, "/avis", champs, [("accuse", "avis.pdf", octets)]).code == 422
    assert "issue" not in _lire(dossiers)["mise_en_demeure"]


def test_l_avis_revenu_dit_quand_le_delai_court(visiteur, dossiers):
    produire(visiteur, "mise_en_demeure", DOSSIER)
    _poster(visiteur, "/envoi", {"le": "2026-11-10"})
    lieu = {"lieu": "mise_en_demeure", "issue": "distribuee"}
    assert _poster(visiteur, "/avis", {**lieu, "presentee_le": "2026-11-09"}).code == 422
    for sort in ("mangee", ""):
        assert _poster(visiteur, "/avis", {**lieu, "issue": sort, "presentee_le": "2026-11-12"}).code == 422
    assert "date_presentation" not in _lire(dossiers)["mise_en_demeure"]
    fichiers = [("accuse", "avis.pdf", AVIS)]
    assert _poster(visiteur, "/avis", {**lieu, "presentee_le": "2026-11-12"}, fichiers).code == 303
    mise = _lire(dossiers)["mise_en_demeure"]
    assert mise["date_presentation"] == dt.date(2026, 11, 12)
    assert mise["issue"] == "distribuee"
    assert (dossiers / "2026-0074" / mise["accuse"]).read_bytes() == AVIS
    assert _poster(visiteur, "/avis", {**lieu, "presentee_le": "2026-11-12"}).code == 422


@pytest.mark.parametrize("le", ["2026-11-22", "demain", ""])
def test_un_envoi_qui_n_a_pas_eu_lieu_ne_se_note_pas(visiteur, dossiers, le):
    produire(visiteur, "mise_en_demeure", DOSSIER)
    avant = (dossiers / "2026-0074" / "dossier.toml").read_bytes()
    assert _poster(visiteur, "/envoi", {"le": le}).code == 422
    assert (dossiers / "2026-0074" / "dossier.toml").read_bytes() == avant


def test_sans_lettre_ecrite_rien_ne_se_note(visiteur):
    assert "Écrire la lettre" in visiteur.voir(ONGLET).texte
    assert _poster(visiteur, "/envoi", {"le": "2026-11-10"}).code == 422
    assert visiteur.voir(f"{DOSSIER}/relances/lettres/0").code == 404
    assert visiteur.voir(f"{DOSSIER}/relances/messages/0").code == 404


def test_deux_debiteurs_ont_chacun_leur_pli(visiteur, dossiers):
    dossier = dossiers / "2026-0074" / "dossier.toml"
    second = (
        '[[debiteurs]]\nnature = "personne_morale"\ndenomination = "Les Régates"\nforme = "SAS"\n'
        'siren = "999999923"\nadresse = { voie = "2 quai", code_postal = "56000", commune = "Vannes" }\n\n'
    )
    dossier.write_text(dossier.read_text("utf-8").replace("[contrat]", second + "[contrat]", 1), "utf-8")
    produire(visiteur, "mise_en_demeure", DOSSIER)
    page = visiteur.voir(ONGLET).texte
    assert "À Les Régates" in page
    assert _poster(visiteur, "/envoi", {"le": "2026-11-10", "numero-1": "A", "numero-2": "B"}).code == 303
    plis = _lire(dossiers)["mises_en_demeure"]
    assert [(m["debiteur"], m["numero"]) for m in plis] == [(1, "A"), (2, "B")]
    assert len({m["fichier"] for m in plis}) == 2


def test_noter_la_relance_n_efface_pas_ce_qu_un_editeur_a_ecrit(visiteur, dossiers):
    _poster(visiteur, "", {"noter": ""})
    fichier = dossiers / "2026-0074" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("Comptoir d’accueil et banquettes", "Banquettes"), "utf-8")
    _poster(visiteur, "", {"noter": "oui"})
    donnees = _lire(dossiers)
    assert donnees["factures"][0]["objet"] == "Banquettes"
    assert donnees["relances"][-1]["date"] == JOUR


def test_la_lettre_ne_se_propose_plus_une_fois_partie(visiteur):
    bouton = 'value="mise_en_demeure" type="submit">Écrire la mise en demeure'
    assert bouton in visiteur.voir(DOSSIER).texte
    produire(visiteur, "mise_en_demeure", DOSSIER)
    _poster(visiteur, "/envoi", {"le": "2026-11-10"})
    assert bouton not in visiteur.voir(DOSSIER).texte

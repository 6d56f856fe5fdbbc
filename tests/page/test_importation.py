"""Importer depuis la page : montrer d'abord, écrire ensuite ; créer un dossier de trois champs ou d'une facture."""

import tomllib
from pathlib import Path

EXEMPLES = Path(__file__).parents[2] / "dossiers" / "exemples_import"


def _lire(visiteur, nom, profil="atelier.toml"):
    octets = (EXEMPLES / nom).read_bytes()
    reponse = visiteur.envoyer("/importer", {"profil": profil}, [("sources", nom, octets)])
    assert reponse.code == 303
    return reponse.entetes["location"]


def test_rien_n_est_ecrit_avant_d_avoir_vu_ce_qui_est_compris(visiteur, dossiers):
    avant = sorted(p.name for p in dossiers.iterdir())
    page = visiteur.voir(_lire(visiteur, "pennylane.csv")).texte
    assert "Éditions du Halage" in page
    assert "1\u202f020,00\u00a0€" in page
    assert sorted(p.name for p in dossiers.iterdir()) == avant


def test_confirmer_cree_un_dossier_par_debiteur(visiteur, dossiers):
    lieu = _lire(visiteur, "pennylane.csv")
    fait = visiteur.poster(lieu, {})
    assert fait.code == 303
    page = visiteur.voir(fait.entetes["location"]).texte
    assert "<h1>2\u00a0dossiers créés</h1>" in page  # rien de « 0 mis à jour »
    assert (dossiers / "2026-editions-du-halage" / "dossier.toml").is_file()
    assert visiteur.voir("/dossiers/2026-editions-du-halage").code == 200


def test_un_export_ou_personne_ne_doit_rien_se_lit(visiteur):
    entete = "Numéro;Date;Échéance;Client;Montant TTC;Reste dû"
    octets = f"{entete}\nF-1;04/05/2026;03/06/2026;Café Lune;120,00;0,00\n".encode()
    lieu = visiteur.envoyer("/importer", {"profil": "atelier.toml"}, [("sources", "p.csv", octets)])
    page = visiteur.voir(lieu.entetes["location"])
    assert page.code == 200
    assert "Personne ne doit rien" in page.texte
    assert "Café Lune" in page.texte


def test_reimporter_ne_double_rien(visiteur):
    visiteur.poster(_lire(visiteur, "pennylane.csv"), {})
    page = visiteur.voir(_lire(visiteur, "pennylane.csv")).texte
    assert "inchangé" in page
    assert ">créé" not in page


def test_un_fichier_qui_ne_se_lit_pas_est_dit(visiteur):
    reponse = visiteur.envoyer("/importer", {}, [("sources", "photo.jpg", b"\xff\xd8\xff\x00")])
    assert visiteur.voir(reponse.entetes["location"]).code == 422


def test_une_importation_oubliee_se_dit(visiteur):
    assert visiteur.voir("/importer/inconnue").code == 422
    assert visiteur.poster("/importer/inconnue", {}).code == 422


def test_trois_champs_font_un_dossier(visiteur, dossiers):
    champs = {
        "reference": "2026-0100",
        "profil": "atelier.toml",
        "nature": "personne_morale",
        "debiteur": "Café & fils",
        "forme": "SARL",
        "numero": "F-1",
        "montant": "1 200,00",
    }
    assert visiteur.envoyer("/nouveau", champs, []).entetes["location"] == "/dossiers/2026-0100"
    donnees = tomllib.loads((dossiers / "2026-0100" / "dossier.toml").read_text("utf-8"))
    assert donnees["debiteurs"][0]["denomination"] == "Café & fils"
    assert "1\u202f200,00\u00a0€" in visiteur.voir("/dossiers/2026-0100").texte


def test_un_dossier_qui_existe_n_est_pas_refait(visiteur, dossiers):
    avant = (dossiers / "2026-0042" / "dossier.toml").read_bytes()
    champs = {"reference": "2026-0042", "profil": "atelier.toml", "debiteur": "X", "numero": "1", "montant": "1"}
    assert visiteur.envoyer("/nouveau", champs, []).code == 422
    assert (dossiers / "2026-0042" / "dossier.toml").read_bytes() == avant


def test_une_reference_ne_sort_pas_de_la_racine(visiteur, dossiers):
    for reference in ("../dehors", "a/b", "", "..", "x" * 41):
        champs = {"reference": reference, "profil": "atelier.toml", "debiteur": "X", "numero": "1", "montant": "1"}
        assert visiteur.envoyer("/nouveau", champs, []).code == 422
    assert not (dossiers.parent / "dehors").exists()


def test_le_profil_du_creancier_se_remplit_une_fois_pour_tous(visiteur, dossiers):
    page = visiteur.voir("/creanciers/atelier").texte
    nom = page.split('name="page" value="')[1].split('"')[0]
    champs = {"page": nom, "lieu": "creancier.telephone", "valeur": "04 00 00 00 00"}
    assert visiteur.poster("/creanciers/atelier", champs, htmx=True).code == 200
    assert "04 00 00 00 00" in (dossiers / "creanciers" / "atelier.toml").read_text("utf-8")
    autre = {"page": nom, "lieu": "debiteurs[1].nom", "valeur": "x"}
    assert visiteur.poster("/creanciers/atelier", autre, htmx=True).code == 422


def test_une_entreprise_nouvelle_a_son_profil_que_le_dossier_suivant_propose(visiteur, dossiers):
    champs = {"profil": "", "creancier": "Fournil & Quais", "debiteur": "X", "numero": "1", "montant": "1"}
    assert visiteur.envoyer("/nouveau", {**champs, "reference": "2026-0200"}, []).code == 303
    cite = tomllib.loads((dossiers / "2026-0200" / "dossier.toml").read_text("utf-8"))["creancier"]
    profil = (dossiers / "2026-0200" / cite).resolve()
    assert tomllib.loads(profil.read_text("utf-8"))["denomination"] == "Fournil & Quais"
    page = visiteur.voir("/nouveau").texte
    assert f'<option value="{profil.name}">Fournil &amp; Quais</option>' in page
    assert 'value="2026-0201"' in page
    assert visiteur.envoyer("/nouveau", {**champs, "reference": "2026-0201"}, []).code == 303
    assert len(list(profil.parent.glob("fournil*"))) == 1


def test_un_dossier_refuse_ne_laisse_pas_de_profil(visiteur, dossiers):
    champs = {"reference": "2026-0042", "profil": "", "creancier": "Autre", "debiteur": "X", "numero": "1"}
    assert visiteur.envoyer("/nouveau", champs, []).code == 422
    assert not list((dossiers / "creanciers").glob("autre*"))


def test_ce_qui_est_tape_l_emporte_sur_la_facture_lue(visiteur, dossiers):
    facture = next((dossiers / "2026-0042" / "pieces").glob("f*.pdf"))
    champs = {"reference": "2026-0300", "profil": "atelier.toml", "debiteur": "Tapé & lu", "numero": "T-9"}
    envoi = [("facture", facture.name, facture.read_bytes())]
    assert visiteur.envoyer("/nouveau", champs, envoi).code == 303
    donnees = tomllib.loads((dossiers / "2026-0300" / "dossier.toml").read_text("utf-8"))
    assert donnees["debiteurs"][0]["denomination"] == "Tapé & lu"
    assert donnees["factures"][0]["numero"] == "T-9"
    assert donnees["factures"][0]["montant_ttc"] == "8640.00"

"""Un dossier dans la page : champs, constats, enregistrement, deux mains, noms hostiles."""

import re
import tomllib

import pytest

from generateur.operations.exemples import racine_des_exemples
from tests.page.conftest import onglet_ouvert

PRET, INCOMPLET = "/dossiers/2026-0042", "/dossiers/2026-0074"


def _fichier(dossiers, nom="2026-0074"):
    return dossiers / nom / "dossier.toml"


def _donnees(dossiers, nom="2026-0074"):
    return tomllib.loads(_fichier(dossiers, nom).read_text("utf-8"))


def _ouvrir(visiteur, adresse):
    page = visiteur.voir(adresse)
    assert page.code == 200
    return onglet_ouvert(page.texte)


def _saisir(visiteur, page, lieu, valeur, **autres):
    champs = {"page": page, "lieu": lieu, "valeur": valeur, **autres}
    return visiteur.poster(f"{INCOMPLET}/champ", champs, htmx=True)


def test_la_liste_dit_qui_doit_combien_et_quoi_faire(visiteur):
    page = visiteur.voir("/").texte
    assert "Les Comptoirs Beaurivage" in page
    assert "9\u202f278,11\u00a0€" in page
    assert "prêt à déposer" in page
    assert "Produire la liasse" in page
    assert "2\u00a0dossiers" in page


def test_la_recherche_retient_ce_qui_repond(visiteur):
    page = visiteur.voir("/?cherche=embruns").texte
    assert "Hôtel des Embruns Bleus" in page
    assert "Beaurivage" not in page
    assert "Aucun dossier ne répond" in visiteur.voir("/?cherche=personne").texte


def test_une_racine_vide_dit_comment_commencer(visiteur, dossiers):
    for dossier in dossiers.iterdir():
        dossier.rename(dossiers.parent / dossier.name)
    page = visiteur.voir("/").texte
    assert "Aucun dossier pour l’instant" in page
    assert 'href="/importer"' in page
    assert 'action="/exemple"' in page


def test_l_exemple_s_ouvre_dans_une_racine_vide_et_n_ecrase_rien(visiteur, dossiers):
    for dossier in dossiers.iterdir():
        dossier.rename(dossiers.parent / dossier.name)
    reponse = visiteur.poster("/exemple", {})
    assert (reponse.code, reponse.entetes["location"]) == (303, PRET)
    assert "prêt à déposer" in visiteur.voir(PRET).texte
    exemple, pose = racine_des_exemples() / "2026-0042", dossiers / "2026-0042"
    fichiers = sorted(f.relative_to(exemple) for f in exemple.rglob("*") if f.is_file())
    assert [(pose / f).read_bytes() for f in fichiers] == [(exemple / f).read_bytes() for f in fichiers]
    saisie = pose / "dossier.toml"
    saisie.write_text(saisie.read_text("utf-8") + "\n# à moi", "utf-8")
    assert "existe déjà" in visiteur.poster("/exemple", {}).texte
    assert saisie.read_text("utf-8").endswith("# à moi")


@pytest.mark.parametrize("onglet", ["parties", "contrat", "factures", "relances", "procedure", "suivi"])
def test_chaque_onglet_se_montre(visiteur, onglet):
    assert visiteur.voir(f"{PRET}?onglet={onglet}").code == 200


@pytest.mark.parametrize("onglet", ["pieces", "decompte"])
def test_un_onglet_qui_a_son_adresse_y_mene(visiteur, onglet):
    reponse = visiteur.voir(f"{PRET}?onglet={onglet}")
    assert (reponse.code, reponse.entetes["location"]) == (303, f"{PRET}/{onglet}")
    assert visiteur.voir(reponse.entetes["location"]).code == 200


def test_le_tableau_et_les_echeances_sont_ceux_des_commandes(visiteur):
    page = visiteur.voir("/tableau").texte
    assert "Balance âgée" in page
    assert 'role="img"' in page
    assert "2 dossiers lus" in page.replace("\u00a0", " ")
    assert "Prescription" in visiteur.voir("/echeances").texte


def test_l_agenda_se_telecharge(visiteur):
    agenda = visiteur.voir("/echeances/agenda")
    assert agenda.entetes["content-type"].startswith("text/calendar")
    assert agenda.octets.startswith(b"BEGIN:VCALENDAR")


def test_le_decompte_est_celui_du_moteur(visiteur):
    page = visiteur.voir(f"{PRET}/decompte").texte
    assert "9\u202f278,11\u00a0€" in page
    assert "C. com. L441-10" in page


def test_chaque_ligne_du_decompte_dit_d_ou_vient_son_taux(visiteur, dossiers):
    def origines():
        plis = re.findall(
            r"<summary>D’où vient ce taux</summary>(.*?)</details>", visiteur.voir(f"{PRET}/decompte").texte
        )
        return [" ".join(pli.replace("\u00a0", " ").split()) for pli in plis]

    premiere, seconde = origines()
    bce = "Taux des opérations principales de refinancement de la Banque centrale européenne"
    assert premiere.startswith(f"{bce} au 01/01/2026 : 2,15 %, ")
    assert seconde.startswith(f"{bce} au 01/07/2026 : 2,40 %, ")
    assert "valeur probable" in seconde
    fichier = _fichier(dossiers, "2026-0042")
    texte = fichier.read_text("utf-8")
    fichier.write_text(texte.replace('{ mode = "suppletif" }', '{ mode = "fixe", taux = "12.00" }'), "utf-8")
    assert set(origines()) == {"Le taux du contrat."}


def test_la_voie_retenue_et_les_autres_sont_expliquees(visiteur):
    page = visiteur.voir(f"{PRET}?onglet=procedure").texte
    assert "retenue" in page
    assert "écartée" in page
    assert "Tribunal" in page


def test_le_titre_d_un_bloc_dit_sa_somme_comme_ailleurs(visiteur):
    titre = re.search(r"<h3>1\. (.*?)</h3>", visiteur.voir(f"{PRET}?onglet=factures").texte)
    assert titre
    assert titre[1].endswith("8\u202f640,00\u00a0€")


def test_un_champ_quitte_est_ecrit_et_le_reste_du_fichier_intact(visiteur, dossiers):
    avant = _fichier(dossiers).read_text("utf-8")
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    reponse = _saisir(visiteur, page, "factures[1].objet", "Comptoir, « fini » & <poncé>")
    assert reponse.code == 200
    assert "Enregistré" in reponse.texte
    assert _donnees(dossiers)["factures"][0]["objet"] == "Comptoir, « fini » & <poncé>"
    apres = _fichier(dossiers).read_text("utf-8")
    assert len(set(avant.splitlines()) ^ set(apres.splitlines())) == 2


@pytest.mark.parametrize(
    ("lieu", "saisi", "ecrit"),
    [
        ("factures[1].echeance", "31/08/2026", "2026-08-31"),
        ("factures[1].echeance", "2026-08-31", "2026-08-31"),
        ("factures[1].contestee", "non", "False"),
        ("debiteurs[1].adresse.voie", "4 quai des Embruns", "4 quai des Embruns"),
        ("debiteurs[1].capital", "10 000,00", "10 000,00"),
        ("mise_en_demeure.delai_jours", "15", "15"),
        ("contrat.base_jours", "366", "366"),
        ("debiteurs[1].anciennes_denominations", "Un ; Deux", "['Un', 'Deux']"),
    ],
)
def test_chaque_genre_de_valeur_s_ecrit_comme_le_dossier_la_lit(visiteur, dossiers, lieu, saisi, ecrit):
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    assert _saisir(visiteur, page, lieu, saisi).code == 200
    valeur = _donnees(dossiers)
    for pas in lieu.replace("[1]", ".0").split("."):
        valeur = valeur[int(pas)] if pas.isdecimal() else valeur[pas]
    assert str(valeur) == ecrit


@pytest.mark.parametrize(
    ("lieu", "saisi", "dit"),
    [
        ("factures[1].montant_ttc", "douze", "n’est pas un nombre"),
        ("factures[1].montant_ttc", "-5", "supérieur à zéro"),
        ("factures[1].echeance", "2026-02-30", "n’existe pas au calendrier"),
        ("factures[1].nature", "autre chose", "admis"),
        ("factures[1].contestee", "peut-être", "oui ou non"),
        ("factures[1].fichier", "../../etc/passwd", "sort du dossier"),
        ("factures[1].inconnue", "x", "pas de celles"),
        ("debiteurs[9].nom", "x", "Non enregistré"),
        ("debiteurs", "x", "pas de celles"),
    ],
)
def test_une_valeur_refusee_l_est_a_cote_du_champ_et_rien_n_est_ecrit(visiteur, dossiers, lieu, saisi, dit):
    avant = _fichier(dossiers).read_bytes()
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    reponse = _saisir(visiteur, page, lieu, saisi)
    assert reponse.code == 422
    assert dit in reponse.texte
    assert "Non enregistré" in reponse.texte
    assert _fichier(dossiers).read_bytes() == avant


def test_les_constats_suivent_la_saisie(visiteur):
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    reponse = _saisir(visiteur, page, "factures[1].montant_ttc", "4800")
    assert "font 4\u202f104,00\u00a0€" in reponse.texte
    assert 'id="constats"' in reponse.texte
    assert 'id="entete"' in reponse.texte


def test_deux_saisies_de_la_meme_page_se_suivent(visiteur, dossiers):
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    assert _saisir(visiteur, page, "objet", "Un").code == 200
    assert _saisir(visiteur, page, "objet", "Deux").code == 200
    assert _donnees(dossiers)["objet"] == "Deux"


def test_un_editeur_a_change_le_fichier_la_seconde_saisie_est_refusee_les_deux_valeurs_montrees(visiteur, dossiers):
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    fichier = _fichier(dossiers)
    fichier.write_text(fichier.read_text("utf-8").replace("Comptoir", "Banquettes"), "utf-8")
    entre_temps = fichier.read_bytes()
    reponse = _saisir(visiteur, page, "factures[1].objet", "Tables")
    assert reponse.code == 409
    assert "Tables" in reponse.texte
    assert "Banquettes" in reponse.texte
    assert fichier.read_bytes() == entre_temps


def test_garder_sa_saisie_l_ecrit_sur_la_version_montree_et_seulement_elle(visiteur, dossiers):
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    fichier = _fichier(dossiers)
    fichier.write_text(fichier.read_text("utf-8") + "\n# éditeur\n", "utf-8")
    refusee = _saisir(visiteur, page, "objet", "Tables")
    version = refusee.texte.split('name="malgre" value="')[1].split('"')[0]
    fichier.write_text(fichier.read_text("utf-8") + "\n# encore\n", "utf-8")
    assert _saisir(visiteur, page, "objet", "Tables", malgre=version).code == 409
    version = _saisir(visiteur, page, "objet", "Tables").texte.split('name="malgre" value="')[1].split('"')[0]
    assert _saisir(visiteur, page, "objet", "Tables", malgre=version).code == 200
    assert _donnees(dossiers)["objet"] == "Tables"
    assert "# encore" in fichier.read_text("utf-8")


def test_deux_onglets_de_la_meme_personne_ne_s_ecrasent_pas(visiteur):
    un, deux = (_ouvrir(visiteur, f"{INCOMPLET}?onglet=factures") for _ in range(2))
    assert _saisir(visiteur, un, "objet", "Un").code == 200
    assert _saisir(visiteur, deux, "objet", "Deux").code == 409


def test_une_page_ouverte_avant_un_redemarrage_est_une_version_inconnue(visiteur):
    assert _saisir(visiteur, "page-d-avant", "objet", "x").code == 409


def test_ajouter_puis_retirer_un_paiement_rend_le_fichier_tel_quel(visiteur, dossiers):
    avant = _donnees(dossiers)
    champs = {"genre": "paiement", "onglet": "factures", "v.date": "2026-09-01", "v.montant": "100,00"}
    assert visiteur.poster(f"{INCOMPLET}/ajouter", champs).code == 303
    assert len(_donnees(dossiers)["paiements"]) == len(avant.get("paiements", [])) + 1
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    rang = str(len(_donnees(dossiers)["paiements"]) - 1)
    champs = {"section": "paiements", "rang": rang, "onglet": "factures", "page": page}
    assert visiteur.poster(f"{INCOMPLET}/retirer", champs).code == 303
    assert _donnees(dossiers) == avant


def test_on_ne_retire_pas_ce_qui_n_est_pas_un_bloc(visiteur, dossiers):
    avant = _fichier(dossiers).read_bytes()
    page = _ouvrir(visiteur, f"{INCOMPLET}?onglet=factures")
    for section, rang in (("creancier", "0"), ("factures", "99"), ("factures", "-1"), ("factures", "x"), ("", "0")):
        champs = {"section": section, "rang": rang, "onglet": "factures", "page": page}
        assert visiteur.poster(f"{INCOMPLET}/retirer", champs).code == 422
    assert _fichier(dossiers).read_bytes() == avant


def test_un_dossier_illisible_dit_pourquoi_et_n_empeche_pas_les_autres(visiteur, dossiers):
    fichier = _fichier(dossiers)
    fichier.write_text(fichier.read_text("utf-8").replace("montant_ttc", "montant_tttc", 1), "utf-8")
    liste = visiteur.voir("/").texte
    assert "Beaurivage" in liste
    assert "défauts dans le fichier" in liste
    page = visiteur.voir(INCOMPLET)
    assert page.code == 200
    assert "montant_tttc" in page.texte


def test_un_fichier_abime_dans_un_editeur_dit_la_ligne(visiteur, dossiers):
    fichier = dossiers / "2026-0074" / "dossier.toml"
    lignes = fichier.read_text("utf-8").count("\n")
    fichier.write_text(f"{fichier.read_text('utf-8')}[[factures\n", "utf-8")
    reponse = visiteur.voir(INCOMPLET)
    assert reponse.code == 422
    assert f"ligne {lignes + 1}" in reponse.texte
    assert "generateur verifier" not in reponse.texte


def test_un_nom_hostile_reste_un_texte(visiteur, dossiers):
    fichier = _fichier(dossiers)
    hostile = "<img src=x onerror=alert(1)>"
    fichier.write_text(fichier.read_text("utf-8").replace("Hôtel des Embruns Bleus", hostile), "utf-8")
    for adresse in ("/", INCOMPLET, f"{INCOMPLET}/decompte", f"{INCOMPLET}/pieces", "/echeances"):
        assert hostile not in visiteur.voir(adresse).texte


def test_un_mot_de_passe_de_piece_ne_s_affiche_jamais(visiteur, dossiers):
    fichier = _fichier(dossiers)
    ajout = '\n[[pieces]]\ntitre = "Scan"\nfichier = "pieces/f2026-176.pdf"\nmot_de_passe = "sesame-ouvre"\n'
    fichier.write_text(fichier.read_text("utf-8") + ajout, "utf-8")
    for adresse in (INCOMPLET, f"{INCOMPLET}/pieces", f"{INCOMPLET}?onglet=factures"):
        assert "sesame-ouvre" not in visiteur.voir(adresse).texte


def test_aucun_contenu_du_dossier_dans_une_adresse(visiteur):
    page = visiteur.voir(PRET).texte
    adresses = [morceau.split('"')[0] for morceau in page.split('href="')[1:]]
    assert not [a for a in adresses if "Beaurivage" in a or "999" in a]


def test_le_suivi_dit_ou_en_est_le_dossier_et_ce_qui_s_ecrit_maintenant(visiteur):
    assert "Avant le dépôt" in visiteur.voir(f"{PRET}?onglet=suivi").texte
    page = _ouvrir(visiteur, f"{PRET}?onglet=suivi")
    for lieu, valeur in (("suivi.depot", "2026-10-20"), ("suivi.ordonnance.date", "2026-11-05")):
        champs = {"page": page, "lieu": lieu, "valeur": valeur}
        assert visiteur.poster(f"{PRET}/champ", champs, htmx=True).code == 200
    suivi = visiteur.voir(f"{PRET}?onglet=suivi").texte
    assert "À signifier" in suivi
    assert 'value="suite_signification"' in suivi
    assert 'value="suite_saisie"' not in suivi


def test_la_liste_suit_le_profil_partage_et_la_cloture(visiteur, dossiers):
    assert "Embruns" in visiteur.voir("/?cherche=lumen").texte
    assert "Embruns" not in visiteur.voir("/?cherche=phare").texte
    profil = dossiers / "creanciers" / "atelier.toml"
    profil.write_text(profil.read_text("utf-8").replace("Atelier Lumen", "Atelier Phare"), "utf-8")
    assert "Embruns" in visiteur.voir("/?cherche=phare").texte
    fichier = _fichier(dossiers, "2026-0042")
    suivi = '\n[suivi]\ndepot = 2026-10-20\nclos = { date = 2026-11-10, motif = "paye" }\n'
    fichier.write_text(fichier.read_text("utf-8") + suivi, "utf-8")
    assert "<td>Clos</td>" in visiteur.voir("/").texte

"""La liste : ce qui presse, ce qui pèse, combien en tout ; les dates, à venir d'abord."""

import re
import shutil

from generateur.page import vues_liste
from tests.page.conftest import JOUR


def _references(page):
    return re.findall(r"<td>(2026-\d{4})</td>", page)


def test_la_liste_dit_la_somme_de_ce_qu_elle_montre(visiteur):
    page = visiteur.voir("/").texte
    sommes = re.findall(r'<td class="nombre">([^<]+)</td>', page)
    assert len(sommes) == 2
    centimes = sum(int(re.sub(r"\D", "", somme)) for somme in sommes)
    dite = re.search(r"dossiers, ([^<]+) dus", page)
    assert dite
    assert int(re.sub(r"\D", "", dite[1])) == centimes


def test_la_plus_grosse_somme_vient_d_abord(visiteur):
    assert _references(visiteur.voir("/").texte) == ["2026-0042", "2026-0074"]
    assert _references(visiteur.voir("/?tri=somme").texte) == ["2026-0042", "2026-0074"]
    dossier = visiteur.maison.lieux.racine / "2026-0074" / "dossier.toml"
    texte = dossier.read_text("utf-8")
    dossier.write_text(re.sub(r'montant_(ht|tva|ttc)\s*= "[^"]+"', r'montant_\1 = "90000.00"', texte), "utf-8")
    assert _references(visiteur.voir("/?tri=somme").texte) == ["2026-0074", "2026-0042"]


def test_ce_dont_la_date_est_venue_se_retient_et_se_dit_depuis_quand(visiteur):
    page = visiteur.voir("/?etat=a_faire").texte
    assert _references(page) == ["2026-0074"]
    assert "depuis le" in page
    assert "1\u00a0dossier sur 2" in page


def test_la_date_trie_ce_qui_n_en_a_pas_a_la_fin(visiteur):
    assert _references(visiteur.voir("/?tri=date").texte) == ["2026-0074", "2026-0042"]


def test_un_tri_ou_un_etat_inconnu_montre_tout(visiteur):
    assert _references(visiteur.voir("/?tri=x&etat=y").texte) == ["2026-0042", "2026-0074"]


def test_les_dates_a_venir_sont_avant_les_dates_passees(visiteur):
    page = visiteur.voir("/echeances").texte
    futures, _, passees = page.partition('id="passees"')

    def dates(texte):
        trouvees = re.findall(r'<td class="date">(\d\d)/(\d\d)/(\d{4})<', texte)
        return [(int(a), int(m), int(j)) for j, m, a in trouvees]

    seuil = (JOUR.year, JOUR.month, JOUR.day)
    assert dates(futures)
    assert min(dates(futures)) >= seuil
    assert dates(passees)
    assert max(dates(passees)) < seuil


def test_un_debiteur_du_tableau_mene_a_son_dossier(visiteur):
    assert '<a href="/dossiers/2026-0042">2026-0042</a>' in visiteur.voir("/tableau").texte


def test_un_filtre_montre_ce_qu_il_sait_et_demande_la_suite(visiteur, monkeypatch):
    """La première réponse n'attend pas tous les dossiers, dit ce qui lui manque, et la suite a une fin."""
    monkeypatch.setattr(vues_liste, "_ATTENTE_S", 0)
    racine = visiteur.maison.lieux.racine
    (racine / "2026-0075").mkdir()
    (racine / "2026-0075" / "dossier.toml").write_text('creancier = "../creanciers/absent.toml"', "utf-8")
    pages = [visiteur.voir("/?tri=date").texte for _ in range(4)]
    assert "Liste incomplète : 2\u00a0dossiers restent à regarder" in pages[0]
    assert "Liste incomplète : 1\u00a0dossier reste à regarder" in pages[1]
    assert 'hx-trigger="load"' in pages[1]
    assert "Liste incomplète" not in pages[2] + pages[3]
    assert _references(pages[3]) == ["2026-0074", "2026-0042"]
    assert "absent.toml » est introuvable" in pages[3]


def test_la_liste_se_range_en_piles_dont_les_sommes_font_le_tout(visiteur):
    page = visiteur.voir("/").texte
    piles = re.findall(r'pile=(\w+)"[^>]*>([^<]+?) <small>(\d+)\xa0dossier, ([^<]+)</small>', page)
    assert [(cle, combien) for cle, _, combien, _ in piles] == [("relancer", "1"), ("produire", "1")]
    dite = re.search(r"dossiers, ([^<]+) dus", page)
    assert dite
    centimes = [int(re.sub(r"\D", "", somme)) for *_, somme in piles]
    assert sum(centimes) == int(re.sub(r"\D", "", dite[1]))


def test_une_pile_ne_montre_que_ses_dossiers_et_se_quitte(visiteur):
    page = visiteur.voir("/?pile=relancer").texte
    assert _references(page) == ["2026-0074"]
    assert "Toutes les piles" in page
    assert 'name="pile" value="relancer"' in page
    assert _references(visiteur.voir("/?pile=x").texte) == ["2026-0042", "2026-0074"]


def test_un_grand_portefeuille_montre_ses_piles_sans_tout_etudier(visiteur, monkeypatch):
    monkeypatch.setattr(vues_liste, "_PAR_PAGE", 1)
    page = visiteur.voir("/").texte
    assert len(_references(page)) == 1
    assert 'pile=produire"' in page
    assert "<small>" not in page
    assert _references(visiteur.voir("/?pile=produire").texte) == ["2026-0042"]


def test_la_somme_dit_ce_qu_elle_ne_compte_pas(visiteur):
    """Un dossier illisible doit peut-être : la liste ne dit pas la somme entière sans lui."""
    assert "sans compter" not in visiteur.voir("/").texte
    (visiteur.maison.lieux.racine / "2026-0074" / "dossier.toml").write_text("reference = [", "utf-8")
    compte = visiteur.voir("/").texte.partition('<p class="compte">')[2].partition("</p>")[0]
    assert "dus, sans compter 1\u00a0dossier qui ne se lit pas" in compte


def test_un_profil_a_remplir_se_dit_une_fois_avec_son_bouton(visiteur, dossiers):
    """Quarante dossiers l'attendent : la même phrase à chaque ligne cacherait la seule chose à faire."""
    assert "Il manque d’abord votre entreprise" not in visiteur.voir("/").texte
    shutil.copytree(dossiers / "2026-0074", dossiers / "2026-0075")  # deux qui citent le même profil
    profil = dossiers / "creanciers" / "atelier.toml"
    rempli = profil.read_text("utf-8")
    profil.write_text(re.sub(r"(?m)^denomination = .*$", 'denomination = ""', rempli), "utf-8")
    page = visiteur.voir("/").texte
    assert page.count("Il manque d’abord votre entreprise") == 1
    assert page.count('<a class="bouton" href="/creanciers/atelier">Remplir son profil</a>') == 1
    assert page.count('</a> <span class="etat a_completer">profil à remplir</span></td>') == 2
    assert "n’est pas rempli" not in page
    assert visiteur.voir("/creanciers/atelier").code == 200
    profil.write_text(rempli, "utf-8")
    assert "profil à remplir" not in visiteur.voir("/").texte

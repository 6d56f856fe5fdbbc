"""Produire depuis la page : la même liasse que la commande, ses refus dits, ses fichiers servis sans surprise."""

import io
import re
import shutil
import threading
import time
from pathlib import PurePosixPath

import pypdf
import pytest

from generateur.erreurs import ErreurEcriture, ErreurOutilAbsent
from generateur.operations.progression import Etape
from generateur.page import maison, vues_production
from generateur.page.endroits import alleger_remede
from generateur.page.rayons import Produit, ranger
from tests.page.conftest import produire

DOSSIER = "/dossiers/2026-0042"


def _adresses(page):
    return [m.split('"')[0] for m in page.split('href="')[1:] if "/produit/" in m.split('"')[0]]


def test_la_liasse_est_produite_ouverte_et_telechargee(visiteur, tmp_path):
    page = produire(visiteur)
    assert 'class="fait">Fait' in page
    premiere = _adresses(page)[0]
    ouverte = visiteur.voir(premiere)
    assert ouverte.entetes["content-type"] == "application/pdf"
    assert ouverte.entetes["content-disposition"].startswith("inline")
    assert len(pypdf.PdfReader(io.BytesIO(ouverte.octets)).pages) > 10
    assert ouverte.octets == (tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf").read_bytes()
    telechargee = visiteur.voir(f"{premiere}?telecharger=1")
    assert telechargee.entetes["content-disposition"].startswith("attachment")
    assert telechargee.entetes["content-type"] == "application/octet-stream"


def test_tout_pdf_ecrit_par_nous_s_imprime_et_rien_d_autre(visiteur, tmp_path):
    sortie = tmp_path / "sortie" / "2026-0042"
    sortie.mkdir(parents=True)
    (sortie / "manifeste.json").write_text("{}")
    assert "data-imprimer" not in visiteur.voir(f"{DOSSIER}/production").texte
    lettre = tmp_path / "sortie" / "2026-0042_mise_en_demeure" / "lettre.pdf"
    lettre.parent.mkdir()
    lettre.write_bytes(b"%PDF-1.7")
    page = visiteur.voir(f"{DOSSIER}/production").texte
    (balise,) = [m for m in re.findall("<a [^>]*>", page) if "data-imprimer" in m]
    assert visiteur.voir(balise.split('href="')[1].split('"')[0]).octets == b"%PDF-1.7"


def test_ce_qui_n_est_pas_un_pdf_se_telecharge_toujours(visiteur, tmp_path):
    sortie = tmp_path / "sortie" / "2026-0042"
    sortie.mkdir(parents=True)
    (sortie / "piege.html").write_text("<script>alert(1)</script>")
    (sortie / "piege.svg").write_text("<svg onload='alert(1)'/>")
    for adresse in _adresses(visiteur.voir(f"{DOSSIER}/production").texte):
        reponse = visiteur.voir(adresse)
        assert reponse.entetes["content-type"] == "application/octet-stream"
        assert reponse.entetes["content-disposition"].startswith("attachment")


def test_un_lien_vers_ailleurs_n_est_pas_servi(visiteur, tmp_path):
    sortie = tmp_path / "sortie" / "2026-0042"
    sortie.mkdir(parents=True)
    lien = sortie / "2026-0042_liasse.pdf"
    lien.write_bytes(b"%PDF-1.7")
    (adresse, *_) = _adresses(visiteur.voir(f"{DOSSIER}/production").texte)
    assert visiteur.voir(adresse).code == 200
    lien.unlink()
    lien.symlink_to("/etc/passwd")
    assert "_liasse.pdf" not in visiteur.voir(f"{DOSSIER}/production").texte
    assert visiteur.voir(adresse).code == 404


def test_le_papier_d_autrui_n_est_jamais_ouvert_tel_quel(visiteur):
    page = produire(visiteur)
    vus: dict[str, list[str]] = {}
    for adresse in _adresses(page):
        entetes = visiteur.voir(adresse).entetes
        vus.setdefault(entetes["content-disposition"].partition(";")[0], []).append(entetes["content-disposition"])
    assert any("Piece_01" in nom for nom in vus["attachment"])
    assert not any("Piece_" in nom for nom in vus["inline"])
    assert any("_liasse.pdf" in nom for nom in vus["inline"])


def test_une_adresse_designe_toujours_le_meme_fichier(visiteur, tmp_path):
    """Une page restée ouverte pendant qu'une autre production range autre chose devant."""
    sortie = tmp_path / "sortie" / "2026-0042"
    sortie.mkdir(parents=True)
    (sortie / "b.txt").write_text("b")
    (adresse,) = _adresses(visiteur.voir(f"{DOSSIER}/production").texte)
    (sortie / "a.txt").write_text("a")
    assert visiteur.voir(adresse).texte == "b"
    assert "b.txt" not in adresse


@pytest.fixture
def a_l_arret(monkeypatch):
    """Une production qui s'arrête au milieu, jusqu'à ce qu'on la laisse finir ; compte ses lancements."""
    suite, lances = threading.Event(), []

    def produire(*_args, avancer, **_cles):
        lances.append(1)
        avancer(Etape.ETUDE)
        avancer(Etape.ACTES)
        assert suite.wait(30)

    monkeypatch.setattr(vues_production, "produire_dossier", produire)
    yield suite, lances
    suite.set()


def _attendre(visiteur, mot):
    for _ in range(300):
        page = visiteur.voir(f"{DOSSIER}/production?morceau=1").texte
        if mot in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


def test_chaque_etape_se_montre_et_ne_s_annonce_qu_en_changeant(visiteur, a_l_arret):
    suite, _ = a_l_arret
    visiteur.poster(f"{DOSSIER}/produire", {"quoi": "liasse"})
    page = _attendre(visiteur, 'aria-current="step">Rédaction des actes')
    assert page.count('class="faite"') == 2
    assert page.count('class="a_venir"') == 3
    assert 'innerHTML:#annonce">Rédaction des actes<' in page
    suivante = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert "#annonce" not in visiteur.voir(suivante).texte
    suite.set()
    assert "Production terminée" in _attendre(visiteur, 'class="fait"')


def test_deux_fois_la_meme_production_n_en_font_qu_une(visiteur, a_l_arret):
    suite, lances = a_l_arret
    fils = [threading.Thread(target=_lancer, args=(visiteur,)) for _ in range(6)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    _attendre(visiteur, "Rédaction des actes")
    suite.set()
    _attendre(visiteur, 'class="fait"')
    assert lances == [1]


def _lancer(visiteur):
    assert visiteur.poster(f"{DOSSIER}/produire", {"quoi": "liasse"}).code == 303


def test_une_autre_demande_pendant_la_production_est_refusee_avec_sa_raison(visiteur, a_l_arret):
    visiteur.poster(f"{DOSSIER}/produire", {"quoi": "liasse"})
    refus = visiteur.poster(f"{DOSSIER}/produire", {"quoi": "mise_en_demeure"}, htmx=True)
    assert refus.code == 422
    assert "une autre production est en cours" in refus.texte.lower()
    assert a_l_arret


@pytest.mark.parametrize(
    "levee", [ErreurEcriture("le disque est plein", remede="Libérer de la place."), OSError(28, "No space left")]
)
def test_un_disque_plein_se_dit_ne_perd_rien_et_se_recommence(visiteur, monkeypatch, tmp_path, levee):
    produire(visiteur)
    liasse = tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf"
    avant = liasse.read_bytes()

    def echouer(*_args, avancer, **_cles):
        avancer(Etape.ASSEMBLAGE)
        raise levee

    with monkeypatch.context() as remplace:
        remplace.setattr(vues_production, "produire_dossier", echouer)
        page = produire(visiteur)
    assert "disque" in page.split('class="refus"')[1]
    assert 'class="arretee">Assemblage' in page
    assert "ce qui était déjà produit est intact" in page
    assert ">Recommencer<" in page
    assert "Traceback" not in page
    assert liasse.read_bytes() == avant
    assert "Fait" in produire(visiteur)


def test_un_dossier_incomplet_dit_ce_qui_manque(visiteur, tmp_path):
    page = produire(visiteur, dossier="/dossiers/2026-0074")
    refus = page.split('class="refus"')[1]
    assert "à régler d’abord" in refus
    assert "mise en demeure" in refus
    assert "generateur verifier" not in page
    assert not (tmp_path / "sortie" / "2026-0074").exists()


def test_la_lettre_de_mise_en_demeure_se_produit(visiteur):
    assert "mise_en_demeure" in produire(visiteur, "mise_en_demeure", "/dossiers/2026-0074")


def test_montrer_le_repertoire_n_ouvre_que_celui_du_dossier(visiteur, reveles, tmp_path):
    assert visiteur.poster(f"{DOSSIER}/reveler", {}).code == 404
    (tmp_path / "sortie" / "2026-0042").mkdir(parents=True)
    assert visiteur.poster(f"{DOSSIER}/reveler", {}).code == 404
    assert not reveles
    (tmp_path / "sortie" / "2026-0042" / "manifeste.json").write_text("{}")
    assert visiteur.poster(f"{DOSSIER}/reveler", {}).code == 303
    assert reveles == [tmp_path / "sortie" / "2026-0042"]


def _montre(visiteur, dossier, reveles):
    """Le répertoire que la page nomme, qui est celui qu'elle ouvre."""
    assert visiteur.poster(f"{dossier}/reveler", {}).code == 303
    assert f">{reveles[-1]}<" in visiteur.voir(f"{dossier}/production").texte
    return reveles[-1]


def test_le_repertoire_montre_est_celui_de_ce_qui_vient_d_etre_ecrit(visiteur, reveles, tmp_path):
    ici, sortie = "/dossiers/2026-0074", tmp_path / "sortie"
    (sortie / "2026-0074").mkdir(parents=True)
    (sortie / "2026-0074" / "2026-0074_liasse.pdf").write_bytes(b"%PDF-1.7")
    assert _montre(visiteur, ici, reveles) == sortie / "2026-0074"
    produire(visiteur, "mise_en_demeure", ici)
    assert _montre(visiteur, ici, reveles) == sortie / "2026-0074_mise_en_demeure"
    produire(visiteur, "liasse", ici)  # refusée : rien d'écrit
    assert _montre(visiteur, ici, reveles) == sortie / "2026-0074"
    shutil.rmtree(sortie / "2026-0074")  # la page rouverte plus tard, la lettre seule
    assert _montre(visiteur, ici, reveles) == sortie / "2026-0074_mise_en_demeure"


def test_une_suite_ecrite_se_montre_et_s_ouvre(visiteur, reveles, tmp_path, dossiers):
    fichier = dossiers / "2026-0042" / "dossier.toml"
    suivi = '\n[suivi]\ndepot = 2026-10-20\nordonnance = { date = 2026-11-05, montant = "8640,00" }\n'
    fichier.write_text(fichier.read_text("utf-8") + suivi, "utf-8")
    page = produire(visiteur, "suite_signification")
    assert "signification.pdf" in page.split("À envoyer")[1]
    assert _montre(visiteur, DOSSIER, reveles) == tmp_path / "sortie" / "2026-0042_suite_signification"


def test_on_ne_produit_que_ce_qui_est_connu(visiteur):
    assert visiteur.poster(f"{DOSSIER}/produire", {"quoi": "autre"}).code == 422


def test_ce_qui_vient_d_etre_ecrit_dit_la_suite(visiteur):
    lettre = produire(visiteur, "mise_en_demeure", "/dossiers/2026-0074")
    assert "<h1>Hôtel des Embruns Bleus</h1>" in lettre
    assert '?onglet=relances">notez son envoi</a>' in lettre
    liasse = produire(visiteur)
    assert "déposez-la au greffe : Tribunal" in liasse
    assert '?onglet=suivi&amp;noter=depose#noter">notez le dépôt</a>' in liasse
    assert "notez" not in produire(visiteur, dossier="/dossiers/2026-0074")  # refusée : rien à déposer


def test_un_moteur_absent_se_dit_et_la_page_reste_utilisable(visiteur, monkeypatch, tmp_path):
    def echouer(_nom):
        raise ErreurOutilAbsent("dxpdf n'est pas installé", remede="Installer le programme entier.")

    with monkeypatch.context() as remplace:
        remplace.setattr(maison, "ouvrir_moteurs", echouer)
        page = produire(visiteur)
    refus = page.split('class="refus"')[1]
    assert "Dxpdf n’est pas installé" in refus
    assert "Installer le programme entier." in refus
    assert not (tmp_path / "sortie" / "2026-0042").exists()
    assert 'class="fait"' in produire(visiteur)


def test_un_remede_sans_ses_lignes_a_coller_reste_une_phrase():
    assert alleger_remede('Rangez-la dans pieces/, puis écrivez :\nfichier = "x"') == "Rangez-la parmi les pièces."
    assert alleger_remede("Complétez l'adresse du débiteur dans ce bloc :\nvoie = 1").endswith("bloc.")


def test_on_n_envoie_que_le_protocole_non_ce_que_le_programme_en_retient():
    relances = PurePosixPath("2026-0042/relances")
    rayons = ranger(Produit(relances / f"2026-11-21_accord.{suffixe}") for suffixe in ("docx", "json", "pdf"))
    assert [p.chemin.suffix for p in rayons["À envoyer"]] == [".docx", ".pdf"]

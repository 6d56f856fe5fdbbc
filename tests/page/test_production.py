"""Produire depuis la page : la même liasse que la commande, ses refus dits, ses fichiers servis sans surprise."""

import io
import time

import pypdf

DOSSIER = "/dossiers/2026-0042"


def _produire(visiteur, quoi="liasse", dossier=DOSSIER):
    assert visiteur.poster(f"{dossier}/produire", {"quoi": quoi}).code == 303
    for _ in range(600):
        page = visiteur.voir(f"{dossier}/production").texte
        if "En cours" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError


def _adresses(page):
    return [m.split('"')[0] for m in page.split('href="')[1:] if "/produit/" in m.split('"')[0]]


def test_la_liasse_est_produite_ouverte_et_telechargee(visiteur, tmp_path):
    page = _produire(visiteur)
    assert "Fait." in page
    premiere = _adresses(page)[0]
    ouverte = visiteur.voir(premiere)
    assert ouverte.entetes["content-type"] == "application/pdf"
    assert ouverte.entetes["content-disposition"].startswith("inline")
    assert len(pypdf.PdfReader(io.BytesIO(ouverte.octets)).pages) > 10
    assert ouverte.octets == (tmp_path / "sortie" / "2026-0042" / "2026-0042_liasse.pdf").read_bytes()
    telechargee = visiteur.voir(f"{premiere}?telecharger=1")
    assert telechargee.entetes["content-disposition"].startswith("attachment")
    assert telechargee.entetes["content-type"] == "application/octet-stream"


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
    (sortie / "lien.pdf").symlink_to("/etc/passwd")
    assert "lien.pdf" not in visiteur.voir(f"{DOSSIER}/production").texte
    assert visiteur.voir(f"{DOSSIER}/produit/0").code == 404


def test_un_dossier_incomplet_dit_ce_qui_manque(visiteur, tmp_path):
    page = _produire(visiteur, dossier="/dossiers/2026-0074")
    assert "mise en demeure" in page
    assert not (tmp_path / "sortie" / "2026-0074").exists()


def test_la_lettre_de_mise_en_demeure_se_produit(visiteur):
    assert "mise_en_demeure" in _produire(visiteur, "mise_en_demeure", "/dossiers/2026-0074")


def test_montrer_le_repertoire_n_ouvre_que_celui_du_dossier(visiteur, reveles, tmp_path):
    assert visiteur.poster(f"{DOSSIER}/reveler", {}).code == 303
    assert reveles == [tmp_path / "sortie" / "2026-0042"]


def test_on_ne_produit_que_ce_qui_est_connu(visiteur):
    assert visiteur.poster(f"{DOSSIER}/produire", {"quoi": "autre"}).code == 422

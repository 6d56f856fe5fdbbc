"""La garde : hôte, séance, jeton des formulaires, autre site, taille, en-têtes, adresses qui sortiraient."""

import pytest

from generateur.page.garde import TAILLE_MAXIMALE, TAILLE_SANS_FICHIER, Seance
from generateur.page.maison import Lieux, Maison
from tests.page.conftest import JOUR

DOSSIER = "/dossiers/2026-0042"


@pytest.mark.parametrize("adresse", ["/", DOSSIER, "/importer", "/statique/style.css", "/aide", "/nulle-part"])
def test_sans_seance_rien_ne_se_montre(dehors, adresse):
    reponse = dehors.voir(adresse)
    assert reponse.code == 403
    assert b"Beaurivage" not in reponse.octets


def test_un_mauvais_jeton_n_ouvre_rien(dehors):
    assert dehors.voir("/?jeton=nimporte").code == 403
    assert dehors.voir("/?jeton=%C3%A9").code == 403
    assert dehors.voir("/").code == 403


def test_le_bon_jeton_ouvre_puis_quitte_l_adresse(dehors):
    reponse = dehors.voir(f"/?jeton={dehors.maison.seance.jeton}")
    assert (reponse.code, reponse.entetes["location"]) == (303, "/")
    assert "HttpOnly" in reponse.entetes["set-cookie"]
    assert "SameSite=strict" in reponse.entetes["set-cookie"]


def test_le_jeton_ne_mene_pas_sur_un_autre_site(dehors):
    reponse = dehors.demander("GET", f"//ailleurs.example/?jeton={dehors.maison.seance.jeton}")
    assert not reponse.entetes.get("location", "/").startswith("//")


@pytest.mark.parametrize(
    "hote", ["ailleurs.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8765.example", "localhost:8765@x", "", None]
)
def test_un_autre_hote_est_refuse(visiteur, hote):
    assert visiteur.demander("GET", "/", hote=hote).code == 421


@pytest.mark.parametrize("hote", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"])
def test_la_boucle_locale_est_admise(visiteur, hote):
    assert visiteur.demander("GET", "/", hote=hote).code == 200


def test_deux_hotes_a_la_fois_sont_refuses(visiteur):
    scope_double = visiteur.demander("GET", "/", entetes={"Host": "ailleurs.example"})
    assert scope_double.code == 421


@pytest.mark.parametrize("csrf", ["", "faux", "é"])
def test_un_formulaire_sans_jeton_ne_change_rien(visiteur, dossiers, csrf):
    avant = (dossiers / "2026-0042" / "dossier.toml").read_bytes()
    reponse = visiteur.poster(f"{DOSSIER}/champ", {"csrf": csrf, "lieu": "objet", "valeur": "autre"})
    assert reponse.code == 403
    assert (dossiers / "2026-0042" / "dossier.toml").read_bytes() == avant


@pytest.mark.parametrize("origine", ["http://ailleurs.example", "null", "http://127.0.0.1:1", "https://localhost"])
def test_un_formulaire_d_un_autre_site_est_refuse(visiteur, origine):
    corps = f"csrf={visiteur.maison.seance.csrf}".encode()
    entetes = {"origin": origine, "content-type": "application/x-www-form-urlencoded"}
    assert visiteur.demander("POST", f"{DOSSIER}/produire", corps, entetes).code == 403


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT"])
def test_une_autre_methode_est_refusee(visiteur, methode):
    assert visiteur.demander(methode, DOSSIER).code == 405


def test_un_envoi_trop_gros_est_refuse_sans_etre_lu(visiteur):
    entetes = {"content-length": str(TAILLE_MAXIMALE + 1), "content-type": "multipart/form-data; boundary=x"}
    assert visiteur.demander("POST", f"{DOSSIER}/pieces", b"", entetes).code == 413


def test_un_envoi_qui_cache_sa_taille_est_arrete_en_route(visiteur, dossiers, monkeypatch):
    monkeypatch.setattr("generateur.page.garde.TAILLE_MAXIMALE", 1000)
    avant = sorted(p.name for p in (dossiers / "2026-0042" / "pieces").iterdir())
    corps = b'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="a.txt"\r\n\r\n' + b"a" * 2000
    entetes = {"content-length": "10", "content-type": "multipart/form-data; boundary=x"}
    assert visiteur.demander("POST", f"{DOSSIER}/pieces", corps, entetes).code == 413
    assert sorted(p.name for p in (dossiers / "2026-0042" / "pieces").iterdir()) == avant


def test_chaque_reponse_porte_les_entetes_de_surete(visiteur):
    for adresse in ("/", DOSSIER, "/statique/page.js", "/nulle-part", f"{DOSSIER}/pieces/1/image"):
        entetes = visiteur.voir(adresse).entetes
        politique = entetes["content-security-policy"]
        assert "unsafe" not in politique
        assert "frame-ancestors 'none'" in politique
        assert "default-src 'none'" in politique
        assert entetes["x-content-type-options"] == "nosniff"
        assert entetes["cache-control"] == "no-store"
        assert entetes["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "adresse",
    [
        "/dossiers/..",
        "/dossiers/%2e%2e",
        "/dossiers/..%2fcreanciers",
        "/dossiers/%2fetc",
        "/dossiers/creanciers",
        "/statique/../vues_liste.py",
        "/statique/%2e%2e/vues_liste.py",
        "/polices/../../../etc/passwd",
        "/creanciers/..%2f2026-0042%2fdossier",
    ],
)
def test_une_adresse_ne_sort_pas_de_chez_elle(visiteur, adresse):
    reponse = visiteur.voir(adresse)
    assert reponse.code in {404, 422}
    assert b"def " not in reponse.octets
    assert b"root:" not in reponse.octets


def test_un_echec_imprevu_est_une_phrase_et_ne_ferme_pas_la_page(visiteur, monkeypatch):
    monkeypatch.setattr(visiteur.maison.vitrine, "lister", lambda: 1 / 0)
    reponse = visiteur.voir("/")
    assert reponse.code == 500
    assert "Erreur interne" in reponse.texte
    monkeypatch.undo()
    assert visiteur.voir("/").code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("methode", "mode", "vers"),
    [("POST", "navigate", "document"), ("GET", "no-cors", "image"), ("GET", "navigate", "iframe"), ("GET", "cors", "")],
)
def test_un_autre_site_ne_prend_rien_et_ne_change_rien(visiteur, site, methode, mode, vers):
    """« same-site » : un autre service de cette machine, dont le navigateur croit que c'est chez nous."""
    entetes = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": vers}
    assert visiteur.demander(methode, DOSSIER, b"", entetes).code == 403


def test_un_lien_d_ailleurs_mene_a_la_page(visiteur):
    entetes = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert visiteur.demander("GET", "/", b"", entetes).code == 200


def test_l_origine_est_celle_de_l_hote_demande(visiteur):
    corps = f"csrf={visiteur.maison.seance.csrf}".encode()
    entetes = {"origin": "http://localhost:8765", "content-type": "application/x-www-form-urlencoded"}
    assert visiteur.demander("POST", f"{DOSSIER}/reveler", corps, entetes).code == 403


def test_un_jeton_unique_n_ouvre_qu_une_fois(dehors):
    jeton = dehors.maison.seance.donner_un_jeton_unique()
    assert dehors.voir(f"/?jeton={jeton}").code == 303
    assert dehors.voir(f"/?jeton={jeton}").code == 403
    assert dehors.voir(f"/?jeton={dehors.maison.seance.jeton}").code == 303


def test_une_adresse_perimee_ne_ferme_pas_une_seance_ouverte(visiteur):
    reponse = visiteur.voir("/echeances?jeton=perime")
    assert (reponse.code, reponse.entetes["location"]) == (303, "/echeances")


@pytest.mark.parametrize(
    "cookie", ["generateur_8765=", "generateur_8765=faux", "generateur_8765=\xe9", "generateur_1=x"]
)
def test_un_cookie_fabrique_n_ouvre_rien(dehors, cookie):
    assert dehors.demander("GET", "/", b"", {"cookie": cookie}).code == 403


def test_le_cookie_d_une_autre_page_ouverte_n_ouvre_pas_celle_ci(visiteur, dossiers, tmp_path):
    """Deux pages sur la même machine : chacune son secret, même sous le nom de l'autre."""
    autre = type(visiteur)(Maison(Lieux(dossiers, tmp_path / "autre"), lambda: JOUR, print))
    autre.cookie = visiteur.cookie
    assert autre.voir("/").code == 403
    assert visiteur.demander("POST", f"{DOSSIER}/reveler", f"csrf={autre.maison.seance.csrf}".encode()).code == 403


def test_les_secrets_se_comparent_en_un_temps_constant(monkeypatch):
    compares = []
    monkeypatch.setattr("hmac.compare_digest", lambda un, autre: compares.append((un, autre)) or un == autre)
    seance = Seance()
    assert seance.ouvre(seance.jeton)
    assert not seance.tient("faux")
    assert not seance.signe("\ud800")
    assert len(compares) == 3
    assert len({seance.jeton, seance.csrf}) == 2
    assert len(seance.jeton) >= 32


def test_ce_qu_on_recoit_sans_fichier_tient_en_memoire(visiteur):
    entetes = {"content-length": str(TAILLE_SANS_FICHIER + 1), "content-type": "application/x-www-form-urlencoded"}
    assert visiteur.demander("POST", f"{DOSSIER}/champ", b"", entetes).code == 413

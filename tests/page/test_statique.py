"""Ce que la page sert d'immuable : la bibliothèque livrée est celle qu'on a vérifiée, et rien ne demande ailleurs."""

import hashlib
import re
from pathlib import Path

STATIQUE = Path(__file__).parents[2] / "generateur" / "page" / "statique"
# htmx 4.0.1, fichier dist/htmx.min.js du paquet htmx.org ; licence Zero-Clause BSD, livrée à côté.
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_htmx_est_celui_qui_a_ete_verifie():
    assert hashlib.sha256((STATIQUE / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (STATIQUE / "htmx.LICENCE.txt").read_text("utf-8")


def test_ni_la_feuille_de_style_ni_les_gabarits_ne_demandent_ailleurs():
    scripts = [script for script in STATIQUE.glob("*.js") if script.name != "htmx.min.js"]
    assert len(scripts) == 3
    for fichier in (*STATIQUE.glob("*.css"), *scripts, *STATIQUE.parent.glob("gabarits/**/*.html")):
        texte = fichier.read_text("utf-8")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", texte), fichier.name
        assert "style=" not in texte
        assert not re.search(r"\son[a-z]+=", texte), fichier.name
        assert "<script>" not in texte


def test_l_aide_montre_les_ecrans_livres(visiteur):
    page = visiteur.voir("/aide/page").texte
    images = re.findall(r'<img src="(/aide/ecrans/[a-z]+\.png)" alt="([^"]+)"', page)
    assert len(images) == 6
    for adresse, _ in images:
        reponse = visiteur.voir(adresse)
        assert (reponse.code, reponse.entetes["content-type"]) == (200, "image/png")
    assert visiteur.voir("/aide/ecrans/..%2fpage.md").code in {404, 422}
    assert visiteur.voir("/aide/ecrans/absent.png").code == 404

"""La ponctuation des pages : espaces insécables, guillemets et apostrophes, partout ; balises et codes intacts."""

import re

import pytest

from generateur.page.ponctuation import ponctuer, ponctuer_page

FINE, INSECABLE = "\u202f", "\u00a0"
ECRANS = (
    "/",
    "/nouveau",
    "/importer",
    "/tableau",
    "/echeances",
    "/droit",
    "/aide",
    "/aide/liasse-et-preuve",
    "/creanciers/atelier",
    "/nulle-part",
    "/dossiers/inconnu",
    "/dossiers/2026-0074",
    *(f"/dossiers/2026-0074?onglet={o}" for o in ("contrat", "factures", "relances", "procedure", "suivi")),
    "/dossiers/2026-0042/pieces",
    "/dossiers/2026-0042/decompte",
    "/dossiers/2026-0042/accord",
    "/dossiers/2026-0042/production",
)
# Une espace ordinaire devant une ponctuation haute ou dans un guillemet, une apostrophe droite.
FAUTE = re.compile(r" [;:?!»](?!\S)|« |[^\W\d_]'[^\W\d_]|\d [€%]")


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("un : deux", f"un{INSECABLE}: deux"),
        ("un ; deux ? trois !", f"un{FINE}; deux{FINE}? trois{FINE}!"),
        ("« oui »", f"«{INSECABLE}oui{INSECABLE}»"),
        ("l&#39;acte d'un", "l’acte d’un"),
        ("12,5 % de 3 €", f"12,5{INSECABLE}% de 3{INSECABLE}€"),
        ("http://x :8080 a=b;c &amp; d", "http://x :8080 a=b;c &amp; d"),
    ],
)
def test_chaque_signe_est_precede_de_son_espace(ecrit, lu):
    assert ponctuer(ecrit) == lu
    assert ponctuer(lu) == lu


def test_les_balises_les_attributs_et_les_codes_sont_intacts():
    page = "<p title=\"l'un : x\">l'un : x</p><pre>l'un : <b>x</b> ?</pre><code>a ; b</code><textarea>c : d</textarea>"
    assert ponctuer_page(page) == page.replace(">l'un : x</p>", f">l’un{INSECABLE}: x</p>")


@pytest.mark.parametrize("ecran", ECRANS)
def test_aucun_ecran_ne_se_trompe_de_ponctuation(visiteur, ecran):
    page = visiteur.voir(ecran).octets.decode()
    textes = re.findall(r">([^<]+)<", re.sub(r"<(pre|code|textarea)\b.*?</\1>", "", page, flags=re.DOTALL))
    assert any("Dossiers" in texte for texte in textes)
    assert not [texte.strip() for texte in textes if FAUTE.search(texte.replace("&#39;", "'"))]

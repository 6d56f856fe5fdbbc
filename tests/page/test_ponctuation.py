"""La ponctuation des pages : espaces insécables, guillemets et apostrophes, partout ; balises et codes intacts."""

import re

import pytest

from generateur.page.ponctuation import ponctuer, ponctuer_page
from tests.page.test_navigateur import ECRANS

FINE, INSECABLE = "\u202f", "\u00a0"
AUTRES = (
    "/aide",
    "/nulle-part",
    "/dossiers/inconnu",
    "/dossiers/2026-0074?onglet=contrat",
    "/dossiers/2026-0074?onglet=procedure",
    "/dossiers/2026-0042/production",
)
# Une espace ordinaire devant une ponctuation haute ou dans un guillemet, une apostrophe droite.
FAUTE = re.compile(r" [;:?!»](?!\S)|« |'|\d [€%]")


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


@pytest.mark.parametrize("ecran", [*ECRANS.values(), *AUTRES])
def test_aucun_ecran_ne_se_trompe_de_ponctuation(visiteur, ecran):
    """Ce qui s'affiche, et ce qu'un lecteur d'écran lit ou qu'un champ vide montre."""
    page = visiteur.voir(ecran).octets.decode()
    textes = re.findall(r">([^<]+)<", re.sub(r"<(pre|code|textarea)\b.*?</\1>", "", page, flags=re.DOTALL))
    dits = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', page)
    assert any("Dossiers" in texte for texte in textes)
    assert not [texte.strip() for texte in (*textes, *dits) if FAUTE.search(texte.replace("&#39;", "'"))]

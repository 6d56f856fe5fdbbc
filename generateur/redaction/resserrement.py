"""L'allure resserrée : les mêmes styles, un peu moins de blanc, quand un acte déborde de quelques lignes.

On resserre l'interligne, les blancs entre paragraphes et les marges des cellules ; jamais le corps des lettres.
"""

from typing import Any

from lxml import etree

from generateur.redaction.paquet_docx import lire_xml, mot

_INTERLIGNE = 0.93
_BLANCS = 0.7
_CELLULES = 0.6
_CORPS_MINIMAL = 200  # vingtièmes de point : plus bas, c'est un filet ou un paragraphe d'espacement
_HAUTEURS = frozenset({"before", "after"})


def resserrer_styles(octets: bytes) -> bytes:
    """La partie « styles » d'un acte, resserrée."""
    arbre = lire_xml(octets)
    for espacement in arbre.iter(mot("spacing")):
        for nom in _HAUTEURS:
            _reduire(espacement, nom, _BLANCS)
        if espacement.get(mot("lineRule")) == "exact" and int(espacement.get(mot("line"), "0")) >= _CORPS_MINIMAL:
            _reduire(espacement, "line", _INTERLIGNE)
    for marges in arbre.iter(mot("tblCellMar")):
        for cote in ("top", "bottom"):
            if (marge := marges.find(mot(cote))) is not None:
                _reduire(marge, "w", _CELLULES)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + bytes(etree.tostring(arbre, encoding="UTF-8"))


def _reduire(element: Any, nom: str, facteur: float) -> None:
    valeur = element.get(mot(nom))
    if valeur and valeur.isdigit():
        element.set(mot(nom), str(round(int(valeur) * facteur)))

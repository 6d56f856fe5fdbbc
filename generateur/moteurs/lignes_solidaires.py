"""La ligne d'en-tête d'un tableau reste avec la première ligne qu'elle coiffe.

Word et LibreOffice ne laissent pas un en-tête répété seul en bas de page ; dxpdf ne lie deux lignes que par une
cellule fusionnée de haut en bas. On en ajoute une, d'un point de large et vide, au bord droit de chaque tableau,
dans la copie que ce moteur convertit : ni le Word livré ni LibreOffice ne la voient. Dans la même copie, un long
paragraphe cesse d'être d'un seul tenant : ce moteur ne le couperait pas, même plus haut que la page.
"""

import io
import zipfile
import zlib
from copy import deepcopy
from pathlib import Path
from typing import Any

from lxml import etree

from generateur.moteurs.sortie_pdf import publier_fichier

_CORPS = "word/document.xml"
_LONG = 1500  # signes : moins de la moitié d'une page de corps de texte
_LARGEUR = 20  # vingtièmes de point
_ESPACE_DE_NOMS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FUSIONS = ("restart", "continue")


def copier_avec_entetes_lies(source: Path, copie: Path) -> Path:
    """Écrit la copie aux lignes d'en-tête liées et la rend ; rend la source si le document n'en a pas.

    Un document illisible passe tel quel : c'est le moteur qui dira ce qui cloche. Lève ErreurEcriture.
    """
    try:
        with zipfile.ZipFile(source) as paquet:
            corps = paquet.read(_CORPS)
            if b"<w:tblHeader" not in corps and not any(len(p) > _LONG for p in corps.split(b"</w:p>")):
                return source
            membres = {nom: paquet.read(nom) for nom in paquet.namelist()} | {_CORPS: _lier(corps)}
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        return source
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_STORED) as paquet:
        for nom, contenu in membres.items():
            paquet.writestr(nom, contenu)
    publier_fichier(tampon.getvalue(), copie)
    return copie


def _lier(corps: bytes) -> bytes:
    arbre = etree.fromstring(corps)
    for tableau in arbre.iter(_mot("tbl")):
        lignes = tableau.findall(_mot("tr"))
        grille = tableau.find(_mot("tblGrid"))
        if len(lignes) > 1 and grille is not None and lignes[0].find(f"{_mot('trPr')}/{_mot('tblHeader')}") is not None:
            _ajouter_colonne(grille, lignes)
    for paragraphe in arbre.iter(_mot("p")):
        _laisser_couper(paragraphe)
    lie: bytes = etree.tostring(arbre, encoding="UTF-8", xml_declaration=True, standalone=True)
    return lie


def _laisser_couper(paragraphe: Any) -> None:
    """Un paragraphe d'un seul tenant (style « lignes solidaires ») plus haut que la page y perdrait sa fin."""
    if sum(len(texte.text or "") for texte in paragraphe.iter(_mot("t"))) <= _LONG:
        return
    proprietes = paragraphe.find(_mot("pPr"))
    if proprietes is None:
        proprietes = etree.Element(_mot("pPr"))
        paragraphe.insert(0, proprietes)
    for ancienne in proprietes.findall(_mot("keepLines")):
        proprietes.remove(ancienne)
    avant = (_mot("pStyle"), _mot("keepNext"))  # l'ordre du schéma
    rang = sum(element.tag in avant for element in proprietes)
    libre = etree.Element(_mot("keepLines"))
    libre.set(_mot("val"), "0")
    proprietes.insert(rang, libre)


def _ajouter_colonne(grille: Any, lignes: list[Any]) -> None:
    etree.SubElement(grille, _mot("gridCol")).set(_mot("w"), str(_LARGEUR))
    for rang, ligne in enumerate(lignes):
        ligne.append(deepcopy(_CELLULES[rang] if rang < len(_FUSIONS) else _CELLULES[-1]))


def _mot(nom: str) -> str:
    return f"{{{_ESPACE_DE_NOMS}}}{nom}"


def _cellule(fusion: str) -> Any:
    sens = f'<w:vMerge w:val="{fusion}"/>' if fusion else ""
    marges = "".join(f'<w:{cote} w:w="0" w:type="dxa"/>' for cote in ("top", "left", "bottom", "right"))
    return etree.fromstring(
        f'<w:tc xmlns:w="{_ESPACE_DE_NOMS}"><w:tcPr><w:tcW w:w="{_LARGEUR}" w:type="dxa"/>{sens}'
        f"<w:tcMar>{marges}</w:tcMar></w:tcPr>"
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p></w:tc>'
    )


_CELLULES = tuple(_cellule(fusion) for fusion in (*_FUSIONS, ""))

"""L'allure d'un paquet Word (styles, thème, numérotation, réglages), ramenée à ce que l'on fournit.

Polices remplacées par les nôtres, styles inutiles élagués (le moteur embarqué y perd son temps), puces en
caractères ordinaires, langue française, mise en page de Word 2013 et suivants.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from generateur.redaction.paquet_docx import Paquet, lire_xml, mot

SERIF = "Source Serif Pro"
SANS = "Source Sans Pro"
_FAMILLES_SERIF = re.compile(
    r"serif|times|cambria|georgia|garamond|book|palatino|constantia|century|baskerville|didot|bodoni|roman",
    re.IGNORECASE,
)
POLICES_DE_SYMBOLES = frozenset({"Symbol", "Wingdings", "Wingdings 2", "Wingdings 3", "Webdings"})
_PUCES = {"\uf0b7": "•", "\uf0a7": "•", "\uf0a8": "•", "\uf0fc": "•", "\uf0d8": "•", "o": "•", "·": "•"}
_EMPLOI_DE_STYLE = re.compile(r'<w:(?:pStyle|rStyle|tblStyle) w:val="([^"]*)"')
_POLICE_BROUILLEE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_DRAWINGML = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass
class Allure:
    """Ce que les styles d'un paquet imposent au texte : tailles résolues, majuscules, polices du thème."""

    taille_par_defaut: str = "20"
    tailles: dict[str, str] = field(default_factory=dict)
    majuscules: frozenset[str] = frozenset()
    polices_theme: dict[str, str] = field(default_factory=dict)


def lire_allure(paquet: Paquet) -> Allure:
    """Lit les styles et le thème du paquet ; les tailles sont en demi-points, héritage résolu."""
    styles, theme = _partie(paquet, "styles"), _partie(paquet, "theme")
    allure = Allure()
    if theme is not None:
        for cle, balise in (("major", "majorFont"), ("minor", "minorFont")):
            latin = theme.find(f".//{_DRAWINGML}{balise}/{_DRAWINGML}latin")
            allure.polices_theme[cle] = police_fournie(latin.get("typeface") if latin is not None else "")
    if styles is None:
        return allure
    defaut = styles.find(f"{mot('docDefaults')}//{mot('sz')}")
    allure.taille_par_defaut = defaut.get(mot("val")) if defaut is not None else "20"
    par_nom = {style.get(mot("styleId")): style for style in styles.iter(mot("style"))}
    normal = next(
        (i for i, s in par_nom.items() if s.get(mot("type")) == "paragraph" and s.get(mot("default")) in {"1", "true"}),
        "",
    )
    for nom, style in par_nom.items():
        taille = _heriter(par_nom, style, "sz")
        if taille is not None:
            allure.tailles[nom] = taille.get(mot("val"))
    allure.tailles.setdefault("", allure.tailles.get(normal, allure.taille_par_defaut))
    allure.majuscules = frozenset(nom for nom, style in par_nom.items() if est_actif(_heriter(par_nom, style, "caps")))
    return allure


def _partie(paquet: Paquet, genre: str) -> Any:
    for _, relation in paquet.relations_du_genre(paquet.principale, genre):
        return lire_xml(paquet.parties[relation.cible])
    return None


def _heriter(par_nom: dict[str, Any], style: Any, propriete: str) -> Any:
    """La propriété de caractère d'un style, cherchée chez ses parents ; une boucle de parenté s'arrête."""
    vus = set()
    while style is not None and id(style) not in vus:
        vus.add(id(style))
        trouvee = style.find(f"{mot('rPr')}/{mot(propriete)}")
        if trouvee is not None:
            return trouvee
        parent = style.find(mot("basedOn"))
        style = par_nom.get(parent.get(mot("val"))) if parent is not None else None
    return None


def est_actif(element: Any) -> bool:
    """Vrai pour une bascule de Word présente et non niée (w:val="0")."""
    return element is not None and element.get(mot("val"), "1") not in {"0", "false", "off"}


def police_fournie(nom: str | None) -> str:
    """La police qui remplace celle d'un modèle ; celles de symboles restent, le contrôle les dira."""
    if not nom or nom.startswith((SERIF, SANS)):
        return (nom and (SERIF if nom.startswith(SERIF) else SANS)) or SANS
    if nom in POLICES_DE_SYMBOLES:
        return nom
    sans_empattement = re.search(r"sans", nom, re.IGNORECASE)
    return SERIF if _FAMILLES_SERIF.search(nom) and not sans_empattement else SANS


def remplacer_polices(polices: Any, allure: Allure) -> None:
    """Remplace les quatre usages d'une balise w:rFonts par la police fournie correspondante."""
    nom = polices.get(mot("ascii")) or polices.get(mot("hAnsi")) or ""
    theme = polices.get(mot("asciiTheme")) or polices.get(mot("hAnsiTheme")) or ""
    if theme:
        nom = allure.polices_theme.get(theme[:5], SANS)
    indice = polices.get(mot("hint"))
    polices.attrib.clear()
    if not nom and indice:
        return
    for usage in ("ascii", "hAnsi", "cs", "eastAsia"):
        polices.set(mot(usage), police_fournie(nom))


# Les réglages qui doivent suivre la compatibilité, selon l'ordre du schéma.
_APRES_COMPATIBILITE = (
    *("docVars", "attachedSchema", "themeFontLang", "clrSchemeMapping", "doNotIncludeSubdocsInStats"),
    *("captions", "readModeInkLockDown", "smartTagType", "shapeDefaults", "decimalSymbol", "listSeparator"),
)


def adapter_allure(paquet: Paquet, textes: Iterable[str], allure: Allure) -> None:
    """Adapte l'allure du paquet, et élague les styles que ces textes n'emploient pas."""
    for genre, adapter in (
        ("styles", lambda arbre: _adapter_styles(arbre, _styles_employes(textes, paquet), allure)),
        ("settings", lambda arbre: _adapter_reglages(arbre, paquet)),
        ("numbering", lambda arbre: _adapter_puces(arbre, allure)),
        ("theme", _adapter_theme),
        ("fontTable", _adapter_table_des_polices),
    ):
        for _, relation in paquet.relations_du_genre(paquet.principale, genre):
            arbre = lire_xml(paquet.parties[relation.cible])
            adapter(arbre)
            paquet.parties[relation.cible] = _octets(arbre)
            if genre == "settings":  # un modèle attaché (.dotm) désignerait la machine de l'auteur
                paquet.relations.pop(relation.cible, None)


def _adapter_styles(styles: Any, employes: set[str], allure: Allure) -> None:
    _elaguer_styles(styles, employes)
    retirer(styles, "caps", "latentStyles")
    for polices in styles.iter(mot("rFonts")):
        remplacer_polices(polices, allure)
    for langue in styles.iter(mot("lang")):
        langue.set(mot("val"), "fr-FR")


def _adapter_theme(theme: Any) -> None:
    for element in list(theme.iter(f"{_DRAWINGML}font")):
        element.getparent().remove(element)
    for element in theme.iter(f"{_DRAWINGML}latin"):
        element.set("typeface", police_fournie(element.get("typeface")))
        element.attrib.pop("panose", None)


def _adapter_table_des_polices(table: Any) -> None:
    for element in list(table):
        if element.get(mot("name")) not in {SERIF, SANS}:
            table.remove(element)


def _adapter_reglages(reglages: Any, paquet: Paquet) -> None:
    """Demande la mise en page de Word 2013 et suivants : avant, les tableaux débordent dans la marge."""
    retirer(reglages, "attachedTemplate", "rsids")
    _garder_les_polices(reglages, paquet)
    for nom, partie in (("footnotePr", "footnotes"), ("endnotePr", "endnotes")):
        if not any(paquet.relations_du_genre(paquet.principale, partie)):
            retirer(reglages, nom)
    compatibilite = reglages.find(mot("compat"))
    if compatibilite is None:
        compatibilite = etree.Element(mot("compat"))
        suivant = next((e for e in reglages if e.tag in map(mot, _APRES_COMPATIBILITE)), None)
        if suivant is None:
            reglages.append(compatibilite)
        else:
            suivant.addprevious(compatibilite)
    modes = [e for e in compatibilite if e.get(mot("name")) == "compatibilityMode"]
    mode = modes[0] if modes else etree.SubElement(compatibilite, mot("compatSetting"))
    mode.set(mot("name"), "compatibilityMode")
    mode.set(mot("uri"), "http://schemas.microsoft.com/office/word")
    mode.set(mot("val"), "15")


def _garder_les_polices(reglages: Any, paquet: Paquet) -> None:
    """Les polices que la charte incorpore restent dans l'acte quand quelqu'un l'enregistre de nouveau."""
    if not any(genre == _POLICE_BROUILLEE for genre in paquet.types.values()):
        return
    retirer(reglages, "embedTrueTypeFonts", "saveSubsetFonts")
    avant = reglages.find(mot("zoom"))
    rang = 0 if avant is None else reglages.index(avant) + 1
    reglages[rang:rang] = [etree.Element(mot("embedTrueTypeFonts")), etree.Element(mot("saveSubsetFonts"))]


def retirer(arbre: Any, *noms: str) -> None:
    """Retire d'un arbre toutes les balises de ces noms."""
    for element in list(arbre.iter(*map(mot, noms))):
        element.getparent().remove(element)


def _octets(arbre: Any) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + bytes(etree.tostring(arbre, encoding="UTF-8"))


def _styles_employes(textes: Iterable[str], paquet: Paquet) -> set[str]:
    employes = {nom for texte in textes for nom in _EMPLOI_DE_STYLE.findall(texte)}
    numerotation = _partie(paquet, "numbering")
    if numerotation is not None:
        employes |= {element.get(mot("val")) for element in numerotation.iter(mot("pStyle"))}
    return employes


def _elaguer_styles(styles: Any, employes: set[str]) -> None:
    par_nom = {style.get(mot("styleId")): style for style in styles.iter(mot("style"))}
    gardes: set[str] = set()
    attente = [n for n, s in par_nom.items() if n in employes or s.get(mot("default")) in {"1", "true"}]
    while attente:
        nom = attente.pop()
        if nom in gardes or nom not in par_nom:
            continue
        gardes.add(nom)
        attente += [lien.get(mot("val")) for lien in par_nom[nom].iter(mot("basedOn"), mot("link"), mot("next"))]
    for nom, style in par_nom.items():
        if nom not in gardes:
            styles.remove(style)


def _adapter_puces(numerotation: Any, allure: Allure) -> Any:
    for niveau in numerotation.iter(mot("lvl")):
        texte, polices = niveau.find(mot("lvlText")), niveau.find(f"{mot('rPr')}/{mot('rFonts')}")
        if texte is None or polices is None:
            continue
        if polices.get(mot("ascii")) in POLICES_DE_SYMBOLES or texte.get(mot("val")) in _PUCES:
            texte.set(mot("val"), _PUCES.get(texte.get(mot("val")), "•"))
            polices.getparent().remove(polices)
        else:
            remplacer_polices(polices, allure)
    return numerotation

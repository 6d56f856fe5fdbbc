"""Ce qu'un modèle Word doit devenir pour que le moteur embarqué et LibreOffice en fassent la même page.

Le moteur embarqué ignore la taille héritée d'un style dans un tableau, les majuscules de style et les
contrôles de contenu ; il perd du temps sur les styles inutiles et les polices absentes. Tout se règle ici,
au chargement, sans changer ce que Word montre. Adapter deux fois ne change rien de plus.
"""

import re
from typing import Any

from lxml import etree

from generateur.redaction.allure import Allure, est_actif, remplacer_polices, retirer
from generateur.redaction.paquet_docx import mot

_A_RETIRER = ("proofErr", "lastRenderedPageBreak", "permStart", "permEnd", "noProof")
_A_DEBALLER = {mot("sdt"): mot("sdtContent"), mot("customXml"): None, mot("smartTag"): None}
_BALISES = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_ESPACE = "{http://www.w3.org/XML/1998/namespace}space"
# Les propriétés qui doivent suivre la taille d'une suite, selon l'ordre du schéma.
_APRES_TAILLE = (
    *("highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang"),
    *("eastAsianLayout", "specVanish", "oMath"),
)


def adapter_arbre(arbre: Any, allure: Allure) -> None:
    """Adapte un texte (corps, en-tête, pied, note, fragment) sur place."""
    _deballer(arbre)
    retirer(arbre, *_A_RETIRER)
    for element in arbre.iter(etree.Element):
        for cle in [cle for cle in element.attrib if cle.startswith(mot("rsid"))]:
            del element.attrib[cle]
    _retirer_signet_de_word(arbre)
    _ecrire_traits_d_union(arbre)
    for paragraphe in arbre.iter(mot("p")):
        _joindre_suites(paragraphe)
    _mettre_en_capitales(arbre, allure)
    for polices in arbre.iter(mot("rFonts")):
        remplacer_polices(polices, allure)
    _ecrire_tailles_des_tableaux(arbre, allure)


def _deballer(arbre: Any) -> None:
    for balise, contenu in _A_DEBALLER.items():
        for element in list(arbre.iter(balise)):
            parent = element.getparent()
            source = element.find(contenu) if contenu else element
            place = parent.index(element)
            garder = [] if source is None else [e for e in source if not str(e.tag).endswith("Pr")]
            parent[place : place + 1] = garder


def _retirer_signet_de_word(arbre: Any) -> None:
    for debut in list(arbre.iter(mot("bookmarkStart"))):
        if debut.get(mot("name"), "").startswith("_GoBack"):
            for fin in list(arbre.iter(mot("bookmarkEnd"))):
                if fin.get(mot("id")) == debut.get(mot("id")):
                    fin.getparent().remove(fin)
            debut.getparent().remove(debut)


def _ecrire_traits_d_union(arbre: Any) -> None:
    """Le trait d'union insécable devient simple (nos polices ne l'ont pas) ; le conditionnel disparaît."""
    for element in list(arbre.iter(mot("noBreakHyphen"), mot("softHyphen"))):
        if element.tag == mot("noBreakHyphen"):
            trait = etree.Element(mot("t"))
            trait.text = "-"
            element.addprevious(trait)
        element.getparent().remove(element)
    for texte in arbre.iter(mot("t")):
        if texte.text and ("\u2011" in texte.text or "\u00ad" in texte.text):
            texte.text = texte.text.replace("\u2011", "-").replace("\u00ad", "")


def _joindre_suites(paragraphe: Any) -> None:
    """Joint les suites voisines de même allure : Word coupe volontiers une balise en plusieurs morceaux."""
    precedente, signature = None, b""
    for suite in list(paragraphe):
        if suite.tag != mot("r") or not _est_de_texte(suite):
            precedente = None
            continue
        proprietes = suite.find(mot("rPr"))
        cle = b"" if proprietes is None or not len(proprietes) else etree.tostring(proprietes, method="c14n")
        texte = suite.find(mot("t"))
        if precedente is not None and cle == signature:
            precedente.text = (precedente.text or "") + (texte.text or "")
            precedente.set(_ESPACE, "preserve")
            paragraphe.remove(suite)
        else:
            precedente, signature = texte, cle


def _est_de_texte(suite: Any) -> bool:
    enfants = [enfant.tag for enfant in suite if enfant.tag != mot("rPr")]
    return enfants == [mot("t")]


def _mettre_en_capitales(arbre: Any, allure: Allure) -> None:
    for paragraphe in arbre.iter(mot("p")):
        style = paragraphe.find(f"{mot('pPr')}/{mot('pStyle')}")
        du_paragraphe = style is not None and style.get(mot("val")) in allure.majuscules
        for suite in paragraphe.iter(mot("r")):
            directe = suite.find(f"{mot('rPr')}/{mot('caps')}")
            de_suite = suite.find(f"{mot('rPr')}/{mot('rStyle')}")
            heritee = du_paragraphe or (de_suite is not None and de_suite.get(mot("val")) in allure.majuscules)
            if est_actif(directe) if directe is not None else heritee:
                for texte in suite.iter(mot("t")):
                    texte.text = _en_capitales(texte.text or "")
            if directe is not None:
                directe.getparent().remove(directe)


def _en_capitales(texte: str) -> str:
    morceaux = _BALISES.split(texte)
    for rang, morceau in enumerate(morceaux):
        if morceau.startswith("{{"):
            expression = morceau[2:-2].strip()
            if not expression.endswith("|upper"):
                morceaux[rang] = "{{ (" + expression + ")|upper }}"
        elif not morceau.startswith(("{%", "{#")):
            morceaux[rang] = morceau.upper()
    return "".join(morceaux)


def _ecrire_tailles_des_tableaux(arbre: Any, allure: Allure) -> None:
    """Écrit la taille sur chaque suite d'un tableau : le moteur embarqué n'y lit pas celle des styles."""
    for cellule in arbre.iter(mot("tc")):
        for paragraphe in cellule.iter(mot("p")):
            style = paragraphe.find(f"{mot('pPr')}/{mot('pStyle')}")
            du_paragraphe = allure.tailles.get(style.get(mot("val")) if style is not None else "", "")
            for suite in paragraphe.iter(mot("r")):
                _ecrire_taille(suite, du_paragraphe or allure.taille_par_defaut, allure)


def _ecrire_taille(suite: Any, taille: str, allure: Allure) -> None:
    proprietes = suite.find(mot("rPr"))
    if proprietes is None:
        proprietes = etree.Element(mot("rPr"))
        suite.insert(0, proprietes)
    if proprietes.find(mot("sz")) is not None:
        return
    de_suite = proprietes.find(mot("rStyle"))
    if de_suite is not None:
        taille = allure.tailles.get(de_suite.get(mot("val")), taille)
    for nom in ("sz", "szCs"):
        ancien = proprietes.find(mot(nom))
        if ancien is not None:
            proprietes.remove(ancien)
        _inserer_propriete(proprietes, nom, taille)


def _inserer_propriete(proprietes: Any, nom: str, valeur: str) -> None:
    nouvelle = etree.Element(mot(nom))
    nouvelle.set(mot("val"), valeur)
    place = next((i for i, e in enumerate(proprietes) if e.tag in map(mot, _APRES_TAILLE)), len(proprietes))
    proprietes.insert(place, nouvelle)

"""La charte : un seul fichier Word porte l'allure de tous les actes.

Styles, numérotation, thème, table des polices, réglages, en-têtes et pieds d'un modèle sont remplacés par
ceux de `communs/charte.docx`. Le modèle décide seulement, section par section, s'il a un en-tête ou un
pied.
"""

import difflib
from typing import Any

from generateur.erreurs import ErreurModele
from generateur.redaction.paquet_docx import GENRES, Paquet, Relation, lire_xml, mot, mot_r

PREFIXE_CHARTE = "charte_"
_PARTAGEES = ("styles", "numbering", "theme", "fontTable", "settings")
_ABANDONNEES = ("webSettings", "glossaryDocument", "stylesWithEffects", "customXml", "attachedTemplate")
_REFERENCES = (("header", mot("headerReference")), ("footer", mot("footerReference")))


def appliquer_charte(modele: Paquet, charte: Paquet | None) -> None:
    """Remplace dans le modèle tout ce qui est d'allure par ce que porte la charte."""
    principale = modele.principale
    liens = modele.relations.setdefault(principale, {})
    for genre in _ABANDONNEES:
        for identifiant, _ in list(modele.relations_du_genre(principale, genre)):
            del liens[identifiant]
    modele.relations[""] = {
        cle: lien for cle, lien in modele.relations[""].items() if lien.genre.endswith("/officeDocument")
    }
    if charte is None:
        return
    for genre in _PARTAGEES:
        for identifiant, _ in list(modele.relations_du_genre(principale, genre)):
            del liens[identifiant]
        for _, relation in charte.relations_du_genre(charte.principale, genre):
            copie = modele.copier(charte, relation.cible, PREFIXE_CHARTE)
            liens[f"charte_{genre}"] = Relation(GENRES + genre, copie)
    _remplacer_entetes(modele, charte)


def _remplacer_entetes(modele: Paquet, charte: Paquet) -> None:
    offerts = {}
    for genre, balise in _REFERENCES:
        for element in lire_xml(charte.parties[charte.principale]).iter(balise):
            cle = (genre, element.get(mot("type"), "default"))
            offerts[cle] = charte.relations[charte.principale][element.get(mot_r("id"))].cible
    liens = modele.relations[modele.principale]
    for genre, balise in _REFERENCES:
        for element in lire_xml(modele.parties[modele.principale]).iter(balise):
            cle = (genre, element.get(mot("type"), "default"))
            if cle in offerts:
                copie = modele.copier(charte, offerts[cle], PREFIXE_CHARTE)
                liens[element.get(mot_r("id"))] = Relation(GENRES + genre, copie)


def identifiants_de_styles(paquet: Paquet) -> frozenset[str]:
    """Les identifiants de tous les styles que le paquet définit."""
    for _, relation in paquet.relations_du_genre(paquet.principale, "styles"):
        racine = lire_xml(paquet.parties[relation.cible])
        return frozenset(style.get(mot("styleId")) for style in racine.iter(mot("style")))
    return frozenset()


def styles_inconnus(arbre: Any, connus: frozenset[str]) -> list[str]:
    """Les styles qu'un texte emploie et que personne ne définit, dans l'ordre du texte."""
    employes = (
        element.get(mot("val")) for balise in ("pStyle", "rStyle", "tblStyle") for element in arbre.iter(mot(balise))
    )
    return list(dict.fromkeys(nom for nom in employes if nom not in connus))


def refuser_styles_inconnus(arbre: Any, connus: frozenset[str], modele: str) -> None:
    """Lève ErreurModele si le texte emploie un style que la charte ne définit pas."""
    for nom in styles_inconnus(arbre, connus):
        proches = difflib.get_close_matches(nom, sorted(connus), n=1)
        conseil = f" ; le plus proche : « {proches[0]} »" if proches else ""
        raise ErreurModele(
            f"Le modèle « {modele} » emploie le style « {nom} », que la charte ne définit pas{conseil}.",
            lieu=f"{modele}.docx",
            remede="Choisir dans Word un style de communs/charte.docx, ou l'ajouter à la charte.",
        )

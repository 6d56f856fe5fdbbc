"""Réduit une page HTML (corps de courriel) à son texte lisible ; n'ouvre aucun lien, n'exécute rien.

Écrit ici : inscriptis ne marque pas les citations d’un « > », et redit l’adresse d’un lien que son texte donne déjà.
"""

import re
from collections import Counter
from html.parser import HTMLParser

from generateur.pieces.apparence_html import Apparence, Feuille

_TITRES = frozenset(f"h{niveau}" for niveau in range(1, 7))
_BLOCS = _TITRES | {
    *("p", "div", "br", "hr", "tr", "table", "ul", "ol", "li", "blockquote", "pre", "section", "article"),
    *("header", "footer", "dl", "dt", "dd", "address", "center", "form", "fieldset", "title"),
}
_ESPACES_AUTOUR = _TITRES | {"p", "blockquote", "ul", "ol", "table", "pre"}
_MUETS = frozenset(("script", "style", "head", "template", "noscript", "svg", "object", "applet"))
_SANS_FIN = frozenset({"br", "hr"})
_LIENS_MONTRES = ("http://", "https://", "mailto:", "ftp://")
_PROFONDEUR_CITATION = 8
_IMBRICATION = 5_000
_REMPLISSAGE = " \t\r\n\u00a0\u034f\u00ad\u200b\u200c\u200d\ufeff"  # ce dont une infolettre allonge son aperçu
# « <![if !mso]> » : ce qu'elle entoure reste ; le « <![endif]--> » d'un commentaire le ferme, et ne s'en détache pas
_SECTION_MARQUEE = re.compile(r"(<!--.*?-->)|<!\[[^>]*>", re.DOTALL)
_FERMES_PAR_LE_SUIVANT = frozenset({"p", "li", "td", "th", "tr", "option"})
_ELEMENTS_VIDES = frozenset(
    {*("br", "hr", "img", "meta", "link", "input", "area", "base", "col", "embed", "source", "track", "wbr", "param")}
)


_ORDINAIRE = Apparence()


class _Lecteur(HTMLParser):
    """Accumule des lignes ; chaque blockquote ajoute un « > » comme dans un courriel en texte."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lignes: list[str] = [""]
        self._muet = 0
        self._citation = 0
        self._preformate = 0
        self._listes: list[int | None] = []  # le prochain numéro de chaque liste ouverte, None si elle n'en a pas
        self._lien: tuple[str, int] | None = None
        self._ouverts: list[str] = []
        self._apparences: list[Apparence] = []  # de chaque élément ouvert, celle de ce qu'il contient
        self._feuille = Feuille()
        self._est_dans_un_style = False
        self._combien: Counter[str] = Counter()  # éléments ouverts, par nom
        self.a_cache = False

    @property
    def _apparence(self) -> Apparence:
        return self._apparences[-1] if self._apparences else _ORDINAIRE

    def _ouvrir_style(self, tag: str, attributs: dict[str, str | None]) -> None:
        """Retient ce qu'un élément cache, raye ou colore ; hérité de ceux qui le contiennent."""
        if tag in _ELEMENTS_VIDES:
            return
        dehors = self._apparence
        dedans = self._feuille.appliquer(tag, attributs, self._apparences, dehors)
        if dedans.est_rayee and not dehors.est_rayee and not dedans.est_cachee:
            self._ajouter("[rayé : ")
        if len(self._ouverts) < _IMBRICATION:
            self._ouverts.append(tag)
            self._apparences.append(dedans)
            self._combien[tag] += 1

    def _fermer_style(self, tag: str) -> None:
        if not self._combien[tag]:
            return
        rang = next(r for r in range(len(self._ouverts) - 1, -1, -1) if self._ouverts[r] == tag)
        self._combien.subtract(self._ouverts[rang:])
        dedans, ferme = self._apparences[-1], self._apparences[rang]
        del self._ouverts[rang:], self._apparences[rang:]
        if dedans.est_rayee and not ferme.est_cachee and not self._apparence.est_rayee:
            self._lignes[-1] = self._lignes[-1].rstrip(" ")
            self._ajouter("] ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributs = dict(attrs)
        if tag in _MUETS:
            self._muet += 1
        self._est_dans_un_style = tag == "style"
        if tag in _FERMES_PAR_LE_SUIVANT and self._ouverts and self._ouverts[-1] == tag:
            self._fermer_style(tag)
        self._ouvrir_style(tag, attributs)
        if tag in _BLOCS:
            self._finir_ligne(est_espacee=tag in _ESPACES_AUTOUR)
        if tag in {"ol", "ul"}:
            self._listes.append(_lire_numero(attributs.get("start"), 1) if tag == "ol" else None)
        self._ouvrir_contenu(tag, attributs)

    def _ouvrir_contenu(self, tag: str, attributs: dict[str, str | None]) -> None:
        """Ce qu'un élément change à ce qu'il contient, ou montre de lui-même."""
        if tag == "blockquote":
            self._citation += 1
        elif tag == "pre":
            self._preformate += 1
        elif tag == "li":
            self._ajouter(self._puce(attributs))
        elif tag in {"td", "th"} and self._lignes[-1].strip():
            self._ajouter("   ")
        elif tag == "img" and attributs.get("alt"):
            self._ajouter(f"[image : {attributs['alt']}]")
        elif tag == "a":
            self._lien = (attributs.get("href") or "", len(self._lignes[-1]))

    def handle_endtag(self, tag: str) -> None:
        self._est_dans_un_style = False
        self._fermer_style(tag)
        if tag in _MUETS:
            self._muet = max(0, self._muet - 1)
        if tag == "a" and self._lien:
            self._montrer_lien(*self._lien)
            self._lien = None
        if tag in _BLOCS and tag not in _SANS_FIN:
            self._finir_ligne(est_espacee=tag in _ESPACES_AUTOUR)
        if tag in {"ol", "ul"} and self._listes:
            self._listes.pop()
        elif tag == "blockquote":
            self._citation = max(0, self._citation - 1)
        elif tag == "pre":
            self._preformate = max(0, self._preformate - 1)

    def handle_data(self, data: str) -> None:
        if self._est_dans_un_style:
            self._feuille.ajouter(data)
            return
        if self._apparence.est_cachee:
            self.a_cache = self.a_cache or (
                not self._muet and bool(data.strip("\u034f\u00ad\u200c\u200b\ufeff \t\r\n\u00a0"))
            )
            return
        if self._preformate:
            for rang, ligne in enumerate(data.split("\n")):
                if rang:
                    self._finir_ligne(est_espacee=False, garder_vide=True)
                self._ajouter(ligne)
        else:
            self._ajouter(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _puce(self, attributs: dict[str, str | None]) -> str:
        """« • », ou le numéro que porte l'élément dans sa liste : un message peut le citer."""
        prochain = self._listes[-1] if self._listes else None
        if prochain is None:
            return "• "
        numero = _lire_numero(attributs.get("value"), prochain)
        self._listes[-1] = numero + 1
        return f"{numero}. "

    def _ajouter(self, texte: str) -> None:
        if self._muet:
            return
        if not self._preformate and (not self._lignes[-1] or self._lignes[-1].endswith(" ")):
            texte = texte.lstrip(" ")
        ligne = self._lignes.pop()  # seule à la tenir, elle s'allonge sur place : sinon chaque ajout la recopierait
        ligne += texte
        self._lignes.append(ligne)

    def _montrer_lien(self, adresse: str, debut: int) -> None:
        """Donne l'adresse d'un lien quand son texte ne la dit pas : c'est un fait du message."""
        texte = self._lignes[-1][debut:].strip()
        nue = adresse.removeprefix("mailto:").rstrip("/")
        if adresse.startswith(_LIENS_MONTRES) and texte and nue.split("?")[0] not in texte:
            self._ajouter(f" <{nue}>")

    def _finir_ligne(self, *, est_espacee: bool, garder_vide: bool = False) -> None:
        if self._muet:
            return
        if self._lignes[-1].strip() or garder_vide:
            prefixe = "> " * min(self._citation, _PROFONDEUR_CITATION)
            self._lignes[-1] = prefixe + self._lignes[-1].rstrip()
            self._lignes.append("")
        if est_espacee and len(self._lignes) > 1 and self._lignes[-2].strip("> "):
            self._lignes[-1] = ""
            self._lignes.append("")

    def texte(self) -> str:
        """Le texte, deux sauts de ligne au plus entre paragraphes."""
        self._finir_ligne(est_espacee=False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(ligne.rstrip() for ligne in self._lignes)).strip("\n")


def _lire_numero(valeur: str | None, defaut: int) -> int:
    return int(valeur) if valeur and re.fullmatch(r"-?[0-9]{1,9}", valeur.strip()) else defaut


def _fermer(html: str) -> str:
    """La page où aucun « < » n'attend une fin qui ne vient pas : chacun ferait relire tout le reste.

    Un commentaire jamais fermé est gardé comme texte : rien ne disparaît sans un mot.
    """
    ferme = html.rfind("-->") + 1
    html = html[:ferme] + html[ferme:].replace("<!--", "&lt;!--")
    ferme = html.rfind(">") + 1
    html = html[:ferme] + html[ferme:].replace("<", "&lt;")
    return _SECTION_MARQUEE.sub(r"\1", html)


def extraire_texte(html: str) -> str:
    """Texte d'une page HTML, même mal formée."""
    lecteur = _Lecteur()
    lecteur.feed(_fermer(html))
    lecteur.close()
    texte = lecteur.texte()
    return f"{texte}\n\n[texte que le message cache, non reproduit]" if lecteur.a_cache and texte else texte

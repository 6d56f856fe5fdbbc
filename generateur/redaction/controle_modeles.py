"""Le contrôle des modèles Word : ce qui empêche de les remplir, et ce que le moteur embarqué rendrait mal.

Un modèle qui emploie une construction infidèle part chez LibreOffice s'il est là, sinon il est refusé par son
nom : jamais rendu de travers.
"""

import difflib
import hashlib
import json
import sys
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from generateur.domaine import defaut_de_modele
from generateur.domaine.defaut_de_modele import Defaut, Gravite
from generateur.droit.articles import articles_inconnus
from generateur.erreurs import ErreurModele
from generateur.redaction import allure, charte, gabarits, paquet_docx
from generateur.redaction.allure import est_actif, police_fournie
from generateur.redaction.charte import appliquer_charte
from generateur.redaction.code_garde import resumer_regles
from generateur.redaction.gabarits import CHARTE, Bibliotheque, Gabarit, parties_de_texte
from generateur.redaction.paquet_docx import Paquet, lire_xml, mot
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

# Balise de WordprocessingML → ce que c'est, et que faire. Le moteur embarqué ne la rend pas, ou pas fidèlement.
_INFIDELES = {
    "smallCaps": ("petites capitales", "Écrire en capitales ou en minuscules."),
    "strike": ("texte barré", "Retirer la mise en forme « barré »."),
    "dstrike": ("texte barré deux fois", "Retirer la mise en forme « barré »."),
    "sym": ("caractère de police de symboles", "Employer un caractère ordinaire (•, –, ☐)."),
    "object": ("objet incorporé (OLE)", "Remplacer l'objet par une image PNG ou par du texte."),
    "pict": ("dessin ou filigrane d'ancien format (VML)", "Remplacer par une image PNG dans la charte."),
    "ins": ("modification suivie (ajout)", "Accepter ou refuser toutes les modifications dans Word."),
    "del": ("modification suivie (suppression)", "Accepter ou refuser toutes les modifications dans Word."),
    "moveFrom": ("modification suivie (déplacement)", "Accepter ou refuser toutes les modifications dans Word."),
    "altChunk": ("document inséré par renvoi", "Copier le texte dans le modèle."),
    "subDoc": ("sous-document", "Employer une balise {%p include %}."),
    "ruby": ("annotation ruby", "Retirer l'annotation."),
    "dayLong": ("champ de date ancien", "Employer un champ {{ … }}."),
    "framePr": ("cadre de texte", "Employer un tableau."),
}
_BASCULES = frozenset({"smallCaps", "strike", "dstrike"})
_DATES = frozenset({"DATE", "TIME", "SAVEDATE", "CREATEDATE", "PRINTDATE"})
_CHAMPS_PERMIS = {"corps": frozenset({"HYPERLINK"}), "marge": frozenset({"PAGE", "NUMPAGES", "HYPERLINK"})}
_GRAPHIQUES = {
    "diagram": ("schéma SmartArt", "Remplacer le schéma par une image PNG."),
    "chart": ("graphique", "Remplacer le graphique par une image PNG."),
}
_IMAGES_REFUSEES = frozenset({"emf", "wmf", "svg"})
_MATHEMATIQUES = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_GRAPHIQUE = "{http://schemas.openxmlformats.org/drawingml/2006/main}graphicData"
_PROFONDEUR_DE_TABLEAUX = 3
_JUGEMENTS_GARDES = 1000


@lru_cache(maxsize=256)
def exige_libreoffice(gabarit: Gabarit) -> tuple[Defaut, ...]:
    """Les constructions du modèle et de ses fragments que le moteur embarqué ne rend pas fidèlement."""
    entrees = EntreesProuvees(dossier_de_cache() / "fidelite", _JUGEMENTS_GARDES)
    cle = _resumer(gabarit)
    garde = entrees.lire(cle)
    if garde is not None:
        return tuple(Defaut(**defaut) for defaut in json.loads(garde))
    defauts = tuple(defaut for defaut in _constructions(gabarit) if defaut.gravite == "fidelite")
    entrees.garder(cle, json.dumps([asdict(defaut) for defaut in defauts]).encode())
    return defauts


def _resumer(gabarit: Gabarit) -> str:
    """Le modèle, ses fragments, la charte, et ce qui les juge."""
    bibliotheque = gabarit.bibliotheque
    somme = hashlib.sha256(
        resumer_regles("lxml", sys.modules[__name__], defaut_de_modele, allure, charte, gabarits, paquet_docx).encode()
    )
    for nom in (gabarit.nom, *gabarit.fragments()):
        somme.update(f"{nom} {hashlib.sha256(bibliotheque.octets(nom)).hexdigest()}".encode())
    somme.update(bibliotheque.empreinte_charte)
    return somme.hexdigest()


def verifier_modeles(
    racine: Path | None,
    champs_connus: Collection[str],
    mentions: Mapping[str, Sequence[str]] | None = None,
    champs_propres: Mapping[str, Collection[str]] | None = None,
    jour: date | None = None,
) -> list[Defaut]:
    """Tous les défauts de tous les modèles d'un dossier, triés par modèle.

    Les champs connus sont des chemins pointés (« factures.numero ») ou de simples premiers noms ; les mentions
    obligatoires sont données par modèle, et les champs propres (« complement.cause ») aussi ; les mentions
    sont cherchées sans égard aux majuscules ni aux espaces. `jour` : les articles cités sont alors cherchés,
    code et numéro ensemble, dans la table datée.
    """
    bibliotheque = Bibliotheque(racine)
    noms = [nom for nom in bibliotheque.noms() if nom != CHARTE]
    defauts: list[Defaut] = []
    gabarits: list[Gabarit] = []
    for nom in noms:
        try:
            gabarit = bibliotheque.modele(nom)
            gabarit.chemins()
            gabarits.append(gabarit)
        except ErreurModele as erreur:
            defauts.append(Defaut(nom, "bloquant", erreur.message, erreur.lieu, 0, erreur.remede))
    fragments = {fragment for gabarit in gabarits for fragment in gabarit.fragments()}
    for gabarit in gabarits:
        defauts += _constructions(gabarit, avec_fragments=False)
        defauts += _articles_inconnus(gabarit, jour) if jour else ()
        if gabarit.nom not in fragments:  # un fragment se lit avec les variables de qui l'insère
            connus = set(champs_connus)
            if champs_propres and gabarit.nom in champs_propres:
                connus = connus - {"complement"} | set(champs_propres[gabarit.nom])
            defauts += _champs_inconnus(gabarit, connus)
            defauts += _objets_imprimes(gabarit, connus)
    for nom, attendues in sorted((mentions or {}).items()):
        defauts += _mentions_absentes(bibliotheque, nom, attendues)
    return sorted(set(defauts), key=lambda d: (d.modele, d.page, d.construction, d.extrait))


def _articles_inconnus(gabarit: Gabarit, jour: date) -> Iterator[Defaut]:
    for article in articles_inconnus(gabarit.texte_visible(), jour):
        remede = "Relire le code et le numéro ; « generateur droit articles » donne ceux que le programme connaît."
        yield Defaut(gabarit.nom, "avertissement", "article inconnu de la table datée", article, 0, remede)


def _champs_inconnus(gabarit: Gabarit, connus: Collection[str]) -> Iterator[Defaut]:
    detailles = {chemin.partition(".")[0] for chemin in connus if "." in chemin}
    for chemin in sorted(gabarit.chemins()):
        tete = chemin.partition(".")[0]
        if chemin in connus or (tete in connus and tete not in detailles):
            continue
        if any(connu.startswith(chemin + ".") for connu in connus):
            continue
        proches = difflib.get_close_matches(chemin, sorted(connus), n=1)
        conseil = f" ; le plus proche : « {proches[0]} »" if proches else ""
        fautif, extrait = gabarit.situer(chemin.rpartition(".")[2])
        yield Defaut(
            fautif,
            "bloquant",
            f"champ inconnu « {chemin} »{conseil}",
            extrait,
            0,
            "Corriger le nom du champ dans Word.",
        )


def _objets_imprimes(gabarit: Gabarit, connus: Collection[str]) -> Iterator[Defaut]:
    """Un champ qui a lui-même des champs : l'imprimer montrerait tout ce qu'il porte, IBAN compris."""
    for chemin in sorted(gabarit.imprimes()):
        details = sorted(connu for connu in connus if connu.startswith(f"{chemin}."))
        if chemin in connus and details:
            fautif, extrait = gabarit.situer(chemin.rpartition(".")[2])
            yield Defaut(
                fautif,
                "bloquant",
                f"« {chemin} » n'est pas un texte",
                extrait,
                0,
                f"Nommer ce qu'il faut en imprimer, par exemple {{{{ {details[0]} }}}}.",
            )


def _mentions_absentes(bibliotheque: Bibliotheque, nom: str, attendues: Sequence[str]) -> Iterator[Defaut]:
    try:
        texte = _aplatir(bibliotheque.modele(nom).texte_visible())
    except ErreurModele as erreur:
        yield Defaut(nom, "bloquant", erreur.message, erreur.lieu, 0, erreur.remede)
        return
    for mention in attendues:
        if _aplatir(mention) not in texte:
            remede = "Remettre la mention dans le modèle : la loi l'exige."
            yield Defaut(nom, "bloquant", f"mention obligatoire absente : « {mention} »", "", 0, remede)


def _aplatir(texte: str) -> str:
    compose = unicodedata.normalize("NFKC", texte).replace("’", "'").casefold()
    return " ".join(compose.split())


def _constructions(gabarit: Gabarit, *, avec_fragments: bool = True) -> Iterator[Defaut]:
    """Relit le modèle tel que Word l'a enregistré : l'adaptation a déjà effacé ce qu'elle sait réparer."""
    bibliotheque = gabarit.bibliotheque
    sources = (gabarit.nom, *(gabarit.fragments() if avec_fragments else ()))
    for nom in sources:
        paquet = bibliotheque.paquet(nom)
        appliquer_charte(paquet, bibliotheque.charte)
        employes: set[str] = set()
        for partie in parties_de_texte(paquet):
            arbre = lire_xml(paquet.parties[partie])
            employes |= {e.get(mot("val")) for e in arbre.iter(mot("pStyle"), mot("rStyle"), mot("tblStyle"))}
            zone = "corps" if partie == paquet.principale else "marge"
            for element, construction, remede, gravite in _reperer(arbre, zone):
                yield Defaut(nom, gravite, construction, _extrait(element), _page(arbre, element), remede)
            for relation in paquet.relations.get(partie, {}).values():
                extension = relation.cible.rpartition(".")[2].lower()
                if relation.genre.endswith("/image") and extension in _IMAGES_REFUSEES:
                    remede = "Remplacer l'image par un PNG."
                    yield Defaut(nom, "fidelite", f"image {extension.upper()}", relation.cible, 0, remede)
        yield from _defauts_de_style(nom, paquet, employes)


def _reperer(arbre: Any, zone: str) -> Iterator[tuple[Any, str, str, Gravite]]:
    for element in arbre.iter():
        nom = str(element.tag).rpartition("}")[2]
        if element.tag == mot(nom) and nom in _INFIDELES and (nom not in _BASCULES or est_actif(element)):
            yield element, *_INFIDELES[nom], "fidelite"
        elif element.tag in {mot("instrText"), mot("fldSimple")}:
            yield from _juger_champ(element, zone)
        elif element.tag in {_GRAPHIQUE, _MATHEMATIQUES, mot("tbl")}:
            yield from _juger_objet(element)
        elif element.tag in {mot("tab"), mot("rFonts")}:
            yield from _juger_forme(element)


def _juger_objet(element: Any) -> Iterator[tuple[Any, str, str, Gravite]]:
    genre = (element.get("uri") or "").rpartition("/")[2]
    if element.tag == _GRAPHIQUE and genre in _GRAPHIQUES:
        yield element, *_GRAPHIQUES[genre], "fidelite"
    elif element.tag == _MATHEMATIQUES:
        yield element, "formule mathématique", "Écrire la formule en texte.", "fidelite"
    elif element.tag == mot("tbl") and len(list(element.iterancestors(mot("tbl")))) >= _PROFONDEUR_DE_TABLEAUX:
        yield element, "tableaux imbriqués", "Ne pas imbriquer les tableaux.", "fidelite"


def _juger_forme(element: Any) -> Iterator[tuple[Any, str, str, Gravite]]:
    police = element.get(mot("ascii"))
    if element.get(mot("val")) == "decimal":
        remede = "Aligner à droite : tous les montants ont deux décimales."
        yield element, "taquet décimal, que LibreOffice aligne mal", remede, "avertissement"
    elif police and police_fournie(police) != police:
        remede = "Choisir Source Serif Pro ou Source Sans Pro, en normal, gras ou italique."
        construction = f"police « {police} » remplacée par « {police_fournie(police)} »"
        yield element, construction, remede, "avertissement"


def _juger_champ(element: Any, zone: str) -> Iterator[tuple[Any, str, str, Gravite]]:
    code = (element.get(mot("instr")) or element.text or "").split()
    nom = code[0].upper() if code else ""
    if nom in _DATES:
        remede = "Employer un champ {{ … }} : la date d'un acte ne change pas à chaque ouverture."
        yield element, f"champ Word {nom}", remede, "bloquant"
    elif nom and nom.isalpha() and nom not in _CHAMPS_PERMIS[zone]:
        remede = "Employer un champ {{ … }}, ou mettre le numéro de page dans le pied."
        yield element, f"champ Word {nom}" + (" dans le corps" if zone == "corps" else ""), remede, "fidelite"


def _defauts_de_style(nom: str, paquet: Paquet, employes: set[str]) -> Iterator[Defaut]:
    for _, relation in paquet.relations_du_genre(paquet.principale, "styles"):
        for style in lire_xml(paquet.parties[relation.cible]).iter(mot("style")):
            if style.get(mot("styleId")) not in employes:
                continue
            for bascule in sorted(_BASCULES):
                if est_actif(style.find(f"{mot('rPr')}/{mot(bascule)}")):
                    construction, remede = _INFIDELES[bascule]
                    lieu = f"style « {style.get(mot('styleId'))} »"
                    yield Defaut(nom, "fidelite", construction, lieu, 0, remede)
    for _, relation in paquet.relations_du_genre(paquet.principale, "settings"):
        if est_actif(lire_xml(paquet.parties[relation.cible]).find(mot("autoHyphenation"))):
            remede = "Désactiver la coupure automatique des mots dans Word."
            yield Defaut(nom, "fidelite", "coupure automatique des mots", "", 0, remede)


def _extrait(element: Any) -> str:
    paragraphe = next(element.iterancestors(mot("p")), element)
    texte = " ".join("".join(t.text or "" for t in paragraphe.iter(mot("t"))).split())
    return texte if len(texte) <= 90 else texte[:89] + "…"  # noqa: PLR2004 - une ligne d'écran


def _page(arbre: Any, element: Any) -> int:
    """La page d'après les sauts que Word a notés avant l'élément ; 0 hors du corps."""
    if arbre.tag != mot("document"):
        return 0
    page = 1
    for autre in arbre.iter():
        if autre is element:
            break
        saut = autre.tag == mot("br") and autre.get(mot("type")) == "page"
        if saut or autre.tag in {mot("lastRenderedPageBreak"), mot("pageBreakBefore")}:
            page += 1
    return page


def refuser_sans_libreoffice(gabarit: Gabarit) -> None:
    """Lève ErreurModele si le modèle demande LibreOffice ; à appeler quand il n'est pas là."""
    defauts = exige_libreoffice(gabarit)
    if defauts:
        premier = defauts[0]
        pres = f", près de « {premier.extrait} »" if premier.extrait else ""
        raise ErreurModele(
            f"Le modèle « {premier.modele} » emploie une construction que le moteur embarqué ne rend pas"
            f" fidèlement : {premier.construction}.",
            lieu=f"{premier.modele}.docx{pres}",
            remede=f"{premier.remede} Ou installer LibreOffice et relancer avec --rendu libreoffice.",
        )

"""Les modèles Word : ouverts, adaptés et compilés une fois, puis remplis en une milliseconde.

Balises de docxtpl : `{{ champ }}`, `{%p for … %}`, `{%tr for … %}`, `{%p if … %}` ; plus `{%p include
"communs/parties" %}`, qui insère le corps d'un autre modèle. docxtpl reste enfermé dans redaction.
"""

import difflib
import hashlib
import html
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, NoReturn

from jinja2 import FunctionLoader, Template, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from lxml import etree

from generateur.erreurs import ErreurModele, raison_du_systeme
from generateur.redaction.adaptation import adapter_arbre
from generateur.redaction.allure import adapter_allure, lire_allure
from generateur.redaction.balises import BALISE, refuser_balises_ouvertes
from generateur.redaction.champs import champs_du_modele, champs_imprimes
from generateur.redaction.charte import (
    PREFIXE_CHARTE,
    appliquer_charte,
    identifiants_de_styles,
    refuser_styles_inconnus,
)
from generateur.redaction.code_garde import Baliseur, CodeGarde
from generateur.redaction.grammaire import EnvironnementDesModeles
from generateur.redaction.modeles_livres import lire_modeles, racine_par_defaut
from generateur.redaction.paquet_docx import (
    GENRES,
    Paquet,
    PaquetIllisible,
    Relation,
    lire_paquet,
    lire_xml,
    membres_fixes,
    mot,
    octets_zip,
)
from generateur.redaction.resserrement import resserrer_styles
from generateur.redaction.valeurs_imprimees import ChampInconnu, ErreurChamp, ecrire_valeur

CHARTE = "communs/charte"
_NOM_MODELE = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
_INCLUSION = re.compile(r"\{%-?\s*include\s+(.*?)\s*-?%\}")
_CONSTANTE = re.compile(r"\"[^\"]+\"|'[^']+'")
_EXTRAIT = 90
_SANS_FIN = "un fragment s'insère lui-même, ou les boucles n'en finissent pas"
_PREFIXE = "modele:"
_PROPRIETES = "docProps/core.xml"
_TYPE_PROPRIETES = "application/vnd.openxmlformats-package.core-properties+xml"
_GENRE_PROPRIETES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_BIBLIOTHEQUES_GARDEES = 8
_OUVERTURE = threading.Lock()
_OUVERTES: "dict[tuple[Path, bytes], Bibliotheque]" = {}  # par contenu : un modèle modifié en rouvre une
_SANS_DATE = datetime(1980, 1, 1, tzinfo=UTC)


def ouvrir_bibliotheque(racine: Path | None = None) -> "Bibliotheque":
    """La bibliothèque d'un dossier de modèles, tel qu'il est maintenant ; déjà compilée si rien n'y a changé."""
    racine = racine if racine is not None else racine_par_defaut()
    contenus = lire_modeles(racine)
    somme = hashlib.sha256()
    for nom, octets in contenus.items():
        somme.update(f"{nom}\0{len(octets)}\0".encode())
        somme.update(octets)
    cle = (racine, somme.digest())
    with _OUVERTURE:
        if cle not in _OUVERTES:
            while len(_OUVERTES) >= _BIBLIOTHEQUES_GARDEES:
                del _OUVERTES[next(iter(_OUVERTES))]
            _OUVERTES[cle] = Bibliotheque(racine, contenus)
        return _OUVERTES[cle]


class Bibliotheque:
    """Les modèles d'un dossier ; chacun est compilé à sa première demande.

    `contenus` : les fichiers déjà lus ; sans eux, chacun est lu à sa première demande.
    """

    def __init__(self, racine: Path | None = None, contenus: Mapping[str, bytes] | None = None) -> None:
        self.racine = racine if racine is not None else racine_par_defaut()
        self._contenus = contenus or {}
        self._gabarits: dict[str, Gabarit] = {}
        self._sources: dict[str, str] = {}
        self._compiles: dict[tuple[str, str], Template] = {}
        self._garde, self.baliser = CodeGarde(), Baliseur()
        self.environnement = EnvironnementDesModeles(
            autoescape=True,
            undefined=ChampInconnu,
            finalize=ecrire_valeur,
            loader=FunctionLoader(self._charger_fragment),
            cache_size=-1,
            bytecode_cache=self._garde,
        )
        self.environnement.globals.clear()

    def noms(self) -> tuple[str, ...]:
        """Tous les modèles du dossier, charte comprise, triés ; les brouillons de Word (~$) sont ignorés."""
        return tuple(
            sorted(
                chemin.relative_to(self.racine).with_suffix("").as_posix()
                for chemin in self.racine.rglob("*.docx")
                if not chemin.name.startswith("~$")
            )
        )

    def modele(self, nom: str) -> "Gabarit":
        """Le modèle compilé ; lève ErreurModele s'il est absent, illisible ou mal balisé."""
        if nom not in self._gabarits:
            self._gabarits[nom] = Gabarit(self, nom)
        return self._gabarits[nom]

    def octets(self, nom: str) -> bytes:
        """Le fichier Word, tel qu'il était à l'ouverture de la bibliothèque."""
        if nom in self._contenus:
            return self._contenus[nom]
        chemin = self.racine / f"{nom}.docx"
        if not _NOM_MODELE.fullmatch(nom) or not chemin.is_file():
            proches = difflib.get_close_matches(nom, self.noms(), n=1, cutoff=0.5)
            conseil = f" ; le plus proche : « {proches[0]} »" if proches else ""
            raise ErreurModele(
                f"Le modèle « {nom} » est introuvable{conseil}.",
                lieu=str(chemin),
                remede="Remettre le fichier à sa place, ou désigner un autre dossier avec --modeles.",
            )
        try:
            return chemin.read_bytes()
        except OSError as erreur:
            raise ErreurModele(
                f"Le modèle « {nom} » ne se lit pas : {raison_du_systeme(erreur)}.", lieu=str(chemin)
            ) from erreur

    def paquet(self, nom: str) -> Paquet:
        """Le fichier Word ouvert ; lève ErreurModele s'il est cassé."""
        octets = self.octets(nom)
        try:
            return lire_paquet(octets)
        except PaquetIllisible as erreur:
            raise ErreurModele(
                f"Le modèle « {nom} » ne s'ouvre pas : {erreur}.",
                lieu=str(self.racine / f"{nom}.docx"),
                remede="L'ouvrir dans Word et l'enregistrer de nouveau au format .docx, sans mot de passe.",
            ) from erreur

    @cached_property
    def charte(self) -> Paquet | None:
        """Le fichier d'allure commun ; sans lui, chaque modèle garde ses propres styles."""
        return self.paquet(CHARTE) if (self.racine / f"{CHARTE}.docx").is_file() else None

    @cached_property
    def empreinte_charte(self) -> bytes:
        """L'empreinte du fichier d'allure, vide s'il n'y en a pas."""
        return hashlib.sha256(self.octets(CHARTE)).digest() if self.charte is not None else b""

    def compiler(self, nom: str, source: str) -> Template:
        """Compile un texte balisé ; une balise cassée est montrée avec le texte qui l'entoure."""
        if (nom, source) in self._compiles:  # en-têtes et pieds de la charte, communs à tous les modèles
            return self._compiles[nom, source]
        self._sources[nom] = source
        garde = self._garde.get_bucket(self.environnement, nom, _PREFIXE + nom, source)
        try:
            code = garde.code or self.environnement.compile(source, nom, _PREFIXE + nom)
        except TemplateError as erreur:
            self.refuser(erreur, nom)
        if garde.code is None:
            garde.code = code
            self._garde.set_bucket(garde)
        modele = self._compiles[nom, source] = Template.from_code(self.environnement, code, {})
        return modele

    def refuser(self, erreur: Exception, nom: str, connus: Iterable[str] = ()) -> NoReturn:
        """Convertit une erreur de Jinja en ErreurModele qui dit où, dans quel modèle et quel texte."""
        source, ligne = _lieu_de(erreur, nom)
        fautif, extrait = source.partition("#")[0], self.extrait(source, ligne)
        lieu = f"{fautif}.docx" + (f", près de « {extrait} »" if extrait else "")
        if isinstance(erreur, ErreurChamp):
            raise ErreurModele(
                f"Modèle « {fautif} » : {erreur.raconter(connus)}", lieu=lieu, remede=erreur.remede
            ) from erreur
        if isinstance(erreur, TemplateNotFound):
            raise ErreurModele(
                f"Modèle « {fautif} » : le fragment « {erreur.name} » est introuvable.", lieu=lieu
            ) from erreur
        raison = erreur.message if isinstance(erreur, TemplateSyntaxError) else str(erreur)
        raison = _SANS_FIN if isinstance(erreur, RecursionError) else raison
        raise ErreurModele(
            f"Modèle « {fautif} » : balise cassée ({raison}).",
            lieu=lieu,
            remede="Corriger la balise dans Word : {{ champ }}, {%p if … %} … {%p endif %}, {%p for … %}…",
        ) from erreur

    def extrait(self, nom: str, ligne: int) -> str:
        """Le texte visible du modèle à une ligne de sa source, raccourci."""
        lignes = self._sources.get(nom, "").split("\n")
        if not 1 <= ligne <= len(lignes):
            return ""
        texte = " ".join(re.sub(r"<[^>]*>?", "", lignes[ligne - 1]).split())
        return texte if len(texte) <= _EXTRAIT else texte[: _EXTRAIT - 1] + "…"

    def sources_suivies(self, noms: Iterable[str]) -> dict[str, str]:
        """Par nom, les textes balisés de ces modèles et de tous les fragments qu'ils insèrent."""
        vus: dict[str, str] = {}
        attente = list(noms)
        while attente:
            nom = attente.pop()
            if nom in vus:
                continue
            vus[nom] = self._charger_fragment(nom)[0]
            for appel in _INCLUSION.findall(vus[nom]):
                if not _CONSTANTE.fullmatch(appel):
                    raise ErreurModele(
                        f"Modèle « {nom} » : « include {appel} » doit nommer un fragment entre guillemets.",
                        lieu=f"{nom}.docx",
                    )
                attente.append(appel[1:-1])
        return vus

    def _charger_fragment(self, nom: str) -> tuple[str, str, None]:
        source = self._sources.get(nom) or self._source_fragment(nom)
        self._sources[nom] = source
        return source, _PREFIXE + nom, None

    def _source_fragment(self, nom: str) -> str:
        paquet = self.paquet(nom)
        racine = lire_xml(paquet.parties[paquet.principale])
        corps = racine.find(mot("body"))
        refuser_balises_ouvertes(corps, nom)
        adapter_arbre(corps, lire_allure(self.charte or paquet))
        if self.charte is not None:
            refuser_styles_inconnus(corps, identifiants_de_styles(self.charte), nom)
        for section in corps.findall(mot("sectPr")):
            corps.remove(section)
        if any(cle.startswith(f"{{{GENRES[:-1]}}}") for element in corps.iter() for cle in element.attrib):
            raise ErreurModele(
                f"Le fragment « {nom} » contient une image ou un lien, qu'un fragment ne peut pas apporter.",
                lieu=f"{nom}.docx",
                remede="Mettre l'image dans le modèle lui-même ou dans l'en-tête de la charte.",
            )
        texte = etree.tostring(corps, encoding="unicode")
        return self.baliser(texte[texte.index(">") + 1 : texte.rindex("</")])


class Gabarit:
    """Un modèle compilé : des membres de zip tout prêts et quelques textes à remplir."""

    def __init__(self, bibliotheque: Bibliotheque, nom: str) -> None:
        self.nom = nom
        self.bibliotheque = bibliotheque
        self.empreinte = hashlib.sha256(bibliotheque.octets(nom) + bibliotheque.empreinte_charte).hexdigest()
        self.paquet = bibliotheque.paquet(nom)
        try:
            self._composer()
        except PaquetIllisible as erreur:
            raise ErreurModele(f"Le modèle « {nom} » ne s'ouvre pas : {erreur}.", lieu=f"{nom}.docx") from erreur

    def _composer(self) -> None:
        paquet = self.paquet
        appliquer_charte(paquet, self.bibliotheque.charte)
        connus = identifiants_de_styles(paquet)
        arbres = {nom: lire_xml(paquet.parties[nom]) for nom in parties_de_texte(paquet)}
        allure = lire_allure(paquet)
        textes: dict[str, Template] = {}
        for partie, arbre in arbres.items():
            refuser_styles_inconnus(arbre, connus, self.nom)
            refuser_balises_ouvertes(arbre, self._nom_source(partie).partition("#")[0])
            adapter_arbre(arbre, allure)
            texte = etree.tostring(arbre, encoding="unicode")
            paquet.parties[partie] = texte.encode()
            if "{{" in texte or "{%" in texte or partie == paquet.principale:
                source = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + self.bibliotheque.baliser(texte)
                textes[partie] = self.bibliotheque.compiler(self._nom_source(partie), source)
        self._sources = self.bibliotheque.sources_suivies(map(self._nom_source, textes))
        adapter_allure(paquet, self._sources.values(), allure)
        paquet.parties[_PROPRIETES] = b""
        paquet.types[_PROPRIETES] = _TYPE_PROPRIETES
        paquet.relations[""]["proprietes"] = Relation(_GENRE_PROPRIETES, _PROPRIETES)
        self._textes = textes
        self._membres = membres_fixes(paquet)
        self._styles = [lien.cible for _, lien in paquet.relations_du_genre(paquet.principale, "styles")]

    def _nom_source(self, partie: str) -> str:
        if partie == self.paquet.principale:
            return self.nom
        tronc = PurePosixPath(partie).stem
        commun = tronc.startswith(PREFIXE_CHARTE)
        return f"{CHARTE if commun else self.nom}#{tronc.removeprefix(PREFIXE_CHARTE)}"

    def champs(self) -> frozenset[str]:
        """Les champs que le modèle et ses fragments attendent du contexte (premier nom de chaque chemin)."""
        return frozenset(chemin.partition(".")[0] for chemin in self.chemins())

    def chemins(self) -> frozenset[str]:
        """Les mêmes en entier : « creancier.nom », « factures.numero » pour chaque élément d'une liste."""
        return self._relever(champs_du_modele)

    def imprimes(self) -> frozenset[str]:
        """Les champs dont la valeur même s'imprime."""
        return self._relever(champs_imprimes)

    def _relever(self, relever: Callable[..., set[str]]) -> frozenset[str]:
        try:
            return frozenset(c for p in self._textes for c in relever(self._nom_source(p), self._arbre_syntaxique))
        except (TemplateError, RecursionError) as erreur:
            self.bibliotheque.refuser(erreur, self.nom)

    def emploie(self, motif: re.Pattern[str]) -> bool:
        """Vrai si une balise du modèle ou de ses fragments contient ce motif ; sans analyse, donc immédiat."""
        return any(motif.search(balise) for source in self._sources.values() for balise in BALISE.findall(source))

    def fragments(self) -> tuple[str, ...]:
        """Les modèles insérés dans celui-ci par {%p include %}, de proche en proche."""
        return tuple(nom for nom in self._sources if nom != self.nom and "#" not in nom)

    def texte_visible(self) -> str:
        """Le texte du modèle et de ses fragments, balises comprises, tel qu'un lecteur le verrait dans Word."""
        return " ".join(re.sub(r"<[^>]*>", "", source) for source in self._sources.values())

    def situer(self, champ: str) -> tuple[str, str]:
        """Le modèle ou fragment qui emploie ce nom de champ, et le texte autour."""
        motif = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(champ)}\b")
        for nom, source in self._sources.items():
            for ligne, texte in enumerate(source.split("\n"), 1):
                if motif.search(texte):
                    return nom.partition("#")[0], self.bibliotheque.extrait(nom, ligne)
        return self.nom, ""

    def _arbre_syntaxique(self, nom: str) -> nodes.Template:
        return self.bibliotheque.environnement.parse(self._sources[nom], nom)

    def rendre(
        self,
        contexte: Mapping[str, Any],
        *,
        titre: str = "",
        auteur: str = "",
        jour: date | None = None,
        est_resserre: bool = False,
    ) -> bytes:
        """Le docx rempli ; mêmes données, mêmes octets. `jour` date les propriétés du document."""
        remplis = {_PROPRIETES: _proprietes(titre, auteur, jour)}
        if est_resserre:
            remplis |= {nom: resserrer_styles(self.paquet.parties[nom]) for nom in self._styles}
        try:
            for partie, texte in self._textes.items():
                remplis[partie] = texte.render(contexte).encode()
        except (TemplateError, ErreurChamp, SecurityError, RecursionError, TypeError, ValueError) as erreur:
            self.bibliotheque.refuser(erreur, self.nom, contexte)
        return octets_zip((nom, remplis.get(nom, contenu)) for nom, contenu in self._membres)


def parties_de_texte(paquet: Paquet) -> Iterator[str]:
    """Le texte principal, puis les en-têtes, pieds et notes qu'il appelle."""
    yield paquet.principale
    vues = set()
    for relation in paquet.relations.get(paquet.principale, {}).values():
        genre = relation.genre.rpartition("/")[2]
        if genre in {"header", "footer", "footnotes", "endnotes"} and relation.cible not in vues:
            vues.add(relation.cible)
            yield relation.cible


def _proprietes(titre: str, auteur: str, jour: date | None) -> bytes:
    moment = f"{jour or _SANS_DATE.date():%Y-%m-%d}T00:00:00Z"
    dates = "".join(
        f'<dcterms:{cle} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{cle}>' for cle in ("created", "modified")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{html.escape(str(ecrire_valeur(titre)), quote=False)}</dc:title>"
        f"<dc:creator>{html.escape(str(ecrire_valeur(auteur)), quote=False)}</dc:creator>"
        f"<dc:language>fr-FR</dc:language>{dates}</cp:coreProperties>"
    ).encode()


def _lieu_de(erreur: Exception, nom: str) -> tuple[str, int]:
    """Le modèle et la ligne fautifs, d'après l'erreur de syntaxe ou la pile réécrite par Jinja."""
    if isinstance(erreur, TemplateSyntaxError):
        return erreur.name or nom, erreur.lineno
    trouve = (nom, 0)
    pile: TracebackType | None = erreur.__traceback__
    while pile is not None:
        fichier = pile.tb_frame.f_code.co_filename
        if fichier.startswith(_PREFIXE):
            trouve = (fichier.removeprefix(_PREFIXE), pile.tb_lineno)
        pile = pile.tb_next
    return trouve

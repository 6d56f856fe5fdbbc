"""Ce qu'un lecteur verrait du texte d'une page HTML : rayé, caché, ou de la couleur de son fond.

Les feuilles de style d'un courriel sont simples : balises, classes et identifiants, éventuellement emboîtés. Ce qui ne
vaut qu'à l'impression ou sur un petit écran (@media) n'est pas suivi.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import ImageColor

_FEUILLE_LUE = 400_000  # signes
_REGLES_PAR_JETON = 100
_ANCETRES_REGARDES = 40
_ACCOLADE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"[a-z][a-z0-9]*|[.#][\w-]+")
_COMPOSE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)*")
_NOMBRE = re.compile(r"-?[0-9]*\.?[0-9]+")
_RAYES = frozenset({"s", "strike", "del"})
_SUIVIES = frozenset(
    {*("display", "visibility", "mso-hide", "opacity", "max-height", "font-size", "text-indent", "left", "top")}
    | {*("color", "background", "background-color", "text-decoration", "text-decoration-line", "position")}
)
_ATTRIBUTS_D_APPARENCE = frozenset({"hidden", "color", "bgcolor", "text"})
_PRESQUE_PAREIL = 16  # sur 255, dans chaque couleur
_TEXTE_NUL = 1.0  # pixel ou point : un texte qu'on ne lit pas
_HORS_DE_LA_PAGE = -900.0  # pixels
Couleur = tuple[int, int, int]
_BLANC: Couleur = (255, 255, 255)


@dataclass(frozen=True)
class Apparence:
    """L'état d'un élément, hérité de ceux qui le contiennent. `fond` : None quand on ne sait pas (image, dégradé)."""

    jetons: frozenset[str] = frozenset()
    est_retiree: bool = False
    est_rayee: bool = False
    couleur: Couleur | None = (0, 0, 0)
    fond: Couleur | None = _BLANC
    taille: float = 16.0

    @property
    def est_cachee(self) -> bool:
        """Vrai si rien de ce texte ne se verrait."""
        if self.est_retiree or self.taille <= _TEXTE_NUL or self.couleur is None:
            return True
        return self.fond is not None and all(
            abs(a - b) < _PRESQUE_PAREIL for a, b in zip(self.couleur, self.fond, strict=True)
        )


class Feuille:
    """Les règles des feuilles de style rencontrées, rangées par le dernier jeton de leur sélecteur."""

    def __init__(self) -> None:
        self._regles: dict[str, list[tuple[list[frozenset[str]], Mapping[str, str]]]] = {}
        self._reste = _FEUILLE_LUE

    def ajouter(self, css: str) -> None:
        """Retient les règles qui cachent, rayent ou colorent."""
        css = css[: self._reste].lower()
        self._reste -= len(css)
        for selecteurs, corps in _lire_blocs(_oter_commentaires(css)):
            proprietes = _lire_proprietes(corps)
            if not proprietes:
                continue
            for selecteur in selecteurs.split(","):
                etages = [frozenset(_SIMPLE.findall(etage)) for etage in selecteur.replace(">", " ").split()]
                est_suivi = all(_COMPOSE.fullmatch(etage) for etage in selecteur.replace(">", " ").split())
                if not etages or not est_suivi:
                    continue
                regles = self._regles.setdefault(max(etages[-1], key=_donner_du_poids), [])
                if len(regles) < _REGLES_PAR_JETON:
                    regles.append((etages, proprietes))

    def appliquer(
        self, balise: str, attributs: Mapping[str, str | None], ancetres: Sequence[Apparence], parent: Apparence
    ) -> Apparence:
        """L'apparence d'un élément qui s'ouvre."""
        if not attributs and not self._regles and balise not in _RAYES:
            return parent
        classes = (attributs.get("class") or "").lower().split()
        jetons = frozenset({balise, *(f".{classe}" for classe in classes)} | _lire_identifiant(attributs))
        proprietes: dict[str, str] = {}
        for jeton in sorted(jetons, key=_donner_du_poids):
            for etages, propres in self._regles.get(jeton, ()):
                if etages[-1] <= jetons and _sont_dedans(etages[:-1], ancetres):
                    proprietes |= propres
        proprietes |= _lire_proprietes((attributs.get("style") or "").lower())
        return _heriter(parent, jetons, balise, attributs, proprietes)


def _heriter(
    parent: Apparence,
    jetons: frozenset[str],
    balise: str,
    attributs: Mapping[str, str | None],
    proprietes: Mapping[str, str],
) -> Apparence:
    if not proprietes and balise not in _RAYES and not attributs.keys() & _ATTRIBUTS_D_APPARENCE:
        return replace(parent, jetons=jetons)
    couleur = proprietes.get("color") or attributs.get("color") or (attributs.get("text") if balise == "body" else "")
    fond = proprietes.get("background-color") or proprietes.get("background") or attributs.get("bgcolor")
    decoration = proprietes.get("text-decoration", "") + proprietes.get("text-decoration-line", "")
    taille = _mesurer(proprietes.get("font-size", ""))
    return replace(
        parent,
        jetons=jetons,
        est_retiree=parent.est_retiree or "hidden" in attributs or _est_retire(proprietes),
        est_rayee=parent.est_rayee or balise in _RAYES or "line-through" in decoration,
        couleur=_lire_couleur(couleur, parent.couleur, inconnue=parent.couleur) if couleur else parent.couleur,
        fond=_lire_fond(fond, parent.fond) if fond else parent.fond,
        taille=parent.taille if taille is None else taille,
    )


def _est_retire(proprietes: Mapping[str, str]) -> bool:
    decalages = [_mesurer(proprietes.get(cle, "")) for cle in ("text-indent", "left", "top")]
    est_place = proprietes.get("position") in {"absolute", "fixed", "relative"}
    return (
        proprietes.get("display") == "none"
        or proprietes.get("visibility") in {"hidden", "collapse"}
        or proprietes.get("mso-hide") == "all"
        or _mesurer(proprietes.get("opacity", "")) == 0
        or _mesurer(proprietes.get("max-height", "")) == 0
        or (decalages[0] is not None and decalages[0] <= _HORS_DE_LA_PAGE)
        or (est_place and any(d is not None and d <= _HORS_DE_LA_PAGE for d in decalages[1:]))
    )


def _mesurer(valeur: str) -> float | None:
    """Le nombre en tête d'une valeur ; une taille relative vaut celle d'un texte ordinaire, sauf zéro."""
    lu = _NOMBRE.match(valeur)
    if lu is None:
        return None
    nombre = float(lu[0])
    return nombre * 16 if nombre and valeur[lu.end() :].startswith(("em", "rem", "%")) else nombre


def _lire_couleur(valeur: str, defaut: Couleur | None, *, inconnue: Couleur | None) -> Couleur | None:
    """La couleur ; None si elle est transparente."""
    if valeur in {"inherit", "currentcolor", "initial", "unset"}:
        return defaut
    if valeur == "transparent" or re.fullmatch(r"(?:rgb|hsl)a?\(.*[,/]\s*0(?:\.0*)?%?\s*\)", valeur):
        return None if valeur.count(",") != 2 else inconnue  # noqa: PLR2004 (trois couleurs, sans transparence)
    try:
        lue = ImageColor.getrgb(valeur)
    except ValueError:
        return inconnue
    return lue[0], lue[1], lue[2]


def _lire_fond(valeur: str, defaut: Couleur | None) -> Couleur | None:
    """Le fond uni ; celui d'avant s'il est transparent ; None pour une image, un dégradé, ce qui ne se lit pas."""
    if "url(" in valeur or "gradient" in valeur:
        return None
    premier = valeur if "(" in valeur else (valeur.split() or [""])[0]
    if premier in {"none", "transparent", "inherit", "initial", "unset", ""}:
        return defaut
    lue = _lire_couleur(premier, defaut, inconnue=(-1, -1, -1))
    return defaut if lue is None else None if lue == (-1, -1, -1) else lue


def _lire_proprietes(corps: str) -> dict[str, str]:
    lues = {}
    for declaration in corps.split(";"):
        nom, _, valeur = declaration.partition(":")
        if nom.strip() in _SUIVIES:
            lues[nom.strip()] = valeur.replace("!important", "").strip()[:100]
    return lues


def _lire_blocs(css: str) -> Iterator[tuple[str, str]]:
    """(sélecteurs, déclarations) de chaque règle de premier niveau ; les blocs « @ » sont passés."""
    debut, etage, selecteurs = 0, 0, ""
    for accolade in _ACCOLADE.finditer(css):
        if accolade[0] == "{":
            if not etage:
                selecteurs, debut = css[debut : accolade.start()].strip(), accolade.end()
            etage += 1
        elif etage:
            etage -= 1
            if not etage:
                if not selecteurs.startswith("@"):
                    yield selecteurs, css[debut : accolade.start()]
                debut = accolade.end()


def _oter_commentaires(css: str) -> str:
    tete, *suite = css.replace("<!--", "").replace("-->", "").split("/*")
    return tete + "".join(morceau.partition("*/")[2] for morceau in suite)


def _lire_identifiant(attributs: Mapping[str, str | None]) -> set[str]:
    identifiant = (attributs.get("id") or "").strip().lower()
    return {f"#{identifiant}"} if identifiant else set()


def _donner_du_poids(jeton: str) -> tuple[int, str]:
    """Une balise, puis une classe, puis un identifiant : le plus précis l'emporte."""
    return (2 if jeton[:1] == "#" else 1 if jeton[:1] == "." else 0, jeton)


def _sont_dedans(etages: Sequence[frozenset[str]], ancetres: Sequence[Apparence]) -> bool:
    """Vrai si ces étages se retrouvent, dans l'ordre, parmi les éléments qui contiennent celui-ci."""
    restent = list(etages)
    for ancetre in reversed(ancetres[-_ANCETRES_REGARDES:]):
        if not restent:
            return True
        if restent[-1] <= ancetre.jetons:
            restent.pop()
    return not restent

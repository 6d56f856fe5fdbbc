"""Montants, dates et identifiants tels que les exports les écrivent : lus exactement, ou refusés ; jamais devinés."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from generateur.importation.feuilles import Cellule

_BLANCS = str.maketrans("", "", " \u00a0\u202f\u2007\u2009\t'’")
_MONNAIE = re.compile(r"(?i)€|eur\b|euros?\b")
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T,].*)?")
_COMPACTE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOQUE_EXCEL = dt.date(1899, 12, 30)
_SERIES_EXCEL = range(20_000, 80_000)  # de 1954 à 2119
_PIVOT = 70
_PLAFOND = Decimal(10) ** 10
_SCIENTIFIQUE = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
VIDES = frozenset({"", "n/c", "nc", "n/a", "-", "—", "néant", "neant", "null", "none"})


def lire_montant(cellule: Cellule) -> Decimal | None:
    """Le montant exact, signe compris : « 1 154,40 € », « 1.234,56 », « 1,234.56 », « (120,00) », « 120,00- », nombre.

    Lève ValueError s'il ne se lit pas d'une seule façon.
    """
    if cellule is None or isinstance(cellule, dt.date):
        if cellule is None:
            return None
        raise ValueError(f"une date ({cellule:%d/%m/%Y}) à la place d'un montant")
    if isinstance(cellule, Decimal):
        return _borner(cellule)
    texte = _MONNAIE.sub("", cellule).translate(_BLANCS).replace("−", "-").replace("–", "-")
    if texte.casefold() in VIDES:
        return None
    negatif = texte.startswith(("-", "(")) or texte.endswith("-")
    nu = texte.strip("-+()")
    try:
        montant = Decimal(_uniformiser(nu))
    except InvalidOperation:
        raise ValueError(f"« {cellule} » n'est pas un montant") from None
    return _borner(-montant if negatif else montant)


def _uniformiser(nu: str) -> str:
    """Le point décimal seul : le dernier séparateur l'est, sauf s'il ne peut séparer que des milliers."""
    if not re.fullmatch(r"[0-9][0-9.,]*", nu):
        raise ValueError(f"« {nu} » n'est pas un montant")
    if "," in nu and "." in nu:
        decimale = max(nu.rindex(","), nu.rindex("."))
        milliers = "." if nu[decimale] == "," else ","
        entiers, reste = nu[:decimale], nu[decimale + 1 :]
        if not re.fullmatch(rf"[0-9]{{1,3}}(?:\{milliers}[0-9]{{3}})+", entiers) or not reste.isdigit():
            raise ValueError(f"« {nu} » se lit de deux façons")
        return f"{entiers.replace(milliers, '')}.{reste}"
    if "," in nu:
        return _un_separateur(nu, ",")
    return _un_separateur(nu, ".") if "." in nu else nu


def _un_separateur(nu: str, signe: str) -> str:
    """Suivi d'exactement trois chiffres, un signe seul se lit de deux façons ; sinon il est décimal."""
    groupes = nu.split(signe)
    sont_milliers = all(len(groupe) == 3 for groupe in groupes[1:]) and 1 <= len(groupes[0]) <= 3  # noqa: PLR2004
    if len(groupes) > 2:  # noqa: PLR2004 (deux séparateurs : des milliers, ou rien)
        if not sont_milliers:
            raise ValueError(f"« {nu} » n'est pas un montant")
        return "".join(groupes)
    if sont_milliers and not nu.startswith("0"):
        raise ValueError(f"« {nu} » se lit de deux façons : mille ou unités")
    return ".".join(groupes)


def _borner(montant: Decimal) -> Decimal:
    if abs(montant) >= _PLAFOND:
        raise ValueError(f"{montant:.2f} est un montant aberrant")
    return montant.quantize(Decimal("0.01")) if montant == montant.quantize(Decimal("0.01")) else montant


def lire_date(cellule: Cellule) -> dt.date | None:
    """Jour/mois/année, année-mois-jour, AAAAMMJJ, série de tableur ; jamais mois/jour. Lève ValueError sinon."""
    if cellule is None or isinstance(cellule, dt.date):
        return cellule
    if isinstance(cellule, Decimal):
        return _depuis_serie(cellule)
    texte = cellule.strip()
    if texte.casefold() in VIDES:
        return None
    if texte.isdigit():
        return _depuis_serie(Decimal(texte))
    trouvee = _DATE.fullmatch(texte)
    if trouvee is None:
        raise ValueError(f"« {texte} » n'est pas une date")
    un, mois, trois = trouvee.groups()
    if len(un) == 4:  # noqa: PLR2004 (l'année d'abord)
        return _composer(texte, int(un), int(mois), int(trois))
    if len(trois) not in {2, 4}:
        raise ValueError(f"« {texte} » n'est pas une date")
    annee = int(trois) if len(trois) == 4 else (2000 if int(trois) < _PIVOT else 1900) + int(trois)  # noqa: PLR2004
    return _composer(texte, annee, int(mois), int(un))


def _composer(texte: str, annee: int, mois: int, jour: int) -> dt.date:
    try:
        return dt.date(annee, mois, jour)
    except ValueError:
        raise ValueError(f"« {texte} » n'existe pas au calendrier (jour/mois/année)") from None


def _depuis_serie(nombre: Decimal) -> dt.date:
    if int(nombre) in _SERIES_EXCEL:
        return _EPOQUE_EXCEL + dt.timedelta(days=int(nombre))
    if trouvee := _COMPACTE.fullmatch(str(int(nombre))):
        return _composer(str(int(nombre)), *map(int, trouvee.groups()))
    raise ValueError(f"{nombre} n'est pas une date")


def lire_texte(cellule: Cellule) -> str:
    """Le texte d'une cellule ; un nombre entier sans décimale, une date en année-mois-jour."""
    if cellule is None:
        return ""
    if isinstance(cellule, Decimal):
        return f"{cellule.normalize():f}"
    if isinstance(cellule, dt.date):
        return cellule.isoformat()
    texte = " ".join(cellule.split())
    return "" if texte.casefold() in VIDES else texte


def lire_identifiant(cellule: Cellule) -> str:
    """SIREN, SIRET ou TVA compacté. Lève ValueError si le tableur l'a abîmé (1,23E+13)."""
    texte = lire_texte(cellule)
    if _SCIENTIFIQUE.fullmatch(texte.replace(" ", "")):
        raise ValueError(f"« {texte} » : le tableur a perdu les chiffres de cet identifiant")
    compact = re.sub(r"[^0-9A-Za-z]", "", texte).upper()
    return "" if re.fullmatch(r"0+|1{9,14}|9{9,14}", compact) else compact


def normaliser_entete(cellule: Cellule) -> str:
    """Un en-tête sans casse, accent, apostrophe ni blanc superflu : « Date d’échéance » et « date d echeance »."""
    texte = unicodedata.normalize("NFKD", lire_texte(cellule).casefold().replace("œ", "oe"))
    nu = "".join(c for c in texte if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z%]+", " ", nu).split())

"""Les articles qu'un texte cite, code et numéro ensemble, et ceux que la table datée « articles » ne connaît pas.

Trois écritures : « CPC 1405, 1409 et 1415 », « articles L211-3 et L212-8 du code de commerce », « art. 1343-2
C. civ. ». Les noms longs des codes sont les titres des sources de la table : rien n'en est écrit ici.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from generateur.droit.tables import lire_table
from generateur.droit.valeurs import Table

TABLE = "articles"
_NUMERO = r"(?:[LRDA]\.?[\s\u00a0]?)?\d+(?:-\d+)*(?:[\s\u00a0](?:bis|ter|quater|nonies)\b)?(?:[\s\u00a0][A-Z]\b)?"
_SUBDIVISION = r"(?:,?[\s\u00a0](?:[IVX]+\b|al\.[\s\u00a0]\d+|alinéa[\s\u00a0]\d+|\d+°,?))*"
_LISTE = rf"{_NUMERO}{_SUBDIVISION}(?:(?:,|[\s\u00a0]et|[\s\u00a0]ou|[\s\u00a0]à)[\s\u00a0]{_NUMERO}{_SUBDIVISION})*"
_TEXTE_NUMEROTE = re.compile(r"n°[\s\u00a0]?(\d{2,4}[-/]\d[\d.]*\d|\d{2}-\d{2}\.\d{3})")
_ABREVIATION = re.compile(r"\bC\.[\s\u00a0]\w+\.")


def articles_cites(texte: str) -> tuple[str, ...]:
    """Clés de la table (« C. civ. 1343-1 ») que le texte cite, dans l'ordre, chacune une fois."""
    return tuple(dict.fromkeys(_citer(lire_table(TABLE), _redresser(texte))))


def articles_inconnus(texte: str, jour: date) -> tuple[str, ...]:
    """Ce que le texte cite et que la table ne connaît pas à cette date : article, loi, décret ou arrêt."""
    table = lire_table(TABLE)
    manquent = [cle for cle in articles_cites(texte) if table.au(jour, cle) is None]
    connus = " ; ".join((*table.cles, *_titres(table)))
    manquent += [code for code in _ABREVIATION.findall(texte) if code.replace("\u00a0", " ") not in _codes(table)]
    manquent += [f"n° {numero}" for numero in _TEXTE_NUMEROTE.findall(texte) if numero not in connus]
    return tuple(manquent)


def _citer(table: Table, texte: str) -> Iterator[str]:
    codes = _codes(table)
    abreges = "|".join(re.escape(code) for code in sorted(set(codes.values()), key=len, reverse=True))
    longs = "|".join(re.escape(nom) for nom in sorted(codes, key=len, reverse=True))
    avant = rf"(?P<abrege>{abreges})(?:,)?(?:[\s\u00a0]art\.)?[\s\u00a0](?P<suivent>{_LISTE})"
    apres = (
        rf"(?:articles?|art\.)[\s\u00a0](?P<precedent>{_LISTE})(?:[\s\u00a0]et[\s\u00a0]suivants)?"
        rf"[\s\u00a0](?:(?:du|de[\s\u00a0]la|de[\s\u00a0]l')[\s\u00a0]?)?(?P<nom>{longs}|{abreges}|même[\s\u00a0]code)"
    )
    dernier = ""
    for trouve in re.finditer(rf"{apres}|(?<![\w.]){avant}", texte):
        nom = trouve["abrege"] or trouve["nom"]
        if nom.startswith("même") and not dernier:
            continue  # le code est dit dans une autre phrase, que ce texte complète
        dernier = dernier if nom.startswith("même") else codes[nom]
        for numero in _numeros(trouve["suivent"] or trouve["precedent"]):
            yield f"{dernier} {numero}"


def _numeros(liste: str) -> list[str]:
    """Les numéros d'une liste, sans paragraphe ni alinéa : « L441-10 II et D441-5 » → L441-10, D441-5."""
    numeros = []
    for morceau in re.split(r",|[\s\u00a0](?:et|ou|à)[\s\u00a0]", liste):
        nu = re.sub(rf"{_SUBDIVISION}$", "", morceau.strip())
        if not nu or nu.endswith("°"):
            continue
        numeros.append(re.sub(r"^([LRDA])\.?[\s\u00a0]?", r"\1", nu).replace("\u00a0", " "))
    return numeros


def _redresser(texte: str) -> str:
    return texte.replace("’", "'").replace("CGI, ann. II,", "CGI ann. II").replace("ann. II, art.", "ann. II")


@lru_cache(maxsize=4)
def _codes(table: Table) -> dict[str, str]:
    """Nom long (« code de commerce ») et nom abrégé (« C. com. ») de chaque code → son nom abrégé."""
    noms: dict[str, str] = {}
    for valeur in table.valeurs:
        abrege = re.match(r"(.*?) [LRDA]?\d", valeur.cle)
        if abrege and not re.search(r"n°|Cass|Loi|Règl", valeur.cle):
            noms[abrege[1]] = abrege[1]
            titre = valeur.source.titre
            noms[titre[:1].lower() + titre[1:]] = abrege[1]
    return noms


@lru_cache(maxsize=4)
def _titres(table: Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys(valeur.source.titre for valeur in table.valeurs))

"""Du lieu du débiteur à sa juridiction (CPC, art. 42, 43 et 1406) : communes de France et leurs ressorts.

La table (`ressorts/communes.z`) est un texte compressé : les ressorts, puis une ligne par commune. Elle est
cherchée sans être découpée : à froid, quelques millisecondes. C'est la commune qui donne le greffe, jamais
le code postal (144 codes postaux couvrent deux greffes). Une juridiction est `a_confirmer` auprès du greffe
quand les sources se contredisent ou qu'aucune ne la nomme ; une source non contredite suffit à `certaine`.
Provenance et licence : `ressorts/communes.toml`. Fabrication : `tests/outils/fabriquer_juridictions.py`.
"""

import re
import tomllib
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from generateur.droit.capitales import adoucir_capitales
from generateur.droit.ressources import Marque, lire_octets, marquer
from generateur.droit.tables import lire_table, valeur_au
from generateur.erreurs import ErreurDroitManquant

RESSORTS = "ressorts"
TABLE_COMMUNES = "communes.z"
TABLE_ANCIENNES = "anciennes_communes.tsv"
LIEU_TABLE = f"generateur/droit/{RESSORTS}/{TABLE_COMMUNES}"
ENTETE_RESSORTS = "[ressorts]"
ENTETE_COMMUNES = "[communes]"

TypeJuridiction = Literal["TC", "TAE", "TMC", "TJ_CHCOM", "TJ", "JCP"]
ConfianceJuridiction = Literal["certaine", "a_confirmer"]

_ABREVIATIONS = {"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS", "STES": "SAINTES", "S": "SUR"}
_ARTICLES = ("LE ", "LA ", "LES ", "L ")
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "œ": "oe", "æ": "ae"})
_CEDEX = re.compile(r"\bCEDEX\b.*$", re.IGNORECASE)
_ARRONDISSEMENT = re.compile(r"^(PARIS|LYON|MARSEILLE) 0*(\d{1,2}) ?(ER|E|EME|IEME|ND|NDE)?( ARR[A-Z]*)?$")


@dataclass(frozen=True)
class Commune:
    """Commune (ou arrondissement municipal) du code officiel géographique."""

    insee: str
    nom: str
    codes_postaux: tuple[str, ...]
    departement: str


@dataclass(frozen=True)
class AncienneCommune:
    """Commune déléguée, associée, fusionnée ou renommée, et la commune d'aujourd'hui.

    `depuis` : jour où elle a cessé d'être une commune sous ce nom ; None s'il n'est pas établi.
    """

    nom: str
    statut: str
    depuis: date | None
    actuelle: Commune


@dataclass(frozen=True)
class Juridiction:
    """Juridiction nommée comme dans un acte ; adresse vide si elle n'est pas connue avec vraisemblance."""

    type: TypeJuridiction
    nom: str
    siege: str
    adresse: str
    confiance: ConfianceJuridiction
    est_proximite: bool = False  # chambre de proximité du tribunal judiciaire


@dataclass(frozen=True)
class Ressort:
    """Juridictions d'une commune ; `proximite` est None quand elle n'a pas de tribunal de proximité."""

    commerciale: Juridiction | None
    judiciaire: Juridiction
    proximite: Juridiction | None
    cour_appel: str
    hors_perimetre: bool


@dataclass(frozen=True)
class Provenance:
    """D'où viennent les ressorts, sous quelle licence, dans quel état."""

    libelle: str
    licence: str
    etat_au: date
    communes: int
    anciennes: int
    sources: tuple[str, ...]


def normaliser(nom: str) -> str:
    """Nom de lieu comparable : capitales, sans accent ni ponctuation, « St » et « s/ » développés.

    >>> normaliser("St-Étienne-l'Allier"), normaliser("Chalon s/Saône")
    ('SAINT ETIENNE L ALLIER', 'CHALON SUR SAONE')
    """
    decompose = unicodedata.normalize("NFD", nom.translate(_LIGATURES).upper())
    lettres = "".join(c for c in decompose if not unicodedata.combining(c))
    mots = re.split(r"[^A-Z0-9]+", lettres)
    return " ".join(_ABREVIATIONS.get(mot, mot) for mot in mots if mot)


def trouver_communes(code_postal: str, nom: str, insee: str | None = None) -> tuple[Commune, ...]:
    """Communes désignées par l'adresse : aucune (inconnue), une (trouvée) ou plusieurs (ambiguë).

    Le code INSEE, s'il est donné, fait foi. Sinon le nom départage les communes du code postal ; un nom vide
    les rend toutes. Un code postal qui n'est celui d'aucune commune (CEDEX) ne donne que son département : le
    nom doit alors y désigner une seule commune. Jamais de rapprochement approximatif. Un nom qui n'est celui
    d'aucune commune d'aujourd'hui se cherche parmi les anciennes (`ancienne_commune` dit laquelle).
    """
    return _trouver(_marque_des_communes(), code_postal, nom, insee)


@lru_cache(maxsize=4096)
def _trouver(_marque: Marque | None, code_postal: str, nom: str, insee: str | None) -> tuple[Commune, ...]:
    if insee:
        return tuple(_communes(_lignes_commencant_par(f"{insee.strip().upper()}\t")))
    code = re.sub(r"\D", "", code_postal).zfill(5)
    voisines = tuple(_communes_du_code_postal(code))
    if not nom.strip():
        return tuple(c for c in voisines if not _est_arrondissement(c))
    candidates = voisines or tuple(_communes_du_departement(code))
    return _designees(candidates, nom) or tuple(dict.fromkeys(a.actuelle for a in _anciennes(candidates, nom)))


def ancienne_commune(code_postal: str, nom: str, insee: str | None = None) -> AncienneCommune | None:
    """L'ancienne commune que l'adresse nomme, si elle ne nomme aucune commune d'aujourd'hui, et une seule ancienne."""
    if insee or not nom.strip():
        return None
    return _trouver_ancienne(_marque_des_communes(), marquer(RESSORTS, TABLE_ANCIENNES), code_postal, nom)


@lru_cache(maxsize=4096)
def _trouver_ancienne(
    _marque: Marque | None, _autre: Marque | None, code_postal: str, nom: str
) -> AncienneCommune | None:
    code = re.sub(r"\D", "", code_postal).zfill(5)
    candidates = tuple(_communes_du_code_postal(code)) or tuple(_communes_du_departement(code))
    anciennes = () if _designees(candidates, nom) else _anciennes(candidates, nom)
    return anciennes[0] if len({a.actuelle for a in anciennes}) == 1 else None


def _anciennes(candidates: tuple[Commune, ...], nom: str) -> tuple[AncienneCommune, ...]:
    """Anciennes communes de ce nom, rattachées à l'une des candidates ; la plus récente d'abord."""
    par_code = {commune.insee: commune for commune in candidates}
    cherche = normaliser(_CEDEX.sub("", nom))
    for forme in (normaliser, _sans_parenthese, _sans_article):
        lignes = _lignes_anciennes(marquer(RESSORTS, TABLE_ANCIENNES))
        trouvees = [li for li in lignes if li[0] in par_code and forme(li[1]) == forme(cherche)]
        if trouvees:
            trouvees.sort(key=lambda ligne: ligne[3], reverse=True)
            return tuple(
                AncienneCommune(nom_, statut, date.fromisoformat(depuis) if depuis else None, par_code[code])
                for code, nom_, _, depuis, statut in trouvees
            )
    return ()


@lru_cache(maxsize=1)
def _lignes_anciennes(_marque: Marque | None) -> tuple[tuple[str, ...], ...]:
    texte = lire_octets(RESSORTS, TABLE_ANCIENNES).decode()
    return tuple(tuple(ligne.split("\t")) for ligne in texte.splitlines())


def ressort_de(insee: str, jour: date) -> Ressort:
    """Juridictions de la commune ce jour-là ; ErreurDroitManquant si la commune n'est pas dans la table."""
    ligne = next(_lignes_commencant_par(f"{insee}\t"), None)
    if ligne is None:
        raise ErreurDroitManquant(
            f"La commune de code INSEE « {insee} » n'est pas dans la table des ressorts.",
            lieu=LIEU_TABLE,
            remede="Vérifier le code INSEE de l'adresse, ou mettre la table à jour.",
        )
    champs = _ressorts()[int(ligne.rsplit("\t", 1)[1])].split("\t")
    type_, nom, siege, adresse, confiance, nom_tj, siege_tj, adresse_tj, *fin = champs
    nom_proximite, siege_proximite, adresse_proximite, cour = fin
    # Le ressort d'une chambre commerciale est celui du tribunal judiciaire : le doute est commun.
    confiance_tj = confiance if type_ == "TJ_CHCOM" else "certaine"
    hors_perimetre = type_ == "HORS_PERIMETRE_COM"
    commerciale = None if hors_perimetre or not type_ else _juridiction(type_, nom, siege, adresse, confiance)
    return Ressort(
        commerciale=_nommer_au(commerciale, jour) if commerciale else None,
        judiciaire=_juridiction("TJ", nom_tj, siege_tj, adresse_tj, confiance_tj),
        proximite=_proximite(nom_proximite, siege_proximite, adresse_proximite) if nom_proximite else None,
        cour_appel=cour,
        hors_perimetre=hors_perimetre,
    )


def provenance() -> Provenance:
    """Sources, licence et date d'état de la table des ressorts."""
    brut = tomllib.loads(lire_octets(RESSORTS, "communes.toml").decode())
    return Provenance(
        libelle=brut["libelle"],
        licence=brut["licence"],
        etat_au=brut["etat_au"],
        communes=brut["communes"],
        anciennes=brut["anciennes"],
        sources=tuple(brut["sources"]),
    )


def _juridiction(type_: str, nom: str, siege: str, adresse: str, confiance: str) -> Juridiction:
    return Juridiction(type_, nom, siege, adoucir_capitales(adresse), confiance)  # type: ignore[arg-type] # valeurs de la table


def _proximite(nom: str, siege: str, adresse: str) -> Juridiction:
    """Chambre de proximité du tribunal judiciaire (COJ D212-19-1) : son type reste TJ."""
    return replace(_juridiction("TJ", nom, siege, adresse, "certaine"), est_proximite=True)


def _nommer_au(juridiction: Juridiction, jour: date) -> Juridiction:
    """Le tribunal des activités économiques remplace le tribunal de commerce dès sa date d'effet."""
    table, siege = lire_table("tae"), normaliser(juridiction.siege)
    cle = next((cle for cle in table.cles if normaliser(cle) == siege), None)
    if juridiction.type != "TC" or cle is None or table.au(jour, cle) is None:
        return juridiction
    valeur_au("tae", jour, cle)  # refuse au-delà de la fin de l'expérimentation
    nom = juridiction.nom.replace("Tribunal de commerce", "Tribunal des activités économiques")
    return replace(juridiction, type="TAE", nom=nom)


def _designees(candidates: tuple[Commune, ...], nom: str) -> tuple[Commune, ...]:
    """Les candidates que le nom désigne : exactement, sinon à la parenthèse près, sinon à l'article près."""
    cherche = normaliser(_CEDEX.sub("", nom))
    arrondissement = _ARRONDISSEMENT.match(cherche)
    if arrondissement:
        motif = re.compile(rf"{arrondissement[1]} {int(arrondissement[2])}(ER|E) ARRONDISSEMENT")
        return tuple(c for c in candidates if motif.fullmatch(normaliser(c.nom)))
    for forme in (normaliser, _sans_parenthese, _sans_article):
        trouvees = tuple(c for c in candidates if forme(c.nom) == forme(cherche))
        if trouvees:
            return trouvees
    return ()


def _sans_parenthese(nom: str) -> str:
    return normaliser(re.sub(r"\(.*\)", "", nom))


def _sans_article(nom: str) -> str:
    normal = normaliser(nom)
    article = next((a for a in _ARTICLES if normal.startswith(a)), "")
    return normal.removeprefix(article)


def _est_arrondissement(commune: Commune) -> bool:
    return _ARRONDISSEMENT.match(normaliser(commune.nom)) is not None


def _communes_du_code_postal(code: str) -> Iterator[Commune]:
    texte = _texte_des_communes()
    position = texte.find(code)
    while position >= 0:
        debut, fin = texte.rfind("\n", 0, position) + 1, texte.find("\n", position)
        commune = _commune(texte[debut:fin])
        if code in commune.codes_postaux:
            yield commune
        position = texte.find(code, fin)


def _communes_du_departement(code: str) -> Iterator[Commune]:
    outre_mer = code.startswith(("97", "98"))
    for prefixe in ("2A", "2B") if code.startswith("20") else (code[: 3 if outre_mer else 2],):
        yield from _communes(_lignes_commencant_par(prefixe))


def _lignes_commencant_par(debut: str) -> Iterator[str]:
    """Lignes de la section des communes, triée par code INSEE : trouvées par dichotomie."""
    texte = _texte_des_communes()
    bas, haut = 1, len(texte)
    while bas < haut:
        milieu = (bas + haut) // 2
        ligne = texte.rfind("\n", 0, milieu) + 1
        if texte[ligne : ligne + len(debut)] < debut:
            bas = texte.find("\n", milieu) + 1
        else:
            haut = ligne
    while texte.startswith(debut, bas):
        fin = texte.find("\n", bas)
        yield texte[bas:fin]
        bas = fin + 1


def _communes(lignes: Iterable[str]) -> Iterator[Commune]:
    return (_commune(ligne) for ligne in lignes)


def _commune(ligne: str) -> Commune:
    insee, nom, codes, _ = ligne.split("\t")
    departement = insee[:3] if insee.startswith(("97", "98")) else insee[:2]
    return Commune(insee, nom, tuple(filter(None, codes.split(";"))), departement)


def _marque_des_communes() -> Marque | None:
    return marquer(RESSORTS, TABLE_COMMUNES)


def _ressorts() -> tuple[str, ...]:
    return _sections(_marque_des_communes())[0]


def _texte_des_communes() -> str:
    return _sections(_marque_des_communes())[1]


@lru_cache(maxsize=1)
def _sections(_marque: Marque | None) -> tuple[tuple[str, ...], str]:
    """Les ressorts ; les communes, en un texte qui commence et finit par un saut de ligne."""
    texte = zlib.decompress(lire_octets(RESSORTS, TABLE_COMMUNES)).decode()
    ressorts, _, communes = texte.partition(ENTETE_COMMUNES)
    return tuple(ressorts.splitlines()[1:]), communes

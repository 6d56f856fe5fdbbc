"""Computation des délais de procédure (CPC 640 à 644). Jamais pour une prescription (C. civ. 2228, 2229).

Délai en mois : de quantième à quantième, à défaut le dernier jour du mois (641). Délai en jours : le jour
de l'événement ne compte pas (641). Un terme qui tombe un samedi, un dimanche, un jour férié ou chômé est
reporté au premier jour ouvrable suivant (642).
"""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

from generateur.domaine.parties import Adresse
from generateur.droit.tables import entier_au, lire_table, valeur_au
from generateur.droit.valeurs import Table

UN_JOUR = timedelta(days=1)
MOIS_PAR_AN = 12
SAMEDI = 5
NATIONAL = "national"
PAYS = "FR"
LONGUEUR_COLLECTIVITE = 3  # « 971 » ; un département de métropole n'a que deux caractères


def ajouter_mois(jour: date, mois: int) -> date:
    """Même quantième, `mois` mois plus tard ; à défaut, le dernier jour du mois (CPC 641 al. 2).

    >>> ajouter_mois(date(2026, 1, 31), 1), ajouter_mois(date(2024, 1, 31), 1)
    (datetime.date(2026, 2, 28), datetime.date(2024, 2, 29))
    """
    rang = jour.year * MOIS_PAR_AN + jour.month - 1 + mois
    annee, mois_civil = divmod(rang, MOIS_PAR_AN)
    dernier = calendar.monthrange(annee, mois_civil + 1)[1]
    return date(annee, mois_civil + 1, min(jour.day, dernier))


def terme_de_procedure(depart: date, *, mois: int = 0, jours: int = 0, territoire: str = "") -> date:
    """Dernier jour utile (compris) du délai parti de `depart`, reporté au jour ouvrable (CPC 640 à 642).

    Les mois d'abord, puis les jours (641 al. 3). `territoire` : celui de la juridiction (jours fériés).
    """
    return reporter(ajouter_mois(depart, mois) + timedelta(days=jours), territoire)


def reporter(jour: date, territoire: str = "") -> date:
    """Premier jour ouvrable à partir de `jour` (CPC 642 al. 2)."""
    while not est_ouvrable(jour, territoire):
        jour += UN_JOUR
    return jour


def est_ouvrable(jour: date, territoire: str = "") -> bool:
    """Ni samedi, ni dimanche, ni jour férié du territoire (département, ou trois chiffres outre-mer)."""
    return jour.weekday() < SAMEDI and jour not in jours_feries(jour.year, territoire)


def jours_feries(annee: int, territoire: str = "") -> frozenset[date]:
    """Jours fériés nationaux et du territoire ; ErreurDroitManquant hors de la table « jours_feries »."""
    valeur_au("jours_feries", date(annee, 12, 31), lire_table("jours_feries").cles[0])
    return _jours_feries(lire_table("jours_feries"), annee, territoire)


@lru_cache(maxsize=512)
def _jours_feries(table: Table, annee: int, territoire: str) -> frozenset[date]:
    dernier = date(annee, 12, 31)
    return frozenset(
        _jour_ferie(str(valeur.valeur), annee)
        for cle in table.cles
        if cle.partition("/")[0] in {NATIONAL, territoire} and (valeur := table.au(dernier, cle))
    )


def paques(annee: int) -> date:
    """Dimanche de Pâques du calendrier grégorien (algorithme de Meeus).

    >>> paques(2026), paques(2027)
    (datetime.date(2026, 4, 5), datetime.date(2027, 3, 28))
    """
    siecle, rang_siecle = divmod(annee, 100)
    nombre_or = annee % 19
    correction = (siecle - (siecle + 8) // 25 + 1) // 3
    epacte = (19 * nombre_or + siecle - siecle // 4 - correction + 15) % 30
    ecart_dimanche = (32 + 2 * (siecle % 4) + 2 * (rang_siecle // 4) - epacte - rang_siecle % 4) % 7
    recul = (nombre_or + 11 * epacte + 22 * ecart_dimanche) // 451
    mois, quantieme = divmod(epacte + ecart_dimanche - 7 * recul + 114, 31)
    return date(annee, mois, quantieme + 1)


def territoire_de(adresse: Adresse) -> str:
    """Département (« 68 ») ou collectivité d'outre-mer (« 971 ») ; chaîne vide à l'étranger."""
    if adresse.pays != PAYS:
        return ""
    code = adresse.insee or re.sub(r"\D", "", adresse.code_postal)
    collectivite = code[:LONGUEUR_COLLECTIVITE]
    return collectivite if collectivite in lire_table("territoires_outre_mer").cles else code[:2]


def connaitre_territoire(table: str, adresse: Adresse, jour: date) -> str | None:
    """Nom du territoire de l'adresse dans une table de territoires, à cette date ; None s'il n'y est pas."""
    code = adresse.insee or re.sub(r"\D", "", adresse.code_postal)
    cle = code[:LONGUEUR_COLLECTIVITE]
    connu = adresse.pays.upper() == PAYS and cle in lire_table(table).cles
    return str(valeur_au(table, jour, cle).valeur) if connu else None


def mois_de_distance(residence: Adresse, juridiction: str, jour: date) -> int:
    """Augmentation du délai d'opposition à raison de l'éloignement, en mois (CPC 643 et 644).

    `juridiction` : territoire du siège de la juridiction saisie.
    """
    outre_mer = lire_table("territoires_outre_mer").cles
    if residence.pays != PAYS:
        cle = "etranger_outre_mer" if juridiction in outre_mer else "etranger"
        return entier_au("delais_distance", jour, cle)
    territoire = territoire_de(residence)
    if juridiction in outre_mer and territoire != juridiction:
        return entier_au("delais_distance", jour, "hors_collectivite")
    if juridiction not in outre_mer and territoire in outre_mer:
        return entier_au("delais_distance", jour, "outre_mer")
    return 0


def _jour_ferie(regle: str, annee: int) -> date:
    """« 05-01 », ou « paques+39 » compté depuis le dimanche de Pâques."""
    if regle.startswith("paques"):
        return paques(annee) + timedelta(days=int(regle.removeprefix("paques")))
    mois, quantieme = regle.split("-")
    return date(annee, int(mois), int(quantieme))

"""Les aperçus gardés d'une ouverture de la page à l'autre, chacun sous l'empreinte de tout ce qui l'a déterminé.

Rien n'est cru sur une date : le dossier et tout ce qu'il porte, le profil qu'il cite, la liasse déposée, l'échelle des
relances, les tables du droit, le programme lui-même, le jour. Un octet change, et l'aperçu se recalcule. Ce qui tient
peut-être à la machine (une pièce qui ne s'ouvre pas, un outil absent, un dossier illisible) ne passe jamais sur le
disque : il se regarde de nouveau à chaque ouverture de la page.
"""

import datetime as dt
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from generateur import VERSION
from generateur.droit.tables import ajouts_en_usage
from generateur.erreurs import ErreurGenerateur, ErreurLecture
from generateur.lecture.echelle_toml import NOM_ECHELLE
from generateur.lecture.socle import citer_profil, lire_dossier, trouver_source
from generateur.moteurs.rendu_libreoffice import chercher_soffice
from generateur.operations.apercus import ApercuDossier
from generateur.operations.etude import Etude
from generateur.publication.communiquees import date_de_depot
from generateur.surveillance.contenus import Contenus
from generateur.surveillance.entrees_prouvees import EntreesProuvees
from generateur.surveillance.prive import dossier_de_cache

NOM_CACHE = "apercus"
_EN_MEMOIRE = 5000
_SUR_LE_DISQUE = 20_000  # un demi-kilooctet chacun
_DE_LA_MACHINE = frozenset({"PIECE_ILLISIBLE", "PIECE_OUTIL_ABSENT"})
_DU_DROIT = ("tables", "ressorts", "formulaires")


@dataclass(frozen=True)
class Attaches:
    """Ce dont un dossier dépend hors de son répertoire : le profil qu'il cite, la liasse qu'il dit déposée."""

    profil: str = ""
    deposee: str = ""
    est_sur: bool = True  # faux : le dossier ne se lit pas, on ne sait de lui que le profil qu'il cite


class ApercusGardes:
    """Ceux des dossiers dont les liasses sont dans cette sortie."""

    def __init__(self, sortie: Path) -> None:
        self._sortie = sortie
        self._contenus = Contenus()
        self._sus: OrderedDict[str, ApercuDossier] = OrderedDict()
        self._attaches: dict[str, Attaches] = {}
        self._entrees = EntreesProuvees(dossier_de_cache() / NOM_CACHE, _SUR_LE_DISQUE)
        self._verrou = threading.Lock()

    def resumer_communs(self, jour: dt.date) -> str:
        """L'empreinte de ce qui est le même pour tous les dossiers, en ce moment."""
        return resumer((resumer_savoir(self._contenus, jour), str(chercher_soffice())))

    def resumer(self, chemin: Path, communs: str) -> str:
        """L'empreinte de tout ce dont dépend l'aperçu de ce dossier ; vide si on ne sait pas encore de quoi."""
        attaches = self._relire_attaches(chemin)
        if attaches is None:
            return ""
        deposee = self._contenus.arbre(self._sortie / attaches.deposee) if attaches.deposee else ""
        profil = self._contenus.empreinte(Path(attaches.profil)) if attaches.profil else ""
        base = chemin.parent if chemin.is_file() else chemin
        echelle = self._contenus.empreinte(base.parent / NOM_ECHELLE)
        return resumer((communs, str(chemin.resolve()), self._contenus.arbre(base), profil, deposee, echelle))

    def reprendre(self, cle: str, chemin: Path) -> ApercuDossier | None:
        """L'aperçu gardé sous cette empreinte."""
        with self._verrou:
            if (su := self._sus.get(cle)) is not None:
                self._sus.move_to_end(cle)
                return su
        octets = self._entrees.lire(cle) if cle else None
        if octets is None:
            return None
        apercu = _lire(json.loads(octets), chemin)
        self._retenir(cle, apercu)
        return apercu

    def apprendre(self, chemin: Path) -> None:
        """De quoi ce dossier dépend hors de lui, si on ne le sait pas."""
        connues = self._relire_attaches(chemin)
        if connues is not None and connues.est_sur:
            return
        nom = self._nommer_attaches(chemin)
        attaches = _relever_attaches(chemin)
        if nom == self._nommer_attaches(chemin):  # ce qui vient d'être lu est bien ce que ce nom désigne
            self._attaches[nom] = attaches
            if attaches.est_sur:
                self._entrees.garder(nom, json.dumps(asdict(attaches)).encode())

    def garder(self, cle: str, apercu: ApercuDossier, etude: Etude | None) -> None:
        """Garde cet aperçu ; tant que la page est ouverte seulement, s'il peut ne tenir qu'à la machine."""
        if not cle:
            return
        self._retenir(cle, apercu)
        if etude is not None and not any(constat.code in _DE_LA_MACHINE for constat in etude.releves):
            self._entrees.garder(cle, _ecrire(apercu))

    def _retenir(self, cle: str, apercu: ApercuDossier) -> None:
        with self._verrou:
            self._sus[cle] = apercu
            while len(self._sus) > _EN_MEMOIRE:
                self._sus.popitem(last=False)

    def _relire_attaches(self, chemin: Path) -> Attaches | None:
        nom = self._nommer_attaches(chemin)
        if nom not in self._attaches:
            octets = self._entrees.lire(nom)
            if octets is None:
                return None
            self._attaches[nom] = Attaches(**json.loads(octets))
        return self._attaches[nom]

    def _nommer_attaches(self, chemin: Path) -> str:
        try:
            source = trouver_source(chemin)
        except ErreurLecture:
            source = chemin
        return resumer(("attaches", _programme(), str(chemin.resolve()), self._contenus.empreinte(source)))


_DROIT = Path(str(files("generateur.droit")))


def resumer_savoir(contenus: Contenus, jour: dt.date) -> str:
    """L'empreinte de ce qui chiffre un dossier sans en venir : le programme, le jour, le droit et ses ajouts."""
    droit = (contenus.arbre(_DROIT / nom) for nom in _DU_DROIT)
    return resumer((_programme(), jour.isoformat(), repr(ajouts_en_usage()), *droit))


@cache
def _programme() -> str:
    """La version, et le programme tel qu'il est installé : entre deux versions aussi, un calcul peut changer."""
    return resumer((VERSION, Contenus().arbre(Path(str(files("generateur"))))))


def _relever_attaches(chemin: Path) -> Attaches:
    try:
        lu = lire_dossier(chemin)
    except ErreurGenerateur:
        cite = citer_profil(chemin)
        return Attaches(str(cite) if cite else "", est_sur=False)
    return Attaches(str(lu.profil) if lu.profil else "", lu.dossier.reference if date_de_depot(lu.dossier) else "")


def resumer(morceaux: Iterable[str]) -> str:
    """Une empreinte de plusieurs, ou de textes."""
    somme = hashlib.sha256()
    for morceau in morceaux:
        somme.update(f"{morceau}\0".encode("utf-8", "surrogateescape"))
    return somme.hexdigest()


def _ecrire(apercu: ApercuDossier) -> bytes:
    champs = {**asdict(apercu), "chemin": "", "le": apercu.le.isoformat() if apercu.le else None}
    return json.dumps({**champs, "total": None if apercu.total is None else str(apercu.total)}).encode()


def _lire(champs: dict[str, str | int | None], chemin: Path) -> ApercuDossier:
    total, le = champs["total"], champs["le"]
    return ApercuDossier(
        **{
            **champs,
            "chemin": chemin,
            "total": None if total is None else Decimal(str(total)),
            "le": dt.date.fromisoformat(str(le)) if le else None,
        }  # type: ignore[arg-type]
    )

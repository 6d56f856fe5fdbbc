"""Publication sûre : on prépare à côté, on échange par renommage, on répare un échange interrompu.

À tout instant, l'ancienne ou la nouvelle version entière est sur le disque :
  .<reference>.<propriétaire>-<hasard>.preparation   en cours d'écriture, jamais lu
  .<reference>.pret                   entier, prêt à prendre la place
  .<reference>.ancien                 l'ancienne version, le temps de l'échange
"""

import contextlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import FileLock, Timeout

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import ErreurEcriture, ErreurUsage, raison_du_systeme
from generateur.publication.contrat_publication import Emporter, Publication
from generateur.publication.inventaire_publie import (
    SUIVIS,
    dresser_inventaire,
    est_de,
    est_entier,
    garder_a_part,
)
from generateur.surveillance.droits import ouvrir_selon_le_partage
from generateur.surveillance.provisoires import (
    adopter,
    balayer,
    dire_proprietaire,
    effacer_provisoire,
    est_abandonne,
    est_marque,
)

_DELAI_VERROU_S = 120
_ECRITURES_ENSEMBLE = 8
_PAUSE_VERROU_S = 0.005  # celle de la bibliothèque, dix fois plus longue, ferait attendre les processus d'un lot
_VERROU = ".verrou"
_PLACES_PRISES, _PLACES = ".en_cours", 1000
_DELAI_PLACE_S = 1500  # moins que ce qu'un lot accorde à un dossier
_PAUSE_PLACE_S = 0.02
_EN_PREPARATION = ".preparation"
TEMOIN = NOM_MANIFESTE  # ce que toute liasse publiée contient


class PublicationLocale:
    """Publier dans un répertoire de ce disque : écrit à côté, puis échangé par renommage, sous un verrou."""

    def __init__(self, sortie: Path, *, temoin: str = TEMOIN, est_balayee: bool = False) -> None:
        """`temoin` : motif d'un fichier qui prouve que la version à remplacer vient d'ici.

        `est_balayee` : ce que des commandes mortes y ont laissé vient d'être effacé.
        """
        self._sortie = sortie
        self._temoin = temoin
        self._est_balayee = est_balayee

    def preparer(self, reference: str) -> Path:
        """Un répertoire vide et privé, à emplir puis à publier, ou à abandonner ; répare d'abord ce qui doit l'être.

        Lève ErreurUsage si ce qui porte ce nom ne vient pas d'ici, ErreurEcriture si le disque refuse.
        """
        with _traduire_disque(self._sortie):
            self._sortie.mkdir(parents=True, exist_ok=True)
            with _verrouiller(self._sortie):
                reparer(self._sortie, reference, est_balayee=self._est_balayee)
                refuser_autrui(self._sortie / reference, self._temoin)
                marque = f".{reference}.{dire_proprietaire()}"
                return adopter(Path(tempfile.mkdtemp(prefix=marque, suffix=_EN_PREPARATION, dir=self._sortie)))

    def publier(self, reference: str, preparation: Path, emporter: Emporter | None = None) -> tuple[str, ...]:
        """Met la préparation, entière, à la place de ce qui était publié sous cette référence.

        `emporter(publié, préparé)` y met ce qui doit survivre à l'ancienne version, juste avant l'échange et sous le
        verrou ; ce qu'une personne y avait mis ou changé est gardé à part, et rendu. Lève comme `preparer` ; ce qui
        était publié est alors intact. Ce qui est long (empreintes, écritures sur le disque) se fait avant le verrou :
        les autres processus d'un lot ne s'y attendent pas.
        """
        with _traduire_disque(self._sortie):
            _achever(preparation)
            with _verrouiller(self._sortie):
                refuser_autrui(self._sortie / reference, self._temoin)
                return _echanger(self._sortie, reference, preparation, emporter)

    def abandonner(self, preparation: Path) -> None:
        """Efface une préparation ; sans effet une fois publiée."""
        effacer_provisoire(preparation)


@contextlib.contextmanager
def preparer_publication(
    sortie: Path,
    reference: str,
    *,
    temoin: str = TEMOIN,
    emporter: Emporter | None = None,
    gardes: list[str] | None = None,
    publication: Publication | None = None,
    est_balayee: bool = False,
) -> Iterator[Path]:
    """Donne un répertoire vide ; à la fin sans erreur, il devient sortie/<reference>, sinon rien n'a changé.

    Voir PublicationLocale pour `temoin`, `emporter`, `est_balayee` et ce qui est levé. `gardes` reçoit ce qui est gardé
    à part. `publication` : où publier, si ce n'est dans ce répertoire.
    """
    lieu: Publication = publication or PublicationLocale(sortie, temoin=temoin, est_balayee=est_balayee)
    preparation = lieu.preparer(reference)
    try:
        with _traduire_disque(sortie):
            yield preparation
        a_part = lieu.publier(reference, preparation, emporter)
        if gardes is not None:
            gardes += a_part
    finally:
        lieu.abandonner(preparation)


def refuser_autrui(cible: Path, temoin: str) -> None:
    """Lève ErreurUsage devant un dossier à produire, des modèles, un répertoire à soi : la publication l'effacerait."""
    if not cible.is_symlink():
        if not cible.exists():
            return
        if cible.is_dir() and ({p.name for p in cible.iterdir()} <= SUIVIS or _vient_d_ici(cible, temoin)):
            return
    raise ErreurUsage(
        "cet emplacement est pris par autre chose qu'un résultat du programme : rien n'y est effacé",
        lieu=str(cible),
        remede="Choisir un autre répertoire avec --sortie, ou déplacer ce qui s'y trouve.",
    )


def _vient_d_ici(cible: Path, temoin: str) -> bool:
    """Un inventaire, ou un manifeste de cette référence ; sans l'un ni l'autre (des lettres d'avant), le témoin."""
    if est_de(cible, cible.name) or (temoin == TEMOIN and (cible / f"{cible.name}_liasse.pdf").is_file()):
        return True  # une liasse sans manifeste, ou dont il ne se lit plus : tout ce qui y est sera gardé à part
    return temoin != TEMOIN and not (cible / NOM_MANIFESTE).exists() and any(cible.glob(temoin))


def reparer(sortie: Path, reference: str, *, est_balayee: bool = False) -> None:
    """Termine ou annule un échange interrompu ; efface ce qui est abandonné. À appeler sous le verrou."""
    _terminer(*_chemins(sortie, reference))
    if not est_balayee:
        _effacer_abandons(sortie)


def _effacer_abandons(sortie: Path) -> None:
    balayer(sortie)
    for preparation in sortie.glob(f".*{_EN_PREPARATION}"):  # celles des autres dossiers aussi : nul ne les finira
        if est_abandonne(preparation.name) or not est_marque(preparation.name):
            shutil.rmtree(preparation, ignore_errors=True)


def reparer_si_besoin(publie: Path) -> None:
    """Termine l'échange interrompu de ce qui doit être lu, s'il y en a un ; un refus du disque n'empêche rien."""
    sortie, reference = publie.absolute().parent, publie.absolute().name
    _, pret, ancien = _chemins(sortie, reference)
    if reference and any(reste.exists() for reste in (pret, ancien)):
        with contextlib.suppress(ErreurEcriture), occuper(sortie, reference):
            pass


@contextlib.contextmanager
def occuper(sortie: Path, reference: str) -> Iterator[Path]:
    """Ce qui est publié, réparé, et que nul ne remplace pendant ce temps. Lève ErreurEcriture si le disque refuse."""
    if not sortie.is_dir():
        yield sortie / reference
        return
    with _traduire_disque(sortie), _verrouiller(sortie):
        reparer(sortie, reference)
        yield sortie / reference


def reparer_tout(sortie: Path) -> None:
    """Répare tous les dossiers d'une sortie."""
    if not sortie.is_dir():
        return
    restes = [*sortie.glob(".*.pret"), *sortie.glob(".*.ancien")]
    references = {reste.name[1:].rsplit(".", 1)[0] for reste in restes}
    with _traduire_disque(sortie), _verrouiller(sortie):
        for reference in sorted(references):
            reparer(sortie, reference, est_balayee=True)
        _effacer_abandons(sortie)


def _chemins(sortie: Path, reference: str) -> tuple[Path, Path, Path]:
    return sortie / reference, sortie / f".{reference}.pret", sortie / f".{reference}.ancien"


def _echanger(sortie: Path, reference: str, preparation: Path, emporter: Emporter | None) -> tuple[str, ...]:
    cible, pret, ancien = _chemins(sortie, reference)
    _terminer(cible, pret, ancien)  # une autre commande a pu être tuée pendant que celle-ci préparait
    gardes: tuple[str, ...] = ()
    if cible.is_dir():
        if emporter is not None:
            emporter(cible, preparation)
        gardes = garder_a_part(cible, preparation)
        _achever(preparation)  # ce qui vient d'y être mis
    preparation.rename(pret)
    _promouvoir(cible, pret, ancien)
    return gardes


def _achever(preparation: Path) -> None:
    """Ce qui va être publié, complet : son inventaire, ses droits, et tout sur le disque."""
    dresser_inventaire(preparation)
    ouvrir_selon_le_partage(preparation)
    _ecrire_sur_le_disque(preparation)


def _ecrire_sur_le_disque(preparation: Path) -> None:
    """Chaque fichier et chaque répertoire : après une coupure, ce qui porte le nom définitif est entier.

    À plusieurs à la fois : le disque réunit ces attentes en une, au lieu de les servir l'une après l'autre.
    """
    chemins = [chemin for chemin in (*preparation.rglob("*"), preparation) if not chemin.is_symlink()]
    with ThreadPoolExecutor(_ECRITURES_ENSEMBLE) as fils:
        for _ in fils.map(_synchroniser, chemins):  # le premier refus du disque se lève ici
            pass


def _synchroniser(chemin: Path) -> None:
    descripteur = os.open(chemin, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def _terminer(cible: Path, pret: Path, ancien: Path) -> None:
    """Met en place ce qui est prêt et entier ; à défaut, rend l'ancienne version si sa place est vide.

    Le nom ne prouve rien : un répertoire « prêt » d'un autre dossier, ou dont un fichier manque ou diffère, est laissé
    tomber. Une ancienne version ne s'efface que si sa place est bien prise par une autre.
    """
    if pret.exists() or pret.is_symlink():
        if not pret.is_symlink() and est_de(pret, cible.name) and est_entier(pret):
            if cible.is_dir() and not cible.is_symlink():
                garder_a_part(cible, pret)  # ce qu'une personne y a mis depuis l'arrêt
            _promouvoir(cible, pret, ancien)
        else:
            _effacer(pret)
    if ancien.exists() and cible.is_dir() and not any(cible.iterdir()):
        cible.rmdir()
    if ancien.exists() and not cible.exists():
        ancien.rename(cible)
    elif est_de(cible, cible.name) or not est_entier(ancien):
        _effacer(ancien)


def _promouvoir(cible: Path, pret: Path, ancien: Path) -> None:
    """La version prête prend la place ; l'ancienne ne s'efface qu'ensuite, et son reste n'est pas un échec."""
    if cible.exists():
        _effacer(ancien)
        cible.rename(ancien)
    try:
        pret.rename(cible)
    except OSError:
        if ancien.exists() and not cible.exists():
            ancien.rename(cible)
        raise
    with contextlib.suppress(OSError):
        _synchroniser(cible.parent)
    _effacer(ancien)


def _effacer(chemin: Path) -> None:
    """Efface un répertoire ou un lien ; ce qui résiste le sera par une commande suivante."""
    if chemin.is_symlink():
        with contextlib.suppress(OSError):
            chemin.unlink()
    else:
        shutil.rmtree(chemin, ignore_errors=True)


@contextlib.contextmanager
def reserver(sortie: Path, reference: str) -> Iterator[None]:
    """Le temps de ce travail, nulle autre course ne fait ce dossier : elle attend, puis le trouve à jour.

    Les places sont en nombre fixe : une sortie de dix mille dossiers n'a pas dix mille verrous. Sans effet si la
    sortie ne s'écrit pas : la suite dira ce que le disque reproche.
    """
    place = zlib.crc32(reference.casefold().encode()) % _PLACES
    try:
        (sortie / _PLACES_PRISES).mkdir(parents=True, exist_ok=True)
        verrou = FileLock(sortie / _PLACES_PRISES / f"{place:04d}", poll_interval=_PAUSE_PLACE_S)
        verrou.acquire(timeout=_DELAI_PLACE_S)
    except Timeout as erreur:
        raise ErreurEcriture(
            "une autre course travaille encore à ce dossier",
            lieu=str(sortie / reference),
            remede="Attendre qu'elle finisse, puis relancer : ce qui est à jour n'est pas refait.",
        ) from erreur
    except OSError:
        yield
        return
    try:
        yield
    finally:
        verrou.release()


@contextlib.contextmanager
def _verrouiller(sortie: Path) -> Iterator[None]:
    """Un seul échange à la fois par répertoire de sortie ; le système rend le verrou d'un processus tué."""
    try:
        with FileLock(sortie / _VERROU, timeout=_DELAI_VERROU_S, poll_interval=_PAUSE_VERROU_S):
            yield
    except Timeout as erreur:
        raise ErreurEcriture(
            "une autre commande occupe ce répertoire de sortie",
            lieu=str(sortie),
            remede="Attendre qu'elle finisse, puis relancer.",
        ) from erreur


@contextlib.contextmanager
def _traduire_disque(sortie: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurEcriture(
            f"écriture impossible : {raison_du_systeme(erreur)} ; l'ancienne version est intacte", lieu=str(sortie)
        ) from erreur

"""Publication sûre : on prépare à côté, on échange par renommage, on répare un échange interrompu.

À tout instant, l'ancienne ou la nouvelle version entière est sur le disque :
  .<reference>.<propriétaire>-<hasard>.preparation   en cours d'écriture, jamais lu
  .<reference>.pret                   entier, prêt à prendre la place
  .<reference>.ancien                 l'ancienne version, le temps de l'échange
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from generateur.contrats import Emporter, Publication
from generateur.erreurs import ErreurEcriture, ErreurUsage, raison_du_systeme
from generateur.surveillance.provisoires import balayer, dire_proprietaire, est_abandonne, est_marque

_DELAI_VERROU_S = 120
_VERROU = ".verrou"
_EN_PREPARATION = ".preparation"
NOM_MESSAGES = "relances"  # les messages écrits à côté de la liasse, avant elle le plus souvent
TEMOIN = "manifeste.json"  # ce que toute liasse publiée contient, et nul autre répertoire


class PublicationLocale:
    """Publier dans un répertoire de ce disque : écrit à côté, puis échangé par renommage, sous un verrou."""

    def __init__(self, sortie: Path, *, temoin: str = TEMOIN) -> None:
        """`temoin` : motif d'un fichier qui prouve que la version à remplacer vient d'ici."""
        self._sortie = sortie
        self._temoin = temoin

    def preparer(self, reference: str) -> Path:
        """Un répertoire vide et privé, à emplir puis à publier, ou à abandonner ; répare d'abord ce qui doit l'être.

        Lève ErreurUsage si ce qui porte ce nom ne vient pas d'ici, ErreurEcriture si le disque refuse.
        """
        with _traduire_disque(self._sortie):
            self._sortie.mkdir(parents=True, exist_ok=True)
            with _verrouiller(self._sortie):
                reparer(self._sortie, reference)
                _refuser_autrui(self._sortie / reference, self._temoin)
                marque = f".{reference}.{dire_proprietaire()}"
                return Path(tempfile.mkdtemp(prefix=marque, suffix=_EN_PREPARATION, dir=self._sortie))

    def publier(self, reference: str, preparation: Path, emporter: Emporter | None = None) -> None:
        """Met la préparation, entière, à la place de ce qui était publié sous cette référence.

        `emporter(publié, préparé)` y met ce qui doit survivre à l'ancienne version, juste avant l'échange et sous le
        verrou. Lève comme `preparer` ; ce qui était publié est alors intact.
        """
        with _traduire_disque(self._sortie), _verrouiller(self._sortie):
            _refuser_autrui(self._sortie / reference, self._temoin)
            _echanger(self._sortie, reference, preparation, emporter)

    def abandonner(self, preparation: Path) -> None:
        """Efface une préparation ; sans effet une fois publiée."""
        shutil.rmtree(preparation, ignore_errors=True)


@contextlib.contextmanager
def preparer_publication(
    sortie: Path, reference: str, *, temoin: str = TEMOIN, emporter: Emporter | None = None
) -> Iterator[Path]:
    """Donne un répertoire vide ; à la fin sans erreur, il devient sortie/<reference>, sinon rien n'a changé.

    Voir PublicationLocale pour `temoin` et `emporter`, et pour ce qui est levé.
    """
    lieu: Publication = PublicationLocale(sortie, temoin=temoin)
    preparation = lieu.preparer(reference)
    try:
        with _traduire_disque(sortie):
            yield preparation
        lieu.publier(reference, preparation, emporter)
    finally:
        lieu.abandonner(preparation)


def _refuser_autrui(cible: Path, temoin: str) -> None:
    """Un dossier à produire, des modèles, un répertoire à soi : ce que l'échange effacerait sans retour."""
    if not cible.is_symlink():
        if not cible.exists():
            return
        if cible.is_dir() and ({p.name for p in cible.iterdir()} <= {NOM_MESSAGES} or any(cible.glob(temoin))):
            return
    raise ErreurUsage(
        "cet emplacement est pris par autre chose qu'un résultat du programme : rien n'y est effacé",
        lieu=str(cible),
        remede="Choisir un autre répertoire avec --sortie, ou déplacer ce qui s'y trouve.",
    )


def reparer(sortie: Path, reference: str) -> None:
    """Termine ou annule un échange interrompu ; efface ce qui est abandonné. À appeler sous le verrou."""
    _terminer(*_chemins(sortie, reference))
    _effacer_abandons(sortie)


def _effacer_abandons(sortie: Path) -> None:
    balayer(sortie)
    for preparation in sortie.glob(f".*{_EN_PREPARATION}"):  # celles des autres dossiers aussi : nul ne les finira
        if est_abandonne(preparation.name) or not est_marque(preparation.name):
            shutil.rmtree(preparation, ignore_errors=True)


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
            reparer(sortie, reference)
        _effacer_abandons(sortie)


def _chemins(sortie: Path, reference: str) -> tuple[Path, Path, Path]:
    return sortie / reference, sortie / f".{reference}.pret", sortie / f".{reference}.ancien"


def _echanger(sortie: Path, reference: str, preparation: Path, emporter: Emporter | None) -> None:
    cible, pret, ancien = _chemins(sortie, reference)
    _terminer(cible, pret, ancien)  # une autre commande a pu être tuée pendant que celle-ci préparait
    if emporter is not None and cible.is_dir():
        emporter(cible, preparation)
    _garder_messages(cible, preparation)
    preparation.chmod(0o755)  # privée tant qu'elle s'écrit ; publiée, elle se lit comme tout autre fichier
    preparation.rename(pret)
    _terminer(cible, pret, ancien)


def _garder_messages(cible: Path, preparation: Path) -> None:
    """Les messages déjà écrits suivent la nouvelle version ; un lien, qui mènerait ailleurs, n'est pas suivi."""
    messages = cible / NOM_MESSAGES
    if messages.is_dir() and not messages.is_symlink():
        shutil.copytree(messages, preparation / NOM_MESSAGES, symlinks=True, dirs_exist_ok=True)


def _terminer(cible: Path, pret: Path, ancien: Path) -> None:
    """Met en place ce qui est prêt ; à défaut, rend l'ancienne version si sa place est vide."""
    if pret.exists():
        if cible.exists():
            shutil.rmtree(ancien, ignore_errors=True)
            cible.rename(ancien)
        pret.rename(cible)
    elif ancien.exists() and not cible.exists():
        ancien.rename(cible)
    shutil.rmtree(ancien, ignore_errors=True)


@contextlib.contextmanager
def _verrouiller(sortie: Path) -> Iterator[None]:
    """Un seul échange à la fois par répertoire de sortie ; le système rend le verrou d'un processus tué."""
    try:
        with FileLock(sortie / _VERROU, timeout=_DELAI_VERROU_S):
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

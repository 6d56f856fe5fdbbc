"""Ce que tous les tests partagent : où est le dépôt, et le code du programme lu par `ast`."""

import ast
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import generateur

# une machine chargée rend lent l'exemple le plus simple : aucun essai n'est chronométré
settings.register_profile("sans_hate", deadline=None)
settings.load_profile("sans_hate")

# « nohup », un service ou une tâche de fond lancent les tests en ignorant ces signaux, et leurs enfants en héritent
if threading.current_thread() is threading.main_thread():
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # reçu ici : toujours sans effet ; chez l'enfant : rétabli
        signal.signal(signal.SIGHUP, lambda *_: None)

RACINE = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--maj-attendus", action="store_true", help="Réécrit les textes attendus de tests/attendus/.")


@pytest.fixture(scope="session")
def maj_attendus(request: pytest.FixtureRequest) -> bool:
    """Vrai si les textes attendus sont à réécrire."""
    return bool(request.config.getoption("--maj-attendus"))


@pytest.fixture(scope="session")
def racine() -> Path:
    """Sommet du dépôt."""
    return RACINE


@pytest.fixture
def ecarts() -> Callable[[str], Path]:
    """Chemin d'un fichier des écarts relevés ; le test se saute s'il n'est pas là."""
    dossier = RACINE.parent / "shared" / "corpus" / "ecarts"

    def trouver(nom: str) -> Path:
        chemin = dossier / nom
        if not chemin.exists():
            pytest.skip("le corpus ../shared/corpus/ecarts n'est pas là")
        return chemin

    return trouver


@pytest.fixture(scope="session")
def arbres() -> dict[str, ast.Module]:
    """Chaque module du programme essayé, dépôt ou paquet installé, sous son nom sans « generateur. »."""
    paquet = Path(generateur.__file__).parent
    return {_nommer(chemin, paquet): ast.parse(chemin.read_text("utf-8")) for chemin in sorted(paquet.rglob("*.py"))}


def _nommer(chemin: Path, paquet: Path) -> str:
    parties = chemin.relative_to(paquet).with_suffix("").parts
    return ".".join(partie for partie in parties if partie != "__init__")


@pytest.fixture(autouse=True)
def donnees_utilisateur(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un répertoire de données vide : aucun test ne lit ni n'écrit celui de qui le lance."""
    repertoire = tmp_path_factory.mktemp("donnees")
    monkeypatch.setenv("GENERATEUR_DONNEES", str(repertoire))
    return repertoire

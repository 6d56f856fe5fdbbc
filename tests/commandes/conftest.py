"""La ligne de commande, exécutée dans ce processus sur des copies des dossiers d'exemple."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generateur.cli import executer
from tests.publication.conftest import magasin_factice

__all__ = ["magasin_factice"]

EXEMPLES = Path(__file__).parents[2] / "dossiers"


@dataclass(frozen=True)
class Reponse:
    """Ce qu'une commande a rendu."""

    code: int
    sortie: str
    messages: str

    @property
    def objet(self) -> Any:
        """La sortie standard, qui doit être un seul objet JSON."""
        return json.loads(self.sortie)


@pytest.fixture
def commander(capsys: pytest.CaptureFixture[str]) -> Callable[..., Reponse]:
    def _commander(*arguments: str | Path) -> Reponse:
        capsys.readouterr()
        code = executer([str(argument) for argument in arguments])
        lu = capsys.readouterr()
        return Reponse(int(code), lu.out, lu.err)

    return _commander


@pytest.fixture
def copier(tmp_path: Path) -> Callable[..., Path]:
    """Copie un dossier d'exemple (et les profils) sous tmp_path/dossiers, en remplaçant des textes."""

    def _copier(reference: str, *remplacements: tuple[str, str]) -> Path:
        racine = tmp_path / "dossiers"
        shutil.copytree(EXEMPLES / reference, racine / reference, dirs_exist_ok=True)
        shutil.copytree(EXEMPLES / "creanciers", racine / "creanciers", dirs_exist_ok=True)
        fichier = racine / reference / "dossier.toml"
        texte = fichier.read_text("utf-8")
        for avant, apres in remplacements:
            assert avant in texte, f"« {avant} » n'est plus dans l'exemple {reference}"
            texte = texte.replace(avant, apres)
        fichier.write_text(texte, encoding="utf-8")
        return racine / reference

    return _copier

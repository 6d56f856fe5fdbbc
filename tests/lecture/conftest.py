"""Un dossier minimal valide, en texte, que chaque essai déforme."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generateur.erreurs import ErreurLecture
from generateur.lecture.socle import DossierLu, lire_dossier

MINIMAL = """\
reference = "CAS-1"
objet = "Fourniture d'essai"
au = 2026-11-21

[creancier]
nature = "personne_morale"
denomination = "Atelier d'essai"
forme = "SARL"
adresse = { voie = "1 rue Haute", code_postal = "69003", commune = "Lyon" }

[[debiteurs]]
nature = "personne_morale"
denomination = "Essai et Fils"
forme = "SAS"
adresse = { voie = "2 rue Basse", code_postal = "69003", commune = "Lyon" }

[[factures]]
numero = "F1"
date = 2026-03-01
echeance = 2026-04-01
montant_ttc = "1200.00"
fichier = "pieces/f1.pdf"
"""


@pytest.fixture
def minimal() -> str:
    return MINIMAL


@pytest.fixture
def ecrire(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Écrit dossiers/CAS-1/dossier.toml et rend son répertoire."""

    def _ecrire(contenu: str | bytes) -> Path:
        dossier = tmp_path / "dossiers" / "CAS-1"
        dossier.mkdir(parents=True, exist_ok=True)
        octets = contenu.encode() if isinstance(contenu, str) else contenu
        (dossier / "dossier.toml").write_bytes(octets)
        return dossier

    return _ecrire


@pytest.fixture
def lire(ecrire: Callable[[str | bytes], Path]) -> Callable[[str | bytes], DossierLu]:
    return lambda contenu: lire_dossier(ecrire(contenu))


@pytest.fixture
def refuser(lire: Callable[[str | bytes], DossierLu]) -> Callable[[str | bytes], ErreurLecture]:
    """Le refus de lecture de ce texte."""

    def _refuser(contenu: str | bytes) -> ErreurLecture:
        with pytest.raises(ErreurLecture) as refus:
            lire(contenu)
        return refus.value

    return _refuser

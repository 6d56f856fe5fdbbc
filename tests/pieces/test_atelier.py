"""L'enfant de l'atelier : borné, jetable, sans réseau."""

import io
import json
import sys
from pathlib import Path

import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.etabli import TACHES, _interdire, _trouver, servir
from tests.pieces.conftest import ecrire_pdf

GIGA = 1024**3


def _reconnaitre(atelier: Atelier, source: Path, delai: float = 30, memoire: int = GIGA) -> str:
    famille = atelier.executer("reconnaitre", delai=delai, memoire=memoire, source=str(source))["famille"]
    return str(famille)


def test_un_enfant_trop_lent_est_arrete_puis_remplace(tmp_path: Path) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    with Atelier() as atelier:
        with pytest.raises(ErreurPiece, match="secondes à lire") as erreur:
            _reconnaitre(atelier, source, delai=0.001)
        assert "imprimez-le en PDF" in erreur.value.remede
        assert _reconnaitre(atelier, source) == "pdf"


def test_un_enfant_qui_tombe_est_remplace(tmp_path: Path) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    with Atelier() as atelier:
        with pytest.raises(ErreurPiece, match="met en échec"):
            atelier.executer("tache inconnue", delai=30, memoire=GIGA)
        assert _reconnaitre(atelier, source) == "pdf"


@pytest.mark.skipif(sys.platform != "linux", reason="la borne de mémoire n'est appliquée à coup sûr que sous Linux")
def test_la_memoire_est_bornee(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as flux:
        flux.write(b"a" * (64 << 20))
    with Atelier() as atelier, pytest.raises(ErreurPiece, match="mémoire"):
        atelier.executer(
            "examiner_texte",
            delai=60,
            memoire=128 << 20,
            source=str(tmp_path / "a.txt"),
            octets_maximaux=1 << 30,
            est_page_web=False,
        )


@pytest.mark.parametrize("evenement", ["socket.connect", "subprocess.Popen", "os.system", "os.posix_spawn"])
def test_interdit_le_reseau_et_les_programmes(evenement: str) -> None:
    with pytest.raises(PermissionError):
        _interdire(evenement, ())
    _interdire("open", ())


def test_une_piece_refusee_voyage_avec_son_remede(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(b"7z\xbc\xaf\x27\x1c")
    ligne = json.dumps({"tache": "reconnaitre", "memoire": 1 << 40, "arguments": {"source": str(tmp_path / "a.msg")}})
    sortie = io.BytesIO()
    servir(io.BytesIO(ligne.encode() + b"\n"), sortie)
    erreur = json.loads(sortie.getvalue())["erreur"]
    assert "archive compressée (7z)" in erreur["message"]
    assert erreur["remede"]


@pytest.mark.parametrize("tache", TACHES)
def test_chaque_tache_existe(tache: str) -> None:
    assert callable(_trouver(tache))

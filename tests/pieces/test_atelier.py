"""L'enfant de l'atelier : borné, jetable, sans réseau."""

import io
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from generateur.erreurs import ErreurPiece
from generateur.pieces.atelier import Atelier
from generateur.pieces.etabli import TACHES, _interdire, _trouver, servir
from generateur.surveillance.enfant import Enfant, ErreurEnfant
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


def test_quatre_fils_sur_un_atelier_ont_chacun_le_texte_de_leur_document(tmp_path: Path) -> None:
    sources = {}
    for rang in range(8):
        source = tmp_path / f"{rang}.txt"
        source.write_text(f"document numéro {rang}\n" * 50, encoding="utf-8")
        sources[source] = f"numéro {rang}"

    def lire(source: Path) -> str:
        faits = atelier.executer(
            "examiner_texte", delai=30, memoire=GIGA, source=str(source), octets_maximaux=1 << 20, est_page_web=False
        )
        return str(faits["texte"])

    with Atelier() as atelier, ThreadPoolExecutor(4) as fils:
        demandes = [*sources] * 5
        for source, texte in zip(demandes, fils.map(lire, demandes), strict=True):
            assert sources[source] in texte


def test_aucun_fil_ne_retient_la_fin_du_programme(tmp_path: Path) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    avant = set(threading.enumerate())  # l'enfant de l'importation a peut-être déjà le sien
    with Atelier() as atelier:
        for _ in range(3):
            _reconnaitre(atelier, source)
        veilleurs = [fil for fil in set(threading.enumerate()) - avant if fil.name == "sentinelle"]
        assert len(veilleurs) == 1  # un par enfant, non un par demande
        assert all(fil.daemon for fil in veilleurs)
    veilleurs[0].join(timeout=10)
    assert not veilleurs[0].is_alive()


def test_l_enfant_apprend_les_taches_qu_on_lui_donne(tmp_path: Path) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    with Atelier({"autre": TACHES["reconnaitre"]}) as atelier:
        assert atelier.executer("autre", delai=30, memoire=GIGA, source=str(source))["famille"] == "pdf"


def test_un_atelier_ferme_par_un_autre_fil_ne_relance_rien(monkeypatch) -> None:
    def fermer_pendant_la_demande(*_arguments: object) -> bytes:
        atelier.fermer()
        raise ErreurEnfant(trop_long=False)

    monkeypatch.setattr(Enfant, "demander", fermer_pendant_la_demande)
    with Atelier() as atelier:
        with pytest.raises(ErreurPiece):
            atelier.executer("reconnaitre", delai=30, memoire=GIGA)
        monkeypatch.undo()
        assert not [enfant for enfant in psutil.Process().children() if "generateur.pieces.etabli" in enfant.cmdline()]


def test_deux_places_menent_deux_taches_ensemble(monkeypatch) -> None:
    ensemble = threading.Barrier(2, timeout=20)  # chacune attend l'autre : à la suite, elles ne finiraient pas

    def repondre(*_arguments: object) -> bytes:
        ensemble.wait()
        return b'{"resultat": {"vue": true}}'

    monkeypatch.setattr(Enfant, "demander", repondre)
    with Atelier(places=2) as atelier:
        faits = atelier.traiter_ensemble(
            lambda _: atelier.executer("reconnaitre", delai=30, memoire=GIGA), ["a", "b", "c", "d"]
        )
    assert faits == [{"vue": True}] * 4


def test_ce_qui_se_traite_ensemble_se_rend_dans_l_ordre(tmp_path: Path) -> None:
    sources = [ecrire_pdf(tmp_path / f"{rang}.pdf", rang) for rang in range(1, 9)]

    def compter(source: Path) -> int:
        faits = atelier.executer(
            "traiter_pdf",
            delai=30,
            memoire=GIGA,
            source=str(source),
            cible=str(source.with_suffix(".prete")),
            mot_de_passe=None,
            pages_maximales=100,
        )
        return int(faits["pages"])

    with Atelier(places=2) as atelier:
        assert atelier.traiter_ensemble(compter, sources) == list(range(1, 9))


def test_une_piece_refusee_laisse_l_atelier_servir(tmp_path: Path) -> None:
    bonne, cassee = ecrire_pdf(tmp_path / "a.pdf", 1), tmp_path / "b.pdf"
    cassee.write_bytes(b"%PDF-1.7 rien")

    def ouvrir(source: Path) -> object:
        return atelier.executer(
            "ouvrir_piece", delai=30, memoire=GIGA, source=str(source), cible=None, mot_de_passe=None, pages_maximales=9
        )

    with Atelier(places=2) as atelier:
        with pytest.raises(ErreurPiece):
            atelier.traiter_ensemble(ouvrir, [bonne, cassee, bonne])
        assert atelier.traiter_ensemble(ouvrir, [bonne, bonne])


def test_un_arret_pendant_le_travail_a_plusieurs_n_attend_pas(tmp_path: Path) -> None:
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    commencee = threading.Event()

    def travailler(rang: int) -> None:
        if rang == 0:
            assert commencee.wait(20)
            raise KeyboardInterrupt
        while True:  # une tâche après l'autre, jusqu'à ce que l'arrêt le dise
            _reconnaitre(atelier, source)
            commencee.set()

    with Atelier(places=2) as atelier, pytest.raises(KeyboardInterrupt):
        atelier.traiter_ensemble(travailler, [0, 1])
    assert not [fil for fil in threading.enumerate() if fil.name.startswith("piece")]


def test_l_enfant_pret_n_a_charge_ni_les_types_du_dossier_ni_de_quoi_faire_une_police() -> None:
    code = (
        "import sys\n"
        "from generateur.pieces.etabli import COURANTES, _trouver\n"
        "[_trouver(tache) for tache in COURANTES]\n"
        "assert 'pikepdf' in sys.modules\n"
        "print(sorted({'pydantic', 'fontTools', 'docxtpl', 'jinja2'} & set(sys.modules)))"
    )
    fait = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert fait.stdout.strip() == "[]"

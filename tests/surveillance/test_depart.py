"""Un arrêt demandé, une fois ou deux, à tout instant : la phrase, le code 130, aucune trace, rien derrière."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from generateur.commandes.sortie_json import erreur_en_json
from generateur.erreurs import CodeSortie, ErreurInterruption
from generateur.surveillance.depart import CODE_INTERROMPU, INTERROMPU

RACINE = Path(__file__).parents[2]
ZOMBIE = psutil.STATUS_ZOMBIE
PHRASE = f"Erreur : {INTERROMPU}\n"
# L'entrée du programme, la commande remplacée par ce que l'essai veut interrompre.
ENTREE = """
import os, signal, sys, time
sys.argv = ["generateur", *sys.argv[1:]]
from generateur import __main__ as entree, cli
from generateur.surveillance import depart

def interrompre(signe=signal.SIGINT):
    os.kill(os.getpid(), signe)

def commande():
{corps}

def executer(_contexte):
    commande()
    return 0

cli.generateur.make_context = lambda *_: __import__("contextlib").nullcontext()
cli.generateur.invoke = executer
entree.principal()
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="les signaux ne s'envoient ainsi que sur POSIX")


def _mener(corps: str, *arguments: str, dossier: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = ENTREE.format(corps=textwrap.indent(textwrap.dedent(corps), "    "))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=RACINE,
        env={**os.environ, "TMPDIR": str(dossier or tempfile.gettempdir())},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_l_objet_ecrit_sans_bibliotheque_est_celui_de_toute_erreur():
    fait = _mener("interrompre(); time.sleep(20)", "--json")
    # le second arrêt, pendant que le premier range : c'est l'écriture directe
    direct = _mener("try:\n    interrompre(); time.sleep(5)\nfinally:\n    interrompre(); time.sleep(5)", "--json")
    attendu = erreur_en_json(ErreurInterruption(INTERROMPU))
    assert json.loads(direct.stdout) == json.loads(fait.stdout) == attendu
    assert direct.stdout == json.dumps(attendu, ensure_ascii=False, indent=2) + "\n"
    assert (direct.returncode, direct.stderr) == (CODE_INTERROMPU, PHRASE)
    assert CodeSortie.INTERROMPU == CODE_INTERROMPU


@pytest.mark.parametrize("signe", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_un_arret_sort_130_avec_la_phrase_seule(signe):
    fait = _mener(f"interrompre(signal.{signe}); time.sleep(20)")
    assert (fait.returncode, fait.stdout, fait.stderr) == (CODE_INTERROMPU, "", PHRASE)


def test_un_arret_avale_par_une_bibliotheque_est_repris():
    fait = _mener("try:\n    interrompre(); time.sleep(5)\nexcept BaseException:\n    pass\ntime.sleep(20)")
    assert (fait.returncode, fait.stderr) == (CODE_INTERROMPU, PHRASE)


def test_un_arret_qui_remonte_laisse_chacun_ranger_a_son_rythme():
    """Une seconde de rangement, plusieurs contrôles : l'arrêt n'est pas levé une deuxième fois au milieu."""
    fait = _mener("try:\n    interrompre(); time.sleep(5)\nfinally:\n    time.sleep(1); print('rangé')")
    assert (fait.returncode, fait.stdout, fait.stderr) == (CODE_INTERROMPU, "rangé\n", PHRASE)


@pytest.mark.parametrize("perdu", ["weakref", "__del__"])
def test_un_arret_que_python_ne_peut_pas_lever_n_est_ni_perdu_ni_montre(perdu):
    corps = {
        "weakref": "import weakref\nclass Objet: pass\nobjet = Objet()\n"
        "lien = weakref.ref(objet, lambda _: interrompre() or time.sleep(0.01))\ndel objet",
        "__del__": "class Objet:\n    def __del__(self): interrompre(); time.sleep(0.01)\nobjet = Objet()\ndel objet",
    }[perdu]
    fait = _mener(f"{corps}\ntime.sleep(20)")
    assert (fait.returncode, fait.stderr) == (CODE_INTERROMPU, PHRASE)


def test_un_arret_attend_la_fin_de_l_import_en_cours(tmp_path):
    (tmp_path / "lent.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(0.1)\nprint('chargé')\n"
    )
    fait = _mener(f"sys.path.insert(0, {str(tmp_path)!r})\nimport lent\ntime.sleep(20)")
    assert (fait.returncode, fait.stdout, fait.stderr) == (CODE_INTERROMPU, "chargé\n", PHRASE)


def test_un_import_sans_fin_n_est_pas_attendu(tmp_path):
    (tmp_path / "lent.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(20)\n")
    debut = time.monotonic()
    fait = _mener(f"sys.path.insert(0, {str(tmp_path)!r})\nimport lent")
    assert (fait.returncode, fait.stderr) == (CODE_INTERROMPU, PHRASE)
    assert time.monotonic() - debut < 10


def test_un_arret_attend_la_fin_d_un_geste():
    fait = _mener(
        """
        @depart.d_un_seul_geste
        def lancer():
            interrompre()
            time.sleep(0.3)
            print("lancé")
        lancer()
        time.sleep(20)
        """
    )
    assert (fait.returncode, fait.stdout, fait.stderr) == (CODE_INTERROMPU, "lancé\n", PHRASE)


def test_un_second_arret_n_attend_plus_et_ne_laisse_ni_enfant_ni_repertoire(tmp_path):
    fait = _mener(
        f"""
        from generateur.surveillance.enfant import Enfant
        from generateur.surveillance.provisoires import creer_provisoire
        (creer_provisoire() / "facture.pdf").write_text("secret")
        enfant = Enfant([sys.executable, "-c", "while True: pass"], os.environ)
        print(enfant._processus.pid, flush=True)
        try:
            interrompre(); time.sleep(5)
        finally:
            assert list(__import__("pathlib").Path({str(tmp_path)!r}).iterdir())
            interrompre(); time.sleep(20)
        """,
        dossier=tmp_path,
    )
    assert (fait.returncode, fait.stderr) == (CODE_INTERROMPU, PHRASE)
    assert not list(tmp_path.iterdir())
    enfants = [psutil.Process(int(fait.stdout))] if psutil.pid_exists(int(fait.stdout)) else []
    assert not [enfant for enfant in psutil.wait_procs(enfants, timeout=30)[1] if enfant.status() != ZOMBIE]


def test_un_arret_pendant_le_chargement_le_dit_en_francais():
    """Avant que la ligne de commande soit là, puis pendant qu'elle se charge."""
    code = (
        "import os, signal, sys\n"
        "sys.argv = ['generateur', 'verifier', 'nulle-part']\n"
        "class Guet:\n"
        "    def find_spec(self, nom, *_):\n"
        "        if nom == sys.argv[-1]: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Guet())\n"
        "sys.argv.append(os.environ['GUETTE'])\n"
        "from generateur.__main__ import principal\n"
        "principal()\n"
    )
    for guette in ("generateur.surveillance.depart", "click", "generateur.commandes.suivi"):
        fait = subprocess.run(
            [sys.executable, "-c", code],
            cwd=RACINE,
            env={**os.environ, "GUETTE": guette},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert (fait.returncode, fait.stdout, fait.stderr) == (CODE_INTERROMPU, "", PHRASE), guette


def test_une_fois_le_resultat_rendu_un_arret_n_y_change_rien():
    fait = _mener("import atexit\natexit.register(lambda: (interrompre(), time.sleep(0.1)))\nprint('fait')")
    assert (fait.returncode, fait.stdout, fait.stderr) == (0, "fait\n", "")


def test_un_signal_que_le_lanceur_fait_ignorer_le_reste():
    """Une tâche de fond d'un script : le Ctrl-C de celui qui attend ne s'adresse pas à elle."""
    ancien = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        fait = _mener("interrompre(); time.sleep(0.3); print('fait')")
    finally:
        signal.signal(signal.SIGINT, ancien)
    assert (fait.returncode, fait.stdout, fait.stderr) == (0, "fait\n", "")


@pytest.mark.parametrize("commande", ["verifier", "produire"])
@pytest.mark.parametrize("attente_s", [0.15, 0.35])
@pytest.mark.parametrize("fois", [1, 2])
def test_ctrl_c_au_terminal_a_tout_instant(tmp_path, commande, attente_s, fois):
    """Le groupe entier reçoit le signal, comme au terminal : ni trace, ni enfant, ni répertoire de travail."""
    (tmp_path / "t").mkdir()
    processus = subprocess.Popen(
        [sys.executable, "-m", "generateur", commande, str(RACINE / "dossiers" / "2026-0042")]
        + (["-o", str(tmp_path / "s")] if commande == "produire" else []),
        cwd=RACINE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "t")},
    )  # fmt: skip
    time.sleep(attente_s)
    famille = [p for parent in psutil.process_iter() if parent.pid == processus.pid for p in parent.children()]
    for _ in range(fois):
        with contextlib.suppress(ProcessLookupError):  # elle a fini avant
            os.killpg(processus.pid, signal.SIGINT)
        time.sleep(0.05)
    sortie, messages = processus.communicate(timeout=30)
    if processus.returncode != 0:  # sinon elle avait rendu son résultat
        assert (processus.returncode, sortie, messages) == (CODE_INTERROMPU, "", PHRASE)
    _, vivants = psutil.wait_procs(famille, timeout=30)
    assert not [enfant for enfant in vivants if enfant.status() != ZOMBIE]
    assert not list((tmp_path / "t").iterdir())
    assert not list(tmp_path.glob("s/.*.preparation"))

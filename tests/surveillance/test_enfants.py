"""Un enfant meurt avec son parent ; s'il est tué du dehors ou à court de disque, la pièce n'y est pour rien."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from generateur.erreurs import CodeSortie, ErreurEcriture, ErreurPiece
from generateur.importation import decodeur
from generateur.pieces.atelier import Atelier
from generateur.surveillance import place
from generateur.surveillance.enfant import Enfant, ErreurEnfant
from generateur.surveillance.lien_de_vie import LienDeVie
from generateur.surveillance.programme import Programme, est_interruption, interroger
from tests.pieces.conftest import ecrire_pdf

RACINE = Path(__file__).parents[2]
GIGA = 1024**3
SOURD = "while True: pass"  # il ne lit pas son entrée : sa fin ne l'arrêterait pas
ENFANT = "from generateur.surveillance.enfant import Enfant\nenfant = Enfant([sys.executable, '-c', {0!r}], os.environ)"
PROGRAMME = """
from generateur.surveillance.programme import Programme
programme = Programme(['sh', '-c', 'sleep 61 & sleep 62'], environnement=os.environ)
pid = programme.processus.pid"""
PARENTS = {
    "enfant": f"{ENFANT.format(SOURD)}\npid = enfant._processus.pid",
    "programme": PROGRAMME,
}
linux = pytest.mark.skipif(sys.platform != "linux", reason="le lien de vie est propre à Linux")
posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 n'existe que sur POSIX")


@linux
@pytest.mark.parametrize("genre", PARENTS)
def test_un_enfant_ne_survit_pas_a_son_parent_tue(genre):
    """kill -9 du parent, l'enfant au milieu d'un calcul, ou suivi de ceux qu'il a lancés."""
    programme = f"import os, sys, time\n{PARENTS[genre]}\nprint(pid, flush=True)\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", programme], cwd=RACINE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        chef = psutil.Process(int(parent.stdout.readline()))
        attendus, fin = 3 if genre == "programme" else 1, time.monotonic() + 60
        while len(famille := [chef, *chef.children(recursive=True)]) < attendus and time.monotonic() < fin:
            time.sleep(0.02)
        assert len(famille) == attendus
        parent.send_signal(signal.SIGKILL)
    _, vivants = psutil.wait_procs(famille, timeout=30)
    assert [p for p in vivants if p.status() != psutil.STATUS_ZOMBIE] == []


@linux
def test_un_enfant_lance_d_un_fil_qui_finit_lui_survit():
    """Ce n'est pas la fin d'un fil du parent qui doit le tuer."""
    enfants: list[Enfant] = []
    commande = [
        sys.executable,
        "-c",
        "import sys\nfor l in sys.stdin.buffer: sys.stdout.buffer.write(l); sys.stdout.flush()",
    ]
    fil = threading.Thread(target=lambda: enfants.append(Enfant(commande, os.environ)))
    fil.start()
    fil.join()
    time.sleep(0.2)
    assert enfants[0].demander(b"bonjour", 20) == b"bonjour"
    enfants[0].arreter()


@posix
def test_un_enfant_tue_du_dehors_se_distingue_de_celui_qui_tombe():
    tue = Enfant([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], os.environ)
    tombe = Enfant([sys.executable, "-c", "import os; os.abort()"], os.environ)
    pertes = []
    for enfant in (tue, tombe):
        with pytest.raises(ErreurEnfant) as perte:
            enfant.demander(b"x", 20)
        pertes.append(perte.value.est_tue)
        enfant.arreter()
    assert pertes == [True, False]


def _tuer_au_travail(fois, monkeypatch):
    """Les `fois` premiers enfants sont tués dès qu'on leur demande quelque chose."""
    restants = [fois]
    demander = Enfant.demander

    def demander_ou_mourir(enfant, demande, delai):
        if restants[0]:
            restants[0] -= 1
            enfant._processus.kill()
            enfant._processus.wait()
        return demander(enfant, demande, delai)

    monkeypatch.setattr(Enfant, "demander", demander_ou_mourir)


@posix
def test_la_piece_d_un_enfant_tue_une_fois_est_lue_par_le_suivant(tmp_path, monkeypatch):
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    with Atelier() as atelier:
        _tuer_au_travail(1, monkeypatch)
        assert atelier.executer("reconnaitre", delai=30, memoire=GIGA, source=str(source))["famille"] == "pdf"


@posix
def test_un_enfant_tue_deux_fois_n_accuse_pas_le_format_de_la_piece(tmp_path, monkeypatch):
    source = ecrire_pdf(tmp_path / "a.pdf", 1)
    with Atelier() as atelier:
        _tuer_au_travail(2, monkeypatch)
        with pytest.raises(ErreurPiece, match="Le système a arrêté deux fois") as refus:
            atelier.executer("reconnaitre", delai=30, memoire=GIGA, source=str(source))
    assert "mémoire" in refus.value.message
    assert "format" not in refus.value.message


@posix
def test_un_fichier_importe_survit_a_un_enfant_tue(tmp_path, monkeypatch):
    facture = tmp_path / "vide.xml"
    facture.write_bytes(b"<rien/>")
    sain = decodeur.decoder("facture", facture)
    _tuer_au_travail(1, monkeypatch)
    assert decodeur.decoder("facture", facture) == sain


@linux
def test_un_disque_plein_se_dit_et_n_accuse_pas_la_piece(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("un texte\n" * 2000, "utf-8")
    with Atelier() as atelier, pytest.raises(ErreurEcriture, match="le disque est plein") as refus:
        atelier.executer(
            "preparer_texte",
            delai=60,
            memoire=GIGA,
            source=str(source),
            cible="/dev/full",
            titre="x",
            octets_maximaux=1 << 20,
            pages_maximales=100,
            est_page_web=False,
        )
    assert refus.value.code == CodeSortie.ERREUR_INTERNE
    assert "TMPDIR" in refus.value.remede


def test_une_piece_refusee_sur_un_disque_plein_accuse_le_disque(tmp_path, monkeypatch):
    """Un décodeur dit l'écriture manquée dans ses propres mots (« abîmé ») : la place qui reste en juge."""
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7\nabime")
    demande = {"delai": 30, "memoire": GIGA, "source": str(source), "cible": str(tmp_path / "b.pdf")}
    demande |= {"mot_de_passe": None, "pages_maximales": 10}
    with Atelier() as atelier:
        with pytest.raises(ErreurPiece):
            atelier.executer("traiter_pdf", **demande)
        monkeypatch.setattr(place.shutil, "disk_usage", lambda _: type("Etat", (), {"free": 1000}))
        with pytest.raises(ErreurEcriture, match="le disque est plein"):
            atelier.executer("traiter_pdf", **demande)


def test_le_disque_dit_sa_raison_en_francais(tmp_path):
    assert "quota" in place.refus_du_disque(errno.EDQUOT, tmp_path).message
    assert place.disque_plein(tmp_path / "absent") is None


@posix
def test_un_programme_externe_rend_son_code_et_s_abat_en_entier():
    tue = Programme(["sh", "-c", "kill -9 $$"], environnement=os.environ)
    code = tue.attendre(20)
    tue.abattre()
    assert code is not None
    assert est_interruption(code)
    assert est_interruption(137)
    assert not est_interruption(77)
    lent = Programme(["sleep", "60"], environnement=os.environ)
    assert lent.attendre(0.05) is None
    lent.abattre()
    assert interroger(["sh", "-c", "echo version 7.4"], 20, environnement=os.environ) == "version 7.4\n"
    assert interroger(["sh", "-c", "exit 3"], 20, environnement=os.environ) == ""
    assert interroger(["programme-absent"], 20, environnement=os.environ) == ""


@linux
def test_un_programme_externe_et_ce_qu_il_lance_ne_prennent_pas_toute_la_memoire():
    borne = "import resource; print(resource.getrlimit(resource.RLIMIT_AS)[0])"
    commande = ["sh", "-c", f"sleep 0.3; {sys.executable} -c '{borne}'"]
    assert int(interroger(commande, 30, environnement=os.environ)) <= 8 * GIGA


def test_un_lien_rompu_par_deux_fils_ne_rend_son_descripteur_qu_une_fois(monkeypatch):
    """Rendu deux fois, c'est le fichier d'un autre qui se ferme."""
    rendus = []
    fermer = os.close

    def fermer_lentement(descripteur):
        rendus.append(descripteur)
        time.sleep(0.02)
        fermer(descripteur)

    lien = LienDeVie()
    monkeypatch.setattr(os, "close", fermer_lentement)
    fils = [threading.Thread(target=lien.rompre) for _ in range(4)]
    for un in fils:
        un.start()
    for un in fils:
        un.join()
    assert len(rendus) == len(set(rendus)) == 2

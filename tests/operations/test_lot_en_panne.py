"""Un dossier qui pend, boucle ou déborde dans un lot : borné en temps, nommé, les autres faits, repris ensuite.

Ce sont de vrais ouvriers et de vrais moteurs, figés ou piégés en plein travail.
"""

import contextlib
import datetime as dt
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from generateur.erreurs import CodeSortie
from generateur.moteurs.rendu_dxpdf import _SCRIPT, RenduDxpdf
from generateur.operations import lot
from generateur.operations.executants import choisir_executant
from generateur.reglages import Reglages

RACINE = Path(__file__).parents[2]
JOUR = dt.date(2026, 11, 21)
DELAI_S = 40.0  # plus qu'il n'en faut à un dossier et au départ de son ouvrier, même sur une machine chargée
# L'ouvrier qui ouvre un dossier de ce nom tombe dans le piège de ce nom.
PIEGES = """
import collections, itertools, os, resource, signal, sys

OUVRIER = "generateur.operations.executants.ouvrier"


def _deborder():
    gardees = resource.getrlimit(resource.RLIMIT_AS)
    occupe = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (occupe + (64 << 20), gardees[1]))
    try:
        blocs = []
        while True:
            blocs.append(bytes(16 << 20))
    finally:
        blocs.clear()
        resource.setrlimit(resource.RLIMIT_AS, gardees)


PIEGES = {
    "boucle": lambda: collections.deque(itertools.repeat(0), maxlen=0),  # en C : aucun signal n'y est entendu
    "fige": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "deborde": _deborder,
}


def _pieger(evenement, arguments):
    if evenement == "open" and OUVRIER in sys.orig_argv and str(arguments[0]).endswith("dossier.toml"):
        PIEGES.get(str(arguments[0]).rpartition("/")[0].rpartition("-")[2], int)()


sys.addaudithook(_pieger)
"""
pytestmark = [
    pytest.mark.outils,  # deux minutes d'attente : des délais passent vraiment
    pytest.mark.skipif(sys.platform != "linux", reason="signaux et bornes de Linux"),
]


def _fabriquer(racine, suffixes):
    shutil.copytree(RACINE / "dossiers/creanciers", racine / "creanciers")
    for suffixe in suffixes:
        shutil.copytree(RACINE / "dossiers/2026-0051", racine / f"2026-0051-{suffixe}")
        saisie = racine / f"2026-0051-{suffixe}" / "dossier.toml"
        saisie.write_text(saisie.read_text("utf-8").replace("2026-0051", saisie.parent.name), encoding="utf-8")
    return racine


def _courir(source, sortie, executant="processus", **reglages):
    choisis = Reglages(**reglages)
    propres = {"delai_dossier_s": DELAI_S} if executant == "processus" else {}
    equipe = choisir_executant(executant, choisis, jour=JOUR, demander_mot_de_passe=str, nombre=3, **propres)
    bilan = lot.produire_lot(
        source, sortie, jour=JOUR, au=JOUR, reglages=choisis, executant=equipe, avancer=lambda _: None
    )
    return {resultat.reference.rpartition("-")[2]: resultat for resultat in bilan.dossiers}


def _enfants(mot):
    trouves = []
    for enfant in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(mot in morceau for morceau in enfant.cmdline()):
                trouves.append(enfant)
    return trouves


def test_boucle_fige_ou_deborde_un_dossier_n_arrete_que_lui_et_se_reprend(tmp_path, monkeypatch):
    source = _fabriquer(tmp_path / "dossiers", ("a", "boucle", "deborde", "fige", "z"))
    (tmp_path / "piege").mkdir()
    (tmp_path / "piege" / "sitecustomize.py").write_text(PIEGES, encoding="utf-8")
    with monkeypatch.context() as piege:
        piege.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(tmp_path / "piege"), os.getenv("PYTHONPATH")))))
        faits = _courir(source, tmp_path / "sortie")
    assert {nom: fait.etat for nom, fait in faits.items()} == {
        "a": "produit", "boucle": "en_echec", "deborde": "en_echec", "fige": "en_echec", "z": "produit",
    }  # fmt: skip
    for nom in ("boucle", "fige"):
        assert "demande plus de 40 secondes" in faits[nom].raison
    assert "mémoire" in faits["deborde"].raison
    for nom in ("boucle", "deborde", "fige"):
        assert faits[nom].code == CodeSortie.ERREUR_INTERNE
        assert faits[nom].remede
    assert _enfants("executants.ouvrier") == []
    repris = _courir(source, tmp_path / "sortie")
    assert {nom: fait.etat for nom, fait in repris.items()} == {
        "a": "a_jour", "boucle": "produit", "deborde": "produit", "fige": "produit", "z": "a_jour",
    }  # fmt: skip


def test_un_moteur_qui_dort_ne_survit_pas_au_dossier_qu_il_bloque(tmp_path, monkeypatch):
    """L'ouvrier tué en emporte le moteur, et ce que le moteur avait lancé."""
    programme = tmp_path / "bin" / "soffice"
    programme.parent.mkdir()
    programme.write_text('#!/bin/sh\n[ "$2" = --version ] && exec echo "LibreOffice 7.4.7"\nsleep 987 &\nsleep 987\n')
    programme.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programme.parent}:{os.environ['PATH']}")
    faits = _courir(_fabriquer(tmp_path / "dossiers", ("a",)), tmp_path / "sortie", rendu="libreoffice")
    assert (faits["a"].etat, "demande plus de" in faits["a"].raison) == ("en_echec", True)
    fin = time.monotonic() + 60
    while restes := [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "987"]]:
        assert time.monotonic() < fin, restes
        time.sleep(0.1)


def test_un_moteur_fige_en_plein_rendu_met_son_dossier_en_echec_et_se_remplace(tmp_path, monkeypatch):
    source, delai_s = _fabriquer(tmp_path / "dossiers", ("a", "b")), 20.0
    monkeypatch.setattr(RenduDxpdf.__init__, "__defaults__", (None, delai_s, _SCRIPT))
    faits, figes, fini = {}, [], threading.Event()

    def figer():
        """Chaque moteur qui naît, jusqu'à ce que le premier dossier ait échoué."""
        while not fini.is_set():
            for moteur in _enfants("executant_dxpdf.py"):
                with contextlib.suppress(psutil.Error):
                    moteur.send_signal(signal.SIGSTOP)
                    figes.append(moteur.pid)
            time.sleep(0.01)

    fil = threading.Thread(target=figer)
    fil.start()
    equipe = choisir_executant("sequentiel", Reglages(), jour=JOUR, demander_mot_de_passe=str)

    def avancer(avancee):
        fini.set()
        fil.join()
        for moteur in _enfants("executant_dxpdf.py"):
            moteur.send_signal(signal.SIGCONT)
        faits[avancee.resultat.reference] = avancee.resultat

    try:
        lot.produire_lot(
            source, tmp_path / "sortie", jour=JOUR, au=JOUR, reglages=Reglages(), executant=equipe, avancer=avancer
        )
    finally:
        fini.set()
        fil.join()
    assert figes
    premier, second = faits.values()
    assert (premier.etat, premier.code) == ("en_echec", CodeSortie.RENDU_ECHOUE)
    assert "plus de 20 secondes" in premier.raison
    assert premier.remede
    assert second.etat == "produit"
    repris = _courir(source, tmp_path / "sortie", "sequentiel")
    assert [fait.etat for fait in repris.values()] == ["produit", "a_jour"]

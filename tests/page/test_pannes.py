"""La page tuée à tout moment : rien d'acquitté n'est perdu, rien n'est à moitié écrit, recommencer aboutit."""

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generateur.page.maison import Lieux, Maison
from tests.page.conftest import JOUR, Visiteur, onglet_ouvert
from tests.page.service_reel import RACINE, Service, lancer

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Un processus se tue dans son enfant"),
]
DOSSIER = "/dossiers/2026-0074"
GESTES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.truncate"})
EXPORT = (RACINE / "dossiers" / "exemples_import" / "pennylane.csv").read_bytes()
GROS = b"ligne\n" * 350_000  # deux mégaoctets : la copie se fait en plusieurs écritures


def _est_un_geste(nom: str, arguments: tuple[object, ...], racine: str) -> bool:
    """Vrai pour ce qui change le disque sous cette racine."""
    if nom == "open":
        _, mode, drapeaux = arguments
        ecrit = bool(int(str(drapeaux or 0)) & (os.O_WRONLY | os.O_RDWR)) or (isinstance(mode, str) and "r" not in mode)
        return ecrit and str(arguments[0]).startswith(racine)
    return nom in GESTES and any(str(a).startswith(racine) for a in arguments)


def _tuer_au(rang: int, racine: Path, geste: Callable[[], object]) -> bool:
    """Fait ce geste dans un enfant, tué juste avant sa `rang`-ième écriture ; vrai s'il a eu lieu en entier."""
    enfant = os.fork()
    if enfant == 0:
        faits = 0

        def compter(nom: str, arguments: tuple[object, ...]) -> None:
            nonlocal faits
            if _est_un_geste(nom, arguments, str(racine)):
                faits += 1
                if faits == rang:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(compter)
        code = 1
        with contextlib.suppress(BaseException):
            geste()
            code = 0
        os._exit(code)
    _, etat = os.waitpid(enfant, 0)
    if os.WIFSIGNALED(etat):
        return False
    assert os.WEXITSTATUS(etat) == 0
    return True


def _photographier(racine: Path) -> dict[str, bytes]:
    """Chaque fichier qui n'est pas de travail : son chemin, son contenu ; d'une origine, qu'elle se lit.

    Réimporter la même facture note à l'origine qu'elle n'a pas bougé : son contenu change sans que rien ne change.
    """
    fichiers = (p for p in racine.rglob("*") if p.is_file())
    visibles = (p for p in fichiers if not any(m.startswith(".generateur-") for m in p.relative_to(racine).parts))
    return {p.relative_to(racine).as_posix(): _lire(p) for p in visibles}


def _lire(fichier: Path) -> bytes:
    if fichier.name == "origine.json":
        return b"".join(sorted(nom.encode() for nom in json.loads(fichier.read_bytes())))
    return fichier.read_bytes()


def _faire(geste: Callable[[Visiteur], None], racine: Path) -> None:
    maison = Maison(Lieux(racine, racine.parent / "sortie"), lambda: JOUR, print)
    try:
        visiteur = Visiteur(maison)
        visiteur.entrer()
        geste(visiteur)
    finally:
        maison.fermer()


def _enregistrer(visiteur: Visiteur) -> None:
    page = onglet_ouvert(visiteur.voir(f"{DOSSIER}?onglet=factures").texte)
    champs = {"page": page, "lieu": "objet", "valeur": "Après « la panne »"}
    assert visiteur.poster(f"{DOSSIER}/champ", champs, htmx=True).code == 200


def _ajouter(visiteur: Visiteur) -> None:
    champs = {"genre": "paiement", "onglet": "factures", "v.date": "2026-09-01", "v.montant": "100,00"}
    assert visiteur.poster(f"{DOSSIER}/ajouter", champs).code == 303


def _envoyer(visiteur: Visiteur) -> None:
    fichiers = [("fichiers", "un.txt", GROS), ("fichiers", "deux.txt", b"deux")]
    assert visiteur.envoyer(f"{DOSSIER}/pieces", {}, fichiers).code == 303


def _creer(visiteur: Visiteur) -> None:
    champs = {"reference": "2026-0100", "profil": "atelier.toml", "debiteur": "Café", "numero": "1", "montant": "12"}
    assert visiteur.envoyer("/nouveau", champs, []).code == 303


def _importer(visiteur: Visiteur) -> None:
    lu = visiteur.envoyer("/importer", {"profil": "atelier.toml"}, [("sources", "pennylane.csv", EXPORT)])
    assert visiteur.poster(lu.entetes["location"], {}).code == 303


@pytest.mark.parametrize("geste", [_enregistrer, _ajouter, _envoyer, _creer, _importer])
def test_tue_avant_chaque_ecriture_rien_n_est_a_moitie_ecrit_et_recommencer_aboutit(tmp_path, geste):
    """Chaque instant où le disque change, l'un après l'autre, jusqu'à ce que le geste passe en entier."""
    depart, racine = tmp_path / "depart", tmp_path / "dossiers"
    for nom in ("2026-0074", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, depart / nom)
    shutil.copytree(depart, racine)
    avant = _photographier(racine)
    _faire(geste, racine)
    apres = _photographier(racine)
    assert avant != apres
    rang, est_fini = 0, False
    while not est_fini:
        rang += 1
        shutil.rmtree(racine)
        shutil.copytree(depart, racine)
        est_fini = _tuer_au(rang, racine, lambda: _faire(geste, racine))
        presents = _photographier(racine)
        for nom, contenu in presents.items():
            assert contenu in {avant.get(nom), apres.get(nom)}, (rang, nom)
        assert avant.keys() <= presents.keys(), rang
        dossiers = {nom.partition("/")[0] for nom in presents} - {"creanciers"}
        assert all((racine / nom / "dossier.toml").is_file() for nom in dossiers), rang
        if not est_fini and geste is not _ajouter:  # un paiement de plus n'est pas le même
            _faire(geste, racine)
            assert _photographier(racine) == apres, rang
            assert not [*racine.rglob(".generateur-*")], rang
    assert rang > 2


@pytest.fixture
def lieu(tmp_path: Path) -> Path:
    for nom in ("2026-0074", "creanciers"):
        shutil.copytree(RACINE / "dossiers" / nom, tmp_path / "dossiers" / nom)
    (tmp_path / "tmp").mkdir()
    return tmp_path


@contextlib.contextmanager
def _ouvrir(lieu: Path) -> Iterator[Service]:
    """Le vrai service ; tué s'il vit encore."""
    service = lancer(lieu)
    try:
        service.entrer()
        yield service
    finally:
        service.processus.kill()
        service.processus.wait()
        assert service.processus.stdout
        service.processus.stdout.close()


def test_le_vrai_service_tue_pendant_qu_on_saisit_garde_tout_ce_qu_il_a_acquitte(lieu):
    fichier = lieu / "dossiers" / "2026-0074" / "dossier.toml"
    for pause in (0.1, 0.35, 0.6):
        acquittes: list[int] = []
        with _ouvrir(lieu) as service:
            fil = threading.Thread(target=_saisir_sans_fin, args=(service, acquittes))
            fil.start()
            while not acquittes:
                time.sleep(0.01)
            time.sleep(pause)
        fil.join()
        objet = tomllib.loads(fichier.read_text("utf-8"))["objet"]
        assert objet in {f"Saisie {acquittes[-1]}", f"Saisie {acquittes[-1] + 1}"}


def _saisir_sans_fin(service: Service, acquittes: list[int]) -> None:
    page = onglet_ouvert(service.demander("GET", f"{DOSSIER}?onglet=factures").texte)
    with contextlib.suppress(OSError):
        for rang in range(10_000):
            champs = {"page": page, "lieu": "objet", "valeur": f"Saisie {rang}"}
            assert service.poster(f"{DOSSIER}/champ", champs, **{"hx-request": "true"}).code == 200
            acquittes.append(rang)


def test_le_vrai_service_tue_pendant_un_envoi_ne_laisse_rien_et_repart(lieu):
    depot = lieu / "dossiers" / "2026-0074" / "pieces"
    pieces = sorted(depot.iterdir())
    with _ouvrir(lieu) as service:
        entete = ("Content-Type: multipart/form-data; boundary=x", "Content-Length: 90000000")
        with service.prise(service.entete("POST", f"{DOSSIER}/pieces", *entete)) as prise:
            part = b'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="a.bin"\r\n\r\n'
            prise.sendall(part + bytes(5_000_000))
            while not service.ouverts():
                time.sleep(0.01)
            service.processus.kill()
    assert sorted(depot.iterdir()) == pieces
    with _ouvrir(lieu) as repris:
        assert repris.demander("GET", "/").code == 200
        depose = b'Content-Disposition: form-data; name="fichiers"; filename="a.txt"\r\n\r\nentier'
        assert repris.deposer(f"{DOSSIER}/pieces", depose).code == 303
        assert (depot / "a.txt").read_bytes() == b"entier"
        repris.processus.send_signal(signal.SIGINT)
        assert repris.processus.wait(timeout=30) == 0
    assert not [*(lieu / "tmp").iterdir()]

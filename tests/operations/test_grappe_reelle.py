"""Une grappe et un magasin réels : ordonnanceur, ouvriers et serveur S3 sont des processus, qu'on tue en plein travail.

Le serveur S3 est celui de moto, dans son propre environnement (build/moto, fait par « make outils »).
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from distributed import Security

from generateur.domaine.noms_de_fichier import NOM_MANIFESTE
from generateur.erreurs import CodeSortie
from generateur.publication.magasin import Adresse, Magasin
from tests.commandes.test_purge_distante import DES_AUTRES, DU_VIEUX
from tests.outils.lot_lance import fabriquer_dossiers
from tests.outils.serveur_s3 import SEAU, regler_acces

RACINE = Path(__file__).parents[2]
MOTO = RACINE / "build" / "moto" / "bin" / "moto_server"
NOMBRE = 5
REFERENCES = [f"2026-0051-{rang}" for rang in range(NOMBRE)]
SOURCE, SORTIE = Adresse(SEAU, "dossiers"), Adresse(SEAU, "sortie")
DELAI_S = 180

pytestmark = [
    pytest.mark.outils,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(os.name != "posix", reason="kill -9"),
]


def _port_libre():
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return essai.getsockname()[1]


def _demander(port, methode, chemin, corps=b""):
    connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connexion.request(methode, chemin, body=corps)
        reponse = connexion.getresponse()
        return reponse.status, reponse.read().decode()
    finally:
        connexion.close()


def _attendre(condition, quoi):
    fin = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < fin, quoi
        time.sleep(0.05)


@contextlib.contextmanager
def _lance(*commande, **variables):
    processus = subprocess.Popen(
        [str(mot) for mot in commande],
        cwd=RACINE,
        env=os.environ | variables | {"PYTHONPATH": str(RACINE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield processus
    finally:
        enfants = psutil.Process(processus.pid).children(recursive=True) if processus.poll() is None else []
        processus.kill()
        processus.wait()
        for enfant in enfants:
            with contextlib.suppress(psutil.Error):
                enfant.kill()


@pytest.fixture
def port_s3(socket_enabled, monkeypatch):  # noqa: ARG001 (le réseau, pour cette machine seulement)
    if not MOTO.exists():
        pytest.skip("le serveur S3 d'essai n'est pas là : make outils l'installe dans build/moto")
    port = _port_libre()
    regler_acces(monkeypatch, f"http://127.0.0.1:{port}")

    def est_pret():
        with contextlib.suppress(OSError):
            return _demander(port, "PUT", f"/{SEAU}")[0] == 200
        return False

    with _lance(MOTO, "-H", "127.0.0.1", "-p", port):
        _attendre(est_pret, "le serveur S3 ne démarre pas")
        suivi = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        assert _demander(port, "PUT", f"/{SEAU}?versioning", suivi)[0] == 200
        yield port


@pytest.fixture(scope="module")
def dossiers(tmp_path_factory):
    return fabriquer_dossiers(tmp_path_factory.mktemp("lot") / "dossiers", REFERENCES)


@pytest.fixture
def verses(port_s3, dossiers):  # noqa: ARG001 (le magasin d'abord)
    magasin = Magasin(SOURCE)
    for fichier in sorted(dossiers.rglob("*")):
        if fichier.is_file():
            magasin.ecrire(fichier.relative_to(dossiers).as_posix(), fichier, version=None)
    return dossiers


def _ligne(processus):
    with contextlib.suppress(psutil.Error):
        return processus.cmdline()
    return []


def _parent(processus):
    with contextlib.suppress(psutil.Error):
        return processus.parent()
    return None


class Grappe:
    """Un ordonnanceur et deux ouvriers, à une adresse qui reste la même quand on les relance."""

    def __init__(self, pile, ici, certificats=None):
        self._pile, self._ici, self.port = pile, ici, _port_libre()
        self._certificats = certificats
        self.adresse = f"{'tls' if certificats else 'tcp'}://127.0.0.1:{self.port}"

    def demarrer(self):
        commun = ["--host", f"{self.adresse.partition(':')[0]}://127.0.0.1", "--no-dashboard"]
        if self._certificats:
            autorite, cle = self._certificats
            commun += ["--tls-ca-file", autorite, "--tls-cert", autorite, "--tls-key", cle]
        self.ordonnanceur = self._pile.enter_context(
            _lance(
                sys.executable, "-m", "dask", "scheduler", "--port", self.port, *commun,
                DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1",
                DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION="1.0",
                DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES="[]",
            )
        )  # fmt: skip
        self.gardien = self._pile.enter_context(
            _lance(
                sys.executable, "-m", "dask", "worker", self.adresse, "--nworkers", 2, "--nthreads", 1, *commun,
                "--local-directory", self._ici, "--death-timeout", 60,
            )
        )  # fmt: skip

    def ouvriers(self):
        """Les processus de Dask où les travaux arrivent."""
        enfants = psutil.Process(self.gardien.pid).children(recursive=True)
        return {enfant.pid for enfant in enfants if "spawn_main" in " ".join(_ligne(enfant))}

    def postes(self):
        """(ouvrier de la grappe, processus qui produit) ; le second est l'enfant du premier.

        Ce qu'un poste lance porte sa ligne de commande jusqu'à l'exec : ses propres enfants ne comptent pas.
        """
        produisent = {
            enfant.pid: enfant
            for enfant in psutil.Process(self.gardien.pid).children(recursive=True)
            if "generateur.operations.executants.ouvrier" in _ligne(enfant)
        }
        couples = [(_parent(enfant), enfant) for enfant in produisent.values()]
        return [(parent, enfant) for parent, enfant in couples if parent and parent.pid not in produisent]


@pytest.fixture
def grappe(tmp_path):
    with contextlib.ExitStack() as pile:
        ouverte = Grappe(pile, tmp_path / "ouvriers")
        ouverte.demarrer()
        yield ouverte


def _lancer(*options, source=SOURCE, sortie=SORTIE):
    lieux = [str(source), "-o", str(sortie)]
    commande = [sys.executable, "-m", "generateur", "lot", *lieux, "--au", "2026-11-21", "--json"]
    return subprocess.Popen(
        [*commande, *options],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _finir(processus):
    resultat, messages = processus.communicate(timeout=DELAI_S)
    return processus.returncode, json.loads(resultat or "{}"), messages


def _en_main(grappe):
    """Les dossiers qu'un poste a amenés chez lui, par processus."""
    trouves = {}
    for _, poste in grappe.postes():
        for miroir in Path("/tmp").glob(f"generateur-*-{poste.pid}-*"):  # noqa: S108 (là où le programme travaille)
            for dossier in miroir.glob("dossiers/2026-*"):
                trouves[poste.pid] = dossier.name
    return trouves


def _publies():
    return {cle: objet.version for cle, objet in Magasin(SORTIE).lister("", au_plus=10_000).items() if cle[0] != "."}


@pytest.fixture(scope="module")
def attendus(dossiers, tmp_path_factory):
    """Ce qu'un lot tranquille publie, sur ce disque."""
    sortie = tmp_path_factory.mktemp("tranquille")
    commande = [sys.executable, "-m", "generateur", "lot", str(dossiers), "-o", str(sortie), "--au", "2026-11-21", "-q"]
    subprocess.run([*commande, "--executant", "sequentiel"], cwd=RACINE, check=True, capture_output=True)
    return {
        p.relative_to(sortie).as_posix(): p.read_bytes()
        for reference in REFERENCES
        for p in (sortie / reference).rglob("*")
        if p.is_file()
    }


def _exiger_les_memes_octets(attendus):
    magasin = Magasin(SORTIE)
    assert set(_publies()) == set(attendus)
    assert [cle for cle, octets in attendus.items() if magasin.lire(cle, au_plus=10**9)[0] != octets] == []


def _compter_versions(port):
    """Combien de fois chaque manifeste a été écrit."""
    _, listees = _demander(port, "GET", f"/{SEAU}?versions&prefix=sortie/")
    cles = [morceau.split("</Key>")[0] for morceau in listees.split("<Key>")[1:]]
    return {cle: cles.count(cle) for cle in cles if cle.endswith(NOM_MANIFESTE)}


def test_un_ouvrier_tue_en_plein_dossier_n_en_perd_aucun_et_revient(port_s3, verses, grappe, attendus):  # noqa: ARG001
    lot = _lancer("--executant", "dask", "--ordonnanceur", grappe.adresse)
    _attendre(lambda: _en_main(grappe), "aucun dossier n'est commencé")
    ouvrier, _ = grappe.postes()[0]
    ouvrier.send_signal(signal.SIGKILL)
    code, bilan, messages = _finir(lot)
    assert (code, bilan["produits"]) == (CodeSortie.FAIT, NOMBRE), messages
    assert [d["reference"] for d in bilan["dossiers"]] == REFERENCES
    _exiger_les_memes_octets(attendus)
    assert set(_compter_versions(port_s3).values()) == {1}
    _attendre(lambda: len(grappe.ouvriers()) == 2, "l'ouvrier tué n'est pas revenu")
    assert ouvrier.pid not in grappe.ouvriers()


def test_un_dossier_qui_tue_son_processus_est_refuse_seul(verses, grappe):  # noqa: ARG001
    lot = _lancer("--executant", "dask", "--ordonnanceur", grappe.adresse)
    ouvriers, tues = set(), set()
    while lot.poll() is None:
        for pid, reference in _en_main(grappe).items():
            if reference == REFERENCES[2] and pid not in tues:
                tues.add(pid)
                os.kill(pid, signal.SIGKILL)
        ouvriers |= {parent.pid for parent, _ in grappe.postes()}
        time.sleep(0.02)
    code, bilan, messages = _finir(lot)
    assert (code, bilan["produits"], bilan["en_echec"]) == (CodeSortie.LOT_PARTIEL, NOMBRE - 1, 1), messages
    assert "tomber deux fois" in bilan["dossiers"][2]["message"]
    assert len(tues) == 2
    assert len(ouvriers) == 2  # ceux de la grappe n'en sont pas morts


def test_l_ordonnanceur_perdu_coute_une_reprise_qui_saute_ce_qui_est_fait(port_s3, verses, grappe, attendus):  # noqa: ARG001
    lot = _lancer("--executant", "dask", "--ordonnanceur", grappe.adresse)
    _attendre(lambda: any(cle.endswith(NOM_MANIFESTE) for cle in _publies()), "rien n'est publié")
    grappe.ordonnanceur.kill()
    code, _, messages = _finir(lot)
    assert code == CodeSortie.OUTIL_ABSENT
    assert "relancer la même commande" in messages
    _attendre(lambda: not grappe.postes(), "un dossier se fait encore")
    faits = [cle for cle in _publies() if cle.endswith(NOM_MANIFESTE)]
    assert 0 < len(faits) < NOMBRE
    grappe.demarrer()
    code, bilan, messages = _finir(_lancer("--executant", "dask", "--ordonnanceur", grappe.adresse))
    assert (code, bilan["produits"]) == (CodeSortie.FAIT, NOMBRE), messages
    assert [d["etat"] for d in bilan["dossiers"]].count("a_jour") >= len(faits)
    _exiger_les_memes_octets(attendus)
    assert set(_compter_versions(port_s3).values()) == {1}


def test_deux_lots_a_la_fois_sur_un_vrai_magasin_publient_chaque_dossier_une_fois(port_s3, verses, attendus):  # noqa: ARG001
    lots = [_lancer("--executant", "sequentiel"), _lancer("--executant", "processus")]
    for code, bilan, messages in map(_finir, lots):
        assert bilan["total"] == NOMBRE, messages
        assert code in {CodeSortie.FAIT, CodeSortie.LOT_PARTIEL}
        assert {d["etat"] for d in bilan["dossiers"]} <= {"produit", "a_jour", "en_echec"}
        assert all("autre commande" in d["message"] for d in bilan["dossiers"] if d["etat"] == "en_echec")
    code, bilan, _ = _finir(_lancer("--executant", "sequentiel"))
    assert (code, {d["etat"] for d in bilan["dossiers"]}) == (CodeSortie.FAIT, {"a_jour"})
    _exiger_les_memes_octets(attendus)
    assert set(_compter_versions(port_s3).values()) == {1}


def test_le_vrai_magasin_passe_la_sonde(port_s3):  # noqa: ARG001
    Magasin(SORTIE).sonder()
    assert _publies() == {}


def test_les_piles_et_le_registre_d_un_vrai_magasin_sont_ceux_d_un_disque(port_s3, verses, attendus, tmp_path):
    def courir(source, sortie, registre):
        options = ("--classer", "etude", "--registre", f"sqlite:///{tmp_path}/{registre}")
        code, bilan, messages = _finir(_lancer(*options, source=source, sortie=sortie))
        assert code == CodeSortie.FAIT, messages
        commande = [sys.executable, "-m", "generateur", "registre", "lister", *options[2:], "--json"]
        return bilan["piles"], json.loads(subprocess.check_output(commande, cwd=RACINE))["dossiers"]

    piles, affaires = courir(SOURCE, SORTIE, "loin")
    assert courir(SOURCE, SORTIE, "loin") == (piles, affaires)
    ici, memes = courir(verses, tmp_path / "sortie", "ici")
    assert affaires == memes
    assert [affaire["reference"] for affaire in affaires] == REFERENCES
    assert [(p["nom"], p["dossiers"], p["total"]) for p in piles] == [
        (p["nom"], p["dossiers"], p["total"]) for p in ici
    ]
    magasin = Magasin(SORTIE)
    for la_bas, pile in zip(piles, ici, strict=True):
        prefixe = la_bas["chemin"].removeprefix(f"{SORTIE}/")
        fichiers = {p.name: p.read_bytes() for p in Path(pile["chemin"]).iterdir()}
        assert {cle: magasin.lire(f"{prefixe}/{cle}", au_plus=10**9)[0] for cle in fichiers} == fichiers
        assert set(magasin.lister(prefixe, au_plus=100)) == set(fichiers)
    assert _compter_versions(port_s3) == dict.fromkeys(_manifestes(attendus), 1)
    _, listees = _demander(port_s3, "GET", f"/{SEAU}?versions&prefix=sortie/_piles/etude/")
    assert listees.count(f"{REFERENCES[0]}_liasse.pdf</Key>") == 1  # la seconde course n'a rien recopié


def _manifestes(attendus):
    return [f"sortie/{cle}" for cle in attendus if cle.endswith(NOM_MANIFESTE)]


def test_sans_certificat_une_grappe_chiffree_ne_prend_pas_le_lot(dossiers, tmp_path, monkeypatch):
    """Le certificat du client est la seule clé : sans lui l'ordonnanceur ne répond pas, avec lui le lot se fait."""
    secret = Security.temporary().get_tls_config_for_role("client")
    autorite, cle = tmp_path / "autorite.pem", tmp_path / "cle.pem"
    autorite.write_text(secret["ca_file"])
    cle.write_text(secret["key"])
    with contextlib.ExitStack() as pile:
        grappe = Grappe(pile, tmp_path / "ouvriers", (autorite, cle))
        grappe.demarrer()
        options = ("--executant", "dask", "--ordonnanceur", grappe.adresse)
        ou = {"source": dossiers / REFERENCES[0], "sortie": tmp_path / "sortie"}
        code, _, messages = _finir(_lancer(*options, **ou))
        assert code == CodeSortie.OUTIL_ABSENT
        assert "certificats" in messages
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", str(autorite))
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT", str(autorite))
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY", str(cle))
        code, bilan, messages = _finir(_lancer(*options, **ou))
        assert (code, bilan["produits"]) == (CodeSortie.FAIT, 1), messages


def test_ctrl_c_au_terminal_laisse_finir_ce_que_la_grappe_d_ici_a_commence(tmp_path):
    nombre = 24  # l'arrêt tombe avant le dernier, même sur une machine rapide
    dossiers = fabriquer_dossiers(tmp_path / "dossiers", [f"2026-0051-{rang:02d}" for rang in range(nombre)])
    sortie = tmp_path / "sortie"
    options = ("--executant", "dask", "--processus", "2")
    lot = _lancer(*options, source=dossiers, sortie=sortie)
    _attendre(lambda: any(sortie.glob(f"2026-*/{NOM_MANIFESTE}")), "rien n'est publié")
    os.killpg(lot.pid, signal.SIGINT)  # comme au terminal : tout le groupe le reçoit
    code, bilan, messages = _finir(lot)
    assert code == CodeSortie.INTERROMPU
    assert "Traceback" not in messages
    assert {d["etat"] for d in bilan["dossiers"]} == {"produit"}
    assert len(bilan["dossiers"]) == len([*sortie.glob(f"2026-*/{NOM_MANIFESTE}")]) < nombre
    code, bilan, messages = _finir(_lancer(*options, source=dossiers, sortie=sortie))
    assert (code, bilan["produits"]) == (CodeSortie.FAIT, nombre), messages


def test_purger_un_magasin_efface_ce_qu_il_nomme_et_le_seau_en_garde_les_versions(port_s3, tmp_path, monkeypatch):
    magasin = Magasin(Adresse(SEAU))
    for cle, octets in (DU_VIEUX | DES_AUTRES).items():
        magasin.ecrire(cle, octets, version=None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # elle vide les caches
    commande = [sys.executable, "-m", "generateur", "purger", str(SOURCE), "-o", str(SORTIE), "--oui", "--json"]
    fait = subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, check=True, timeout=DELAI_S)
    assert set(magasin.lister("", au_plus=1000)) == set(DES_AUTRES)
    assert set(DU_VIEUX) <= set(re.findall("<Key>(.*?)</Key>", _demander(port_s3, "GET", f"/{SEAU}?versions")[1]))
    assert "le programme ne les efface pas" in json.loads(fait.stdout)["reserve"]

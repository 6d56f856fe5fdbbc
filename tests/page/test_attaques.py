"""La page attaquée par le réseau : de vrais octets vers le vrai service, qui doit refuser et continuer de servir."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest

from generateur.page.rayons import Produit
from tests.page.service_reel import RACINE, attendre, lancer, ouvrir_service, tout_lire

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(sys.platform != "linux", reason="La mémoire et les fichiers ouverts se lisent dans /proc"),
]
PIECES = "/dossiers/2026-0042/pieces"
GIGA = 1_000_000_000
FORMULAIRE = "Content-Type: application/x-www-form-urlencoded"
FICHIERS = "Content-Type: multipart/form-data; boundary=x"
TETE = b'--x\r\nContent-Disposition: form-data; name="fichiers"; filename="a.txt"\r\n\r\n'


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ouvrir_service(tmp_path_factory.mktemp("attaques")) as ouvert:
        yield ouvert


def _code(octets):
    return int(octets.split(b" ", 2)[1]) if octets else 0


def _demande(service, ligne, *lignes):
    return "\r\n".join((ligne, *lignes, f"Cookie: {service.cookie}", "Connection: close", "", "")).encode()


def _inonder(prise, bloc, octets):
    """Envoie jusqu'à cette quantité ; s'arrête si l'autre ferme."""
    envoyes = 0
    try:
        while envoyes < octets:
            prise.sendall(bloc)
            envoyes += len(bloc)
    except ConnectionError:
        pass
    return envoyes


@pytest.mark.parametrize(
    "hote",
    [
        "ailleurs.example:{port}",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:{port}.ailleurs.example",
        "localhost.:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "[0:0:0:0:0:0:0:1]:{port}",
        "[::ffff:127.0.0.1]:{port}",
        "localhost:{port}@ailleurs.example",
        "",
    ],
)
def test_un_nom_qui_mene_ici_n_est_pas_le_notre(service, hote):
    """Ce que ferait un site dont le nom se met à désigner 127.0.0.1."""
    demande = _demande(service, "GET / HTTP/1.1", f"Host: {hote.format(port=service.port)}")
    assert _code(service.brut(demande)) == 421


@pytest.mark.parametrize("hote", ["127.0.0.1:{port}", "LocalHost:{port}", "[::1]:{port}"])
def test_les_trois_noms_de_la_boucle_sont_les_notres(service, hote):
    demande = _demande(service, "GET /aide HTTP/1.1", f"Host: {hote.format(port=service.port)}")
    assert _code(service.brut(demande)) == 200


def test_une_adresse_entiere_double_ou_sans_hote_est_refusee(service):
    nous = f"Host: 127.0.0.1:{service.port}"
    assert _code(service.brut(_demande(service, "GET http://ailleurs.example/ HTTP/1.1", nous))) == 421
    assert _code(service.brut(_demande(service, "GET / HTTP/1.1", nous, "Host: ailleurs.example"))) == 400
    assert _code(service.brut(_demande(service, "GET / HTTP/1.0"))) == 421
    assert _code(service.brut(_demande(service, "GET / HTTP/1.1", nous, " Host: ailleurs.example"))) in {400, 421}


def test_le_service_n_ecoute_que_la_boucle(service):
    ecoutes = [
        ligne.split()[1]
        for famille in ("tcp", "tcp6")
        for ligne in Path(f"/proc/{service.processus.pid}/net/{famille}").read_text("utf-8").splitlines()[1:]
        if ligne.split()[3] == "0A" and ligne.split()[1].endswith(f":{service.port:04X}")
    ]
    assert ecoutes == [f"0100007F:{service.port:04X}"]


@pytest.mark.parametrize("methode", ["BREW", "PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT", "get"])
def test_une_methode_bizarre_est_refusee(service, methode):
    assert _code(service.brut(service.entete(methode, "/", "Connection: close"))) == 405


def test_un_protocole_qui_n_est_pas_le_notre_n_ouvre_rien(service):
    cle = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Connection: Upgrade, close")
    for protocole in ("websocket", "h2c"):
        recu = service.brut(service.entete("GET", "/aide", f"Upgrade: {protocole}", *cle))
        assert _code(recu) == 200
        assert b"upgrade" not in recu.lower().partition(b"\r\n\r\n")[0]
    service_ferme = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nUpgrade: websocket\r\nConnection: Upgrade, close"
    )
    assert _code(service.brut(f"{service_ferme}\r\n\r\n".encode())) == 403
    assert _code(service.brut(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))) == 400
    assert _code(service.brut(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) in {400, 421}


def test_deux_longueurs_ne_cachent_pas_une_seconde_demande(service):
    """Longueur double, ou mêlée à un envoi par morceaux : rien de ce qui suit n'est pris pour une demande."""
    suite = service.entete("POST", "/dossiers/2026-0042/reveler")
    entete = service.entete("POST", "/nouveau", FORMULAIRE, "Content-Length: 4", "Content-Length: 5")
    assert _code(service.brut(entete + suite)) == 400
    entete = service.entete(
        "POST", "/nouveau", FORMULAIRE, "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close"
    )
    assert service.brut(entete + b"0\r\n\r\n" + suite).count(b"HTTP/1.1 ") == 1


def test_des_entetes_enormes_sont_coupes(service):
    avant = service.memoire()
    with service.prise(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nX: ".encode()) as prise:
        _inonder(prise, b"a" * 65536, 50_000_000)
        assert _code(tout_lire(prise)) in {0, 400}
    with service.prise() as prise:
        _inonder(prise, b"GET /" + b"a" * 5_000_000, 1)
        assert _code(tout_lire(prise)) in {0, 400}
    assert service.memoire() - avant < 30_000_000
    assert service.demander("GET", "/aide").code == 200


def test_un_giga_annonce_est_refuse_avant_d_etre_lu(service):
    avant = service.memoire()
    with service.prise(service.entete("POST", PIECES, FICHIERS, f"Content-Length: {GIGA}")) as prise:
        assert _code(prise.recv(200)) == 413  # rien n'est encore envoyé : l'attendre ne répondrait jamais
        _inonder(prise, b"a" * 1_000_000, GIGA)
    assert service.memoire() - avant < 30_000_000
    assert not service.provisoires()


def test_un_giga_tu_est_coupe_en_route_et_ne_laisse_rien(service):
    avant, presents = service.memoire(), sorted((service.dossiers / "2026-0042" / "pieces").iterdir())
    plus_haut = 0
    with service.prise(service.entete("POST", PIECES, FICHIERS, "Transfer-Encoding: chunked")) as prise:
        prise.sendall(b"%x\r\n%s\r\n" % (len(TETE), TETE))
        for _ in range(10):
            _inonder(prise, b"%x\r\n%s\r\n" % (1_000_000, b"a" * 1_000_000), GIGA // 10)
            plus_haut = max(plus_haut, service.ouverts())
        assert _code(prise.recv(200)) == 413
    assert plus_haut <= 200_000_000
    assert service.memoire() - avant < 30_000_000
    assert attendre(lambda: service.ouverts() == 0)
    assert not service.provisoires()
    assert sorted((service.dossiers / "2026-0042" / "pieces").iterdir()) == presents


def test_un_envoi_abandonne_en_route_ne_laisse_rien(service):
    presents = sorted((service.dossiers / "2026-0042" / "pieces").iterdir())
    with service.prise(service.entete("POST", PIECES, FICHIERS, "Content-Length: 90000000")) as prise:
        prise.sendall(TETE + b"a" * 5_000_000)
        assert attendre(lambda: service.ouverts() > 1_000_000)
    assert attendre(lambda: service.ouverts() == 0)
    assert sorted((service.dossiers / "2026-0042" / "pieces").iterdir()) == presents


def test_sans_seance_un_envoi_n_est_ni_lu_ni_garde(service):
    avant = service.memoire()
    entete = (
        f"POST {PIECES} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n{FICHIERS}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with service.prise(entete.encode()) as prise:
        assert _code(prise.recv(200)) == 403
        _inonder(prise, b"%x\r\n%s\r\n" % (1_000_000, b"a" * 1_000_000), 100_000_000)
        assert service.ouverts() == 0
    assert service.memoire() - avant < 30_000_000


def test_cinquante_clients_lents_n_empechent_pas_la_page_et_sont_coupes(tmp_path):
    """Un octet par demi-seconde : c'est la demande entière qui est bornée, non l'attente d'un octet."""
    delais = "from generateur.page import protocole\nprotocole.DELAIS |= {'entetes': 3.0, 'corps': 4.0, 'reste': 4.0}"
    with ouvrir_service(tmp_path, avant=delais) as service:
        entetes = [service.prise(b"GET / HTTP/1.1\r\nHost: ") for _ in range(50)]
        long = service.entete("POST", "/nouveau", FORMULAIRE, "Content-Length: 100000")
        corps = [service.prise(long) for _ in range(50)]
        refuses = [service.prise(long.replace(service.cookie.encode(), b"generateur=faux")) for _ in range(10)]
        tous = [*entetes, *corps, *refuses]
        debut = time.monotonic()
        assert service.demander("GET", "/aide").code == 200
        assert time.monotonic() - debut < 5
        vivants = set(tous)
        while vivants and time.monotonic() - debut < 30:
            for prise in [*vivants]:
                try:
                    prise.sendall(b"a")
                except ConnectionError:
                    vivants.discard(prise)
            time.sleep(0.5)
        assert not vivants
        assert time.monotonic() - debut < 20
        for prise in tous:
            prise.close()
        assert service.demander("GET", "/aide").code == 200


def test_un_client_qui_ne_lit_pas_est_coupe(tmp_path):
    gros = tmp_path / "sortie" / "2026-0042" / "gros.bin"
    gros.parent.mkdir(parents=True)
    gros.write_bytes(bytes(60_000_000))
    delai = "from generateur.page import protocole\nprotocole.DELAIS['lecture'] = 2.0"
    with ouvrir_service(tmp_path, avant=delai) as service:
        adresse = f"/dossiers/2026-0042/produit/{Produit(PurePosixPath('2026-0042/gros.bin')).cle}"
        with service.prise(service.entete("GET", adresse)) as prise:
            assert _code(prise.recv(200)) == 200
            assert attendre(lambda: service.tient(gros))
            assert attendre(lambda: not service.tient(gros), 15)
        assert service.demander("GET", "/aide").code == 200


@pytest.mark.parametrize("signal_envoye", [signal.SIGINT, signal.SIGTERM])
def test_l_arret_est_propre_meme_avec_des_clients_pendus(tmp_path, signal_envoye):
    with ouvrir_service(tmp_path) as service:
        pendus = [service.prise(b"GET / HTTP/1.1\r\n")]
        pendus.append(service.prise(service.entete("POST", PIECES, FICHIERS, "Content-Length: 90000000")))
        pendus[1].sendall(TETE + b"a" * 5_000_000)
        assert attendre(lambda: service.ouverts() > 1_000_000)
        service.processus.send_signal(signal_envoye)
        assert service.processus.wait(timeout=20) == 0
        for pendu in pendus:
            pendu.close()
    assert not [*(tmp_path / "tmp").iterdir()]
    assert "Traceback" not in (tmp_path / "journal.txt").read_text("utf-8")


def test_un_port_deja_pris_se_dit(service):
    commande = [sys.executable, "-m", "generateur", "ouvrir", str(service.dossiers), "--sans-navigateur"]
    autre = subprocess.run(
        [*commande, "-o", str(service.lieu / "sortie"), "--port", str(service.port)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(RACINE)},
    )
    assert autre.returncode not in {0, 1}
    assert f"le port {service.port} est déjà pris" in autre.stderr
    assert "Traceback" not in autre.stderr
    assert not autre.stdout


def test_deux_pages_sur_les_memes_dossiers_ont_chacune_leur_seance_et_ne_s_ecrasent_pas(service):
    autre = lancer(service.lieu)
    try:
        autre.entrer()
        assert autre.port != service.port
        assert autre.demander("GET", "/", entetes={"cookie": service.cookie}).code == 403
        nom_de_l_autre = autre.cookie.partition("=")[0]
        assert (
            autre.demander("GET", "/", entetes={"cookie": f"{nom_de_l_autre}={service.cookie.partition('=')[2]}"}).code
            == 403
        )
        pages = [
            s.demander("GET", "/dossiers/2026-0074").texte.split('name="page" value="')[1].split('"')[0]
            for s in (service, autre)
        ]
        champ = {"lieu": "objet", "valeur": "Le premier"}
        assert (
            service.poster("/dossiers/2026-0074/champ", {"page": pages[0], **champ}, **{"hx-request": "true"}).code
            == 200
        )
        champ["valeur"] = "Le second"
        assert (
            autre.poster("/dossiers/2026-0074/champ", {"page": pages[1], **champ}, **{"hx-request": "true"}).code == 409
        )
    finally:
        autre.processus.send_signal(signal.SIGINT)
        assert autre.processus.wait(timeout=30) == 0
        assert autre.processus.stdout
        autre.processus.stdout.close()


def test_le_jeton_ne_sort_ni_dans_le_journal_ni_dans_une_page(service):
    service.demander("GET", f"/?jeton={service.jeton}")
    service.demander("GET", "/dossiers/2026-0042?jeton=faux")
    service.brut(b"GET /?jeton=x HTTP/1.1\r\n\r\n")
    secrets = (service.jeton, service.cookie.partition("=")[2])
    journal = (service.lieu / "journal.txt").read_text("utf-8")
    for adresse in ("/", "/dossiers/2026-0042", "/importer", "/nulle-part"):
        recue = service.demander("GET", adresse)
        assert recue.entetes["referrer-policy"] == "no-referrer"
        assert not [secret for secret in secrets if secret in recue.texte or secret in journal]


def test_le_navigateur_recoit_un_jeton_qui_ne_sert_qu_une_fois(tmp_path):
    """L'adresse donnée à une commande se lit dans la liste des processus : elle n'est pas celle qui est imprimée."""
    faux = tmp_path / "bin" / "xdg-open"
    faux.parent.mkdir()
    faux.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/ouverte"\n')
    faux.chmod(0o700)
    chemin = f"{faux.parent}:{os.environ['PATH']}"
    avant = f"import os, sys\nos.environ['PATH'] = {chemin!r}\nsys.argv.remove('--sans-navigateur')"
    with ouvrir_service(tmp_path, avant=avant) as service:
        assert attendre(lambda: (tmp_path / "ouverte").is_file() and (tmp_path / "ouverte").read_text())
        ouverte = (tmp_path / "ouverte").read_text().removeprefix(f"http://127.0.0.1:{service.port}")
        assert service.jeton not in ouverte
        sans_cookie = {"cookie": "generateur=x"}
        assert service.demander("GET", ouverte, entetes=sans_cookie).code == 303
        assert service.demander("GET", ouverte, entetes=sans_cookie).code == 403


_CLIENT = """
import os, socket, sys
famille, port, demande = socket.AF_INET6 if sys.argv[3] == "6" else socket.AF_INET, int(sys.argv[1]), sys.argv[2]
if os.getuid() == 0:
    os.setuid(65534)
with socket.socket(famille) as prise:
    prise.connect(("::ffff:127.0.0.1" if sys.argv[3] == "6" else "127.0.0.1", port))
    prise.sendall(demande.encode())
    recu = prise.recv(400)
    print(int(recu.split()[1]))
"""


@pytest.mark.parametrize("famille", ["4", "6"])
def test_un_autre_compte_de_la_machine_n_entre_pas_meme_avec_le_cookie(tmp_path, famille):
    """Le sien, s'il peut en changer ; sinon c'est le service qui se croit d'un autre compte."""
    autre = "" if os.getuid() == 0 else "import os\nos.getuid = lambda: 12345"
    (tmp_path / "tmp").mkdir()
    (tmp_path / "dossiers").mkdir()
    service = lancer(tmp_path, avant=autre)
    try:
        demande = f"GET /?jeton={service.jeton} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n\r\n"
        client = [sys.executable, "-c", _CLIENT, str(service.port), demande, famille]
        fait = subprocess.run(client, capture_output=True, text=True, check=False, timeout=60)
        if famille == "6" and not fait.stdout:
            pytest.skip("Cette machine n'appelle pas une adresse IPv4 par une prise IPv6")
        assert fait.stdout.strip() == "403", fait.stderr
    finally:
        service.processus.send_signal(signal.SIGINT)
        service.processus.wait(timeout=30)
        assert service.processus.stdout
        service.processus.stdout.close()

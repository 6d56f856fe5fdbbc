"""Ce qu'on envoie pour nuire : formulaires démesurés, noms piégés, bombes, liens ; rien ne sort, rien n'éclate."""

import io
import itertools
import re
import struct
import sys
import zipfile
import zlib

import pytest

from generateur.domaine.noms_de_fichier import nommer_copie
from generateur.page.maison import Lieux, Maison
from tests.page.conftest import JOUR
from tests.page.service_reel import ouvrir_service

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(sys.platform != "linux", reason="La mémoire se lit dans /proc"),
]
DOSSIER = "/dossiers/2026-0042"
PIECES = f"{DOSSIER}/pieces"
CAPACITE = 400_000_000  # octets : le service au repos en tient cent


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ouvrir_service(tmp_path_factory.mktemp("envois")) as ouvert:
        yield ouvert


def _part(nom, contenu=b"x", cle="fichiers"):
    nom = nom if isinstance(nom, bytes) else nom.encode()
    return b'Content-Disposition: form-data; name="' + cle.encode() + b'"; filename="' + nom + b'"\r\n\r\n' + contenu


@pytest.mark.parametrize(
    ("part", "range_"),
    [
        (_part("../../../../tmp/piege.txt"), "piege.txt"),
        (_part("..\\..\\piege2.txt"), "piege2.txt"),
        (_part("C:\\Windows\\piege3.txt"), "piege3.txt"),
        (_part(b"nul\x00octet.txt"), "nul_octet.txt"),
        (_part("CON"), "_CON"),
        (_part("nul.txt"), "_nul.txt"),
        (_part("Lpt1.tar.gz"), "_Lpt1.tar.gz"),
        (_part("flux.txt:cache.txt"), "flux.txt_cache.txt"),
        (_part("facture\u202efdp.txt"), "facture_fdp.txt"),
        (_part(".htaccess"), "htaccess"),
        (_part("\N{PILE OF POO}.txt"), "document.txt"),
        (_part(b"caf\xe9.txt"), "cafe.txt"),
        (_part("fin. . "), "fin"),
        (_part("a" * 200 + ".txt"), "a" * 76 + ".txt"),
        (_part('bon.pdf"; filename="../mauvais.txt'), "mauvais.txt"),
        (_part("entete\r\nX-Autre: 1.txt"), "entete"),
    ],
)
def test_un_nom_piege_reste_dans_pieces_sous_un_nom_sur(service, part, range_):
    pieces = service.dossiers / "2026-0042" / "pieces"
    avant, ailleurs = set(pieces.iterdir()), _ailleurs(service)
    assert service.deposer(PIECES, part).code == 303
    assert {p.name for p in set(pieces.iterdir()) - avant} == {range_}
    assert _ailleurs(service) == ailleurs
    assert (pieces / range_).stat().st_mode & 0o7777 == 0o600


def test_ce_que_la_page_ecrit_n_est_lisible_que_de_son_auteur(service):
    champs = {"reference": "2026-0100", "profil": "atelier.toml", "debiteur": "Café", "numero": "1", "montant": "12"}
    assert service.deposer("/nouveau", champs=champs).code == 303
    dossier = service.dossiers / "2026-0100"
    droits = {chemin.name: chemin.stat().st_mode & 0o7777 for chemin in (dossier, *dossier.rglob("*"))}
    assert droits == {"2026-0100": 0o700, "pieces": 0o700, "dossier.toml": 0o600}
    assert all(chemin.stat().st_mode & 0o077 == 0 for chemin in (service.lieu / "tmp").iterdir())


def _ailleurs(service):
    return {p for p in service.lieu.rglob("*") if "pieces" not in p.parts and "tmp" not in p.parts}


@pytest.mark.parametrize(
    "nom", ["a." + "p" * 300, "é" * 300, "." * 300, "a" * 300 + "." + "b" * 300, "COM9.x", "...con"]
)
def test_un_nom_de_copie_est_court_visible_et_sans_appareil(nom):
    sur = nommer_copie(nom)
    assert 0 < len(sur) <= 80
    assert not sur.startswith(".")
    assert sur.partition(".")[0].casefold() not in {"con", "com9"}


@pytest.mark.parametrize(
    "parts",
    [
        [b'Content-Disposition: form-data; name="f%d"\r\n\r\nx' % i for i in range(10_000)],
        [_part(f"f{i}.txt") for i in range(300)],
        [_part("a" * 5000 + ".pdf")],
        [b"Content-Disposition: form-data\r\n\r\nx"],
        [b"X: b\r\n" * 50_000 + _part("a.txt")],
        [b'Content-Disposition: form-data; name="titre"\r\n\r\n' + b"x" * 2_000_000],
    ],
)
def test_un_envoi_demesure_ou_bancal_est_refuse_en_une_phrase(service, parts):
    pieces = service.dossiers / "2026-0042" / "pieces"
    avant = sorted(pieces.iterdir())
    recue = service.deposer(PIECES, *parts)
    assert (recue.code, recue.texte.partition(" :")[0]) == (400, "Cet envoi ne se lit pas")
    assert sorted(pieces.iterdir()) == avant
    assert service.memoire() < CAPACITE


def test_dix_mille_champs_sans_fichier_sont_refuses(service):
    assert service.poster(f"{DOSSIER}/champ", {f"c{i}": "x" for i in range(10_000)}).code == 400


@pytest.mark.parametrize("jeu", ["undefined", "utf-7", "idna", "punycode", "rot13", "utf-16", "n-existe-pas"])
def test_un_jeu_de_caracteres_tordu_est_refuse_en_francais(service, jeu):
    corps = b'--borne\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n+2AA-\r\n--borne--\r\n'
    recue = service.demander(
        "POST", PIECES, corps, {"content-type": f"multipart/form-data; boundary=borne; charset={jeu}"}
    )
    assert recue.code in {400, 403}
    assert "Internal" not in recue.texte


def test_un_jeton_envoye_comme_fichier_ne_signe_rien(service):
    corps = b"--borne\r\n" + _part("x", service.csrf.encode(), "csrf") + b"\r\n--borne--\r\n"
    assert service.demander("POST", PIECES, corps, {"content-type": "multipart/form-data; boundary=borne"}).code == 403


@pytest.mark.parametrize(
    "lieu", ["factures[0].objet", "factures[-1].objet", f"factures[{'9' * 5000}].objet", "..", "[1]", ""]
)
def test_un_rang_qui_n_existe_pas_n_ecrit_nulle_part(service, lieu):
    fichier = service.dossiers / "2026-0042" / "dossier.toml"
    avant = fichier.read_bytes()
    page = service.demander("GET", DOSSIER).texte.split('name="page" value="')[1].split('"')[0]
    champs = {"page": page, "lieu": lieu, "valeur": "piège"}
    assert service.poster(f"{DOSSIER}/champ", champs, **{"hx-request": "true"}).code == 422
    assert fichier.read_bytes() == avant


def test_un_disque_plein_se_dit_et_ne_laisse_rien(tmp_path):
    """Une limite sur la taille des fichiers refuse l'écriture comme un disque plein."""
    plein = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))"
    with ouvrir_service(tmp_path, avant=plein) as service:
        avant = sorted((service.dossiers / "2026-0042" / "pieces").iterdir())
        recue = service.deposer(PIECES, _part("gros.bin", bytes(5_000_000)))
        assert (recue.code, "plus de place" in recue.texte) == (507, True)
        assert sorted((service.dossiers / "2026-0042" / "pieces").iterdir()) == avant
        assert service.ouverts() == 0
        assert service.demander("GET", "/").code == 200


def test_ce_qui_attend_une_suite_ne_remplit_pas_le_disque(tmp_path, monkeypatch):
    monkeypatch.setattr("generateur.operations.recus._GARDES", 2500)
    maison = Maison(Lieux(tmp_path, tmp_path), lambda: JOUR, print)
    depots = []
    for _ in range(6):
        depots.append(maison.recus.reserver())
        (depots[-1] / "recu").write_bytes(bytes(1000))
    assert [depot.exists() for depot in depots] == [False, False, False, True, True, True]
    assert depots[-1].stat().st_mode & 0o7777 == 0o700
    maison.fermer()
    assert not any(depot.exists() for depot in depots)


def _gonfler(**membres):
    """Une archive dont chaque membre, une fois ouvert, pèse ce nombre de mégaoctets."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, megas in membres.items():
            with zip_.open(nom, "w", force_zip64=True) as membre:
                membre.write(b"<x>")
                for _ in range(megas):
                    membre.write(b" " * 1_000_000)
    return archive.getvalue()


def _png(largeur, hauteur):
    def bloc(nom, octets):
        return struct.pack(">I", len(octets)) + nom + octets + struct.pack(">I", zlib.crc32(nom + octets))

    comprime = zlib.compressobj(9)
    points = b"".join(comprime.compress(bytes(largeur // 8 + 1)) for _ in range(hauteur)) + comprime.flush()
    entete = bloc(b"IHDR", struct.pack(">IIBBBBB", largeur, hauteur, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + entete + bloc(b"IDAT", points) + bloc(b"IEND", b"")


def test_un_classeur_gonfle_n_est_pas_ouvert(service):
    types = "[Content_Types].xml"
    bombe = _gonfler(**{types: 0, "xl/workbook.xml": 0, "xl/sharedStrings.xml": 1500, "xl/worksheets/sheet1.xml": 500})
    recue = service.deposer("/importer", _part("b.xlsx", bombe, "sources"), champs={"profil": "atelier.toml"})
    assert recue.code in {303, 422}
    if recue.code == 303:
        assert service.demander("GET", recue.entetes["location"]).code == 422
    assert service.memoire() < CAPACITE
    assert service.demander("GET", "/").code == 200


@pytest.mark.parametrize(
    ("nom", "octets"),
    [
        ("b.docx", lambda: _gonfler(**{"[Content_Types].xml": 0, "word/document.xml": 1000})),
        ("b.png", lambda: _png(60_000, 60_000)),
        ("b.xml", lambda: b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + _entites() + b"]><l>&k;</l>"),
    ],
)
def test_une_piece_gonflee_est_refusee_et_la_page_sert_toujours(service, nom, octets):
    recue = service.deposer(PIECES, _part(nom, octets()))
    if recue.code == 422:  # reconnue dès l'envoi : elle n'entre pas
        assert not (service.dossiers / "2026-0042" / "pieces" / nom).exists()
        (service.dossiers / "2026-0042" / "pieces" / nom).write_bytes(octets())  # rangée là par d'autres mains
    assert service.poster(f"{PIECES}/citer", {"fichier": f"pieces/{nom}", "titre": f"Bombe {nom}"}).code == 303
    page = service.demander("GET", PIECES)
    assert page.code == 200
    numero = re.findall(rf'href="({PIECES}/[^"]+)">Bombe', page.texte)[-1]
    assert service.demander("GET", f"{numero}/image").code == 422
    assert service.memoire() < CAPACITE
    assert service.demander("GET", "/").code == 200


def _entites():
    lettres = itertools.pairwise("abcdefghijk")
    return b"".join(f'<!ENTITY {apres} "{f"&{avant};" * 10}">'.encode() for avant, apres in lettres)


@pytest.mark.parametrize("nom", ["p.html", "p.svg", "p.pdf"])
def test_une_piece_n_est_jamais_servie_telle_quelle(service, nom):
    """Aucune adresse ne rend ses octets : une image faite par nous, ou un refus ; jamais son type, jamais un script."""
    contenu = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert('PIEGE-EXECUTE')</script></svg>"
    assert service.deposer(PIECES, _part(nom, contenu)).code == 422  # refusée sur place ; d'autres mains la rangent là
    (service.dossiers / "2026-0042" / "pieces" / nom).write_bytes(contenu)
    assert service.poster(f"{PIECES}/citer", {"fichier": f"pieces/{nom}", "titre": f"Piège {nom}"}).code == 303
    page = service.demander("GET", PIECES).texte
    numero = re.findall(rf'href="({PIECES}/[^"]+)">Piège', page)[-1]
    for adresse in (numero, f"{numero}/image", f"{PIECES}/{nom}", f"/statique/{nom}", f"{DOSSIER}/produit/0"):
        recue = service.demander("GET", adresse)
        assert b"<script>alert" not in recue.octets
        assert recue.entetes["content-type"].partition(";")[0] in {"text/html", "image/png", "application/pdf"}
        assert recue.entetes["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in recue.entetes["content-security-policy"]


@pytest.mark.parametrize(
    "adresse",
    [
        "/dossiers/%2e%2e%2f%2e%2e%2fetc",
        "/dossiers/%252e%252e",
        "/dossiers/..%5c..%5cetc",
        "/dossiers/2026-0042%00",
        "/dossiers/%ff%fe",
        "/statique/%2e%2e/%2e%2e/maison.py",
        "/statique/..%5cmaison.py",
        "/statique/%252e%252e%252fmaison.py",
        "/polices/%2e%2e%2f%2e%2e%2f__init__.py",
        "/creanciers/%2e%2e%2f2026-0042%2fdossier",
        "/aide/%2e%2e%2f%2e%2e%2fREADME",
        "/importer/%2e%2e",
        f"{PIECES}/%2e%2e",
        f"{DOSSIER}/produit/-1",
        f"{DOSSIER}/produit/99999999999999999999",
        "/a%0d%0aSet-Cookie:x=1",
    ],
)
def test_une_adresse_tordue_ne_mene_nulle_part(service, adresse):
    recue = service.demander("GET", adresse)
    assert recue.code in {404, 422}
    assert "set-cookie" not in recue.entetes
    assert b"root:" not in recue.octets
    assert b"import " not in recue.octets


def test_un_lien_du_dossier_vers_ailleurs_ne_montre_rien(service, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CE-QUI-EST-AILLEURS")
    (service.dossiers / "2026-0074" / "pieces" / "lien.txt").symlink_to(secret)
    (service.dossiers / "creanciers" / "ailleurs.toml").symlink_to(secret)
    champs = {"fichier": "pieces/lien.txt", "titre": "Lien"}
    service.poster("/dossiers/2026-0074/pieces/citer", champs)
    for adresse in ("/dossiers/2026-0074", "/dossiers/2026-0074/pieces", "/creanciers/ailleurs", "/nouveau"):
        assert b"CE-QUI-EST" not in service.demander("GET", adresse).octets
    numeros = re.findall(
        r'href="(/dossiers/2026-0074/pieces/[^"]+)">Lien', service.demander("GET", "/dossiers/2026-0074/pieces").texte
    )
    for numero in numeros:
        assert service.demander("GET", f"{numero}/image").code == 422

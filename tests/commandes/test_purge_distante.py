"""Purger un magasin d'objets : mêmes jugements que sur un disque, reprenable à tout point, rien d'un voisin."""

import itertools
import json

import pytest

from generateur.erreurs import CodeSortie
from generateur.operations import purge as purges
from generateur.publication.inventaire_publie import NOM_INVENTAIRE
from generateur.publication.magasin import Magasin
from tests.commandes.test_purge import ANCIEN, CLOS

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
VIEUX, AUTRE = "2010-0001", "2010-00010"
SOURCE, SORTIE = "s3://seau/dossiers", "s3://seau/sortie"
PILES = "sortie/_piles/etude/"


def _texte(reference, suite=CLOS):
    return ANCIEN.format(reference=reference, suite=suite).encode()


def _annonce(*fichiers):
    return json.dumps({"ecrivain": "x", "publie": True, "fichiers": dict.fromkeys(fichiers, "00")}).encode()


DU_VIEUX = {
    f"dossiers/{VIEUX}/dossier.toml": _texte(VIEUX),
    f"dossiers/{VIEUX}/pieces/facture.pdf": b"%PDF",
    f"dossiers/{VIEUX}/pieces/bon.pdf": b"%PDF",
    f"sortie/{VIEUX}/manifeste.json": b"{}",
    f"sortie/{VIEUX}/{VIEUX}_liasse.pdf": b"%PDF",
    f"sortie/{VIEUX}/actes/requete.pdf": b"%PDF",
    f"sortie/.{VIEUX}.publication.json": _annonce(f"{VIEUX}_liasse.pdf"),
    f"{PILES}SCP-A/remise.json": b"{}",
    f"{PILES}SCP-A/{VIEUX}_liasse.pdf": b"%PDF",
    f"{PILES}SCP-A/{AUTRE}_liasse.pdf": b"%PDF",
    f"{PILES}.SCP-A.publication.json": _annonce(f"{VIEUX}_liasse.pdf", "remise.json"),
    f"{PILES}SCP-C/gardes_a_part/0123456789ab-{VIEUX}_liasse.pdf": b"%PDF annote",
}
DES_AUTRES = {
    f"dossiers/{AUTRE}/dossier.toml": _texte(AUTRE, ""),
    f"dossiers/{AUTRE}/pieces/facture.pdf": b"%PDF",
    "dossiers/illisible/dossier.toml": b"x",
    "dossiers/creanciers/atelier.toml": b"",
    f"sortie/{AUTRE}/manifeste.json": b"{}",
    f"sortie/.{AUTRE}.publication.json": _annonce(),
    f"{PILES}SCP-B/{AUTRE}_liasse.pdf": b"%PDF",
    f"{PILES}.SCP-B.publication.json": _annonce(f"{AUTRE}_liasse.pdf"),
}


@pytest.fixture
def bureau(commander, magasin_factice, tmp_path, monkeypatch):
    """Un magasin : un dossier clos depuis longtemps, un voisin qui ne l'est pas, un illisible."""
    monkeypatch.setattr(purges, "dossier_de_cache", lambda: tmp_path / "cache")
    magasin_factice.objets |= DU_VIEUX | DES_AUTRES
    return lambda *arguments: commander("purger", SOURCE, "-o", SORTIE, *arguments)


def test_sans_oui_tout_est_nomme_rien_n_est_ecrit_et_aucune_piece_n_est_amenee(bureau, magasin_factice):
    lues = []
    magasin_factice.avant = lambda methode, cle: lues.append(cle) if methode == "GET" and cle else None
    objet = bureau("--json").objet
    (juge,) = objet["a_purger"]
    assert (juge["reference"], juge["clos_le"], juge["conserve_jusqu_au"]) == (VIEUX, "2012-05-01", "2021-03-01")
    assert juge["lieux"] == [
        f"{SORTIE}/{VIEUX}", f"{SORTIE}/_piles/etude/SCP-A", f"{SORTIE}/_piles/etude/SCP-C", f"{SOURCE}/{VIEUX}",
    ]  # fmt: skip
    assert {g["reference"]: g["raison"] for g in objet["gardes"]} == {AUTRE: "non clos", "illisible": "illisible"}
    assert "versions" in objet["reserve"]
    assert magasin_factice.objets == DU_VIEUX | DES_AUTRES
    assert magasin_factice.ecritures == []
    assert not [cle for cle in lues if cle.endswith(".pdf")]


def test_avec_oui_seul_le_dossier_nomme_part_et_la_reserve_est_dite(bureau, magasin_factice):
    reponse = bureau("--oui")
    assert reponse.code == CodeSortie.FAIT
    assert magasin_factice.objets == DES_AUTRES
    assert f"Effacé : {SOURCE}/{VIEUX}" in reponse.sortie
    assert "Un magasin peut garder des versions" in reponse.sortie
    reponse = bureau("--oui")
    assert "Rien n'était à purger" in reponse.sortie
    assert "versions" not in reponse.sortie


def _couper_a(monkeypatch, arret):
    """La commande meurt au moment d'écrire ou d'effacer son énième objet : un effacement groupé n'est pas atomique."""
    faits = itertools.count(1)
    effacer, ecrire = Magasin.effacer, Magasin.ecrire

    def mourir():
        if next(faits) == arret:
            raise KeyboardInterrupt

    def effacer_un_a_un(soi, cles):
        for cle in cles:
            mourir()
            effacer(soi, [cle])

    def ecrire_ou_mourir(soi, *arguments, **reste):
        mourir()
        return ecrire(soi, *arguments, **reste)

    monkeypatch.setattr(Magasin, "effacer", effacer_un_a_un)
    monkeypatch.setattr(Magasin, "ecrire", ecrire_ou_mourir)


def test_coupee_n_importe_ou_rien_ne_passe_pour_entier_et_la_suivante_acheve(bureau, magasin_factice, monkeypatch):
    for arret in itertools.count(1):
        magasin_factice.objets = dict(DU_VIEUX | DES_AUTRES)
        with monkeypatch.context() as coupure:
            _couper_a(coupure, arret)
            code = bureau("--oui").code
        restes = set(DU_VIEUX) & set(magasin_factice.objets)
        publie = {cle for cle in DU_VIEUX if cle.startswith(f"sortie/{VIEUX}/")}
        assert not restes or f"dossiers/{VIEUX}/dossier.toml" in restes, arret
        assert f"sortie/{VIEUX}/manifeste.json" not in restes or publie <= restes, arret
        assert f"{PILES}SCP-A/remise.json" not in restes or f"{PILES}SCP-A/{VIEUX}_liasse.pdf" in restes, arret
        if code == CodeSortie.FAIT:
            break
        assert code == CodeSortie.INTERROMPU
        assert bureau("--oui").code == CodeSortie.FAIT
        assert magasin_factice.objets == DES_AUTRES, arret
    assert arret > len(DU_VIEUX)


def test_un_magasin_qui_refuse_d_effacer_est_dit_et_le_dossier_reste_a_purger(bureau, magasin_factice):
    def refuser(methode, _):
        magasin_factice.code = 403 if methode == "POST" else None

    magasin_factice.avant = refuser
    reponse = bureau("--oui", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert [e["reference"] for e in reponse.objet["echecs"]] == [VIEUX]
    magasin_factice.avant, magasin_factice.code = (lambda *_: None), None
    assert bureau("--oui").code == CodeSortie.FAIT
    assert magasin_factice.objets == DES_AUTRES


def test_un_dossier_rouvert_depuis_qu_on_l_a_juge_se_garde_avec_sa_sortie(bureau, magasin_factice, monkeypatch):
    vraie = purges.supprimer_dossiers

    def rouvrir(*arguments):
        magasin_factice.objets[f"dossiers/{VIEUX}/dossier.toml"] = _texte(VIEUX, "")
        return vraie(*arguments)

    monkeypatch.setattr(purges, "supprimer_dossiers", rouvrir)
    reponse = bureau("--oui", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert "a changé depuis" in reponse.objet["echecs"][0]["message"]
    assert set(magasin_factice.objets) == set(DU_VIEUX | DES_AUTRES)


def test_un_lot_qui_publie_le_meme_dossier_arrete_sa_purge(bureau, magasin_factice):
    annonce = f"sortie/.{VIEUX}.publication.json"

    def publier(methode, cle):
        if methode == "PUT" and cle == annonce:
            magasin_factice.objets[annonce] = b'{"ecrivain": "un lot"}'

    magasin_factice.avant = publier
    reponse = bureau("--oui", "--json")
    assert reponse.code == CodeSortie.LOT_PARTIEL
    assert "une autre commande publie" in reponse.objet["echecs"][0]["message"]
    assert set(magasin_factice.objets) == set(DU_VIEUX | DES_AUTRES)


@pytest.mark.parametrize(
    ("objets", "raison"),
    [
        ({"dossiers/copie/dossier.toml": _texte("2010-0009")}, "son répertoire porte un autre nom que sa référence"),
        (
            {"dossiers/a/dossier.toml": _texte("a"), "dossiers/A/dossier.toml": _texte("A")},
            "référence portée par un autre dossier",
        ),
        ({"dossiers/vide/pieces/x.pdf": b"%PDF"}, "illisible"),
        ({"dossiers/litige/dossier.toml": _texte("litige", f"{CLOS}\n[situation]\nlitige = true")}, "litige"),
    ],
)
def test_le_doute_garde(bureau, magasin_factice, objets, raison):
    magasin_factice.objets = dict(objets)
    objet = bureau("--oui", "--json").objet
    assert [juge["reference"] for juge in objet["a_purger"]] == []
    assert {raison in garde["raison"] for garde in objet["gardes"]} == {True}
    assert magasin_factice.objets == objets


def test_une_sortie_qui_n_est_pas_du_programme_reste(bureau, magasin_factice):
    del magasin_factice.objets[f"sortie/.{VIEUX}.publication.json"]
    assert f"{SORTIE}/{VIEUX}" not in bureau("--json").objet["a_purger"][0]["lieux"]
    magasin_factice.objets[f"sortie/{VIEUX}/{NOM_INVENTAIRE}"] = b'{"fichiers": {}}'
    del magasin_factice.objets[f"sortie/{VIEUX}/manifeste.json"]
    assert f"{SORTIE}/{VIEUX}" in bureau("--json").objet["a_purger"][0]["lieux"]


def test_le_profil_cite_est_amene_et_un_repertoire_de_console_ne_gene_pas(bureau, magasin_factice):
    cle = f"dossiers/{VIEUX}/dossier.toml"
    cite = _texte(VIEUX).replace(b'[creancier]\ndenomination = "Atelier Lumen"\n', b"")
    magasin_factice.objets[cle] = b'creancier = "../creanciers/atelier.toml"\n' + cite
    magasin_factice.objets["dossiers/creanciers/atelier.toml"] = b'denomination = "Atelier Lumen"'
    magasin_factice.objets |= {f"dossiers/{VIEUX}/": b"", f"dossiers/{VIEUX}/pieces/": b""}
    assert bureau("--oui").code == CodeSortie.FAIT
    assert not set(DU_VIEUX) & set(magasin_factice.objets)


@pytest.mark.parametrize("est_source", [True, False])
def test_le_dossier_et_sa_sortie_peuvent_etre_l_un_ici_l_autre_au_loin(
    commander, bureau, magasin_factice, tmp_path, est_source
):
    ici = tmp_path / ("sortie" if est_source else "dossiers") / VIEUX
    ici.mkdir(parents=True)
    nom, octets = (NOM_INVENTAIRE, b'{"fichiers": {}}') if est_source else ("dossier.toml", _texte(VIEUX))
    (ici / nom).write_bytes(octets)
    lieux = (SOURCE, ici.parent) if est_source else (ici.parent, SORTIE)
    reponse = commander("purger", lieux[0], "-o", lieux[1], "--oui", "--json")
    assert reponse.code == CodeSortie.FAIT
    assert not ici.exists()
    garde = "sortie/" if est_source else "dossiers/"
    assert {cle for cle in DU_VIEUX if cle in magasin_factice.objets} == {c for c in DU_VIEUX if c.startswith(garde)}
    assert set(DES_AUTRES) <= set(magasin_factice.objets)
    assert bureau is not None


def test_une_adresse_de_magasin_inconnu_est_refusee(commander):
    assert commander("purger", "gs://seau/dossiers").code == CodeSortie.USAGE

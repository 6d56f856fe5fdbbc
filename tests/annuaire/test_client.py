"""Le client : poli, borné, sans obstination, et qui ne juge que sur pièce."""

import dataclasses
import time

import pytest

from generateur import VERSION
from generateur.annuaire.client import Client
from generateur.erreurs import ErreurOutilAbsent
from tests.outils.serveur_annuaire import Reponse, ouvrir_serveur

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SIREN = "999999915"
BON = Reponse(b'{"results": []}', entetes={"Content-Type": "text/html"})


@pytest.fixture
def demander(serveur, services, mesure):
    def _demander(*reponses, **autrement):
        serveur.rejouer("/entreprises", *reponses)
        with Client(dataclasses.replace(mesure, **autrement)) as client:
            return client.demander(services.entreprises, SIREN)

    return _demander


def test_une_demande_suffit_et_dit_qui_la_fait(demander, serveur):
    assert demander(BON) == {"results": []}  # le type annoncé n'y fait rien
    [(_, parametres, entetes)] = serveur.demandes
    assert parametres["q"] == [SIREN]
    assert entetes["User-Agent"] == f"generateur/{VERSION}"


def test_obeit_a_retry_after(demander, serveur):
    debut = time.monotonic()
    demander(Reponse(code=429, entetes={"Retry-After": "1"}), BON)
    assert time.monotonic() - debut >= 1
    assert serveur.compter("/entreprises") == 2


def test_obeit_a_retry_after_en_date(demander):
    debut = time.monotonic()
    dates = {"Date": "Fri, 27 Nov 2026 10:00:00 GMT", "Retry-After": "Fri, 27 Nov 2026 10:00:01 GMT"}
    with pytest.raises(ErreurOutilAbsent):
        demander(Reponse(code=429, entetes=dates))
    assert time.monotonic() - debut >= 1


def test_un_delai_trop_long_est_dit_et_le_service_laisse_en_paix(demander, serveur):
    with pytest.raises(ErreurOutilAbsent, match="3600 secondes"):
        demander(Reponse(code=429, entetes={"Retry-After": "3600"}))
    assert serveur.compter("/entreprises") == 1


@pytest.mark.parametrize(
    ("reponse", "motif"),
    [
        (Reponse(code=503), "code 503"),
        (Reponse(code=429), "code 429"),
        (Reponse(b"<!doctype html><p>Maintenance</p>"), "une page"),
        (Reponse(b'{"results": [{"siren": "9999'), "incompl"),
        (Reponse(b""), "incompl"),
        (Reponse(b"[" * 200_000), "incompl"),
        (Reponse(b"{}", entetes={"Content-Length": "99"}), "connexion"),
        (Reponse(pause=2), "délai"),
    ],
    ids=["503", "429", "page", "tronquee", "vide", "imbriquee", "coupee", "lente"],
)
def test_s_arrete_apres_trois_echecs(demander, serveur, reponse, motif):
    impatience = {"delai_s": 0.3} if reponse.pause else {}  # ailleurs, une machine lente n'est pas une panne
    with pytest.raises(ErreurOutilAbsent, match=motif) as refus:
        demander(reponse, **impatience)
    assert serveur.compter("/entreprises") == 3
    assert "--hors-ligne" in refus.value.remede


def test_les_echecs_se_comptent_tous_services_confondus(serveur, services, mesure):
    serveur.rejouer("/entreprises", Reponse(code=503), Reponse(code=503), BON)
    serveur.rejouer("/bodacc", Reponse(code=503))
    with Client(mesure) as client:
        client.demander(services.entreprises, SIREN)
        with pytest.raises(ErreurOutilAbsent):
            client.demander(services.bodacc, SIREN)
    assert serveur.compter("/bodacc") == 1


@pytest.mark.parametrize("code", [400, 403, 404])
def test_un_refus_ne_se_redemande_pas(demander, serveur, code):
    with pytest.raises(ErreurOutilAbsent, match=f"code {code}"):
        demander(Reponse(code=code))
    assert serveur.compter("/entreprises") == 1


def test_une_reponse_demesuree_est_refusee(demander, serveur):
    with pytest.raises(ErreurOutilAbsent, match="démesurée"):
        demander(Reponse(b" " * 50_000), octets_max=10_000)
    assert serveur.compter("/entreprises") == 1


def test_un_renvoi_chez_un_autre_hote_est_refuse(demander):
    with ouvrir_serveur() as autre:  # un autre port est un autre hôte
        with pytest.raises(ErreurOutilAbsent, match="autre hôte"):
            demander(Reponse(code=302, entetes={"Location": autre.adresse("/entreprises")}))
        assert not autre.demandes


def test_un_renvoi_chez_le_meme_hote_est_suivi_une_fois(demander, serveur):
    serveur.rejouer("/ailleurs", BON)
    assert demander(Reponse(code=301, entetes={"Location": "/ailleurs"})) == {"results": []}
    with pytest.raises(ErreurOutilAbsent, match="sans fin"):
        demander(Reponse(code=301, entetes={"Location": "/entreprises"}))


def test_pas_plus_de_cinq_demandes_par_seconde(services, mesure, serveur):
    serveur.rejouer("/entreprises", BON)
    debut = time.monotonic()
    with Client(dataclasses.replace(mesure, intervalle_s=0.2)) as client:
        for _ in range(3):
            client.demander(services.entreprises, SIREN)
    assert time.monotonic() - debut >= 0.4


def test_personne_au_bout_du_fil(services, mesure, serveur):
    muet = dataclasses.replace(services.entreprises, adresse="http://127.0.0.1:9/rien")
    with Client(mesure) as client, pytest.raises(ErreurOutilAbsent, match="connexion"):
        client.demander(muet, SIREN)
    assert not serveur.demandes

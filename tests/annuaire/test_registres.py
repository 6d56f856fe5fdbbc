"""La mémoire des réponses : datée, privée, jamais à moitié écrite ; une demande par jour et par registre."""

import datetime as dt
import os
import stat
import threading

import pytest

from generateur.annuaire.client import Client
from generateur.annuaire.memoire import Memoire, Souvenir
from generateur.annuaire.registres import consulter
from generateur.erreurs import ErreurEcriture, ErreurOutilAbsent
from tests.outils.serveur_annuaire import Reponse, en_reponse

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SIREN = "999999915"
JOUR = dt.date(2026, 11, 27)


@pytest.fixture
def memoire(tmp_path):
    return Memoire(tmp_path / "annuaire")


@pytest.fixture
def demander(serveur, services, mesure, memoire, entreprise):
    serveur.rejouer("/entreprises", en_reponse({"results": [entreprise()]}))
    serveur.rejouer("/bodacc", en_reponse({"total_count": 0, "results": []}))

    def _demander(jour=JOUR, *, est_hors_ligne=False):
        with memoire.reserver(), Client(mesure) as client:
            return consulter(SIREN, services, jour=jour, memoire=memoire, client=None if est_hors_ligne else client)

    return _demander


def test_une_demande_par_registre_et_par_jour(demander, serveur):
    assert demander() == demander()
    assert len(serveur.demandes) == 2
    demander(JOUR + dt.timedelta(days=1))
    assert len(serveur.demandes) == 4


def test_hors_ligne_la_reponse_gardee_dit_sa_date(demander, serveur):
    demander()
    assert demander(JOUR + dt.timedelta(days=40), est_hors_ligne=True).lu_le == JOUR
    assert len(serveur.demandes) == 2


def test_hors_ligne_sans_rien_de_garde(demander):
    with pytest.raises(ErreurOutilAbsent, match="n'est gardée"):
        demander(est_hors_ligne=True)


def test_une_reponse_incomprise_n_est_pas_gardee(demander, serveur, memoire, services):
    serveur.rejouer("/entreprises", Reponse(b'{"resultats": []}'))
    with pytest.raises(ErreurOutilAbsent, match="forme connue"):
        demander()
    assert memoire.lire(services.entreprises, SIREN) is None


def test_les_reponses_sont_pour_leur_auteur_seul(demander, tmp_path):
    demander()
    repertoire = tmp_path / "annuaire"
    assert stat.S_IMODE(repertoire.stat().st_mode) == 0o700
    droits = {stat.S_IMODE(fichier.stat().st_mode) for fichier in repertoire.glob("*.json")}
    assert droits == {0o600}


def test_un_fichier_abime_vaut_une_reponse_absente(demander, serveur, tmp_path):
    demander()
    for fichier in (tmp_path / "annuaire").glob("*.json"):
        fichier.write_bytes(fichier.read_bytes()[:40])
    demander()
    assert len(serveur.demandes) == 4


def test_tuee_au_milieu_la_commande_ne_laisse_rien_a_moitie(memoire, services, monkeypatch, tmp_path):
    ancien = Souvenir(JOUR, {"results": []})
    with memoire.reserver():
        memoire.ranger(services.entreprises, SIREN, ancien)
    with monkeypatch.context() as coupure:
        coupure.setattr(os, "fdopen", _mourir)
        with pytest.raises(SystemExit), memoire.reserver():
            memoire.ranger(services.entreprises, SIREN, Souvenir(JOUR + dt.timedelta(days=1), {"results": [1]}))
    assert memoire.lire(services.entreprises, SIREN) == ancien
    assert list((tmp_path / "annuaire").glob(".*.partiel"))
    with memoire.reserver():
        assert not list((tmp_path / "annuaire").glob(".*.partiel"))


def _mourir(descripteur, *_, **__):
    os.close(descripteur)
    raise SystemExit


def test_deux_commandes_a_la_fois_ne_demandent_qu_une_fois(demander, serveur):
    fils = [threading.Thread(target=demander) for _ in range(3)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(serveur.demandes) == 2


def test_une_commande_qui_n_en_finit_pas_est_dite(tmp_path):
    with (
        Memoire(tmp_path).reserver(),
        pytest.raises(ErreurEcriture, match="en cours"),
        Memoire(tmp_path, attente_s=0.05).reserver(),
    ):
        pass


def test_la_ou_rien_ne_s_ecrit_on_repond_quand_meme(services, tmp_path):
    (tmp_path / "fichier").write_text("")
    memoire = Memoire(tmp_path / "fichier" / "annuaire")
    with memoire.reserver():
        memoire.ranger(services.entreprises, SIREN, Souvenir(JOUR, {}))
    assert memoire.lire(services.entreprises, SIREN) is None

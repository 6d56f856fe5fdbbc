"""Le registre ne s'écrit qu'en ajoutant, une commande à la fois, et rien n'y est doublé ni perdu."""

import datetime as dt
import signal
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from generateur.erreurs import ErreurDossier, ErreurOutilAbsent, ErreurUsage
from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Plume
from generateur.registre.recherche import trouver_affaire
from tests.outils.registres import JOUR, inscription, produit

VEILLE = JOUR - dt.timedelta(days=1)
RETOUCHES = [
    "UPDATE evenements SET nature = 'paye'",
    "DELETE FROM evenements",
    "UPDATE dossiers SET ouvert_le = '2020-01-01'",
    "DELETE FROM dossiers",
    "INSERT INTO evenements (dossier, rang, nature, le, contenu) VALUES (1, 1, 'paye', '2026-01-01', '{}')",
    "INSERT INTO evenements (dossier, rang, nature, le, contenu) VALUES (1, 9, 'paye', '2026-01-01', '{}')",
]


def _evenements(base, reference="2026-0042"):
    return [(e.rang, e.fait.nature) for e in trouver_affaire(base, reference, JOUR).evenements]


@pytest.mark.parametrize("retouche", RETOUCHES)
def test_la_base_refuse_toute_retouche(base, plume, retouche):
    plume.inscrire([inscription()], JOUR)
    with pytest.raises(DBAPIError), base._moteur.begin() as connexion:
        connexion.exec_driver_sql(retouche)
    assert _evenements(base) == [(1, "produit")]


def test_un_remplacement_de_sqlite_est_refuse_aussi(fichier):
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        Plume(base).inscrire([inscription()], JOUR)
        for table, valeurs in (("evenements", "(1, 1, 'paye', '2026-01-01', '{}')"), ("dossiers", "(1, '2020-01-01')")):
            with pytest.raises(DBAPIError), base._moteur.begin() as connexion:
                connexion.exec_driver_sql(f"INSERT OR REPLACE INTO {table} VALUES {valeurs}")  # noqa: S608
        assert _evenements(base) == [(1, "produit")]


@pytest.mark.outils
def test_vider_une_table_de_postgresql_est_refuse(serveur):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        Plume(base).inscrire([inscription()], JOUR)
        with pytest.raises(DBAPIError), base._moteur.begin() as connexion:
            connexion.exec_driver_sql("TRUNCATE dossiers CASCADE")
        assert _evenements(base) == [(1, "produit")]


def test_un_evenement_plus_ancien_s_ecrit_a_la_suite(base, plume):
    plume.inscrire([inscription()], JOUR)
    plume.ajouter("2026-0042", Fait("depose", VEILLE))
    assert _evenements(base) == [(1, "produit"), (2, "depose")]


def test_inscrire_de_nouveau_n_ajoute_rien(base, plume):
    paiement = Fait("paye", JOUR, {"montant": "10.00"})
    faits = (produit(), Fait("depose", JOUR), paiement, paiement)
    assert plume.inscrire([inscription("2026-0042", *faits)], JOUR) == [4]
    assert plume.inscrire([inscription("2026-0042", *faits)], JOUR + dt.timedelta(days=3)) == [0]
    assert plume.inscrire([inscription("2026-0042", *faits, paiement)], JOUR) == [1]
    assert len(_evenements(base)) == 5


def test_une_liasse_refaite_s_ajoute(base, plume):
    plume.inscrire([inscription()], JOUR)
    assert plume.inscrire([inscription("2026-0042", produit("1300.00", "m2"))], JOUR) == [1]
    assert str(trouver_affaire(base, "2026-0042", JOUR).total) == "1300.00"


def test_une_affaire_sans_rien_est_inscrite_une_fois(base, plume):
    seule = inscription()
    seule = type(seule)(seule.fiche, ())
    assert plume.inscrire([seule, seule], JOUR) == [1, 0]
    assert _evenements(base) == [(1, "inscrit")]


def test_un_nom_corrige_est_suivi_une_autre_affaire_est_refusee(base, plume):
    plume.inscrire([inscription()], JOUR)
    plume.inscrire([inscription(debiteur="Comptoir de la Lune")], JOUR)
    assert trouver_affaire(base, "2026-0042", JOUR).debiteur == "Comptoir de la Lune"
    autre = inscription(debiteur="Brasserie Halo", creancier="Verger Orme")
    refus, ajoutes = plume.inscrire([autre, inscription("2026-0043")], JOUR)
    assert isinstance(refus, ErreurDossier)
    assert ajoutes == 1
    assert trouver_affaire(base, "2026-0042", JOUR).debiteur == "Comptoir de la Lune"


def test_un_evenement_deja_note_ou_une_affaire_inconnue_sont_refuses(plume):
    plume.inscrire([inscription()], JOUR)
    plume.ajouter("2026-0042", Fait("oppose", JOUR))
    with pytest.raises(ErreurUsage, match="déjà au registre"):
        plume.ajouter("2026-0042", Fait("oppose", JOUR))
    with pytest.raises(ErreurUsage, match="pas au registre"):
        plume.ajouter("2026-9999", Fait("oppose", JOUR))


ECRIRE = """
import sys
from generateur.registre.base import ouvrir_base
from generateur.registre.parcours import Fait
from generateur.registre.plume import Plume
from tests.outils.registres import JOUR, inscription
adresse, qui, combien = sys.argv[1], sys.argv[2], int(sys.argv[3])
with ouvrir_base(adresse, creer=True) as base:
    plume = Plume(base)
    plume.inscrire([inscription("2026-0042", Fait("inscrit", JOUR))], JOUR)
    for rang in range(combien):
        plume.ajouter("2026-0042", Fait("oppose", JOUR, mention=f"{qui} {rang}"))
        print(rang, flush=True)
"""


def _ecrire(adresse, qui, combien, racine, **reste):
    return subprocess.Popen([sys.executable, "-c", ECRIRE, adresse, qui, str(combien)], cwd=racine, **reste)


def test_deux_commandes_ecrivent_ensemble_sans_rien_perdre(adresse, racine):
    ecrivains = [_ecrire(adresse, qui, 15, racine, stdout=subprocess.DEVNULL) for qui in ("un", "deux")]
    assert [ecrivain.wait(60) for ecrivain in ecrivains] == [0, 0]
    with ouvrir_base(adresse, creer=False) as base:
        affaire = trouver_affaire(base, "2026-0042", JOUR)
    assert [e.rang for e in affaire.evenements] == list(range(1, 32))
    assert {e.fait.mention for e in affaire.evenements[1:]} == {f"{q} {r}" for q in ("un", "deux") for r in range(15)}


def test_une_commande_tuee_ne_laisse_rien_a_moitie(adresse, racine):
    with _ecrire(adresse, "tue", 10_000, racine, stdout=subprocess.PIPE, text=True) as ecrivain:
        dits = [int(ecrivain.stdout.readline()) for _ in range(5)]
        ecrivain.send_signal(signal.SIGKILL)
    with ouvrir_base(adresse, creer=False) as base:
        affaire = trouver_affaire(base, "2026-0042", JOUR)
        mentions = [e.fait.mention for e in affaire.evenements[1:]]
        assert mentions == [f"tue {rang}" for rang in range(len(mentions))]
        assert len(mentions) > dits[-1]
        Plume(base).ajouter("2026-0042", Fait("clos", JOUR))


def test_la_purge_efface_les_personnes_et_garde_l_histoire(base, plume):
    depot = Fait("depose", JOUR, mention="remis par Mme Tilleul")
    echeances = ((JOUR, "Signification (Jeanne Tilleul)", "CPC 1411"),)
    plume.inscrire([inscription("2026-jeanne-tilleul", produit(), depot, debiteur="Jeanne Tilleul")], JOUR)
    plume.inscrire(
        [
            inscription(
                "2026-0044", debiteur="Jeanne Tilleul", creancier="Paul Orme", physique=True, echeances=echeances
            )
        ],
        JOUR,
    )
    plume.pseudonymiser([1, 2], JOUR)
    assert _evenements(base, "affaire-000001") == [(1, "produit"), (2, "depose"), (3, "purge")]
    affaires = [trouver_affaire(base, f"affaire-00000{rang}", JOUR) for rang in (1, 2)]
    assert [(a.etat, a.debiteur, a.creancier, a.echeance) for a in affaires] == [
        ("purge", "effacé", "Atelier Lumen", None),
        ("purge", "effacé", "effacé", None),
    ]
    assert "ulie" not in _tout_lire(base)
    plume.pseudonymiser([1], JOUR)
    assert len(_evenements(base, "affaire-000001")) == 3


def _tout_lire(base):
    with base.lire() as connexion:
        noms = sa.inspect(connexion).get_table_names()
        return "".join(str(connexion.exec_driver_sql(f"SELECT * FROM {nom}").all()) for nom in noms)  # noqa: S608


def test_la_purge_ecrase_les_noms_dans_le_fichier(fichier):
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        plume = Plume(base)
        plume.inscrire([inscription(debiteur="Jeanne Tilleul")], JOUR)
        assert b"Tilleul" in fichier.read_bytes()
        plume.pseudonymiser([1], JOUR)
    assert b"Tilleul" not in fichier.read_bytes()


@pytest.mark.outils
def test_un_serveur_arrete_puis_relance_ne_perd_rien(serveur):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        plume = Plume(base, attente_s=20)
        plume.inscrire([inscription()], JOUR)
        serveur.arreter()
        relance = threading.Timer(1.5, serveur.demarrer)
        relance.start()
        try:
            assert plume.inscrire([inscription("2026-0043")], JOUR) == [1]
        finally:
            relance.join()
        assert plume.inscrire([inscription(), inscription("2026-0043")], JOUR) == [0, 0]
        assert _evenements(base) == [(1, "produit")]


@pytest.mark.outils
def test_un_serveur_qui_ne_revient_pas_est_dit(serveur):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        serveur.arreter()
        try:
            with pytest.raises(ErreurOutilAbsent, match="ne répond pas"):
                Plume(base, attente_s=0.5).inscrire([inscription(debiteur="Jeanne Tilleul")], JOUR)
        finally:
            serveur.demarrer()
        assert Plume(base).inscrire([inscription()], JOUR) == [1]

"""Ce que le registre ne peut pas prendre est gardé, retenté, puis nommé ; relancer l'inscrit, sans rien doubler."""

import contextlib
import sqlite3

import pytest
import sqlalchemy as sa

from generateur.erreurs import ErreurOutilAbsent
from generateur.operations import inscription as inscriptions
from generateur.operations.inscription import Inscripteur, inscrire_dossiers
from generateur.registre import base as bases
from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume
from generateur.registre.recherche import lister_affaires
from generateur.registre.schema import dossiers as tables_dossiers
from generateur.reglages import Resultat
from tests.outils.registres import JOUR, inscription

DOSSIER = """
reference = "{reference}"
[creancier]
denomination = "Atelier Lumen"
[[debiteurs]]
denomination = "Comptoir Lune"
[[factures]]
numero = "F1"
montant_ttc = "100.00"
"""


@pytest.fixture
def dossiers(tmp_path, monkeypatch):
    """Douze dossiers, inscrits quatre par quatre, sans longue attente."""
    monkeypatch.setattr(inscriptions, "_GROUPE", 4)
    monkeypatch.setattr(inscriptions, "_PATIENCE_S", 0.1)
    chemins = [tmp_path / "dossiers" / f"2026-{rang:04d}" for rang in range(12)]
    for chemin in chemins:
        chemin.mkdir(parents=True)
        (chemin / "dossier.toml").write_text(DOSSIER.format(reference=chemin.name), encoding="utf-8")
    return chemins


def _references(base):
    return [affaire.reference for affaire in lister_affaires(base, JOUR)]


def _verifier_reprise(adresse, dossiers):
    """Relancer inscrit ce qui manquait, et rien deux fois."""
    with ouvrir_base(adresse, creer=False) as base:
        inscrits = inscrire_dossiers(base, dossiers[0].parent, dossiers[0].parent / "sortie", JOUR)
        assert not inscrits.ecartes
        assert _references(base) == [chemin.name for chemin in dossiers]
        assert {len(affaire.evenements) for affaire in lister_affaires(base, JOUR)} == {1}


def test_un_registre_occupe_en_route_est_retente(fichier, dossiers, monkeypatch):
    monkeypatch.setattr(bases, "_ATTENTE_S", 0.1)
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        inscripteur = Inscripteur(base, JOUR)
        with contextlib.closing(sqlite3.connect(fichier)) as autre:
            autre.execute("BEGIN IMMEDIATE")
            for chemin in dossiers[:6]:
                inscripteur.inscrire(chemin)
        for chemin in dossiers[6:]:
            inscripteur.inscrire(chemin)
        inscrits = inscripteur.finir()
        assert not inscrits.ecartes
        assert _references(base) == [chemin.name for chemin in dossiers]


def test_ce_qu_un_registre_occupe_ne_prend_pas_est_nomme_puis_repris(fichier, dossiers, monkeypatch):
    monkeypatch.setattr(bases, "_ATTENTE_S", 0.1)
    adresse = f"sqlite:///{fichier}"
    with ouvrir_base(adresse, creer=True) as base, contextlib.closing(sqlite3.connect(fichier)) as autre:
        inscripteur = Inscripteur(base, JOUR)
        for chemin in dossiers[:4]:
            inscripteur.inscrire(chemin)
        autre.execute("BEGIN IMMEDIATE")
        for chemin in dossiers[4:]:
            inscripteur.inscrire(chemin)
        inscrits = inscripteur.finir()
    assert [e.chemin for e in inscrits.ecartes] == dossiers[4:]
    assert all("occupé" in e.erreur.message and e.erreur.remede for e in inscrits.ecartes)
    _verifier_reprise(adresse, dossiers)


def test_un_dossier_qui_ne_s_inscrit_pas_n_empeche_pas_les_autres(fichier, dossiers):
    (dossiers[2] / "dossier.toml").write_text("x", encoding="utf-8")
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        inscrits = inscrire_dossiers(base, dossiers[0].parent, dossiers[0].parent / "sortie", JOUR)
    assert [e.chemin for e in inscrits.ecartes] == [dossiers[2]]
    assert len(inscrits.affaires) == 11


def test_un_resultat_refuse_ou_non_resume_n_est_pas_inscrit(fichier, dossiers):
    refuse = Resultat(reference="2026-0000", etat="refuse", code=4)
    muet = Resultat(reference="2026-0001", etat="produit", code=0, fichier="x.pdf")
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        inscripteur = Inscripteur(base, JOUR)
        inscripteur.inscrire_resultat(dossiers[0], refuse)
        inscripteur.inscrire_resultat(dossiers[1], muet)
        inscrits = inscripteur.finir()
    assert not inscrits.ajouts
    assert [(e.chemin, "registre inscrire" in e.erreur.remede) for e in inscrits.ecartes] == [(dossiers[1], True)]


@pytest.mark.outils
def test_un_serveur_arrete_puis_relance_en_route_ne_perd_rien(serveur, dossiers):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        inscripteur = Inscripteur(base, JOUR)
        for chemin in dossiers[:5]:
            inscripteur.inscrire(chemin)
        serveur.arreter()
        for chemin in dossiers[5:9]:
            inscripteur.inscrire(chemin)
        serveur.demarrer()
        for chemin in dossiers[9:]:
            inscripteur.inscrire(chemin)
        assert not inscripteur.finir().ecartes
        assert _references(base) == [chemin.name for chemin in dossiers]


@pytest.mark.outils
def test_ce_qu_un_serveur_arrete_n_a_pas_pris_est_nomme_puis_repris(serveur, dossiers):
    adresse = serveur.creer_base()
    with ouvrir_base(adresse, creer=True) as base:
        inscripteur = Inscripteur(base, JOUR, attente_s=0.5)
        for chemin in dossiers[:4]:
            inscripteur.inscrire(chemin)
        serveur.arreter()
        for chemin in dossiers[4:]:
            inscripteur.inscrire(chemin)
        inscrits = inscripteur.finir()
    assert [e.chemin for e in inscrits.ecartes] == dossiers[4:]
    assert "ne répond pas" in inscrits.ecartes[0].erreur.message
    serveur.demarrer()
    _verifier_reprise(adresse, dossiers)


@pytest.fixture
def presse(monkeypatch):
    """Les délais, courts : un serveur figé se constate vite."""
    monkeypatch.setattr(bases, "_SILENCE_S", 2.0)
    monkeypatch.setattr(bases, "_CONNEXION_S", 2)


@pytest.mark.outils
@pytest.mark.usefixtures("presse")
def test_un_serveur_fige_puis_ranime_en_route_ne_perd_rien(serveur, dossiers):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        inscripteur = Inscripteur(base, JOUR)
        for chemin in dossiers[:5]:
            inscripteur.inscrire(chemin)
        with serveur.figer():
            for chemin in dossiers[5:9]:
                inscripteur.inscrire(chemin)
        for chemin in dossiers[9:]:
            inscripteur.inscrire(chemin)
        assert not inscripteur.finir().ecartes
        assert _references(base) == [chemin.name for chemin in dossiers]
        assert {len(affaire.evenements) for affaire in lister_affaires(base, JOUR)} == {1}


@pytest.mark.outils
@pytest.mark.usefixtures("presse")
def test_ce_qu_un_serveur_fige_n_a_pas_pris_est_nomme_puis_repris(serveur, dossiers):
    adresse = serveur.creer_base()
    with ouvrir_base(adresse, creer=True) as base:
        inscripteur = Inscripteur(base, JOUR, attente_s=0.5)
        for chemin in dossiers[:4]:
            inscripteur.inscrire(chemin)
        with serveur.figer():
            for chemin in dossiers[4:]:
                inscripteur.inscrire(chemin)
            inscrits = inscripteur.finir()
    assert [e.chemin for e in inscrits.ecartes] == dossiers[4:]
    assert "ne répond pas" in inscrits.ecartes[0].erreur.message
    _verifier_reprise(adresse, dossiers)


@pytest.mark.outils
@pytest.mark.usefixtures("presse")
def test_un_serveur_fige_au_milieu_d_une_ecriture_la_rend_entiere_ou_nulle(serveur):
    with ouvrir_base(serveur.creer_base(), creer=True) as base:
        Plume(base).inscrire([inscription("avant")], JOUR)
        with contextlib.ExitStack() as gel:

            def ecrire():
                with base.ecrire() as connexion:
                    connexion.execute(sa.insert(tables_dossiers).values(ouvert_le=JOUR))
                    gel.enter_context(serveur.figer())
                    connexion.execute(sa.insert(tables_dossiers).values(ouvert_le=JOUR))

            with pytest.raises(ErreurOutilAbsent, match="ne répond pas"):
                ecrire()
        with base.lire() as connexion:
            assert connexion.execute(sa.select(sa.func.count()).select_from(tables_dossiers)).scalar() == 1
        Plume(base).inscrire([inscription("apres")], JOUR)
        assert _references(base) == ["apres", "avant"]

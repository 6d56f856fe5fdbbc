"""Ouvrir un registre : le sien, à jour, fermé aux autres ; tout autre est refusé avec le remède, et intact."""

import contextlib
import importlib.util
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from generateur.erreurs import ErreurEcriture, ErreurLecture, ErreurOutilAbsent, ErreurUsage
from generateur.registre import base as bases
from generateur.registre.adresse import dire_adresse, lire_adresse
from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume
from generateur.registre.recherche import lister_affaires
from generateur.registre.schema import TABLE_VERSION, VERSION, tables
from tests.outils.registres import JOUR, VERSION_1, faire_version_1, inscription


@pytest.fixture
def ecrit(fichier):
    with ouvrir_base(f"sqlite:///{fichier}", creer=True) as base:
        Plume(base).inscrire([inscription()], JOUR)
    return f"sqlite:///{fichier}"


def test_la_version_est_la_derniere_migration():
    assert ScriptDirectory(str(bases._MIGRATIONS)).get_current_head() == VERSION


def test_les_tables_sont_celles_que_les_migrations_laissent(base):
    with base.lire() as connexion:
        contexte = MigrationContext.configure(connexion, opts={"version_table": TABLE_VERSION})
        assert compare_metadata(contexte, tables) == []


def _verifier_venu_de_la_version_1(base):
    affaires = lister_affaires(base, JOUR)
    assert [(a.reference, a.debiteur, a.etat, a.procedure, a.total and str(a.total)) for a in affaires] == [
        ("2026-0042", "Comptoir Lune", "depose", "injonction_de_payer", "1200.00"),
        ("2026-0043", "Jeanne Tilleul", "inscrit", None, None),
    ]
    assert affaires[0].evenements[1].fait.mention == "remis au greffe par Mme Tilleul"
    with base.lire() as connexion:
        assert connexion.exec_driver_sql(f"SELECT version_num FROM {TABLE_VERSION}").scalar() == VERSION  # noqa: S608
    assert Plume(base).inscrire([inscription("2026-0099")], JOUR) == [1]


def test_un_registre_de_la_version_1_est_migre_sans_rien_perdre(adresse):
    faire_version_1(adresse.replace("postgresql://", "postgresql+psycopg://"))
    with ouvrir_base(adresse, creer=False) as base:
        _verifier_venu_de_la_version_1(base)


def test_le_registre_garde_de_la_version_1_est_migre(fichier):
    with contextlib.closing(sqlite3.connect(fichier)) as connexion:
        connexion.executescript(VERSION_1.read_text("utf-8"))
    with ouvrir_base(f"sqlite:///{fichier}", creer=False) as base:
        _verifier_venu_de_la_version_1(base)


def test_une_migration_interrompue_laisse_la_version_d_avant(fichier, monkeypatch):
    faire_version_1(f"sqlite:///{fichier}")
    avant = fichier.read_bytes()

    def echouer(_connexion):
        raise KeyboardInterrupt

    with monkeypatch.context() as trafic:
        trafic.setattr(bases, "refaire_situations", echouer)
        with pytest.raises(KeyboardInterrupt):
            ouvrir_base(f"sqlite:///{fichier}", creer=False)
    assert fichier.read_bytes() == avant
    with ouvrir_base(f"sqlite:///{fichier}", creer=False) as base:
        _verifier_venu_de_la_version_1(base)


def test_un_registre_plus_recent_que_le_programme_est_refuse(adresse):
    with ouvrir_base(adresse, creer=True) as base, base._moteur.begin() as connexion:
        connexion.exec_driver_sql(f"UPDATE {TABLE_VERSION} SET version_num = '9999'")  # noqa: S608
    with pytest.raises(ErreurLecture, match="version plus récente") as refus:
        ouvrir_base(adresse, creer=True)
    assert "Mettre à jour" in refus.value.remede


def test_lire_un_registre_qui_n_existe_pas_ne_le_cree_pas(adresse, fichier):
    with pytest.raises(ErreurLecture, match="pas de registre"):
        ouvrir_base(adresse, creer=False)
    assert not fichier.exists()


def test_la_base_d_un_autre_programme_est_refusee_intacte(fichier):
    with contextlib.closing(sqlite3.connect(fichier)) as connexion:
        connexion.execute("CREATE TABLE clients (nom TEXT)")
    avant = fichier.read_bytes()
    with pytest.raises(ErreurLecture, match="pas un registre"):
        ouvrir_base(f"sqlite:///{fichier}", creer=True)
    assert fichier.read_bytes() == avant


@pytest.mark.parametrize(
    "abimer",
    [lambda octets: b"PK" + octets[2:], lambda octets: octets[:6000], lambda octets: octets[:5000] + b"\xff" * 9000],
)
def test_un_fichier_abime_est_refuse_intact(ecrit, fichier, abimer):
    fichier.write_bytes(abimer(fichier.read_bytes()))
    avant = fichier.read_bytes()
    with pytest.raises(ErreurLecture, match="abîmé") as refus:
        ouvrir_base(ecrit, creer=True)
    assert "sauvegarde" in refus.value.remede
    assert fichier.read_bytes() == avant


def test_un_registre_occupe_est_dit(ecrit, fichier, monkeypatch):
    monkeypatch.setattr(bases, "_ATTENTE_S", 0.1)
    with contextlib.closing(sqlite3.connect(fichier)) as autre:
        autre.execute("BEGIN IMMEDIATE")
        with ouvrir_base(ecrit, creer=True) as base:
            with pytest.raises(ErreurEcriture, match="occupé"):
                Plume(base).inscrire([inscription("2026-0043")], JOUR)
            assert len(lister_affaires(base, JOUR)) == 1, "lire reste possible"


@pytest.mark.outils
def test_un_registre_occupe_sur_un_serveur_est_dit(serveur, monkeypatch):
    monkeypatch.setattr(bases, "_ATTENTE_S", 1)
    adresse = serveur.creer_base()
    with (
        ouvrir_base(adresse, creer=True) as une,
        ouvrir_base(adresse, creer=True) as autre,
        autre.ecrire(),
        pytest.raises(ErreurEcriture, match="occupé"),
    ):
        Plume(une).inscrire([inscription("2026-0043")], JOUR)


LIRE_PUIS_ECRIRE = """
import os, sys
from generateur.erreurs import ErreurEcriture
from generateur.registre.base import ouvrir_base
from generateur.registre.plume import Plume
from generateur.registre.recherche import lister_affaires
from tests.outils.registres import JOUR, inscription
with ouvrir_base(sys.argv[1], creer=True) as base:
    Plume(base).inscrire([inscription()], JOUR)  # tout est chargé avant de changer de compte
    lister_affaires(base, JOUR)
if os.getuid() == 0:
    os.setuid(65534)
with ouvrir_base(sys.argv[2], creer=True) as base:
    print(len(lister_affaires(base, JOUR)))
    try:
        Plume(base).inscrire([inscription("2026-0043")], JOUR)
    except ErreurEcriture as erreur:
        print(erreur.message)
"""


@pytest.mark.skipif(os.name != "posix", reason="droits POSIX")
def test_un_registre_en_lecture_seule_se_lit_et_refuse_l_ecriture(ecrit, fichier, racine):
    with tempfile.TemporaryDirectory() as partage:
        Path(partage).chmod(0o755)
        copie = Path(partage) / "registre.sqlite"
        shutil.copy(fichier, copie)
        copie.chmod(0o444)
        fait = subprocess.run(
            [sys.executable, "-c", LIRE_PUIS_ECRIRE, ecrit, f"sqlite:///{copie}"],
            cwd=racine, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert fait.stdout.splitlines() == ["1", "le registre ne peut être que lu : rien n'y est écrit"]


@pytest.mark.outils
def test_un_serveur_en_lecture_seule_refuse_l_ecriture(serveur):
    adresse = serveur.creer_base()
    ouvrir_base(adresse, creer=True).__exit__(None, None, None)
    reglage = "&options=-c%20default_transaction_read_only%3Don"
    with ouvrir_base(adresse + reglage, creer=False) as base:
        assert lister_affaires(base, JOUR) == ()
        with pytest.raises(ErreurEcriture, match="que lu"):
            Plume(base).inscrire([inscription()], JOUR)


@pytest.mark.skipif(os.name != "posix", reason="droits POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_un_registre_n_est_lisible_que_de_son_auteur(tmp_path, umask):
    ancien = os.umask(umask)
    try:
        with ouvrir_base(f"sqlite:///{tmp_path}/neuf/registre.sqlite", creer=True) as base, base.ecrire() as connexion:
            connexion.exec_driver_sql("INSERT INTO dossiers (ouvert_le) VALUES ('2026-01-01')")
            droits = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "neuf").iterdir()}
    finally:
        os.umask(ancien)
    assert droits == {"registre.sqlite": 0o600, "registre.sqlite-journal": 0o600}
    assert stat.S_IMODE((tmp_path / "neuf").stat().st_mode) == 0o700


def test_un_registre_ne_se_cree_pas_a_la_place_d_un_repertoire(tmp_path):
    with pytest.raises(ErreurLecture):
        ouvrir_base(f"sqlite:///{tmp_path}", creer=True)


@pytest.mark.parametrize(
    "texte", ["registre.sqlite", "mysql://a@b/c", "sqlite://", "sqlite:///:memory:", "sqlite:///a?mode=ro", "x://[", ""]
)
def test_une_adresse_mal_ecrite_est_refusee(texte):
    with pytest.raises(ErreurUsage) as refus:
        lire_adresse(texte)
    assert "sqlite:///" in refus.value.remede


@pytest.mark.parametrize("texte", ["postgresql://c:S3cret@h/b", "postgres://c:S3cret@h/b?password=S3cret"])
def test_une_adresse_se_montre_sans_son_mot_de_passe(texte):
    montree = dire_adresse(lire_adresse(texte))
    assert "S3cret" not in montree
    assert montree.endswith("@h/b")


def test_sans_psycopg_on_dit_quoi_installer(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _nom: None)
    with pytest.raises(ErreurOutilAbsent, match="psycopg") as refus:
        lire_adresse("postgresql://h/b")
    assert "postgresql" in refus.value.remede


def test_un_serveur_qui_n_ecoute_pas_est_dit_sans_mot_de_passe(serveur_muet):
    with pytest.raises(ErreurOutilAbsent, match="ne répond pas") as refus:
        ouvrir_base(serveur_muet, creer=True)
    assert "S3cret" not in f"{refus.value.message}{refus.value.lieu}{refus.value.remede}"


@pytest.fixture
def serveur_muet(tmp_path):
    """Une adresse où rien n'écoute."""
    return f"postgresql://compte:S3cret@/base?host={tmp_path}"

"""Un aperçu gardé d'une ouverture à l'autre : jamais périmé, quoi que l'on change, quelle que soit sa date."""

import datetime as dt
import os
import shutil
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.domaine.socle import ZERO
from generateur.droit import tables
from generateur.droit.ajouts import AjoutsDroit, Prolongement
from generateur.droit.valeurs import Source
from generateur.operations import apercus_gardes, vitrine
from generateur.operations.outillage import ouvrir_outils
from generateur.operations.vitrine import Vitrine

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)
NOM = "2026-0051"
MONTANT = "1 250,00"


@pytest.fixture(scope="module")
def outils():
    with ouvrir_outils() as ouverts:
        yield ouverts


@pytest.fixture
def racine(tmp_path, monkeypatch):
    """Un dossier à soi, qui cite un profil ; et un cache à soi, encore vide."""
    monkeypatch.setattr(apercus_gardes, "dossier_de_cache", lambda: tmp_path / "cache")
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    for nom in (NOM, "creanciers"):
        shutil.copytree(EXEMPLES / nom, tmp_path / "dossiers" / nom)
    return tmp_path / "dossiers"


@pytest.fixture
def etudes(monkeypatch):
    """Ce qui a été vraiment étudié."""
    faites = []
    vraie = vitrine.etudier_dossier
    monkeypatch.setattr(vitrine, "etudier_dossier", lambda *a, **k: faites.append(a) or vraie(*a, **k))
    return faites


def _ouvrir_la_page(racine, outils, jour=JOUR):
    """L'aperçu que montre une page qu'on vient d'ouvrir : elle n'a rien en mémoire."""
    return Vitrine(racine, racine.parent / "sortie").regarder(jour=jour, outils=outils).apercevoir(racine / NOM)


def test_rien_n_a_change_rien_n_est_etudie_de_nouveau(racine, outils, etudes):
    premier = _ouvrir_la_page(racine, outils)
    assert premier.total > ZERO
    assert _ouvrir_la_page(racine, outils) == premier
    assert len(etudes) == 1


def test_une_autre_racine_de_meme_contenu_a_ses_propres_apercus(racine, outils, etudes):
    premier = _ouvrir_la_page(racine, outils)
    shutil.copytree(racine, racine.parent / "ailleurs")
    assert _ouvrir_la_page(racine.parent / "ailleurs", outils).chemin != premier.chemin
    assert len(etudes) == 2


def _remplacer(fichier, avant, apres):
    """Change le contenu sans changer la taille ni la date : seule la lecture le voit."""
    etat, octets = fichier.stat(), fichier.read_bytes()
    assert avant.encode() in octets
    fichier.write_bytes(octets.replace(avant.encode(), apres.encode()))
    os.utime(fichier, ns=(etat.st_atime_ns, etat.st_mtime_ns))
    assert fichier.stat().st_mtime_ns == etat.st_mtime_ns


def test_un_montant_change_sous_la_meme_date_change_la_somme(racine, outils):
    fichier = racine / NOM / "dossier.toml"
    avant = _ouvrir_la_page(racine, outils)
    taille = fichier.stat().st_size
    _remplacer(fichier, MONTANT, "1 250,01")
    assert fichier.stat().st_size == taille
    assert _ouvrir_la_page(racine, outils).total == avant.total + Decimal("0.01")  # un centime


def test_un_profil_change_sous_la_meme_date_change_le_creancier(racine, outils):
    assert "Lumen" in _ouvrir_la_page(racine, outils).creancier
    _remplacer(racine / "creanciers" / "atelier.toml", "Lumen", "Lumon")
    assert "Lumon" in _ouvrir_la_page(racine, outils).creancier


def test_revenir_a_ce_qui_etait_rend_ce_qui_etait(racine, outils, etudes):
    fichier = racine / NOM / "dossier.toml"
    premier, texte = _ouvrir_la_page(racine, outils), fichier.read_text("utf-8")
    fichier.write_text(texte.replace(MONTANT, "9 000,00"), "utf-8")
    assert _ouvrir_la_page(racine, outils).total > premier.total
    fichier.write_text(texte, "utf-8")
    assert _ouvrir_la_page(racine, outils) == premier
    assert len(etudes) == 2


def _ecrire(nom):
    def changer(racine):
        (racine / nom).parent.mkdir(parents=True, exist_ok=True)
        (racine / nom).write_text("{}", "utf-8")

    return changer


def _ajouter(suite):
    def changer(racine):
        fichier = racine / NOM / "dossier.toml"
        fichier.write_text(fichier.read_text("utf-8") + suite, "utf-8")

    return changer


def _une_piece(racine):
    return min((racine / NOM / "pieces").glob("*.pdf"))


_deposer = _ajouter("\n[suivi]\ndepot = 2026-11-02\n")


CHANGEMENTS = {
    "une pièce de plus": _ecrire(f"{NOM}/pieces/oubliee.txt"),
    "la réponse des registres": _ecrire(f"{NOM}/annuaire.json"),
    "l’échelle des relances": _ecrire("relances.toml"),
    "une pièce effacée": lambda racine: _une_piece(racine).unlink(),
    "une pièce changée": lambda racine: _une_piece(racine).write_bytes(b"x"),
    "un paiement": _ajouter('\n[[paiements]]\ndate = 2026-11-03\nmontant = "10,00"\n'),
    "le dépôt noté": _deposer,
}


@pytest.mark.parametrize("quoi", CHANGEMENTS)
def test_chaque_entree_changee_fait_etudier_de_nouveau(racine, outils, etudes, quoi):
    _ouvrir_la_page(racine, outils)
    CHANGEMENTS[quoi](racine)
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 2


def test_la_liasse_deposee_compte_aussi(racine, outils, etudes):
    _deposer(racine)
    _ouvrir_la_page(racine, outils)
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 1
    _ecrire(f"../sortie/{NOM}/manifeste.json")(racine)
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 2


def test_le_jour_le_droit_et_le_programme_comptent(racine, outils, etudes, monkeypatch):
    _ouvrir_la_page(racine, outils)
    _ouvrir_la_page(racine, outils, jour=JOUR + dt.timedelta(days=1))
    assert len(etudes) == 2
    ajouts = AjoutsDroit(
        prolongements=(Prolongement("taux_legal_particuliers", dt.date(2027, 12, 31), Source("Relu", "", None), JOUR),)
    )
    with tables.employer_ajouts(ajouts):
        _ouvrir_la_page(racine, outils)
    assert len(etudes) == 3
    monkeypatch.setattr(apercus_gardes, "_programme", lambda: "une autre version")
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 4


def test_une_table_du_droit_changee_compte(racine, outils, etudes, tmp_path, monkeypatch):
    _ouvrir_la_page(racine, outils)
    shutil.copytree(apercus_gardes._DROIT, tmp_path / "droit")
    monkeypatch.setattr(apercus_gardes, "_DROIT", tmp_path / "droit")
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 1  # le même droit, rangé ailleurs
    table = tmp_path / "droit" / "tables" / "taux_legal_particuliers.toml"
    table.write_text(table.read_text("utf-8") + "\n", "utf-8")
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 2


def test_ce_qui_ne_tient_qu_a_la_machine_n_est_pas_garde(racine, outils, etudes):
    _une_piece(racine).write_bytes(b"%PDF-1.4 rien")
    _ouvrir_la_page(racine, outils)
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 2


def test_ce_qui_change_pendant_l_etude_n_est_pas_garde(racine, outils, monkeypatch):
    vraie = vitrine.etudier_dossier
    fichier = racine / NOM / "dossier.toml"
    texte = fichier.read_text("utf-8")

    def etudier(*args, **options):
        fichier.write_text(texte.replace(MONTANT, "9 000,00"), "utf-8")
        return vraie(*args, **options)

    with monkeypatch.context() as change:
        change.setattr(vitrine, "etudier_dossier", etudier)
        grosse = _ouvrir_la_page(racine, outils).total
    fichier.write_text(texte, "utf-8")
    assert _ouvrir_la_page(racine, outils).total < grosse


def test_le_cache_est_a_soi_seul_et_s_eteint(racine, outils, etudes, tmp_path, monkeypatch):
    _ouvrir_la_page(racine, outils)
    cache = tmp_path / "cache" / apercus_gardes.NOM_CACHE
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entree.stat().st_mode) for entree in cache.iterdir()} == {0o600}
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    _ouvrir_la_page(racine, outils)
    assert len(etudes) == 2


def test_un_grand_portefeuille_se_montre_par_fenetres(racine, outils, etudes):
    for rang in range(3):
        shutil.copytree(racine / NOM, racine / f"2026-006{rang}")
    chemins = sorted(racine.glob("2026-*"))
    regard = Vitrine(racine, racine.parent / "sortie").regarder(jour=JOUR, outils=outils)
    assert [len(regard.apercevoir_plusieurs(chemins, 0)) for _ in range(5)] == [1, 2, 3, 4, 4]
    assert len(etudes) == 4


def test_un_dossier_illisible_le_reste_tant_que_rien_ne_change_puis_se_relit(racine, outils, etudes):
    profil = racine / "creanciers" / "atelier.toml"
    regard = Vitrine(racine, racine.parent / "sortie").regarder(jour=JOUR, outils=outils)
    profil.rename(racine / "mis_de_cote.toml")
    assert "introuvable" in regard.apercevoir(racine / NOM).erreur
    assert regard.connaitre(racine / NOM) == regard.apercevoir(racine / NOM)
    assert len(etudes) == 1
    (racine / "mis_de_cote.toml").rename(profil)
    assert regard.apercevoir(racine / NOM).total > ZERO

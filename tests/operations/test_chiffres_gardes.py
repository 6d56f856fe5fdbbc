"""Les chiffres gardés du tableau et des échéances : les mêmes que ceux de l'opération, jamais périmés."""

import contextlib
import datetime as dt
import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from generateur.droit import tables
from generateur.droit.ajouts import AjoutsDroit, Prolongement
from generateur.droit.valeurs import Source
from generateur.erreurs import ErreurGenerateur
from generateur.operations import apercus_gardes, chiffres_gardes
from generateur.operations.chiffres_gardes import ChiffresGardes
from generateur.operations.echeances import lister_echeances
from generateur.operations.tableau_de_bord import dresser_tableau

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)
NOM, AUTRE = "2026-0051", "2026-0042"
GENRES = ("dresser_tableau", "lister_echeances")


@pytest.fixture
def racine(tmp_path, monkeypatch):
    """Deux dossiers à soi, leur profil, un troisième à moitié saisi ; un cache à soi, encore vide."""
    monkeypatch.setattr(chiffres_gardes, "dossier_de_cache", lambda: tmp_path / "cache")
    monkeypatch.delenv("GENERATEUR_SANS_CACHE", raising=False)
    for nom in (NOM, AUTRE, "creanciers"):
        shutil.copytree(EXEMPLES / nom, tmp_path / "dossiers" / nom)
    (tmp_path / "dossiers" / "vide").mkdir()
    (tmp_path / "dossiers" / "vide" / "dossier.toml").write_text('reference = "vide"\n', "utf-8")
    return tmp_path / "dossiers"


@pytest.fixture
def calculs(monkeypatch):
    """Les calculs vraiment faits."""
    faits = []
    for genre in GENRES:
        vrai = getattr(chiffres_gardes, genre)
        monkeypatch.setattr(
            chiffres_gardes, genre, lambda *a, _vrai=vrai, _genre=genre, **k: faits.append(_genre) or _vrai(*a, **k)
        )
    return faits


@pytest.fixture
def lectures(monkeypatch):
    """Les dossiers vraiment lus."""
    lus = []
    vraie = chiffres_gardes.lire_dossier
    monkeypatch.setattr(chiffres_gardes, "lire_dossier", lambda chemin: lus.append(chemin.name) or vraie(chemin))
    return lus


def _ouvrir(racine, genre, jour=JOUR):
    """Ce que montre une page qu'on vient d'ouvrir : elle n'a rien en mémoire."""
    return getattr(ChiffresGardes(racine), genre)(jour)


@pytest.mark.parametrize("genre", GENRES)
def test_rien_n_a_change_rien_ne_se_recalcule_ni_ne_se_perd(racine, calculs, lectures, genre):
    premiers = _ouvrir(racine, genre)
    assert len(lectures) == 3
    assert _ouvrir(racine, genre) == premiers
    assert calculs == [genre]
    assert len(lectures) == 3


def test_les_chiffres_sont_ceux_de_l_operation(racine):
    _ouvrir(racine, "dresser_tableau")
    gardes, tableau = _ouvrir(racine, "dresser_tableau"), dresser_tableau(racine, jour=JOUR, au=None)
    assert (gardes.indicateurs, gardes.balance, gardes.etapes) == (tableau.indicateurs, tableau.balance, tableau.etapes)
    assert [d.encours for d in gardes.debiteurs] == [groupe.valeur("encours") for groupe in tableau.debiteurs]
    assert [nom for nom, _ in gardes.ecartes] == ["vide"]
    _ouvrir(racine, "lister_echeances")
    dates, releve = _ouvrir(racine, "lister_echeances").dates, lister_echeances(racine, JOUR, None)
    toutes = [(e, reference, nom) for reference, nom, echeances in releve.dossiers for e in echeances if e.date]
    assert {(d.echeance, d.reference, d.debiteur) for d in dates} == set(toutes)
    assert len(dates) == len(toutes) > 0
    assert [d.echeance.date for d in dates] == sorted(d.echeance.date for d in dates)


def _ajouter(nom, suite):
    def changer(racine):
        with (racine / nom).open("a", encoding="utf-8") as fichier:
            fichier.write(suite)

    return changer


def _sous_la_meme_date(racine):
    """Un chiffre changé, ni la taille ni la date : seule la lecture le voit."""
    fichier = racine / NOM / "dossier.toml"
    etat, octets = fichier.stat(), fichier.read_bytes()
    fichier.write_bytes(octets.replace(b"1 250,00", b"1 250,01"))
    os.utime(fichier, ns=(etat.st_atime_ns, etat.st_mtime_ns))
    assert (fichier.stat().st_size, fichier.stat().st_mtime_ns) == (etat.st_size, etat.st_mtime_ns)
    assert fichier.read_bytes() != octets


CHANGEMENTS = {
    "un montant sous la même date": _sous_la_meme_date,
    "un paiement": _ajouter(f"{NOM}/dossier.toml", '\n[[paiements]]\ndate = 2026-11-03\nmontant = "10,00"\n'),
    "un dossier de plus": lambda racine: shutil.copytree(EXEMPLES / "2026-0074", racine / "2026-0074"),
    "un dossier de moins": lambda racine: shutil.rmtree(racine / AUTRE),
    "un dossier renommé": lambda racine: (racine / AUTRE).rename(racine / "ailleurs"),
    "un dossier illisible": _ajouter(f"{NOM}/dossier.toml", "\n[[["),
    "le profil": _ajouter("creanciers/atelier.toml", "\n# relu\n"),
    "le profil effacé": lambda racine: (racine / "creanciers" / "atelier.toml").unlink(),
    "l’échelle des relances": _ajouter("relances.toml", "\n"),
    "le barème des provisions": _ajouter("provisions.toml", "\n"),
    "les ventes": _ajouter("chiffre_affaires.toml", "\n"),
}


@pytest.mark.parametrize("quoi", CHANGEMENTS)
def test_chaque_entree_changee_fait_recalculer(racine, calculs, quoi):
    for genre in GENRES:
        _ouvrir(racine, genre)
    CHANGEMENTS[quoi](racine)
    for genre in GENRES:
        with contextlib.suppress(ErreurGenerateur):
            _ouvrir(racine, genre)
    assert calculs == [*GENRES, *GENRES]


def test_un_centime_change_change_l_encours(racine):
    page = ChiffresGardes(racine)
    avant = _encours(page.dresser_tableau(JOUR))
    _sous_la_meme_date(racine)
    assert _encours(page.dresser_tableau(JOUR)) == avant + Decimal("0.01")


def _encours(tableau):
    return next(debiteur.encours for debiteur in tableau.debiteurs if NOM in debiteur.references)


def test_le_jour_le_droit_et_le_programme_comptent(racine, calculs, tmp_path, monkeypatch):
    _ouvrir(racine, "lister_echeances")
    _ouvrir(racine, "lister_echeances", JOUR + dt.timedelta(days=1))
    assert len(calculs) == 2
    ajouts = AjoutsDroit(
        prolongements=(Prolongement("taux_legal_particuliers", dt.date(2027, 12, 31), Source("Relu", "", None), JOUR),)
    )
    with tables.employer_ajouts(ajouts):
        _ouvrir(racine, "lister_echeances")
    assert len(calculs) == 3
    shutil.copytree(apercus_gardes._DROIT, tmp_path / "droit")
    monkeypatch.setattr(apercus_gardes, "_DROIT", tmp_path / "droit")
    _ouvrir(racine, "lister_echeances")
    assert len(calculs) == 3  # le même droit, rangé ailleurs
    with (tmp_path / "droit" / "tables" / "taux_legal_particuliers.toml").open("a", encoding="utf-8") as table:
        table.write("\n")
    _ouvrir(racine, "lister_echeances")
    assert len(calculs) == 4
    monkeypatch.setattr(apercus_gardes, "_programme", lambda: "une autre version")
    _ouvrir(racine, "lister_echeances")
    assert len(calculs) == 5


def test_un_dossier_change_se_relit_seul_et_une_piece_n_y_fait_rien(racine, calculs, lectures):
    page = ChiffresGardes(racine)
    page.dresser_tableau(JOUR)
    page.lister_echeances(JOUR)
    assert sorted(lectures) == sorted((NOM, AUTRE, "vide", "vide"))  # ce qui ne se lit pas se relit
    piece = min((racine / NOM / "pieces").glob("*.pdf"))
    piece.write_bytes(b"x")
    page.dresser_tableau(JOUR)
    assert len(calculs) == 2
    lectures.clear()
    _sous_la_meme_date(racine)
    page.dresser_tableau(JOUR)
    assert sorted(lectures) == [NOM, "vide"]
    _ajouter("creanciers/atelier.toml", "\n")(racine)
    lectures.clear()
    page.dresser_tableau(JOUR)
    assert sorted(lectures) == [NOM, "vide"]  # celui qui cite ce profil


def test_ce_qui_change_pendant_le_calcul_n_est_pas_garde(racine, monkeypatch):
    fichier, vraie = racine / NOM / "dossier.toml", chiffres_gardes.lire_dossier
    texte = fichier.read_text("utf-8")
    page = ChiffresGardes(racine)

    def lire(chemin):
        lu = vraie(chemin)
        fichier.write_text(texte.replace("1 250,00", "9 000,00"), "utf-8")
        return lu

    with monkeypatch.context() as change:
        change.setattr(chiffres_gardes, "lire_dossier", lire)
        page.dresser_tableau(JOUR)
    for tableau in (page.dresser_tableau(JOUR), _ouvrir(racine, "dresser_tableau")):
        assert _encours(tableau) >= Decimal(9000)


def test_par_un_lien_ou_sans_cache_tout_se_recalcule(racine, calculs, tmp_path, monkeypatch):
    shutil.move(racine / AUTRE, tmp_path / "loin" / AUTRE)
    (racine / AUTRE).symlink_to(tmp_path / "loin" / AUTRE)
    for _ in range(2):
        assert _ouvrir(racine, "dresser_tableau").dossiers == 2
    assert len(calculs) == 2
    (racine / AUTRE).unlink()
    monkeypatch.setenv("GENERATEUR_SANS_CACHE", "1")
    for _ in range(2):
        assert _ouvrir(racine, "dresser_tableau").dossiers == 1
    assert len(calculs) == 4

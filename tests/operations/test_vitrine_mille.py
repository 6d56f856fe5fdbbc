"""La vitrine de milliers de dossiers : un dossier se trouve sans les regarder tous, une recherche n'en oublie aucun."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from generateur.lecture.socle import lister_dossiers, trouver_dossier
from generateur.operations.outillage import ouvrir_outils
from generateur.operations.vitrine import Vitrine

EXEMPLES = Path(__file__).parents[2] / "dossiers"
JOUR = dt.date(2026, 11, 21)


@pytest.fixture
def racine(tmp_path):
    ici = tmp_path / "dossiers"
    for nom in ("2026-0042", "2026-0074", "creanciers"):
        shutil.copytree(EXEMPLES / nom, ici / nom)
    for nom in (".cache", "sans_dossier", "sortie", "vide"):
        (ici / nom).mkdir()
    (ici / "sans_dossier" / "dossier.toml.txt").write_text("")
    (ici / "lien").symlink_to(ici / "sortie")
    (ici / "fichier.txt").write_text("")
    return ici


@pytest.mark.parametrize("nom_de_sortie", ["sortie", "absente"])
def test_trouver_un_dossier_repond_comme_la_liste(racine, nom_de_sortie):
    sortie = racine / nom_de_sortie
    listes = {chemin.name for chemin in lister_dossiers(racine, sortie)}
    assert "2026-0042" in listes
    for nom in (*(p.name for p in racine.iterdir()), "absent", "", ".", "..", "../dossiers", "2026-0042/pieces", "\0"):
        trouve = trouver_dossier(racine, nom, sortie)
        assert (trouve is not None) == (nom in listes), nom
        assert trouve is None or trouve == racine / nom


def test_trouver_un_dossier_ne_regarde_pas_les_autres(racine, monkeypatch):
    vus = []
    vrai = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda chemin: vus.append(chemin) or vrai(chemin))
    assert trouver_dossier(racine, "2026-0042")
    assert not [chemin for chemin in vus if "2026-0074" in chemin.parts]


@pytest.mark.parametrize(
    "cherche",
    [
        "embruns",
        "EMBRUNS bleus",
        "lumen",
        "atelier lumen 0074",
        "injonc",
        "beaurivage injonction",
        "2026",
        "é",
        "personne",
    ],
)
def test_ce_qui_est_ecarte_avant_l_etude_n_aurait_pas_repondu(racine, cherche):
    vitrine = Vitrine(racine, racine / "sortie")
    with ouvrir_outils() as outils:
        for chemin in lister_dossiers(racine, racine / "sortie"):
            apercu = vitrine.regarder(jour=JOUR, outils=outils).apercevoir(chemin)
            texte = f"{apercu.nom} {apercu.debiteur} {apercu.creancier} {apercu.procedure}".casefold()
            if all(mot in texte for mot in cherche.casefold().split()):
                assert vitrine.peut_repondre(chemin, cherche)
    ecartes = [c.name for c in lister_dossiers(racine) if not vitrine.peut_repondre(c, "embruns")]
    assert "2026-0042" in ecartes
    assert "2026-0074" not in ecartes


def test_une_lettre_ecrite_par_son_numero_n_ecarte_rien(racine):
    fichier = racine / "2026-0074" / "dossier.toml"
    fichier.write_text(fichier.read_text("utf-8").replace("Hôtel", "H\\u00f4tel"), "utf-8")
    assert Vitrine(racine, racine / "sortie").peut_repondre(racine / "2026-0074", "hôtel")
